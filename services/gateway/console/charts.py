"""How do months and provinces compare? Bars beside their numbers: a table that is drawn, and can be read without it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal, NamedTuple

from services.gateway.console.names import Names
from yisong.plots.figures import Month, Place, columns_in, grains_of, province_keys, units, value_at
from yisong.plots.picture import Missing, Value
from yisong.statistics.figures import NOT_READABLE, Figure
from yisong.statistics.rules import UNKNOWN

WIDTH: Final = 200.0
"""How long (in the drawing's own units) the longest bar is."""
_SHORTEST: Final = 1.0

Look = Literal["known", "unread", "not-yet"]


class Bar(NamedTuple):
    """One figure: *width* of its bar; *value* None: there is none, and *look* says why."""

    label: str
    value: int | None
    width: float
    look: Look


class Chart(NamedTuple):
    """Bars on one scale; *unit*: in which they are counted, and *grain*: by what, both empty where that is plain."""

    unit: str
    grain: str
    bars: tuple[Bar, ...]

    @property
    def has_unread(self) -> bool:
        """Hold where a figure is not readable here."""
        return any(bar.look == "unread" for bar in self.bars)


def by_month(found: Sequence[Month], column: str, names: Names) -> tuple[Chart, ...]:
    """Return *column* over the months *found*: a chart for each unit in which it is counted."""
    rows = [columns_in(month.figures).get(column, ()) for month in found]
    return tuple(
        Chart(
            _unit(unit, names),
            "",
            bars(
                [
                    (month.period, value_at(row, Place(column, unit)) if month.begun else Missing.NOT_YET)
                    for month, row in zip(found, rows, strict=True)
                ]
            ),
        )
        for unit in units(figure for row in rows for figure in row)
    )


def by_province(figures: Sequence[Figure], column: str, names: Names) -> tuple[Chart, ...]:
    """Return *column* by province: a chart for each unit and, of sites, for who decided and who gives access."""
    shown = columns_in(figures).get(column, ())
    keys = province_keys(shown, names.law)
    return tuple(
        Chart(
            _unit(unit, names),
            "" if grain is None else names.t(f"statistics.grain_{grain}"),
            bars([(province(key, names), value_at(shown, Place(column, unit, key, grain))) for key in keys]),
        )
        for unit in units(shown)
        for grain in grains_of(column)
    )


def bars(found: Sequence[tuple[str, Value]]) -> tuple[Bar, ...]:
    """Return bars, on the scale of the longest of them; what is not readable fills the whole length, hatched."""
    longest = max((value for _, value in found if not isinstance(value, Missing)), default=0)
    return tuple(_bars(found, longest))


def _bars(found: Sequence[tuple[str, Value]], longest: int) -> Iterator[Bar]:
    for label, value in found:
        if value is Missing.UNREAD:
            yield Bar(label, None, WIDTH, "unread")
        elif isinstance(value, Missing):
            yield Bar(label, None, 0.0, "not-yet")
        else:
            width = max(_SHORTEST, value / longest * WIDTH) if value > 0 else 0.0
            yield Bar(label, value, round(width, 1), "known")


def province(key: str, names: Names) -> str:
    """Return the name of a province, by its code."""
    if key == UNKNOWN:
        return names.t("statistics.unknown")
    found = names.law.rulebook.directory.regions.get(key)
    return names.t("statistics.nation") if key == "000000" else found or key


def key_of(figure: Figure, by: str, names: Names) -> str:
    """Return what a figure is of, in words: an organ, a province, a kind or a source."""
    if figure.key in (UNKNOWN, NOT_READABLE):
        return names.t("statistics.unknown" if figure.key == UNKNOWN else "statistics.not_readable")
    match by:
        case "organ":
            return names.organ(figure.key)
        case "province":
            return province(figure.key, names)
        case "level":
            return names.t(f"statistics.level_{figure.key}")
        case _:
            return names.enum(_ENUMS.get(by, by), figure.key)


_ENUMS: Final[Mapping[str, str]] = {"source": "clue_source"}


def _unit(unit: str | None, names: Names) -> str:
    return "" if unit is None else names.enum("quantity_unit", unit)
