"""What belongs to a campaign, and which reports were asked for, filed, late and missing? Asked of a node's database."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple, cast

from yisong.campaigns.phases import Campaign
from yisong.campaigns.reading import Noted, Reader
from yisong.campaigns.reports import campaign_of, years_of
from yisong.campaigns.standing import Calendar, Filed, calendar
from yisong.desk.inbox import header_in
from yisong.envelope.header import Header
from yisong.errors import BusNotFound
from yisong.ledger import Law
from yisong.postgres import queries
from yisong.postgres.connection import Rows, reachable

_SQL: Final = queries(Path(__file__).with_name("queries.sql"))


class CaseOf(NamedTuple):
    """
    A case in which something was done for a campaign.

    *state* and *owner* as of its newest record; *events*: how many name the campaign, *first* and *last*: the log times
    (ms) of these.
    """

    case_id: str
    state: str
    owner: str | None
    events: int
    first: int
    last: int


class EventOf(NamedTuple):
    """An admitted event whose header names a campaign. *log_time* in ms; *position*: partition and offset."""

    docket: str
    log_time: int
    position: tuple[int, int]
    event_type: str
    variant: str | None
    organ: str
    event_id: bytes


class Belonging(NamedTuple):
    """
    What belongs to a campaign: the admitted events whose headers name it, in log order, and the cases they lie in.

    Events of register dockets (reports, lists, phases) belong to it, and are in no case.
    """

    events: tuple[EventOf, ...]
    cases: tuple[CaseOf, ...]

    @property
    def by_type(self) -> Mapping[str, int]:
        """How many events there are of each type."""
        return dict(sorted(Counter(one.event_type for one in self.events).items()))


def belonging(connection: Rows, campaigns: Collection[str]) -> Mapping[str, Belonging]:
    """Return what belongs to each of *campaigns*, from headers alone: the same on every node. Raises BusUnreachable."""
    found: dict[str, list[EventOf]] = {one: [] for one in campaigns}
    with reachable():
        rows = connection.execute(_SQL["naming"], {"ids": [one.encode() for one in campaigns]})
        for docket, log_time, partition, offset, leaf in cast("Iterable[tuple[str, int, int, int, bytes]]", rows):
            header = header_in(leaf)
            if header is not None and header.campaign_id in found:
                found[header.campaign_id].append(_event(header, docket, log_time, (partition, offset)))
        dockets = sorted({one.docket for events in found.values() for one in events})
        states = connection.execute(_SQL["case_states"], {"case_ids": dockets}).fetchall()
    by_case = {case_id: (state, owner) for case_id, state, owner in cast("list[tuple[Any, ...]]", states)}
    return {name: Belonging(tuple(events), tuple(_cases(events, by_case))) for name, events in found.items()}


def _event(header: Header, docket: str, log_time: int, position: tuple[int, int]) -> EventOf:
    return EventOf(docket, log_time, position, header.event_type, header.variant, header.speaker, header.event_id)


def _cases(events: Iterable[EventOf], by_case: Mapping[str, tuple[str, str | None]]) -> Iterator[CaseOf]:
    times: defaultdict[str, list[int]] = defaultdict(list)
    for one in events:
        times[one.docket].append(one.log_time)
    for case_id in sorted(times.keys() & by_case.keys()):
        own = times[case_id]
        yield CaseOf(case_id, *by_case[case_id], len(own), own[0], own[-1])


class Asked(NamedTuple):
    """What somebody asks of the calendar: of a *campaign*, a *year*, an *organ*; None = whichever."""

    campaign: str | None = None
    year: int | None = None
    organ: str | None = None


def report_calendar(  # noqa: PLR0913 (asked of what, by which law, as of when, for whom)
    reader: Reader, law: Law, wanted: Asked, *, now: int, at: int | None = None, seen_by: str | None = None
) -> Calendar:
    """
    Return what the calendar asks for and what has become of it, as of *now* (ms), or as it was known *at* an instant.

    *seen_by*: as far as this organ may read what was filed, else as far as the line of *reader* may.

    A year is the one reported on, not the one in which a report falls due. Where neither campaign nor year is *wanted*:
    what the copyright desk looks at. Raises BusNotFound for a campaign that nobody announced and no row of timers.yaml
    knows, or an organ that is not in the directory; BusUnreachable.
    """
    noted = reader.noted(now=now, until=at, organ=seen_by)
    years = _years(wanted, noted, law, now=now if at is None else at)
    if wanted.organ is not None and wanted.organ not in law.organs:
        raise BusNotFound(f"{wanted.organ} is no organ of the directory, so it owes no report.")
    spans = reader.spans(now=now, years=years, at=at)
    found = calendar(law, spans, noted.campaigns, noted.filed)
    standings = tuple(
        one for one in found.standings if _is_wanted(one.report.organ, one.report.campaign, one.report.period, wanted)
    )
    unasked = tuple(one for one in found.unasked if _is_wanted(one.organ, one.campaign, _period(one), wanted))
    return Calendar(standings, unasked)


def _years(wanted: Asked, noted: Noted, law: Law, *, now: int) -> Collection[int] | None:
    """Return the years in which what is wanted falls due; a report on December is due in January."""
    if wanted.campaign is not None:
        return _years_of(wanted.campaign, noted.campaigns.get(wanted.campaign), law, now=now)
    return None if wanted.year is None else (wanted.year, wanted.year + 1)


def _years_of(name: str, campaign: Campaign | None, law: Law, *, now: int) -> Collection[int]:
    rules = [one.report for one in law.timers.values() if one.report is not None and campaign_of(one) == name]
    years = {day.year for rule in rules for day in (rule.on, rule.before) if day is not None}
    if campaign is not None:
        first, last = campaign.window
        years |= set(range(first.year, (years_of(now, now).start if last is None else last.year) + 2))
    if not years:
        raise BusNotFound(
            f"Nobody has announced a campaign {name} on this bus, and no row of timers.yaml asks for its reports. "
            "`yisong campaigns` lists those that there are."
        )
    return years


def _period(filed: Filed) -> str:
    return filed.period or filed.docket[11:15]


def _is_wanted(organ: str, campaign: str | None, period: str, wanted: Asked) -> bool:
    return (
        wanted.organ in (None, organ)
        and wanted.campaign in (None, campaign)
        and (wanted.year is None or period.startswith(f"{wanted.year:04}"))
    )
