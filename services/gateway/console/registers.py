"""What do officers and auditors see of registers? Which there are, and of each its rows, duties and limits."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import Field
from itertools import chain
from typing import Final, NamedTuple

from starlette.responses import Response

from services.gateway.api.cases import instant_of
from services.gateway.api.registering import register_for, write_down
from services.gateway.console.register_cells import Parts, Words
from services.gateway.console.shell import Shell, render
from services.gateway.problems import Problem
from yisong.registers.catalogue import KINDS
from yisong.registers.list_rows import ListRow, SiteRow, covered
from yisong.registers.rendering import columns
from yisong.registers.rows import Owed, Register, Row

PAGE: Final = 40
"""So many rows stand on one page."""
UNREAD: Final = 20
"""So many events that are not readable here are named; all are counted."""
_LONGEST_AGENDA: Final = 12
_OURS: Final = ("doubts", "sources")
_FIRST: Final = {"overdue": 0, "due": 1, "coming": 2}


class Line(NamedTuple):
    """A row as shown: its *cells* in the order of the columns, and what more there is to it, each under its name."""

    cells: Sequence[Parts]
    more: Sequence[tuple[str, Parts]]
    doubtful: bool


class Due(NamedTuple):
    """A duty that the register knows, and of which entry."""

    row: ListRow
    owed: Owed


def registers_page(shell: Shell) -> Response:
    """Return the page that lists the registers."""
    return render(shell, "registers.html", current="registers", kinds=KINDS)


def register_page(shell: Shell, name: str, *, as_of: str | None, page: int) -> Response:
    """Return a page of the register *name*, as known and as of an instant, or of now. Raises Problem (404, 422)."""
    if name not in KINDS:
        raise Problem(404, "not-known", "There is no such register.")
    at = instant_of(_instant(as_of))
    made = register_for(shell.request, name, organ=shell.organ, at=at)
    found, first = made.value, (page - 1) * PAGE
    rows = found.rows[first : first + PAGE]
    agenda = _agenda(found.rows)
    urgent = agenda[:_LONGEST_AGENDA]
    write_down(shell.request, shell.reader, f"register {name}", [*rows, *(one.row for one in urgent)], made)
    words = Words(shell.names)
    shown = _shown(found.row_type, rows)
    return render(
        shell,
        "register.html",
        current="registers",
        found=found,
        kind=KINDS[name],
        words=words,
        columns=shown,
        lines=[_line(row, shown, words) for row in rows],
        page=page,
        pages=max(1, -(-len(found.rows) // PAGE)),
        agenda=urgent,
        more_agenda=len(agenda) - len(urgent),
        covered=covered(row for row in found.rows if isinstance(row, SiteRow)) if _of_sites(found) else None,
        unread=found.unread[:UNREAD],
        whys=Counter(one.why for one in found.unread).most_common(),
        asked=(as_of or "").strip(),
        is_now=at is None,
    )


def _instant(text: str | None) -> str | None:
    """Return what was typed as an instant: a day counts to its last second, and nothing typed is now."""
    said = (text or "").strip()
    return None if not said else f"{said}T23:59:59.999+08:00" if len(said) == len("2016-08-03") else said


def _shown(row_type: type[Row], rows: Iterable[Row]) -> Sequence[Field[object]]:
    """Return the columns of a table of *rows*: of those that a screen holds, the ones in which anything stands."""
    known = [one for one in columns(row_type, details=False) if one.name not in _OURS]
    some = list(rows)
    return [one for one in known if not some or any(getattr(row, one.name) not in (None, (), "") for row in some)]


def _line(row: Row, shown: Sequence[Field[object]], words: Words) -> Line:
    beside = {one.name for one in shown}
    more = [
        (words.heading(one.name), parts)
        for one in columns(type(row), details=True)
        if one.name not in beside and (parts := _parts(row, one, words))
    ]
    return Line([_parts(row, one, words) for one in shown], more, bool(row.doubts))


def _parts(row: Row, column: Field[object], words: Words) -> Parts:
    enum = column.metadata.get("enum", "")
    return words.parts(type(row).__name__, column.name, getattr(row, column.name), enum)


def _agenda(rows: Iterable[Row]) -> Sequence[Due]:
    """Return the duties that *rows* know, the most urgent first."""
    found = chain.from_iterable((Due(row, one) for one in row.duties) for row in rows if isinstance(row, ListRow))
    return sorted(found, key=lambda one: (_FIRST[one.owed.standing], one.owed.on, one.row.entry))


def _of_sites(found: Register) -> bool:
    return issubclass(found.row_type, SiteRow) and bool(found.rows)
