"""
What does a lifecycle look like on a page that loads nothing from outside? A ladder, drawn as SVG.

A column is a state, a rung is an act that moves one: from the rings on it to the arrow's head. Rungs never cross, so
sixteen states are as readable as three. Colours are those of the page's theme, by the classes of ``static/site.css``.
"""

from collections.abc import Iterable
from html import escape
from typing import Final, NamedTuple

_LABELS, _STATE, _RUNG, _HEAD, _MARGIN = 470, 74, 40, 118, 14
_RING: Final = 5


class Rung(NamedTuple):
    """One act: its words, what it does to clocks, from which columns it moves, and to which (None: it stays)."""

    act: str
    marks: str
    sources: tuple[int, ...]
    target: int | None


def ladder(title: str, states: Iterable[str], ends: frozenset[str], rungs: Iterable[Rung]) -> str:
    """Return an SVG element without an empty line, so that Markdown takes it whole. *ends*: states that end it."""
    columns, steps = list(states), list(rungs)
    width = _LABELS + _STATE * len(columns) + 90
    height = _HEAD + _RUNG * len(steps) + _MARGIN
    drawn = [
        *(_column(index, name, end=name in ends, bottom=height - _MARGIN) for index, name in enumerate(columns)),
        *(_rung(index, rung) for index, rung in enumerate(steps)),
    ]
    box = f'viewBox="0 0 {width} {height}" style="min-width:{width * 2 // 3}px"'
    return "\n".join(
        [
            f'<figure class="ladder"><svg xmlns="http://www.w3.org/2000/svg" role="img" {box}>',
            f"<title>{escape(title)}</title>",
            *drawn,
            "</svg></figure>",
        ]
    )


def _x(column: int) -> int:
    return _LABELS + _STATE * column + _STATE // 2


def _column(index: int, name: str, *, end: bool, bottom: int) -> str:
    x, top = _x(index), _HEAD - 22
    kind = "state end" if end else "state"
    return (
        f'<line class="{kind}" x1="{x}" y1="{top}" x2="{x}" y2="{bottom}"/>'
        f'<text class="{kind}" transform="translate({x - 4} {top - 6}) rotate(-35)">{escape(name)}</text>'
    )


def _rung(index: int, rung: Rung) -> str:
    y = _HEAD + _RUNG * index + _RUNG // 2
    words = [
        f'<text class="act" x="{_LABELS - 16}" y="{y if rung.marks else y + 4}">{escape(rung.act)}</text>',
        *([f'<text class="marks" x="{_LABELS - 16}" y="{y + 15}">{escape(rung.marks)}</text>'] if rung.marks else []),
    ]
    return "".join([*_move(rung, y), *_rings(rung, y), *words])


def _rings(rung: Rung, y: int) -> list[str]:
    kind = "from" if rung.target is not None else "stays"
    return [f'<circle class="{kind}" cx="{_x(column)}" cy="{y}" r="{_RING}"/>' for column in rung.sources]


def _move(rung: Rung, y: int) -> list[str]:
    """Draw the line over all it comes from, and a head on each side from which it comes."""
    if rung.target is None:
        return []
    drawn, to = [], _x(rung.target)
    left = [column for column in rung.sources if column < rung.target]
    right = [column for column in rung.sources if column > rung.target]
    for sources, far, side in ((left, min, -1), (right, max, 1)):
        if sources:
            start = _x(far(sources)) - side * _RING
            drawn.append(f'<line class="move" x1="{start}" y1="{y}" x2="{to + side * 10}" y2="{y}"/>')
            drawn.append(f'<path class="head" d="M{to} {y}l{side * 11} -5v10z"/>')
    if rung.target in rung.sources:
        drawn.append(f'<circle class="head" cx="{to}" cy="{y}" r="9"/>')
    return drawn
