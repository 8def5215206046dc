"""Short words for figures, and for where they are from."""

from collections.abc import Iterable

from yisong.plots.picture import Picture, Source, Value
from yisong.statistics.figures import Figure

SOURCE = Source("2016-H2", "miit", {1: 7, 0: 12}, (1, "ab12cd34" * 8))


def figure(
    column: str,
    value: int | None,
    key: str = "",
    *,
    grain: str | None = None,
    unit: str | None = None,
    unread: int = 0,
    unknown: int = 0,
) -> Figure:
    """Return one figure; what can't be read has no value, and says how many events are not in it."""
    return Figure(column, unit, key, grain, value, unread, value or 0, unknown)


def shown(picture: Picture, title: str) -> dict[str, tuple[Value, ...]]:
    """Return what the panel whose title begins so shows, by the names of its series."""
    (panel,) = (one for one in picture.panels if one.title.startswith(title))
    return {one.name.partition(" ")[0]: one.values for one in panel.series}


def said(lines: Iterable[str], word: str) -> str:
    """Return the one line that holds a word."""
    (line,) = (one for one in lines if word in one)
    return line
