"""How does a picture look? Bars that are told apart without colour, too; what has no figure is hatched, never 0."""

import logging
import textwrap
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any, Final, Literal, NamedTuple

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator

from yisong.plots.picture import Missing, Panel, Picture

Form = Literal["png", "svg"]

FONTS: Final = ("DejaVu Sans", "WenQuanYi Micro Hei", "Noto Sans CJK SC")
"""Each sign from the first that has it: Latin and digits from the one that comes with the library, Chinese after it."""


class Look(NamedTuple):
    """How a series is filled: a colour that the colour-blind tell apart (Okabe and Ito), and a hatch for the others."""

    colour: str
    hatch: str


LOOKS: Final = (
    Look("#009E73", ""),
    Look("#56B4E9", "//"),
    Look("#D55E00", "xx"),
    Look("#E69F00", ".."),
    Look("#BBBBBB", "--"),
    Look("#FFFFFF", "\\\\"),
)
"""The series of a picture in their order; of clocks: on_time, rolled_on_time, late, lapsed, void, running."""

UNREAD: Final = Look("none", "////")
"""What stands for a figure that can't be read: from end to end of the axis, so that nobody takes it for one."""

_EDGE: Final = "#333333"
_GREY: Final = "#888888"
_BOXED: Final[Any] = {"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.85}
_WIDTH: Final = 0.8
_LETTERS: Final = 160
_THIN: Final = 0.025
"""A part of a bar that is thinner, beside the whole axis, bears no number: it would lie over the next."""

_DOTS: Final = 110
_STYLE: Final[Any] = {
    "font.family": list(FONTS),
    "font.size": 8,
    "text.parse_math": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "yisong",
    "hatch.linewidth": 0.6,
}
_METADATA: Final[dict[Form, dict[str, str | None]]] = {
    "svg": {"Date": None, "Creator": "Yisong"},
    "png": {"Software": None},
}


def written(picture: Picture, form: Form) -> bytes:
    """Return *picture* as a file; an SVG holds its words as text, and the same picture gives the same bytes."""
    with _styled():
        file = BytesIO()
        _figure(picture).savefig(file, format=form, dpi=_DOTS, metadata=_METADATA[form])
        return file.getvalue()


def drawn(picture: Picture) -> Figure:
    """Return *picture* as a figure of matplotlib."""
    with _styled():
        return _figure(picture)


@contextmanager
def _styled() -> Iterator[None]:
    """Draw with our fonts; where none of them has Chinese, boxes stand for it, and nobody is told each time."""
    fonts = logging.getLogger("matplotlib.font_manager")
    before = fonts.level
    fonts.setLevel(logging.ERROR)
    try:
        with rc_context(_STYLE), warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=r"Glyph .* missing")
            yield
    finally:
        fonts.setLevel(before)


def _figure(picture: Picture) -> Figure:
    caption = [line for text in picture.caption for line in textwrap.wrap(text, _LETTERS)]
    labels, panels = len(picture.labels), len(picture.panels)
    widest = max((len(panel.series) for panel in picture.panels), default=1)
    bars = labels * (1 if picture.stacked else widest)
    each = 0.9 + 0.24 * max(bars, labels, 3) if picture.lying else 2.4
    width = 9.0 if picture.lying else max(9.0, 0.22 * bars + 1.5, 0.55 * labels + 1.5)
    foot = 0.16 * len(caption) + 0.1
    height = each * max(panels, 1) + 0.4 + foot
    above = ConstrainedLayoutEngine(rect=(0, foot / height, 1, 1 - foot / height))
    figure = Figure(figsize=(width, height), layout=above)
    figure.suptitle(picture.title, fontsize=10)
    figure.text(0.01, 0.05 / height, "\n".join(caption), fontsize=6.5, va="bottom", linespacing=1.4)
    for number, panel in enumerate(picture.panels, start=1):
        _panel(figure.add_subplot(panels, 1, number), panel, picture)
    return figure


def _panel(axes: Axes, panel: Panel, picture: Picture) -> None:
    axes.set_title(panel.title, fontsize=8, loc="left")
    thick = _WIDTH / (1 if picture.stacked else max(len(panel.series), 1))
    top = _top(panel, stacked=picture.stacked)
    ends = [0] * len(picture.labels)
    for number, series in enumerate(panel.series):
        shift = 0.0 if picture.stacked else (number + 0.5) * thick - _WIDTH / 2
        for place, value in enumerate(series.values):
            if isinstance(value, Missing):
                _gap(axes, value, place + shift, thick, lying=picture.lying)
                continue
            bar = _Bar(series.name, LOOKS[number % len(LOOKS)], place + shift, thick, ends[place], value)
            _bar(axes, bar, lying=picture.lying)
            if picture.stacked:
                ends[place] += value
            if not picture.stacked or value > _THIN * top:
                _number(axes, bar, picture)
    _scales(axes, picture, top)
    _legend(axes, panel)


