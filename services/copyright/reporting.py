"""
How do reports that the calendar asks for become duties, although no event arrives?

Whenever it is looked at: what is owed by now and not on the log is a duty, once; what was filed since is done, and what
is not asked for any more, because a campaign was shortened, is void. All are worked out anew from the rulebook, the
trail and the time, so that nothing is missed or doubled by a downtime.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import orjson

from yisong.campaigns.reading import Noted, Reader
from yisong.campaigns.reports import Report, Span, asked, owed
from yisong.campaigns.standing import Filed, by_organ, done_by
from yisong.desk.duties import duty_id
from yisong.desk.inbox import KeyOf, no_key
from yisong.envelope.case_id import register_case_id
from yisong.envelope.partition import partition_of
from yisong.ledger import Law
from yisong.legal_time.days import day_of
from yisong.postgres import queries
from yisong.postgres.connection import Rows, reachable
from yisong.postgres.json_text import to_jsonb

_SQL: Final = queries(Path(__file__).with_name("queries.sql"))


class Reporting:
    """What the calendar asks of the copyright line, in the node's own database."""

    def __init__(self, connection: Rows, law: Law, *, key_of: KeyOf = no_key) -> None:
        """Keep it through *connection*, in autocommit mode, under *law*; *key_of* finds the keys of sealed bodies."""
        self._connection, self._law = connection, law
        self._reader = Reader(connection, law, agency="copyright", key_of=key_of)
        self._looked_at: object = None

    def look(self, *, now: int) -> None:
        """Open and close the duties of reports, as of *now* (ms). Raises BusUnreachable."""
        spans, noted = self._reader.spans(now=now), self._reader.noted(now=now)
        state = [(one.region, one.year, None if one.as_of is None else day_of(one.as_of)) for one in spans], noted
        if state != self._looked_at:
            with reachable():
                self._settle(spans, noted)
        self._looked_at = state

    def _settle(self, spans: Sequence[Span], noted: Noted) -> None:
        filed = by_organ(noted.filed)
        with self._connection.transaction():
            for span in spans:
                for report in owed(self._law, span, noted.campaigns):
                    self._settle_one(report, filed.get(report.organ, ()))
            self._void_others(spans, noted)

    def _void_others(self, spans: Iterable[Span], noted: Noted) -> None:
        """End what these dockets once asked for and don't any more: months of a campaign that was shortened."""
        for span in spans:
            still = [self._row(one)["id"] for one in asked(self._law, span, noted.campaigns)]
            case_id = register_case_id(span.region, span.year)
            self._run("void_reports", case_id=case_id, asked=still, at=span.as_of)

    def _settle_one(self, report: Report, filed: Iterable[Filed]) -> None:
        # One that falls due in one year may be filed late in the next.
        done = done_by(report, filed)
        row = self._row(report)
        if done is None:
            self._run("open_report", **row)
        else:
            offset = done.offset if done.docket == report.docket else None
            self._run("close_report", id=row["id"], offset=offset, at=done.log_time)

    def _row(self, report: Report) -> Mapping[str, object]:
        duty, offset = report.duty, -day_of(report.opens_at)
        partition = partition_of(report.docket.encode(), self._law.bus.partitions)
        return {
            "id": duty_id(partition, offset, duty.name),
            "partition": partition,
            "offset": offset,
            "case_id": report.docket,
            "name": duty.name,
            "organ": duty.by,
            "owed": list(duty.owed),
            "article": duty.article,
            "why": duty.why,
            "due_strict": duty.due_strict,
            "due_rolled": duty.due_rolled,
            "advice": to_jsonb(orjson.dumps(duty.advice)).decode(),
            "opened_at": report.opens_at,
        }

    def _run(self, statement: str, /, **arguments: object) -> None:
        self._connection.execute(_SQL[statement], arguments)
