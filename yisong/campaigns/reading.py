"""What do the register dockets of a node's database say: which phases were announced, which reports filed?"""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple, cast

from yisong.audit.acts import Act, Found, act_of, as_corrected, found_in, names_line, names_organ
from yisong.campaigns.phases import Campaign, Focus, Phase, campaigns, phase_of
from yisong.campaigns.reports import Span, regions_of, years_of
from yisong.campaigns.standing import Filed
from yisong.desk.delivery import Body
from yisong.desk.inbox import KeyOf, no_key, opened
from yisong.envelope.case_id import register_case_id
from yisong.ledger import Law
from yisong.postgres import queries
from yisong.postgres.connection import Rows, reachable

_SQL: Final = queries(Path(__file__).with_name("queries.sql"))
#: On a production bus so many years are looked at, where nobody asks for another.
_YEARS: Final = 3
#: On a demo bus any year may be played that the notices of the campaigns lie in, or that comes after them.
_FIRST_YEAR: Final = 2004
#: What a report says beside period, version and focus is no matter of the calendar's, and is not kept in memory.
_BLANK: Final[Mapping[str, object]] = {
    "figures": [], "derived_diff": [], "duties": [], "text": None, "subject": None, "subject_uscc": None,
    "problems_found": None, "recipient_external": None,
}  # fmt: skip


class Noted(NamedTuple):
    """What was said in the register dockets: the campaigns as they stand, by id, and the reports in log order."""

    campaigns: Mapping[str, Campaign]
    phases: tuple[Phase, ...]
    filed: tuple[Filed, ...]