class _Bar(NamedTuple):
    """One figure: of which series, where the middle of its bar is, how thick, and from where on; *value*: how long."""

    name: str
    look: Look
    middle: float
    thick: float
    start: int
    value: int


def _bar(axes: Axes, one: _Bar, *, lying: bool) -> None:
    place: tuple[float, float] = (one.middle - one.thick / 2, one.start)
    sizes: tuple[float, float] = (one.thick, one.value)
    if lying:
        place, sizes = place[::-1], sizes[::-1]
    look, label = one.look, f"{one.name} {one.value}".strip()
    axes.add_patch(
        Rectangle(place, *sizes, facecolor=look.colour, hatch=look.hatch, edgecolor=_EDGE, linewidth=0.5, label=label)
    )


def _number(axes: Axes, one: _Bar, picture: Picture) -> None:
    """Write the figure at the end of its bar, or into it where others follow."""
    text = f"{one.value:,}"
    if picture.stacked:
        place = (one.start + one.value / 2, one.middle)
        axes.text(*(place if picture.lying else place[::-1]), text, ha="center", va="center", fontsize=6, bbox=_BOXED)
    elif picture.lying:
        axes.annotate(text, (one.value, one.middle), (2, 0), textcoords="offset points", va="center", fontsize=6)
    else:
        place = (one.middle, one.value)
        axes.annotate(text, place, (0, 1), textcoords="offset points", ha="center", va="bottom", fontsize=6)


def _gap(axes: Axes, why: Missing, middle: float, thick: float, *, lying: bool) -> None:
    """Draw what stands for a figure that is not there, over the whole axis, whatever its scale."""
    transform = axes.get_yaxis_transform() if lying else axes.get_xaxis_transform()
    if why is Missing.UNREAD:
        place, sizes = (middle - thick / 2, 0.0), (thick, 1.0)
        if lying:
            place, sizes = place[::-1], sizes[::-1]
        patch = Rectangle(place, *sizes, **_unread(), transform=transform, label=why.value)
        axes.add_patch(patch)
    sign = "?" if why is Missing.UNREAD else "–"
    x, y = (0.5, middle) if lying else (middle, 0.5)
    axes.text(x, y, sign, transform=transform, ha="center", va="center", fontsize=8, bbox=_BOXED)


def _unread() -> dict[str, Any]:
    return {"facecolor": UNREAD.colour, "hatch": UNREAD.hatch, "edgecolor": _GREY, "linewidth": 0.5}


def _top(panel: Panel, *, stacked: bool) -> float:
    known = [[0 if isinstance(one, Missing) else one for one in series.values] for series in panel.series]
    longest = (sum(bar) if stacked else max(bar) for bar in zip(*known, strict=True))
    return max(1.0, 1.12 * max(longest, default=0))


def _scales(axes: Axes, picture: Picture, top: float) -> None:
    length = len(picture.labels)
    places, words = range(length), list(picture.labels)
    if picture.lying:
        axes.set_xlim(0, top)
        axes.set_ylim(length - 0.5 if length else 0.5, -0.5)
        axes.set_yticks(places, words, fontsize=7)
    else:
        axes.set_ylim(0, top)
        axes.set_xlim(-0.5, length - 0.5 if length else 0.5)
        axes.set_xticks(places, words, fontsize=7)
    figures = axes.xaxis if picture.lying else axes.yaxis
    figures.set_major_locator(MaxNLocator(nbins=6, integer=True))
    figures.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.tick_params(labelsize=7)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _legend(axes: Axes, panel: Panel) -> None:
    handles = [
        Patch(facecolor=look.colour, hatch=look.hatch, edgecolor=_EDGE, linewidth=0.5, label=series.name)
        for series, look in zip(panel.series, LOOKS, strict=False)
        if series.name
    ]
    if any(value is Missing.UNREAD for series in panel.series for value in series.values):
        handles.append(Patch(**_unread(), label=f"? {Missing.UNREAD}"))
    if handles:
        axes.legend(handles=handles, fontsize=6, loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
