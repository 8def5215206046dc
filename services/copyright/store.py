"""What does the register of the copyright line know of clues, their targets and protected works?"""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final, cast

import orjson

from services.copyright.clues import late_marks
from services.copyright.marks import NO_MARKS, Marks, series_of
from yisong.desk.delivery import Body, Delivery
from yisong.desk.inbox import KeyOf, body_of, header_in, no_key
from yisong.legal_time.days import day_of
from yisong.postgres import queries
from yisong.postgres.connection import Rows, reachable
from yisong.validators.alike import plain, target_keys

_SQL: Final = queries(Path(__file__).with_name("queries.sql"))
_LIST: Final = "protected_works"


class Register:
    """
    The register, in the node's own database. Rows are only ever added, and each once, whatever is delivered again.

    It is written before a delivery is settled: after a crash in between, the delivery comes again and finds it so.
    """

    def __init__(self, connection: Rows, *, key_of: KeyOf = no_key) -> None:
        """Keep it through *connection*, which is in autocommit mode; *key_of* finds the keys of sealed bodies."""
        self._connection, self._key_of = connection, key_of

    def mark_earlier_clues(self) -> int:
        """
        Mark the clues that wait to be taken up and whose works were put on the list after they had been found.

        Return how many were marked. Raises BusUnreachable.
        """
        with reachable():
            found = cast("list[tuple[object, str, list[str], int]]", self._run("unmarked"))
            for duty, case_id, doc_nos, at in found:
                same = tuple(str(row[0]) for row in self._run("same_target_as", case_id=case_id))
                advice = late_marks(case_id, Marks(protected=tuple(doc_nos), same_target=same))
                self._run("mark", id=duty, advice=orjson.dumps(advice).decode(), at=at)
        return len(found)

    def marks(self, delivery: Delivery) -> Marks:
        """Add what *delivery* says to the register, and return what the register knows that touches it."""
        with reachable():
            match delivery.header.event_type:
                case "ListEntryChanged":
                    self._note_entry(delivery)
                case "ClueFound":
                    return self._beside(delivery, delivery.body)
                case "ClueHandedOver" if delivery.ours or delivery.told:
                    return self._beside(delivery, self._clue(delivery.header.case_id))
                case "CaseOpened" | "CaseClosed":
                    return Marks(series=self._series(delivery.header.case_id))
                case _:
                    pass
        return NO_MARKS

    def _beside(self, delivery: Delivery, clue: Body | None) -> Marks:
        """Note *clue*, and return what stands beside it; nothing where we may not read it."""
        if clue is None:
            return NO_MARKS
        case_id = delivery.header.case_id
        self._run("note_series", case_id=case_id, series=series_of(clue))
        for work in _records(clue, "works"):
            self._run("note_complained", case_id=case_id, **_plain(work))
        keys = target_keys(_records(clue, "targets"))
        for key in keys:
            self._run("note_target", case_id=case_id, kind=key.kind, value=key.value)
        kinds, values = [key.kind for key in keys], [key.value for key in keys]
        same = self._run("same_target", case_id=case_id, kinds=kinds, values=values)
        return Marks(
            protected=self._protected(clue, on=_day(delivery.header.occurred_at)),
            same_target=tuple(str(row[0]) for row in same),
            series=self._series(case_id),
        )

    def _protected(self, clue: Body, *, on: date) -> tuple[str, ...]:
        works = _records(clue, "works")
        rows = self._run(
            "protected",
            titles=[plain(str(work["title"])) for work in works],
            types=[work["work_type"] for work in works],
            identifiers=[work.get("identifier") for work in works],
            day=on,
        )
        return tuple(str(row[0]) for row in rows)

    def _note_entry(self, delivery: Delivery) -> None:
        body = delivery.body
        if body is None or body["list"] != _LIST:
            return
        work = cast("Mapping[str, object]", body.get("work") or {})
        self._run(
            "note_work",
            partition=delivery.partition,
            offset=delivery.offset,
            log_time=delivery.log_time,
            organ=delivery.header.speaker,
            removal=delivery.header.variant == "remove",
            doc_no=delivery.header.doc_no,
            title=plain(str(work.get("title") or body["entry"])),
            work_type=work.get("work_type"),
            identifier=work.get("identifier"),
            valid_from=body.get("valid_from"),
            valid_to=body.get("valid_to"),
        )

    def _series(self, case_id: str) -> str | None:
        rows = self._run("series", case_id=case_id)
        return str(rows[0][0]) if rows else None

    def _clue(self, case_id: str) -> Body | None:
        """Return what the clue of a case says, from our trail: a hand-over opens it to whom it names."""
        for leaf, carried in self._run("clue", case_id=case_id):
            header = header_in(cast("bytes", leaf))
            if header is not None:
                return body_of(header, cast("bytes", carried), self._key_of)
        return None

    def _run(self, name: str, **arguments: object) -> list[tuple[object, ...]]:
        cursor = self._connection.execute(_SQL[name], arguments)
        return cursor.fetchall() if cursor.description is not None else []


def _records(body: Body, name: str) -> list[Mapping[str, object]]:
    return cast("list[Mapping[str, object]]", body.get(name) or [])


def _plain(work: Mapping[str, object]) -> dict[str, str]:
    identifier = str(work.get("identifier") or "")
    return {"title": plain(str(work["title"])), "work_type": str(work["work_type"]), "identifier": identifier}


def _day(instant: int) -> date:
    return date.fromordinal(day_of(instant))
