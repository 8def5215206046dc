"""
Where do the phases of a campaign stand on an axis of time? Pure arithmetic in pixels; nothing is measured on a screen.

A day is as wide as any other. What was announced to the day is drawn solid; what a month or season means beside its
stated days is hatched; what has no end runs to the edge.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from yisong.campaigns.phases import Campaign, Phase

ROW: Final = 34
RULER: Final = 26
_MONTH_PX: Final = 84
_LEAST, _MOST = 900, 1380
_EDGE: Final = 8
_FEWEST_PX: Final = 30
_MIDDLE: Final = 21


class Tick(NamedTuple):
    """A first of a month on the ruler: where, and whether it is named there."""

    x: float
    day: date
    named: bool


class Stretch(NamedTuple):
    """A piece of a bar: its style class, where it begins, and how wide it is."""

    style: str
    x: float
    width: float


class PhaseBar(NamedTuple):
    """One phase as drawn: its bar at the height *y*, open to the right or not, and where its name stands."""

    phase: Phase
    y: int
    stretches: tuple[Stretch, ...]
    open: bool
    text_y: int


class Axis(NamedTuple):
    """The whole drawing, *width* by *height*; *now*: where today lies, None where it lies outside."""

    width: int
    height: int
    ticks: tuple[Tick, ...]
    bars: tuple[PhaseBar, ...]
    now: float | None


def axis(campaign: Campaign, *, today: date | None) -> Axis:
    """Draw the phases of *campaign*; *today* is None where a bus has no today of its own."""
    first, last = _ends(campaign.phases)
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    width = min(_MOST, max(_LEAST, months * _MONTH_PX))
    scale = _Scale(first, last, width)
    bars = tuple(_bar(one, n, scale) for n, one in enumerate(campaign.phases))
    within = today is not None and first <= today <= last
    ticks = tuple(_ticks(scale, every=max(1, -(-_FEWEST_PX * months // width))))
    now = round(scale.x(today), 1) if within and today is not None else None
    return Axis(width, RULER + len(bars) * ROW + 6, ticks, bars, now)


class _Scale(NamedTuple):
    first: date
    last: date
    width: int

    def x(self, day: date) -> float:
        """Return where *day* begins."""
        days = (self.last - self.first).days + 1
        return _EDGE + (day - self.first).days / days * (self.width - 2 * _EDGE)


def _ends(phases: Sequence[Phase]) -> tuple[date, date]:
    """Return the first of the first month and the last of the last one; what is open gets two months more."""
    first = min(one.window[0] for one in phases).replace(day=1)
    known = [one.window[1] or one.starts_on for one in phases]
    last = max(known)
    if any(one.window[1] is None for one in phases):
        last += timedelta(days=61)
    return first, (last.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _bar(phase: Phase, number: int, scale: _Scale) -> PhaseBar:
    top = RULER + number * ROW
    begins, ends = phase.window
    until = scale.last if ends is None else ends
    stated = phase.ends_on or until
    style = "ax-whole" if phase.kind == "whole" else "ax-phase"
    pieces = (
        ("ax-wide", begins, phase.starts_on),
        (style, phase.starts_on, stated + timedelta(days=1)),
        ("ax-wide", stated + timedelta(days=1), until + timedelta(days=1)),
    )
    stretches = tuple(
        Stretch(name, round(scale.x(start), 1), round(scale.x(end) - scale.x(start), 1))
        for name, start, end in pieces
        if start < end
    )
    return PhaseBar(phase, top + _MIDDLE, stretches, ends is None, top + _MIDDLE - 4)


def _ticks(scale: _Scale, *, every: int) -> Iterator[Tick]:
    month, number = scale.first, 0
    while month <= scale.last:
        yield Tick(round(scale.x(month), 1), month, named=number % every == 0)
        month = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
        number += 1
