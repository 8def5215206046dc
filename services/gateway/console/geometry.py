"""
Where does everything of a case's timeline stand? Columns of events in log order, time between them, lanes and clocks.

Pure arithmetic in CSS pixels, by the rules that ``docs/console.md`` states; nothing is measured on a screen. The
numbers that the style sheet needs too stand in its tokens (``--ev-w``, ``--ruler``, ``--lane``, ``--strip``,
``--clock``), and a test compares them.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

COLUMN: Final = 48
"""Width of a column where names are Chinese."""
WIDE_COLUMN: Final = 88
"""Width of a column where names are English."""
RULER: Final = 46
LANE: Final = 86
STRIP: Final = 24
CLOCK: Final = 28
TRACK: Final = 14
LANES: Final = 4

_HOUR: Final = 3_600_000
_DAY: Final = 24 * _HOUR
#: The least silence (ms) that widens the space before an event, and by how much; the longest first.
_SILENCES: Final = ((10 * _DAY, 44), (3 * _DAY, 34), (_DAY, 26))
#: How near the edge an instant beyond the first and the last event is drawn.
_EDGE: Final = 4
#: A claim that is this much (ms) earlier than the log is drawn.
CLAIM_SHOWN: Final = _HOUR
STRIPS: Final = RULER + LANES * LANE
CLOCKS: Final = STRIPS + 3 * STRIP + 30
#: The veil over what was not known yet begins half a column and a landing ring right of the newest event known.
_LANDING: Final = 5


class Column(NamedTuple):
    """The column of one event: its left edge and middle, and how much silence (px) is drawn before it."""

    left: int
    x: int
    gap: int


@dataclass(frozen=True, slots=True)
class Plan:
    """The columns of a timeline, each *wide* pixels; *times*: the log times (ms) of its events, never backwards."""

    times: tuple[int, ...]
    columns: tuple[Column, ...]
    wide: int = COLUMN

    @property
    def width(self) -> int:
        """The width of the whole drawing."""
        return self.columns[-1].left + self.wide if self.columns else self.wide

    def x(self, instant: int) -> float:
        """
        Return where an *instant* (ms) lies: linear between two events, and at the edge beyond the first and the last.

        Never runs backwards; of several events at one instant it is the last.
        """
        if not self.columns or instant < self.times[0]:
            return _EDGE
        after = bisect_right(self.times, instant)
        here = self.columns[after - 1].x
        if after == len(self.times):
            return here if instant == self.times[-1] else self.width - _EDGE
        begun, until = self.times[after - 1], self.times[after]
        return here + (instant - begun) / (until - begun) * (self.columns[after].x - here)

    def veil(self, known: int) -> float:
        """Return where the veil begins when *known* events are known, of as many as there are."""
        return self.width if known >= len(self.columns) else self.columns[max(known, 1) - 1].x + self.half + _LANDING

    @property
    def half(self) -> int:
        """Half a column: how far right of its event the gutter lies in which a handoff runs."""
        return self.wide // 2


def plan(times: Sequence[int], *, wide: int = COLUMN) -> Plan:
    """Lay out events logged at *times* (ms, never backwards), one column each, whatever their distance."""
    columns: list[Column] = []
    for index, time in enumerate(times):
        gap = silence(time - times[index - 1]) if index else 0
        left = columns[-1].left + wide + gap if columns else 0
        columns.append(Column(left, left + wide // 2, gap))
    return Plan(tuple(times), tuple(columns), wide)


def silence(length: int) -> int:
    """Return how much wider (px) a silence of *length* (ms) makes the space before an event."""
    return next((width for least, width in _SILENCES if length >= least), 0)


def track(lane: int) -> int:
    """Return the height of the track of a lane, 0 to 3."""
    return RULER + lane * LANE + TRACK


class Way(NamedTuple):
    """A handoff as drawn: paths (style class, path), and rings (x, y, style class) where it arrives."""

    paths: tuple[tuple[str, str], ...]
    rings: tuple[tuple[float, float, str], ...] = ()


class Spot(NamedTuple):
    """Where an event stands: its middle *x*, the gutter *g* to its right, and its lane."""

    x: int
    g: int
    lane: int

    @property
    def y(self) -> int:
        """The height of its track."""
        return track(self.lane)


def ways(spot: Spot, to: Sequence[int], cc: Sequence[int], *, refused: bool) -> Way | None:
    """
    Draw how the event at *spot* goes to the lanes *to* and, for information, *cc*; None where it goes nowhere.

    It turns into the gutter half a column to the right and ends in a ring on each receiver's track. A *refused* one
    ends at a buffer stop: it is on the log, and went nowhere.
    """
    if not (to or cc):
        return None
    if refused:
        return _stopped(spot, to[0] if to else cc[0])
    lanes = sorted(set(to), key=lambda one: (abs(one - spot.lane), one))
    drawn = [_arc(spot) if one == spot.lane else _elbow(spot, one) for one in lanes]
    told = [_copy(spot, one, lanes) for one in sorted(set(cc) - set(to) - {spot.lane})]
    parts = (*told, *drawn)
    return Way(tuple(p for one in parts for p in one.paths), tuple(r for one in parts for r in one.rings))


def _elbow(spot: Spot, to: int) -> Way:
    g, end = spot.g, track(to)
    down = end > spot.y
    way = f"{_turn(spot, down=down)}V{end - 11 if down else end + 11}"
    head = f"M{g} {end - 4}l-4.5 -8h9z" if down else f"M{g} {end + 4}l-4.5 8h9z"
    return Way((("k-halo", way), ("k-way", way), ("k-head", head)), ((g, end, "k-ring"),))


def _arc(spot: Spot) -> Way:
    x, g, y = spot.x, spot.g, spot.y
    way = f"M{x + 5} {y - 5}C{x + 10} {y - 13} {g - 4} {y - 13} {g} {y - 5}"
    return Way((("k-way", way), ("k-head", f"M{g + 0.5} {y - 3.2:g}l-5.6 -5.2 7.2 -1.6z")), ((g, y, "k-ring"),))


def _copy(spot: Spot, to: int, lanes: Sequence[int]) -> Way:
    """Tell a lane for information: a small ring on an elbow that passes it, else a dotted line of its own."""
    lane, end = spot.lane, track(to)
    ring = (spot.g, end, "k-ring-cc")
    if any(min(lane, one) < to < max(lane, one) for one in lanes):
        return Way((), (ring,))
    down = to > lane
    same_side = [track(one) for one in lanes if (one - lane) * (to - lane) > 0]
    start = (max if down else min)(same_side, default=spot.y)
    line = f"M{spot.g} {start + 5 if down else start - 5}V{end - 4 if down else end + 4}"
    return Way((("k-halo", line), ("k-cc", line)), (ring,))


def _stopped(spot: Spot, to: int) -> Way:
    g, y = spot.g, spot.y
    down = to > spot.lane or (to == spot.lane and spot.lane == 0)
    end, beyond = (y + 44, y + 48) if down else (y - 44, y - 48)
    way = f"{_turn(spot, down=down)}V{end}"
    bars = f"M{g - 6} {end}H{g + 6}M{g - 6} {beyond}H{g + 6}"
    return Way((("k-halo", way), ("k-stop", way + bars)))


def _turn(spot: Spot, *, down: bool) -> str:
    x, g, y = spot.x, spot.g, spot.y
    return f"M{x + 7} {y}H{g - 6}Q{g} {y} {g} {y + 6 if down else y - 6}"


class Bar(NamedTuple):
    """One stretch of a clock: its style class, where it begins, and how long it is; never negative."""

    style: str
    x: float
    width: float


class ClockBar(NamedTuple):
    """A clock as drawn: its stretches, its strict and rolled ends, where it was stopped, and the end of it all."""

    bars: tuple[Bar, ...]
    strict: float
    rolled: float
    stop: float | None
    end: float


def clock_bar(  # noqa: PLR0913 (the five instants of a clock, and how an instant is placed)
    x: Callable[[int], float], *, start: int, strict: int, rolled: int, stopped: int | None, now: int
) -> ClockBar:
    """
    Draw a clock: used, left, the stretch from the strict to the rolled end, and what lies after the rolled end.

    *x* places an instant and never runs backwards. *stopped*: when it was stopped or ended, None while it was not;
    *now*: up to when time has passed. All in ms.
    """
    until = now if stopped is None else stopped
    begin, a, b, z = x(start), x(max(start, strict)), x(max(start, rolled)), x(max(start, until))
    bars = [
        Bar("g-left", begin, a - begin),
        Bar("g-used", begin, min(z, b) - begin),
        Bar("g-roll", a, b - a),
        Bar("g-over", b, z - b),
    ]
    shown = tuple(one for one in bars if one.width > 0)
    return ClockBar(shown, a, b, None if stopped is None else z, max(b, z))


def linear(start: int, end: int, *, left: float = 1, right: float = 139.5) -> Callable[[int], float]:
    """Return how an instant is placed on a bar to linear scale, from *start* to *end* (ms)."""
    length = max(1, end - start)
    return lambda instant: left + (min(max(instant, start), end) - start) / length * (right - left)


def rest(plan: Plan, days: Iterator[tuple[int, int]]) -> Iterator[tuple[float, float]]:
    """Yield where the *days* of rest (first and last instant, ms) lie, as x and width; too narrow ones are left out."""
    for first, last in days:
        begin, end = plan.x(first), plan.x(last)
        if end - begin >= 1:
            yield begin, end - begin
