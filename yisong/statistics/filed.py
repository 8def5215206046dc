"""By how much does what was filed 报数 differ from what the events give 推算数? Nothing is corrected silently."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from yisong.ledger import Law
from yisong.statistics.adding import Line
from yisong.statistics.figures import BYS, Cell, Figure, figures, is_within
from yisong.statistics.rules import FILED_ONLY


class Compared(NamedTuple):
    """
    A figure that an organ filed, and the one derived for its region; *derived* None: not readable here, or see *note*.

    *kind*, *key*: of which part of the column it is (``work_type``, ``book``); None: of all of it.
    """

    column: str
    unit: str | None
    kind: str | None
    key: str | None
    filed: int | None
    derived: int | None
    note: str | None

    @property
    def difference(self) -> int | None:
        """Filed minus derived; None where there is nothing to compare with."""
        return None if self.filed is None or self.derived is None else self.filed - self.derived


class Report(NamedTuple):
    """The newest version of a report on the log: of whom, on which form, and what it says."""

    organ: str
    variant: str
    template: str | None
    report_version: int | None
    event_id: str
    readable: bool
    figures: tuple[Compared, ...]


def reports(lines: Iterable[Line], cells: Mapping[str | None, Iterable[Cell]], law: Law) -> tuple[Report, ...]:
    """
    Return each report in *lines* in its newest version, its figures beside those derived.

    *cells*: what the events of the same scope add up to, by the grouping (None, ``work_type`` …). A report speaks for
    its organ's region, and everything in it, of whatever agency line: a province for its cities.
    """
    newest: dict[tuple[object, ...], list[Line]] = {}
    for line in lines:
        # Which form a report is of that can't be read is not known: each of them is listed.
        form = line.template if line.period is not None else line.event_id
        newest.setdefault((line.organ, line.variant, form), []).append(line)
    return tuple(
        _report(one, cells, law) for _, one in sorted(newest.items(), key=lambda item: tuple(map(str, item[0])))
    )


def _report(lines: list[Line], cells: Mapping[str | None, Iterable[Cell]], law: Law) -> Report:
    last = max(lines, key=lambda line: (line.report_version or 0, line.at, line.partition, line.offset))
    columns = list(law.rulebook.catalogue.enums["stat_column"])
    said = sorted(
        (line for line in lines if line.event_id == last.event_id and line.stat in columns),
        key=lambda line: (
            columns.index(str(line.stat)),
            line.kind or "",
            line.key or "",
            line.unit or "",
            line.value or 0,
        ),
    )
    derived: dict[str | None, tuple[Figure, ...]] = {}
    compared = tuple(_compared(line, line.stat, derived, cells, law) for line in said if line.stat is not None)
    readable = last.period is not None
    return Report(
        last.organ, last.variant, last.template, last.report_version, last.event_id, readable, tuple(compared)
    )


def _compared(
    line: Line,
    column: str,
    derived: dict[str | None, tuple[Figure, ...]],
    cells: Mapping[str | None, Iterable[Cell]],
    law: Law,
) -> Compared:
    by = next((one for one in BYS if one == line.kind), None)
    head = (column, line.unit, by, line.key, line.value)
    if column in FILED_ONLY:
        return Compared(*head, None, "filed only")
    if line.kind == "several":
        return Compared(*head, None, "not compared: of several kinds at once")
    if by not in derived:
        derived[by] = figures(_within(cells[by], line.organ, law), by, law)
    found = [one for one in derived[by] if (one.column, one.key) == (column, line.key or "")]
    if line.unit is not None:
        found = [one for one in found if one.unit == line.unit or (one.unread and one.unit is None)]
    unread = sum(one.unread for one in found)
    value = None if unread else sum(one.value or 0 for one in found)
    return Compared(*head, value, f"not readable here: {unread}" if unread else None)


def _within(cells: Iterable[Cell], organ: str, law: Law) -> Iterator[Cell]:
    yield from (cell for cell in cells if is_within(cell.organ, organ, law))


def as_json(one: Report) -> dict[str, object]:
    """Return *one* as plain data."""
    return {
        "organ": one.organ,
        "variant": one.variant,
        "template": one.template,
        "report_version": one.report_version,
        "event_id": one.event_id,
        "readable_here": one.readable,
        "figures": [_row(figure) for figure in one.figures],
    }


def _row(one: Compared) -> dict[str, object]:
    row: dict[str, object] = {"column": one.column, "filed": one.filed, "derived": one.derived}
    further = {"unit": one.unit, "kind": one.kind, "key": one.key, "note": one.note}
    row |= {name: value for name, value in further.items() if value is not None}
    return {**row, "difference": one.difference}
