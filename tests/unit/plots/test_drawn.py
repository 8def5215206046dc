"""What is on the paper: bars as long as their figures, hatches where there is none, and words that can be read."""

import subprocess
import sys
from collections.abc import Sequence
from xml.etree import ElementTree as ET

import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from tests.unit.ledger.story import law
from tests.unit.plots.telling import SOURCE, figure
from yisong.plots.drawn import LOOKS, UNREAD, drawn, written
from yisong.plots.figures import Month, months, provinces
from yisong.plots.picture import Missing, Panel, Picture, Series

MONTHS = months(
    [
        Month("2016-07", (figure("fine_fen", 0), figure("cases_opened", 1))),
        Month("2016-08", (figure("fine_fen", None, unread=2), figure("cases_opened", 0))),
        Month("2016-09", (figure("fine_fen", 9_000_000), figure("cases_opened", 3))),
        Month("2016-10", (), begun=False),
    ],
    ("cases_opened", "fine_fen"),
    law(),
    SOURCE,
)
PROVINCES = provinces(
    [figure("fine_fen", 13, "970000"), figure("fine_fen", None, "980000", unread=1)], ("fine_fen",), law(), SOURCE
)
STACKED = Picture(
    "Clocks",
    ("T-REF-03", "T-REF-07"),
    (Panel("clocks", tuple(Series(name, (n, 2 * n)) for n, name in enumerate("abcdef"))),),
    (),
    lying=True,
    stacked=True,
)


def axes_of(picture: Picture, number: int = 0) -> Axes:
    return drawn(picture).get_axes()[number]


def bars(axes: Axes) -> list[Rectangle]:
    """Return the bars that stand for figures."""
    return [one for one in axes.patches if isinstance(one, Rectangle) and one.get_hatch() != UNREAD.hatch]


def gaps(axes: Axes) -> list[Rectangle]:
    """Return what stands where there is no figure."""
    return [one for one in axes.patches if isinstance(one, Rectangle) and one.get_hatch() == UNREAD.hatch]


def middles(found: Sequence[Rectangle], *, lying: bool = False) -> list[int]:
    """Return at which label they stand."""
    return [round(one.get_y() + one.get_height() / 2 if lying else one.get_x() + one.get_width() / 2) for one in found]


def words(axes: Axes) -> list[str]:
    return [one.get_text() for one in axes.texts]


def test_bars_are_as_high_as_their_figures() -> None:
    opened, fines = drawn(MONTHS).get_axes()

    assert [one.get_height() for one in bars(opened)] == [1, 0, 3]
    assert [one.get_height() for one in bars(fines)] == [0, 9_000_000]
    assert (middles(bars(opened)), middles(bars(fines))) == ([0, 1, 2], [0, 2])
    assert words(opened) == ["1", "0", "3", "–"]


def test_what_cannot_be_read_is_hatched_from_end_to_end_with_a_question_mark_and_no_bar() -> None:
    fines = axes_of(MONTHS, 1)

    (gap,) = gaps(fines)
    assert (middles([gap]), gap.get_label()) == ([1], "not readable here")
    drawn_from, drawn_to = (
        fines.transAxes.inverted().transform(point)[1] for point in gap.get_window_extent().get_points()
    )
    assert (drawn_from, drawn_to) == (pytest.approx(0), pytest.approx(1))
    assert words(fines) == ["0", "?", "9,000,000", "–"]
    legend = fines.get_legend()
    assert legend is not None
    assert [one.get_text() for one in legend.get_texts()] == ["? not readable here"]


def test_a_month_that_is_not_yet_has_neither_bar_nor_hatch() -> None:
    assert 3 not in middles(axes_of(MONTHS).patches)  # type: ignore[arg-type]
    assert gaps(axes_of(MONTHS)) == []


def test_provinces_lie_from_the_top_down_and_are_hatched_across() -> None:
    axes = axes_of(PROVINCES)

    assert [one.get_width() for one in bars(axes)] == [0, 13]
    assert middles(bars(axes), lying=True) == [0, 1]
    assert middles(gaps(axes), lying=True) == [2]
    assert [one.get_text() for one in axes.get_yticklabels()] == list(PROVINCES.labels)
    assert axes.yaxis_inverted()


def test_outcomes_add_up_to_one_bar_a_timer() -> None:
    found = [one for one in bars(axes_of(STACKED)) if round(one.get_y() + one.get_height() / 2) == 1]

    assert [one.get_width() for one in found] == [0, 2, 4, 6, 8, 10]
    assert [one.get_x() for one in found] == [0, 0, 2, 6, 12, 20]
    assert [one for one in words(axes_of(STACKED)) if one == "0"] == []


def test_no_bar_is_longer_than_its_axis() -> None:
    assert axes_of(MONTHS, 1).get_ylim()[1] > 9_000_000
    assert axes_of(STACKED).get_xlim()[1] > 30


def test_series_are_told_apart_without_their_colours() -> None:
    """Each has a hatch of its own, and none has that of what cannot be read."""
    hatches = [one.hatch for one in LOOKS]

    assert len(set(hatches)) == len(hatches) == 6
    assert UNREAD.hatch not in hatches
    assert len({round(sum(to_rgb(one.colour)), 2) for one in LOOKS}) == 6


def test_the_same_picture_gives_the_same_bytes() -> None:
    assert written(MONTHS, "svg") == written(MONTHS, "svg")
    assert b"<dc:date>" not in written(MONTHS, "svg")


def test_an_svg_holds_its_labels_and_its_caption_as_text() -> None:
    found = ET.fromstring(written(MONTHS, "svg"))  # noqa: S314 (our own)
    texts = {"".join(one.itertext()).strip() for one in found.iter("{http://www.w3.org/2000/svg}text")}

    assert {*MONTHS.labels, "cases_opened 行政立案", "fine_fen 罚款(分)", "9,000,000", "?", MONTHS.title} <= texts
    assert set(MONTHS.caption) <= texts
    assert "WenQuanYi Micro Hei" in written(MONTHS, "svg").decode()


def test_a_png_is_one() -> None:
    assert written(PROVINCES, "png").startswith(b"\x89PNG\r\n\x1a\n")


def test_nothing_to_show_is_drawn_as_nothing() -> None:
    empty = Picture("Ageing", ("0–3 d",), (Panel("open", (Series("clues", (0,)),)),), ())

    assert [one.get_width() for one in bars(axes_of(empty))] == [pytest.approx(0.8)]
    assert axes_of(empty._replace(panels=(Panel("open", (Series("", (Missing.UNREAD,)),)),))).get_ylim() == (0, 1)


def test_who_reads_a_table_does_not_wait_for_the_plotting_library() -> None:
    program = "import sys, yisong.cli.stats; print('matplotlib' in sys.modules)"

    assert (
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "False\n"
    )
