"""What is in a picture, before anybody draws it: figures with their names, and from where they are?"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

import orjson

_NAMED: Final = 6
"""So many figures that are not readable are named one by one; of more, the number is said."""

EVERYTHING: Final = "all there is 全部"
"""The name of what is asked of no period and no campaign."""


class Missing(StrEnum):
    """Why there is no figure where one would stand. It is never drawn as 0."""

    UNREAD = "not readable here"
    NOT_YET = "not yet"


Value = int | Missing


class Series(NamedTuple):
    """Figures of one kind, one for each label of the picture; *name*: what the legend says, empty where it is alone."""

    name: str
    values: tuple[Value, ...]


class Panel(NamedTuple):
    """Series on one axis; *title*: of what they are, with their unit. What has another unit has a panel of its own."""

    title: str
    series: tuple[Series, ...]


class Picture(NamedTuple):
    """
    All that is drawn.

    *labels*: what the figures are of, the same for all panels. *lying*: bars lie, and labels stand at the left.
    *stacked*: the series of a panel add up to one bar.
    """

    title: str
    labels: tuple[str, ...]
    panels: tuple[Panel, ...]
    caption: tuple[str, ...]
    lying: bool = False
    stacked: bool = False


class Source(NamedTuple):
    """
    From where the figures are: of which scope and node, counted up to which vector, under which rulebook.

    *version*: of a frozen version, its number.
    """

    scope: str
    agency: str
    vector: Mapping[int, int]
    rulebook: tuple[int, str]
    version: int | None = None

    @property
    def name(self) -> str:
        """Of what the figures are, for people."""
        return self.scope or EVERYTHING

    def said(self) -> Iterator[str]:
        """Yield what stands in the caption, so that whoever doubts a picture can ask for its figures again."""
        n, digest = self.rulebook
        version = "" if self.version is None else f" · frozen version 固定 {self.version}"
        yield f"{self.name} · node 节点 {self.agency} · rulebook 规则 {n} ({digest[:12]}){version}"
        vector = orjson.dumps({str(one): size for one, size in sorted(self.vector.items())}).decode()
        spaced = vector.replace(",", ", ").replace(":", ": ")
        yield f"{sum(self.vector.values())} records, vector 位置 {spaced}"


def unread(places: Sequence[tuple[str, int]]) -> Iterator[str]:
    """Yield what the caption says of figures that can't be read here: which, and how many events each misses."""
    if not places:
        return
    named = ", ".join(f"{place} ({events})" for place, events in places[:_NAMED])
    more = f" … and {len(places) - _NAMED} more" if len(places) > _NAMED else ""
    yield f"? = {Missing.UNREAD} 此处不可读, never 0; figure (events): {named}{more}"


def not_yet(labels: Iterable[str]) -> Iterator[str]:
    """Yield what the caption says of times that had not begun when the log ended."""
    listed = tuple(labels)
    if listed:
        first_and_last = listed[0] if len(listed) == 1 else f"{listed[0]} to {listed[-1]}"
        yield f"– = {Missing.NOT_YET} 尚未开始, as far as the log goes: {first_and_last}"


def both(english: str, chinese: str | None) -> str:
    """Return a name of the contract with the Chinese beside it."""
    return f"{english} {chinese}" if chinese else english
