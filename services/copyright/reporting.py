"""
How do reports that the calendar asks for become duties, although no event arrives?

Whenever it is looked at: what is owed by now and not on the log is a duty, once, and what was filed since is done. Both
are worked out anew from the rulebook, the trail and the time, so that nothing is missed or doubled by a downtime. On a
demo bus a register docket's own log time is its now.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, cast

import orjson

from services.copyright.reports import Filed, Report, Span, owed, years_of
from yisong.desk.duties import duty_id
from yisong.desk.inbox import KeyOf, body_of, header_in, no_key
from yisong.envelope.case_id import register_case_id
from yisong.envelope.partition import partition_of
from yisong.ledger import Law
from yisong.legal_time.days import day_of
from yisong.postgres import queries
from yisong.postgres.connection import Rows, reachable
from yisong.postgres.json_text import to_jsonb

_SQL: Final = queries(Path(__file__).with_name("queries.sql"))
#: On a production bus so many years are looked at; what is older stays a duty until an officer has filed it.
_YEARS: Final = 3
#: On a demo bus any year may be played that the notices of the campaigns lie in, or that comes after them.
_FIRST_YEAR: Final = 2004


class Reporting:
    """What the calendar asks of the copyright line, in the node's own database."""

    def __init__(self, connection: Rows, law: Law, *, key_of: KeyOf = no_key) -> None:
        """Keep it through *connection*, in autocommit mode, under *law*; *key_of* finds the keys of sealed bodies."""
        self._connection, self._law, self._key_of = connection, law, key_of
        roles = {one.report.role for one in law.timers.values() if one.report is not None}
        self._regions = sorted({one.region_code or "" for one in law.organs.values() if one.role in roles})
        self._looked_at: object = None

    def look(self, *, now: int) -> None:
        """Open and close the duties of reports, as of *now* (ms). Raises BusUnreachable."""
        with reachable():
            spans = tuple(self._spans(now))
            # All of them at once: what falls due in one year may be filed late in the next.
            dockets = [register_case_id(one.region, one.year) for one in spans]
            state = [(one.region, one.year, day_of(one.as_of)) for one in spans], self._run("newest", case_ids=dockets)
            if state != self._looked_at:
                self._settle(spans, tuple(self._filed(dockets)))
            self._looked_at = state

    def _settle(self, spans: Iterable[Span], filed: Iterable[Filed]) -> None:
        with self._connection.transaction():
            for span in spans:
                for report in owed(self._law, span):
                    self._settle_one(report, filed)

    def _spans(self, now: int) -> Iterator[Span]:
        if self._law.bus.timestamp_type == "CreateTime":
            yield from self._spans_of_dockets(now)
            return
        ((since,),) = cast("list[tuple[int | None]]", self._run("began"))
        if since is not None:
            for region in self._regions:
                yield from (Span(region, year, since, now) for year in years_of(since, now)[-_YEARS:])

    def _spans_of_dockets(self, now: int) -> Iterator[Span]:
        years = range(_FIRST_YEAR, years_of(0, now).stop + 1)
        known = {register_case_id(region, year): (region, year) for region in self._regions for year in years}
        live = {row[0] for row in self._run("live", case_ids=list(known))}
        found = cast("list[tuple[str, int, int]]", self._run("registers", case_ids=list(known)))
        for case_id, log_time, since in found:
            yield Span(*known[case_id], since, max(now, log_time) if case_id in live else log_time)

    def _filed(self, dockets: list[str]) -> Iterator[Filed]:
        rows = self._run("filed", case_ids=dockets)
        for docket, offset, log_time, leaf, carried in cast("list[tuple[str, int, int, bytes, bytes | None]]", rows):
            header = header_in(leaf)
            if header is not None:
                body = None if carried is None else body_of(header, carried, self._key_of)
                period = None if body is None else str(body["period"])
                act = f"{header.event_type}:{header.variant}"
                yield Filed(header.speaker, act, period, docket, offset, log_time)

    def _settle_one(self, report: Report, filed: Iterable[Filed]) -> None:
        done = next((one for one in filed if one.is_on(report)), None)
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

    def _run(self, statement: str, /, **arguments: object) -> list[tuple[object, ...]]:
        cursor = self._connection.execute(_SQL[statement], arguments)
        return cursor.fetchall() if cursor.description is not None else []
