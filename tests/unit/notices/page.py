"""What does docs/notices.md say of each sentence of the notices: what carries it, and which test shows that?"""

import re
from typing import NamedTuple

_ROW = re.compile(r"^\| ([AB]\d\d) \| (.*) \|$", re.MULTILINE)
_CODE = re.compile(r"`([^`]*)`")
_OUT = "out of scope: "
_GAP = "; not carried: "


class Row(NamedTuple):
    """
    One row: the *words* of the notice, the names of what *carries* them and of the tests by which it is *shown*.

    *outside*: why it is out of scope; *gap*: what the notice asks for beside, and nothing carries; empty where neither.
    *plain*: what stands in the third and fourth column beside names.
    """

    id: str
    words: str
    carried: tuple[str, ...]
    shown: tuple[str, ...]
    outside: str
    gap: str
    plain: str


def rows(page: str) -> tuple[Row, ...]:
    """Return the rows of a page in their order. Raises ValueError where one has not four columns."""
    return tuple(_row(match[1], match[2].split(" | ")) for match in _ROW.finditer(page.replace("| |", "|  |")))


def _row(row_id: str, cells: list[str]) -> Row:
    if len(cells) != 3:
        raise ValueError(f"{row_id} has {len(cells) + 1} columns, and not four")
    words, said, shown = cells
    carried, _, gap = said.partition(_GAP)
    outside = said.removeprefix(_OUT) if said.startswith(_OUT) else ""
    names = "" if outside else carried
    plain = re.sub(r"[,\s]|<br>", "", _CODE.sub("", names + shown))
    return Row(row_id, words, _names(names), _names(shown), outside, gap, plain)


def _names(cell: str) -> tuple[str, ...]:
    return tuple(_CODE.findall(cell))
