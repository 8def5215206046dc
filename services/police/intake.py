"""
What becomes of a receipt that is owed when papers 材料 are handed in after the referral has arrived?

The event is asked about again: with all papers in hand a machine signs where policy lets it, and until then the officer
sees what the comparison came to. Nothing is signed twice, because the receipt's event id follows from the referral.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, cast
from uuid import UUID

from yisong.desk.again import answer_again
from yisong.desk.delivery import Delivery
from yisong.desk.inbox import header_in, opened
from yisong.desk.shell import Work
from yisong.ledger import Verdict, loads
from yisong.postgres import queries
from yisong.postgres.connection import reachable
from yisong.postgres.json_text import from_jsonb

_SQL: Final = queries(Path(__file__).with_name("queries.sql"))


class LatePapers:
    """Looks again and again for papers that came after their referral. For one thread at a time."""

    def __init__(self, work: Work) -> None:
        """Look by what the desk stands on."""
        self._work = work
        self._seen: dict[UUID, int] = {}

    def look(self) -> int:
        """Ask again about each receipt for which papers came in; return how many that were. Raises WorldFault."""
        asked = 0
        for duty, partition, offset, newest in self._noted():
            if self._seen.get(duty) == newest:
                continue
            again = [self._ask(delivery) for delivery in self._cause(partition, offset)]
            if all(again):
                self._seen[duty] = newest
            asked += sum(again)
        return asked

    def _ask(self, delivery: Delivery) -> bool:
        return answer_again(delivery, self._work.handle, self._work.store, author=self._work.author)

    def _noted(self) -> list[tuple[UUID, int, int, int]]:
        with reachable():
            rows = self._work.context.connection.execute(_SQL["noted"]).fetchall()
        return cast("list[tuple[UUID, int, int, int]]", rows)

    def _cause(self, partition: int, offset: int) -> Iterator[Delivery]:
        """Yield the referral as the inbox delivered it, with its case as it stands; nothing once it is receipted."""
        with reachable():
            place = {"partition": partition, "offset": offset}
            rows = self._work.context.connection.execute(_SQL["cause"], place).fetchall()
        for row in rows:
            log_time, verdict, leaf, carried, case_id, state = cast("tuple[int, Verdict, bytes, bytes, str, str]", row)
            header = header_in(leaf)
            if header is None:  # what was delivered had one
                continue
            body, fault = opened(header, carried, self._work.context.key_of)
            delivery = Delivery(
                agency=self._work.context.agency,
                partition=partition,
                offset=offset,
                log_time=log_time,
                verdict=verdict,
                header=header,
                docket=loads(case_id, from_jsonb(state)),
                law=self._work.context.law,
                body=body,
                body_fault=fault,
            )
            if any(one.stopped_by is None for one in delivery.clocks("T-REF-03")):
                yield delivery
