"""How is a case drawn? Its events in four lanes, its handoffs, its clocks and what was not known yet."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, NamedTuple

from services.gateway.console import geometry as geo
from services.gateway.console.casefile import CaseFile, Record
from services.gateway.console.geometry import Plan, Spot, Way, plan, ways
from services.gateway.console.names import LANES, Names
from yisong.envelope.header import Header
from yisong.ledger import Law
from yisong.legal_time.days import day_of, start_of_day

Mark = Literal["dot", "dot-late", "square", "diamond", "ring"]
"""``dot`` admitted · ``dot-late`` admitted late · ``square`` refused · ``diamond`` by the bus · ``ring`` neither."""

_ABOUT_A_CLOCK: Final = frozenset({"DeadlineBreached", "DeadlineApproaching"})


class Placed(NamedTuple):
    """
    One event as drawn.

    *lane*: 0 to 3. *way*: how it is handed over, *to* which lanes. *claimed*: where the instant lies at which it says
    it was done, where that is much earlier than the log.
    """

    record: Record
    x: int
    gap: int
    lane: int
    mark: Mark
    way: Way | None
    to: tuple[int, ...]
    claimed: float | None

    @property
    def y(self) -> int:
        """The height of its track."""
        return geo.track(self.lane)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A case as drawn: *plan* of its columns, its events, the days of rest, and where the veil begins."""

    plan: Plan
    placed: tuple[Placed, ...]
    rest: tuple[tuple[float, float], ...]
    veil: float


def drawing(case: CaseFile, law: Law, names: Names, *, wide: int) -> Drawing:
    """Draw *case* with columns of *wide* pixels; what came after its `as_of` lies under the veil."""
    laid = plan([one.entry.log_time for one in case.records], wide=wide)
    first, last = laid.times[0], laid.times[-1]
    return Drawing(
        plan=laid,
        placed=tuple(_placed(one, laid, index, names) for index, one in enumerate(case.records)),
        rest=tuple(geo.rest(laid, days_of_rest(first, last, law))),
        veil=laid.veil(case.known),
    )


def _placed(record: Record, laid: Plan, index: int, names: Names) -> Placed:
    column, header = laid.columns[index], record.entry.header
    lane, mark = lane_of(header, names), mark_of(record)
    spot = Spot(column.x, column.x + laid.half, lane)
    to = () if header is None or header.event_type in _ABOUT_A_CLOCK else _lanes(header.to, names)
    cc = () if header is None or header.event_type in _ABOUT_A_CLOCK else _lanes(header.cc, names)
    refused = record.entry.verdict == "refused"
    goes = record.entry.verdict in ("admitted", "admitted-late", "refused")
    way = ways(spot, to, cc, refused=refused) if goes else None
    return Placed(record, column.x, column.gap, lane, mark, way, to if goes else (), _claimed(record, laid))


def lane_of(header: Header | None, names: Names) -> int:
    """Return the lane in which an event stands: of whom it speaks, or, said of a clock, of who owes it."""
    if header is None:
        return 0
    organs = (*header.to, header.publisher) if header.event_type in _ABOUT_A_CLOCK else (header.speaker,)
    return next(iter(_lanes(organs, names)), 0)


def _lanes(organs: Sequence[str], names: Names) -> tuple[int, ...]:
    roles = (names.role_of(organ) for organ in organs)
    return tuple(dict.fromkeys(LANES.index(role) for role in roles if role in LANES))


def mark_of(record: Record) -> Mark:
    """Return by which mark an event is drawn."""
    header = record.entry.header
    match record.entry.verdict:
        case "refused":
            return "square"
        case "admitted" | "admitted-late" if header is not None and header.publisher.startswith("S-"):
            return "diamond"
        case "admitted":
            return "dot"
        case "admitted-late":
            return "dot-late"
        case _:
            return "ring"


def _claimed(record: Record, laid: Plan) -> float | None:
    header = record.entry.header
    if header is None or record.entry.log_time - header.occurred_at < geo.CLAIM_SHOWN:
        return None
    return round(laid.x(header.occurred_at), 1)


def days_of_rest(first: int, last: int, law: Law) -> Iterator[tuple[int, int]]:
    """Yield the stretches of days of rest from *first* to *last* (ms), as their first and last instant."""
    calendar, begun = law.calendar.as_known(last), None
    for day in range(day_of(first), day_of(last) + 2):
        rests = not calendar.day(day, year=date.fromordinal(day).year).working and day <= day_of(last)
        if rests and begun is None:
            begun = start_of_day(day)
        elif not rests and begun is not None:
            yield begun, start_of_day(day)
            begun = None


class Small(NamedTuple):
    """An event in the narrow list: where its mark stands, and the paths and rings of how it is handed over."""

    x: int
    y: int
    paths: tuple[tuple[str, str], ...]
    rings: tuple[tuple[int, int], ...]


_SMALL_LANE: Final = 17
_SMALL_FIRST: Final = 8


def small(one: Placed, *, dated: bool) -> Small:
    """Draw an event for the narrow list; *dated*: a line with its day stands above it."""
    x, y = _SMALL_FIRST + _SMALL_LANE * one.lane, 45 if dated else 17
    if one.record.entry.verdict == "refused":
        return Small(x, y, _small_stop(x, y, one) if one.way is not None else (), ())
    paths: list[tuple[str, str]] = []
    rings: list[tuple[int, int]] = []
    for lane in one.to:
        end = _SMALL_FIRST + _SMALL_LANE * lane
        if lane == one.lane:
            paths.append(("k-way", f"M{x} {y}C{x - 9} {y + 4} {x - 9} {y + 14} {x - 3} {y + 17}"))
        else:
            paths += _small_elbow(x, y, end)
        rings.append((end, y + 17))
    return Small(x, y, tuple(paths), tuple(rings))


def _small_elbow(x: int, y: int, end: int) -> Iterator[tuple[str, str]]:
    right = end > x
    turn, stop = (x + 4, end - 9) if right else (x - 4, end + 9)
    way = f"M{x} {y}V{y + 13}Q{x} {y + 17} {turn} {y + 17}H{stop}"
    yield "k-halo", way
    yield "k-way", way
    yield "k-head", f"M{end - 4} {y + 17}l-7 -4v8z" if right else f"M{end + 4} {y + 17}l7 -4v8z"


def _small_stop(x: int, y: int, one: Placed) -> tuple[tuple[str, str], ...]:
    right = one.lane == 0
    turn, stop, beyond = (x + 4, x + 11, x + 14) if right else (x - 4, x - 11, x - 14)
    way = f"M{x} {y}V{y + 13}Q{x} {y + 17} {turn} {y + 17}H{stop}"
    return (("k-stop", f"{way}M{stop} {y + 12}v10M{beyond} {y + 12}v10"),)
