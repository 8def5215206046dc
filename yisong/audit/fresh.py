"""Under which numbers can a file be played beside what is on the bus already?"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from yisong.audit.history_file import History, Line
from yisong.envelope.case_id import case_id, is_case_id, is_register

_CASE_ID = re.compile(r"CRB-[0-9]{6}-[0-9]{4}-[0-9]{6}-[0-9A-Z]")

FIRST_FRESH = 900_000
"""The case numbers from here to 999999 belong to tests and to replays."""

Unused = Callable[[str, int], str]
"""Gives a case id of a region (six digits) and year that is on the bus nowhere, each time another one."""


@dataclass(frozen=True, slots=True)
class Renumbering:
    """Which case id stands for which; an id that is not in *table* stands for itself."""

    table: Mapping[str, str]

    def text(self, text: str) -> str:
        """Return *text* with every case id in it exchanged, those inside other ids (``R-CRB-…-1``) too."""
        return _CASE_ID.sub(lambda found: self.table.get(found[0], found[0]), text)

    def value(self, value: object) -> object:
        """Return a JSON value with every case id in its texts exchanged."""
        match value:
            case str():
                return self.text(value)
            case list():
                return [self.value(one) for one in value]
            case dict():
                return {name: self.value(one) for name, one in value.items()}
            case _:
                return value

    @property
    def inverse(self) -> "Renumbering":
        """The way back: from the ids on the bus to those of the file."""
        return Renumbering({fresh: stated for stated, fresh in self.table.items()})


AS_IT_STANDS = Renumbering({})
"""No id is exchanged."""


def renumbering(history: History, unused: Unused) -> Renumbering:
    """
    Give every case that *history* names, however foreign, a number of its own that is not used yet.

    An id with a wrong check character stays as wrong as it is, and a register docket keeps its one possible id.
    """
    found = {one: None for line in history.lines for one in _ids_of(line)}  # a dict keeps the order
    return Renumbering({one: unused(one[4:10], int(one[11:15])) for one in found if _is_renumbered(one)})


def renumbered(history: History, table: Renumbering) -> History:
    """Return *history* under the ids of *table*: case ids, aggregates, cites, bodies and record keys."""
    return replace(history, lines=tuple(_renumbered_line(line, table) for line in history.lines))


def unused_ids(taken: Iterable[str], draw: Callable[[], int]) -> Unused:
    """Return what gives ids outside *taken*, with numbers that *draw* proposes (``FIRST_FRESH`` to 999999)."""
    used = set(taken)

    def unused(region: str, year: int) -> str:
        while (drawn := case_id(region, year, draw())) in used:
            pass
        used.add(drawn)
        return drawn

    return unused


def _is_renumbered(one: str) -> bool:
    return is_case_id(one) and not is_register(one)


def _places(line: Line) -> tuple[object, ...]:
    """Return what of a line is renumbered."""
    key = line.tamper.name if line.tamper is not None and line.tamper.kind == "record_key" else None
    return (*(line.fields.get(name) for name in _FIELDS), line.body, key)


_FIELDS = ("case_id", "aggregate", "cites")


def _ids_of(line: Line) -> Iterable[str]:
    pending = list(reversed(_places(line)))
    while pending:
        match pending.pop():
            case str(text):
                yield from _CASE_ID.findall(text)
            case list(values):
                pending.extend(reversed(values))
            case dict(values):
                pending.extend(reversed(values.values()))


def _renumbered_line(line: Line, table: Renumbering) -> Line:
    fields = {name: table.value(value) if name in _FIELDS else value for name, value in line.fields.items()}
    body = {name: table.value(value) for name, value in line.body.items()}
    tamper = line.tamper
    if tamper is not None and tamper.kind == "record_key" and tamper.name is not None:
        tamper = replace(tamper, name=table.text(tamper.name))
    return replace(line, fields=fields, body=body, tamper=tamper)
