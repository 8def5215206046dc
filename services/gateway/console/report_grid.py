"""How is the calendar of reports laid out? Organs downwards, what they owe from left to right, by day. Values only."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from services.gateway.console.clocks import Look
from yisong.campaigns.standing import STATES, Standing, State
from yisong.ledger import Law
from yisong.rulebook.model import Organ

LOOKS: Final[Mapping[State, tuple[Look, str]]] = {
    "filed": ("ok", "ok"),
    "late": ("late", "late"),
    "missing": ("late", "ne"),
    "not_yet_due": ("run", "run"),
    "not_readable": ("void", "lock"),
    "not_begun": ("void", "void"),
}
"""How a state looks: its chip, and the mark in it. No two have the same mark and word."""
ROLLED: Final[tuple[Look, str]] = ("roll", "roll")
"""How one looks that came in time on the rolled reading only."""


class Column(NamedTuple):
    """What is owed: under which timer, on which period, and until when on both readings (ms)."""

    timer: str
    period: str
    strict: int
    rolled: int


class Cell(NamedTuple):
    """What has become of one report: its chip and mark, and the word for it (of the catalogue)."""

    standing: Standing
    look: Look
    mark: str
    word: str


class OrganRow(NamedTuple):
    """What one organ owes, by column; None where nothing is asked of it there."""

    organ: str
    cells: tuple[Cell | None, ...]


class Grid(NamedTuple):
    """The calendar as a table; *more*: the organ behind which the next page begins, else empty."""

    columns: tuple[Column, ...]
    rows: tuple[OrganRow, ...]
    more: str


def grid(standings: Sequence[Standing], law: Law, *, after: str = "", most: int) -> Grid:
    """Lay out *standings* for at most so many organs behind *after*, by region, the province before its cities."""
    organs = sorted({one.report.organ for one in standings}, key=lambda one: _order(one, law.organs.get(one)))
    begin = organs.index(after) + 1 if after in organs else 0
    shown = organs[begin : begin + most]
    columns = tuple(sorted({_column(one) for one in standings}, key=lambda one: (one.strict, one.timer, one.period)))
    by_place = {(one.report.organ, _column(one)): _cell(one) for one in standings}
    rows = tuple(OrganRow(organ, tuple(by_place.get((organ, column)) for column in columns)) for organ in shown)
    return Grid(columns, rows, shown[-1] if begin + most < len(organs) else "")


def counts(standings: Iterable[Standing]) -> Mapping[State, int]:
    """Count reports by state, in the order in which states are shown; states of none are left out."""
    found = dict.fromkeys(STATES, 0)
    for one in standings:
        found[one.state] += 1
    return {state: n for state, n in found.items() if n}


def _column(one: Standing) -> Column:
    report = one.report
    return Column(report.timer.id, report.period, report.ends.strict, report.ends.rolled)


def _cell(one: Standing) -> Cell:
    look, mark = ROLLED if one.rolled else LOOKS[one.state]
    return Cell(one, look, mark, "filed_rolled" if one.rolled else one.state)


def _order(organ: str, known: Organ | None) -> tuple[str, str]:
    return "" if known is None else known.region_code or "", organ
