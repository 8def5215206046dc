"""What does ``calendar.yaml`` say: which days are holidays, which weekend days are worked, and known since when?"""

from datetime import date
from typing import Literal

from yisong.rulebook.days import day_start
from yisong.rulebook.model import CalendarRow
from yisong.rulebook.yaml_file import Folder, Shape, read_in

_UNKNOWN_NOTICE = (12, 16)  # a year whose notice was not looked up is known from this day of the year before


class YearShape(Shape):
    """The days of one year's notice."""

    known_from: date | None
    tag: Literal["G"] | None
    holidays: list[date]
    workdays: list[date]


class AmendmentShape(Shape):
    """A change within a year."""

    known_from: date
    tag: Literal["G"] | None
    holidays: list[date]
    workdays: list[date]
    zh: str


class CalendarFile(Shape):
    """The whole file."""

    version: Literal[1]
    years: dict[int, YearShape]
    amendments: list[AmendmentShape]


def read_calendar(folder: Folder) -> CalendarFile:
    """Return calendar.yaml of *folder*; raise ContractFault where its shape is wrong."""
    return read_in(folder, "calendar.yaml", CalendarFile)


def calendar(file: CalendarFile) -> tuple[CalendarRow, ...]:
    """Return one row a notice, the newest known last; *file* is taken to be free of faults."""
    rows = [*(_year(year, shape) for year, shape in file.years.items()), *map(_amendment, file.amendments)]
    return tuple(sorted(rows, key=lambda row: row.known_from))


def known_from(year: int, shape: YearShape) -> date:
    """Return the day from which *year* is known: that of its notice, or 16 December before (policy)."""
    return shape.known_from or date(year - 1, *_UNKNOWN_NOTICE)


def calendar_faults(file: CalendarFile) -> list[str]:
    """Return what is wrong with *file*: days of another year, of two kinds, twice, or that change nothing."""
    faults: list[str] = []
    for year, shape in file.years.items():
        allowed = {*shape.holidays, *shape.workdays}
        outside = sorted(
            day for day in allowed if day.year != year and not (day.year == year - 1 and day >= date(year - 1, 12, 25))
        )
        faults += [
            f"calendar.yaml: {day} stands in {year}, but is neither of that year nor of the week before"
            for day in outside
        ]
        faults += _day_faults(shape.holidays, shape.workdays, where=str(year))
        if shape.known_from is not None and shape.known_from.year != year - 1:
            faults.append(f"calendar.yaml: {year} is known from {shape.known_from}; its notice is of the year before")
    for row in file.amendments:
        where = f"amendment of {row.known_from}"
        faults += _day_faults(row.holidays, row.workdays, where=where)
        if any(day < row.known_from for day in (*row.holidays, *row.workdays)):
            faults.append(f"calendar.yaml: {where} changes a day before it was known")
    return faults


def _day_faults(holidays: list[date], workdays: list[date], *, where: str) -> list[str]:
    faults = [
        f"calendar.yaml: {day} is holiday and working day in {where}" for day in sorted({*holidays} & {*workdays})
    ]
    faults += [
        f"calendar.yaml: the days of {where} are not in order, or one stands twice"
        for days in (holidays, workdays)
        if days != sorted(set(days))
    ]
    faults += [
        f"calendar.yaml: {day} of {where} is no weekend day, so working on it is nothing new"
        for day in workdays
        if not _weekend(day)
    ]
    return faults


def _weekend(day: date) -> bool:
    return day.isoweekday() in (6, 7)


def _year(year: int, shape: YearShape) -> CalendarRow:
    return CalendarRow(
        year=year,
        known_from=day_start(known_from(year, shape)),
        holidays=frozenset(shape.holidays),
        workdays=frozenset(shape.workdays),
    )


def _amendment(shape: AmendmentShape) -> CalendarRow:
    return CalendarRow(
        year=None,
        known_from=day_start(shape.known_from),
        holidays=frozenset(shape.holidays),
        workdays=frozenset(shape.workdays),
    )
