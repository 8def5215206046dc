"""How is a register written down: a cell of a table or CSV file, a row for programs? One way for all of them."""

import csv
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import Field, fields
from io import StringIO
from typing import Final

from yisong.registers.exports import Export
from yisong.registers.rows import NOT_READABLE, Counted, Labels, Register, Row
from yisong.schemas.instants import show_instant

_STARTS_A_FORMULA: Final = ("=", "+", "-", "@")
_MOVES_ON: Final = ("\t", "\r", "\n")
_PASSED_OVER: Final = " \t\r\n\u00a0\u3000\u200b\ufeff"
_OURS: Final = ("doubts", "sources")


def columns(row_type: type[Row], *, details: bool) -> tuple[Field[object], ...]:
    """Return the columns of a register, those first that are its own; with *details* those that no screen holds."""
    known = [one for one in fields(row_type) if details or not one.metadata.get("detail")]
    return tuple(sorted(known, key=lambda one: one.name in _OURS))


def heading(column: Field[object]) -> str:
    """Return what a column is called."""
    return column.name.strip("_").replace("_", " ")


def cell(value: object, label: str = "") -> str:
    """Return *value* as a cell, with the Chinese name of a code, *label*, where it has one."""
    match value:
        case None | ():
            return ""
        case bool():
            return "yes" if value else "no"
        case str() | int() | Counted():
            return f"{value} {label}" if label else str(value)
        case tuple() if hasattr(value, "_fields"):
            return str(value) if type(value).__str__ is not tuple.__str__ else " ".join(filter(None, map(cell, value)))
        case tuple():
            return "; ".join(map(cell, value))
        case _:
            return str(value)


def screen_row(row: Row, labels: Labels) -> tuple[str, ...]:
    """Return the cells of a row as people read them."""
    return tuple(_screen_cell(row, one, labels) for one in columns(type(row), details=False))


def _screen_cell(row: Row, column: Field[object], labels: Labels) -> str:
    value = getattr(row, column.name)
    if column.name == "sources":
        return "; ".join(f"{one.event} {one.case_id}" for one in row.sources)
    names: Mapping[str, str] = labels.get(column.metadata.get("enum", ""), {})
    return cell(value, names.get(value, "") if isinstance(value, str) else "")


def as_json(found: Register) -> dict[str, object]:
    """Return a register for programs: every row with all its fields, and what is not readable here."""
    return {
        "register": found.name,
        "node": found.agency,
        "as_of": show_instant(found.as_of),
        "rows": [row_json(row) for row in found.rows],
        "not_readable_here": [one._asdict() for one in found.unread],
        "notes": list(found.notes),
    }


def row_json(row: Row) -> dict[str, object]:
    """Return one row for programs."""
    return {one.name.strip("_"): _plain(getattr(row, one.name)) for one in columns(type(row), details=True)}


def _plain(value: object) -> object:
    if isinstance(value, Counted):
        return value.as_json()
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: _plain(one) for name, one in value._asdict().items()}
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


def as_csv(found: Register) -> bytes:
    """
    Return a register as CSV: UTF-8 without a byte order mark, every field a column, the names in the first line.

    What is not readable here has a line, too, in which only the columns ``sources`` and ``doubts`` are filled.
    """
    known = columns(found.row_type, details=True)
    lines = [[getattr(row, one.name) for one in known] for row in found.rows]
    closed = [
        {"doubts": f"{NOT_READABLE} ({one.why})", "sources": f"{one.event} {one.case_id} {one.event_type}"}
        for one in found.unread
    ]
    lines += [[said.get(one.name) for one in known] for said in closed]
    return csv_bytes([one.name.strip("_") for one in known], lines)


def export_csv(found: Export) -> bytes:
    """Return what goes out as CSV, as `as_csv` returns a register; of what does not go out it says nothing."""
    known = columns(found.row_type, details=True)
    lines = ([getattr(row, one.name) for one in known] for row in found.rows)
    return csv_bytes([one.name.strip("_") for one in known], lines)


def csv_bytes(names: Sequence[str], lines: Iterable[Sequence[object]]) -> bytes:
    """
    Return lines as CSV (RFC 4180), UTF-8 without a byte order mark.

    A text that a spreadsheet would take for a formula gets an apostrophe before it; a number stays a number.
    """
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(names)
    writer.writerows([_harmless(value) for value in line] for line in lines)
    return out.getvalue().encode()


def _harmless(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = cell(value)
    first = unicodedata.normalize("NFKC", text.lstrip(_PASSED_OVER)[:1])
    return f"'{text}" if text[:1] in _MOVES_ON or first in _STARTS_A_FORMULA else text
