"""What does one row of a file say, cell by cell, and what is wrong with it? Every fault is kept, with its column."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Final, NamedTuple, TypeVar

from yisong.importing.cells import clean
from yisong.importing.columns import COLUMNS, HEADINGS
from yisong.importing.doubts import personal, replaced, twice
from yisong.validators.region import PROVINCES
from yisong.validators.remark import Remark
from yisong.validators.uscc import uscc

_T = TypeVar("_T")

_LONGEST: Final = 500
#: What is published as it stands, and may be read out to anybody: running text, and names.
_TEXTS: Final = ("summary", "closing_reason")
_NAMES: Final = ("party", "works")
_CODES: Final = ("party_uscc", "targets")
"""A credit code or an address may hold digits that look like those of a person."""


class Note(NamedTuple):
    """Something about a *line* (from 1; 0: the whole file): the heading of the column, what it is; never a value."""

    line: int
    column: str
    what: str


class Reading(NamedTuple):
    """A cell that was *read* otherwise than *written*: a code, a date or a sum, never a name or a running text."""

    line: int
    column: str
    written: str
    read: str


class Row:
    """The accumulators of one row; lives no longer than its reading."""

    def __init__(self, line: int, cells: Mapping[str, str], provinces: Collection[str] = PROVINCES) -> None:
        """Read *cells* (by the column's name) of *line*; *provinces*: whose identity cards there can be."""
        self.line = line
        self.faults: list[Note] = []
        self.warnings: list[Note] = []
        self.readings: list[Reading] = []
        self._cells = {column.name: cells.get(column.name, "").strip() for column in COLUMNS}
        for name, cell in self._cells.items():
            for remark in _remarks(name, cell, provinces):
                self.note(name, remark)

    def __getitem__(self, name: str) -> str:
        """Return a cell as it is written, without spaces at its ends."""
        return self._cells[name]

    def fault(self, name: str, what: str) -> None:
        """Note a fault of the column *name*, once."""
        note = Note(self.line, HEADINGS.get(name, name), what)
        if note not in self.faults:
            self.faults.append(note)

    def warn(self, name: str, what: str) -> None:
        """Note what looks wrong in the column *name*."""
        self.warnings.append(Note(self.line, HEADINGS.get(name, name), what))

    def note(self, name: str, remark: Remark) -> None:
        """Note a *remark* by its weight."""
        (self.fault if remark.weight == "refuse" else self.warn)(name, remark.what)

    def read(self, name: str, how: Callable[[str], _T], *, show: Callable[[_T], str] | None = None) -> _T | None:
        """
        Return what *how* makes of a cell; None where it is empty, or *how* raises ValueError, which is a fault then.

        *show*: how what was read is written; where the cell is written otherwise, both are kept.
        """
        if not self[name]:
            return None
        try:
            found = how(self[name])
        except ValueError as fault:
            self.fault(name, str(fault))
            return None
        if show is not None and show(found) != self[name]:
            self.readings.append(Reading(self.line, HEADINGS[name], self[name], show(found)))
        return found

    def need(self, *names: str, because: str) -> None:
        """Note a fault for each of the columns *names* that is empty."""
        for name in names:
            if not self[name]:
                self.fault(name, f"must be filled: {because}")

    def filled(self, *names: str) -> tuple[str, ...]:
        """Return which of the columns *names* are not empty."""
        return tuple(name for name in names if self[name])


def _remarks(name: str, cell: str, provinces: Collection[str]) -> Iterator[Remark]:
    if len(cell) > _LONGEST:
        yield Remark("refuse", f"is longer than {_LONGEST} characters")
    if not clean(cell).replace("\n", "").isprintable():
        yield Remark("refuse", "holds characters that cannot be printed")
    if name in _TEXTS or name in _NAMES:
        yield from replaced(cell, name=name in _NAMES)
    if name in _TEXTS:
        yield from twice(cell)
    if name not in _CODES or (name == "party_uscc" and any(uscc(clean(cell)))):
        yield from personal(cell, provinces)