class Reader:
    """
    Reads the register dockets of one node, each record once, as often as it is asked.

    What could not be opened is tried again, because its key may come later.
    """

    def __init__(self, connection: Rows, law: Law, *, agency: str, key_of: KeyOf = no_key) -> None:
        """Read through *connection* as the line of *agency*, under *law*; *key_of* finds the keys of sealed bodies."""
        self._connection, self._law, self._agency, self._key_of = connection, law, agency, key_of
        self._demo = law.bus.timestamp_type == "CreateTime"
        self._dockets: dict[tuple[range, tuple[str, ...]], list[str]] = {}
        self._read: dict[str, int] = {}
        self._acts: list[tuple[Found, Body | None]] = []
        self._noted: Noted | None = None

    def over(self, connection: Rows, key_of: KeyOf) -> "Reader":
        """Go on through another *connection* to the same database, and with the keys that *key_of* finds there."""
        self._connection, self._key_of = connection, key_of
        return self

    def noted(self, *, now: int, until: int | None = None, organ: str | None = None) -> Noted:
        """
        Return what was said in all register dockets until *now* (ms), or *until* then, as this line may read it.

        With *organ* only as far as this very organ may. Raises BusUnreachable.
        """
        with reachable():
            self._go_on(now)
            self._let_go()
        before, self._acts = self._acts, [(one, body) if body else self._opened(one) for one, body in self._acts]
        opened_now = any(body and not had for (_, had), (_, body) in zip(before, self._acts, strict=True))
        if self._noted is None or opened_now:
            self._noted = self._worked_out(None, None)
        return self._noted if until is None and organ is None else self._worked_out(until, organ)

    def _worked_out(self, until: int | None, organ: str | None) -> Noted:
        known = [(one, body) for one, body in self._acts if until is None or one.entry.log_time <= until]
        read = [
            (one, body if organ is None or names_organ(one.header, self._law, organ) else None) for one, body in known
        ]
        found, said = [one for one, _ in read], [act_of(*one) for one in read]
        acts = sorted(as_corrected(found, said, self._law), key=lambda one: (one.log_time, one.partition, one.offset))
        phases = tuple(one for act in acts for one in _phase(act))
        filed = tuple(_filed(act) for act in acts if act.event_type == "PeriodicReportFiled")
        return Noted(campaigns(phases, self._law), phases, filed)

    def spans(self, *, now: int, years: Collection[int] | None = None, at: int | None = None) -> tuple[Span, ...]:
        """
        Return the register dockets in which reports fall due, as of *now* (ms), or as of *at* where that is asked.

        On a production bus the wall clock counts, and nothing that fell due before the log began is asked for. On a
        demo bus a docket's own log time is its now, unless it lives by the wall clock. *years*: None for the last
        three, on a demo bus for those dockets that there are; else each docket of these years, though nothing was ever
        said in it. Raises BusUnreachable.
        """
        with reachable():
            if self._demo:
                return tuple(self._spans_of_dockets(now, years, at))
            since = self._began()
        if since is None:
            return ()
        as_of = now if at is None else at
        wanted = years_of(since, as_of)[-_YEARS:] if years is None else sorted(years)
        return tuple(Span(region, year, since, as_of) for region in regions_of(self._law) for year in wanted)

    def _spans_of_dockets(self, now: int, years: Collection[int] | None, at: int | None) -> Iterator[Span]:
        wanted = self._years(now) if years is None else years
        known = {register_case_id(region, year): (region, year) for region in regions_of(self._law) for year in wanted}
        live = {row[0] for row in self._run("live", case_ids=list(known))}
        begun = {row[0]: row[1:] for row in self._run("registers", case_ids=list(known))}
        for case_id, (region, year) in known.items():
            if case_id in begun:
                log_time, since = begun[case_id]
                own = max(now, log_time) if case_id in live else log_time
                yield Span(region, year, since, own if at is None else at)
            elif years is not None:
                yield Span(region, year, 0, at)

    def _go_on(self, now: int) -> None:
        """Read what was said since the last time, if anything: a docket's length says how many records were added."""
        regions = tuple(sorted({one.region_code for one in self._law.organs.values() if one.region_code is not None}))
        which = (self._years(now), regions)
        if which not in self._dockets:
            self._dockets = {which: [register_case_id(region, year) for region in regions for year in which[0]]}
        lengths = self._run("lengths", case_ids=self._dockets[which])
        grown = {case_id: length for case_id, length in lengths if length != self._read.get(case_id, 0)}
        if grown:
            above = [self._read.get(case_id, 0) for case_id in grown]
            rows = self._run("said", case_ids=list(grown), above=above, upto=list(grown.values()))
            self._acts += [(one, None) for row in rows if (one := _found(row)) is not None]
            self._read |= grown
            self._noted = None if rows else self._noted

    def _let_go(self) -> None:
        """Forget what was said in bodies that have been erased since they were read."""
        gone = set(self._run("erased"))
        forgotten = [(one.entry.partition, one.entry.offset) in gone for one, _ in self._acts]
        if any(out and body for out, (_, body) in zip(forgotten, self._acts, strict=True)):
            self._noted = None
        self._acts = [
            (one._replace(carried=None), None) if out else (one, body)
            for out, (one, body) in zip(forgotten, self._acts, strict=True)
        ]

    def _years(self, now: int) -> range:
        """Return the years whose register dockets there may be: an act of New Year's Eve is logged in the next year."""
        began = None if self._demo else self._began()
        first = _FIRST_YEAR if began is None else years_of(began, began).start - 1
        return range(first, years_of(now, now).stop + 1)

    def _began(self) -> int | None:
        ((since,),) = self._run("began")
        return cast("int | None", since)

    def _opened(self, one: Found) -> tuple[Found, Body | None]:
        """Return the same with what it says, where that can be read here by now; what never can be is let go."""
        if one.carried is None or not names_line(one.header, self._law, self._agency):
            return one._replace(carried=None), None
        body, fault = opened(one.header, one.carried, self._key_of)
        if body is None:
            return (one if fault is None else one._replace(carried=None)), None
        return one._replace(carried=None), {**body, **{name: _BLANK[name] for name in _BLANK if name in body}}

    def _run(self, statement: str, /, **arguments: object) -> list[tuple[Any, ...]]:
        return cast("list[tuple[Any, ...]]", self._connection.execute(_SQL[statement], arguments).fetchall())


def _found(row: tuple[Any, ...]) -> Found | None:
    docket, number, partition, offset, log_time, leaf, carried = row
    return found_in((partition, offset, log_time, docket, number, "admitted", leaf, carried))


def _phase(act: Act) -> Iterator[Phase]:
    """Yield the phase that an act announces, if it is one, and can be read here."""
    if act.event_type == "CampaignPhaseChanged" and act.body is not None:
        phase = phase_of(act.body, act.header, log_time=act.log_time, position=(act.partition, act.offset))
        if phase is not None:
            yield phase


def _filed(act: Act) -> Filed:
    header, body = act.header, act.body
    return Filed(
        organ=header.speaker,
        act=f"{header.event_type}:{header.variant}",
        period=None if body is None else str(body["period"]),
        docket=act.case_id,
        offset=act.offset,
        log_time=act.log_time,
        partition=act.partition,
        event_id=header.event_id,
        campaign=header.campaign_id,
        version=None if body is None else cast("int", body["report_version"]),
        doc_no=header.doc_no,
        focus=None if body is None else tuple(Focus.of(one) for one in cast("list[Mapping[str, Any]]", body["focus"])),
    )
