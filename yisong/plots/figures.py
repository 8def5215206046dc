"""How do columns of the statistics compare, month by month and province by province? Figures in, a picture out."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from yisong.ledger import Law
from yisong.plots.picture import Missing, Panel, Picture, Series, Source, Value, both, not_yet, unread
from yisong.statistics.figures import Figure, province_of
from yisong.statistics.rules import OF_SITES, UNKNOWN

MONTHLY: Final = ("clues_received", "cases_opened", "cases_closed")
"""The columns of a picture of months where none is chosen."""

BY_PROVINCE: Final = ("cases_opened",)
"""The same of provinces."""

_NATION: Final = "000000"
_GRAINS: Final[Mapping[str | None, str]] = {"decision": "decided 决定地", "access": "access given 接入地"}


class Month(NamedTuple):
    """The figures of a *period* ``2016-08``; *begun*: the log had come so far when they were counted."""

    period: str
    figures: tuple[Figure, ...]
    begun: bool = True


class Place(NamedTuple):
    """Where one figure of a picture stands: a column, the unit of its panel, a key and a grain."""

    column: str
    unit: str | None
    key: str = ""
    grain: str | None = None


def months(found: Sequence[Month], columns: Sequence[str], law: Law, source: Source) -> Picture:
    """Return *columns* over the months *found*, in the order of time: one panel for each column, and unit, of it."""
    labels = tuple(one.period for one in found)
    by_month = [columns_in(one.figures) for one in found]
    panels, missing = [], []
    for column in columns:
        for unit in units(figure for one in by_month for figure in one.get(column, ())):
            place = Place(column, unit)
            values: list[Value] = []
            for month, figures in zip(found, by_month, strict=True):
                values.append(value_at(figures.get(column, ()), place) if month.begun else Missing.NOT_YET)
                if values[-1] is Missing.UNREAD:
                    missing.append((f"{month.period} {column}", _events(figures.get(column, ()), place)))
            panels.append(Panel(_title(column, unit, law), (Series("", tuple(values)),)))
    shown = [figure for month, one in zip(found, by_month, strict=True) if month.begun for figure in _of(columns, one)]
    later = not_yet(month.period for month in found if not month.begun)
    caption = (*source.said(), *unread(missing), *_unknown(shown), *later)
    return Picture(f"By month 按月 {source.name}", labels, tuple(panels), caption)


def provinces(found: Iterable[Figure], columns: Sequence[str], law: Law, source: Source) -> Picture:
    """
    Return *columns* by province, from figures by province, in the order of the codes.

    Every province of the directory is there, with 0 where nothing happened; the nation only where it has a figure.
    """
    by_column = columns_in(found)
    shown = list(_of(columns, by_column))
    keys = province_keys(shown, law)
    panels, missing = [], []
    for column in columns:
        figures = by_column.get(column, ())
        for unit in units(figures):
            series = []
            for grain, name in grains_of(column).items():
                places = [Place(column, unit, key, grain) for key in keys]
                values = tuple(value_at(figures, place) for place in places)
                series.append(Series(name, values))
                missing += [
                    (" ".join(filter(None, (place.key, column, grain))), _events(figures, place))
                    for place, value in zip(places, values, strict=True)
                    if value is Missing.UNREAD
                ]
            panels.append(Panel(_title(column, unit, law), tuple(series)))
    caption = (*source.said(), *unread(missing), *_unknown(shown))
    labels = tuple(_province(key, law) for key in keys)
    return Picture(f"By province 按省 {source.name}", labels, tuple(panels), caption, lying=True)


def columns_in(found: Iterable[Figure]) -> dict[str, tuple[Figure, ...]]:
    """Return figures by their column."""
    by_column: dict[str, list[Figure]] = {}
    for one in found:
        by_column.setdefault(one.column, []).append(one)
    return {column: tuple(rows) for column, rows in by_column.items()}


def _of(columns: Sequence[str], by_column: Mapping[str, tuple[Figure, ...]]) -> Iterator[Figure]:
    for column in columns:
        yield from by_column.get(column, ())


def units(found: Iterable[Figure]) -> tuple[str | None, ...]:
    """Return the units in which a column has figures; of what can't be read, the unit is not known either."""
    return tuple(sorted({one.unit for one in found if one.unit is not None})) or (None,)


def _at(found: Iterable[Figure], place: Place) -> list[Figure]:
    """Return what belongs to a figure: of its unit, and what can't be read, which may be of any."""
    there = [one for one in found if (one.key, one.grain) == (place.key, place.grain)]
    return [one for one in there if one.unit == place.unit or (one.unread and one.unit is None)]


def value_at(found: Iterable[Figure], place: Place) -> Value:
    """Return what stands at *place* of the figures *found* of its column: 0 where nothing does."""
    total = 0
    for one in _at(found, place):
        if one.value is None:
            return Missing.UNREAD
        total += one.value
    return total


def _events(found: Iterable[Figure], place: Place) -> int:
    return sum(one.unread for one in _at(found, place))


def _unknown(shown: Iterable[Figure]) -> Iterator[str]:
    """Yield how many events say that they do not know; each once, though sites stand in two series."""
    events = sum(one.unknown for one in shown if one.grain != "access")
    if events:
        yield f"{events} event(s) say that their amount is not known; it is in no figure"


def _title(column: str, unit: str | None, law: Law) -> str:
    enums = law.rulebook.catalogue.enums
    title = both(column, enums["stat_column"].get(column))
    return title if unit is None else f"{title} ({both(unit, enums['quantity_unit'].get(unit))})"


def grains_of(column: str) -> Mapping[str | None, str]:
    """Return by what a column is counted by province, with how it is called: of sites there are two."""
    return _GRAINS if column in OF_SITES else {None: ""}


def province_keys(shown: Iterable[Figure], law: Law) -> list[str]:
    """Return the codes of all provinces of the directory, and what else the figures *shown* are of, in their order."""
    known = {province_of(organ.id, law) for organ in law.organs.values() if organ.region_code is not None}
    keys = (known - {_NATION}) | {one.key for one in shown}
    order: Callable[[str], tuple[bool, str]] = lambda key: (key == UNKNOWN, key)  # noqa: E731 (one line)
    return sorted(keys, key=order)


def _province(key: str, law: Law) -> str:
    return both(key, "不明" if key == UNKNOWN else law.rulebook.directory.regions.get(key))
