"""
What are the figures, by organ, province, level, work type, platform type and source?

A figure is a sum only where every event that belongs to it could be read. Where one could not, the figure is not
readable here, and says how many; it is never 0, and never the sum of the others.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, Literal, NamedTuple

from yisong.ledger import Law
from yisong.statistics.rules import FILED_ONLY, OF_SITES, STOCKS, UNKNOWN

By = Literal["organ", "province", "level", "work_type", "platform_type", "source"]
BYS: Final[tuple[By, ...]] = ("organ", "province", "level", "work_type", "platform_type", "source")
KEYED: Final[tuple[By, ...]] = ("work_type", "platform_type", "source")
"""What the events say; the others follow from the organ, by the directory."""
NOT_READABLE: Final = "not readable here"
"""The key of what belongs to a kind that can't be read here, and what stands in the place of a figure that can't."""


class Cell(NamedTuple):
    """
    What the events of one *organ* and *access* (see `Counted`) and of one *key* add up to.

    *key* None: its kind can't be read here. *about*: of a stock, one case that is in it. *unread* and *unknown*: how
    many events have no value, and so are not in *value*.
    """

    stat: str
    unit: str | None
    organ: str
    access: str | None
    key: str | None
    value: int
    unread: int = 0
    unknown: int = 0
    about: str | None = None


class Figure(NamedTuple):
    """
    One figure: the *column*, for a *unit*, of what *key* names (empty: all).

    *grain*: of sites, whether *key* decided or gives access. *value* None: *unread* events can't be read here, and the
    others add up to *read*; or nothing derives it (*filed_only*). *unknown*: so many events say that they do not know.
    """

    column: str
    unit: str | None
    key: str
    grain: str | None
    value: int | None
    unread: int
    read: int
    unknown: int

    @property
    def filed_only(self) -> bool:
        """Hold where no event carries the column."""
        return self.column in FILED_ONLY


def province_of(organ: str, law: Law) -> str:
    """Return the GB/T 2260 code of the province in which *organ* is by the directory; ``000000`` is the nation."""
    found = law.organs.get(organ)
    region = None if found is None else found.region_code
    return UNKNOWN if region is None else f"{region[:2]}0000"


def level_of(organ: str, law: Law) -> str:
    """Return the level of *organ* by the directory: national, province, city or county."""
    found = law.organs.get(organ)
    return UNKNOWN if found is None or found.level is None else found.level


def is_within(organ: str, whole: str, law: Law) -> bool:
    """Hold where the region of *organ* lies in that of the organ *whole*: of whatever agency line."""
    one, other = (None if found is None else found.region_code for found in map(law.organs.get, (organ, whole)))
    return one is not None and other is not None and one.startswith(_prefix(other))


def _prefix(region: str) -> str:
    parts = (region[:2], region[2:4], region[4:])
    return "".join(part for part in parts if part != "00")


def figures(cells: Iterable[Cell], by: By | None, law: Law) -> tuple[Figure, ...]:
    """
    Add up *cells*, which were grouped *by* it: in the order of the contract's columns, then of keys.

    Without *by* every column is there, else those that are not empty. What a work type adds belongs to each of several
    that a case has, so that these do not add up to the whole.
    """
    sums: defaultdict[tuple[str, str | None, str, str | None], _Sum] = defaultdict(_Sum)
    for cell in cells:
        for key, grain in _keys(cell, by, law):
            sums[cell.stat, cell.unit, key, grain].add(cell)
    found = [_figure(*place, total) for place, total in sums.items()]
    columns = {column: at for at, column in enumerate(law.rulebook.catalogue.enums["stat_column"])}
    if by is None:
        there = {one.column for one in found}
        found += [_figure(column, None, "", None, _Sum()) for column in columns if column not in there]
    return tuple(sorted(found, key=lambda one: (columns[one.column], one.grain or "", one.key, one.unit or "")))


class _Sum:
    def __init__(self) -> None:
        self.value = self.unread = self.unknown = 0
        self.about: set[str] = set()

    def add(self, cell: Cell) -> None:
        self.value += cell.value
        self.unread += cell.unread
        self.unknown += cell.unknown
        if cell.about is not None:
            self.about.add(cell.about)


def _keys(cell: Cell, by: By | None, law: Law) -> Iterator[tuple[str, str | None]]:
    name: Callable[[str], str]
    match by:
        case None:
            yield "", None
            return
        case "organ":
            name = str
        case "province":
            name = lambda organ: province_of(organ, law)  # noqa: E731 (one of three)
        case "level":
            name = lambda organ: level_of(organ, law)  # noqa: E731 (one of three)
        case _:
            yield NOT_READABLE if cell.key is None else cell.key, None
            return
    if cell.stat not in OF_SITES:
        yield name(cell.organ), None
        return
    yield name(cell.organ), "decision"
    yield UNKNOWN if cell.access is None else name(cell.access), "access"


def _figure(column: str, unit: str | None, key: str, grain: str | None, total: _Sum) -> Figure:
    value = len(total.about) if column in STOCKS else total.value  # a case supervised twice is one case
    shown = None if total.unread or column in FILED_ONLY else value
    return Figure(column, unit, key, grain, shown, total.unread, value, total.unknown)


def as_json(one: Figure) -> dict[str, object]:
    """Return *one* as plain data."""
    said: dict[str, object] = {"column": one.column, "value": one.value}
    further: Mapping[str, object] = {
        "unit": one.unit,
        "key": one.key,
        "grain": one.grain,
        "unknown": one.unknown,
        "filed_only": one.filed_only,
    }
    said |= {name: value for name, value in further.items() if value}
    return said | ({"not_readable_here": one.unread, "readable": one.read} if one.unread else {})


def from_json(row: Mapping[str, object]) -> Figure:
    """Return what `as_json` wrote."""
    value, unread = _number(row.get("value")), _number(row.get("not_readable_here")) or 0
    read = _number(row.get("readable")) if unread else value
    words = [None if row.get(name) is None else str(row[name]) for name in ("unit", "grain")]
    return Figure(
        str(row["column"]), words[0], str(row.get("key", "")), words[1],
        value, unread, read or 0, _number(row.get("unknown")) or 0,
    )  # fmt: skip


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None
