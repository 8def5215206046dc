"""Which rows has a file: CSV in UTF-8 or GB18030, or a spreadsheet of Excel? Cells are texts, and read elsewhere."""

import csv
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from io import BytesIO
from typing import Final, NamedTuple
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from yisong.errors import NotImportable

_ZIP: Final = b"PK\x03\x04"
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"
_MOST_UNPACKED: Final = 200 << 20
_EXACT: Final = 1 << 53
"""A cell of Excel is a floating-point number: beyond this, digits are lost."""
_TOO_LONG: Final = "holds a number of more digits than Excel keeps: format the column as text, and type it again"


class TableRow(NamedTuple):
    """The *cells* of a *line* (from 1), or what keeps it from being read."""

    line: int
    cells: Sequence[str]
    fault: str | None = None


class Table(NamedTuple):
    """*form*: ``UTF-8``, ``GB18030`` or ``xlsx``; *head*: the first line; *rows*: those below that are not empty."""

    form: str
    head: TableRow
    rows: tuple[TableRow, ...]


def table(content: bytes, *, sheet: str | None = None) -> Table:
    """
    Read a file. *sheet*: of a spreadsheet that has more than one, which.

    Raises NotImportable where it is no such file.
    """
    if content.startswith(_OLD_EXCEL):
        raise _not("it is a spreadsheet of Excel 97 (.xls): save it as .xlsx or as CSV")
    form, rows = ("xlsx", _xlsx(content, sheet)) if content.startswith(_ZIP) else _csv(content)
    filled = [row for row in rows if row.fault or any(cell.strip() for cell in row.cells)]
    if not filled:
        raise _not("it is empty")
    head, *below = filled
    if head.fault:
        raise _not(f"line {head.line}: {head.fault}")
    return Table(form, head, tuple(_as_wide(row, len(head.cells)) for row in below))


def _not(why: str) -> NotImportable:
    return NotImportable("This file cannot be read; nothing was imported.", [why])


def _as_wide(row: TableRow, width: int) -> TableRow:
    """Return *row* with as many cells as the first line: spreadsheets leave out those that are empty at the end."""
    if row.fault:
        return row
    if any(cell.strip() for cell in row.cells[width:]):
        return TableRow(row.line, (), f"has {len(row.cells)} cells, the first line {width}")
    return TableRow(row.line, (*row.cells[:width], *[""] * (width - len(row.cells))))


def _csv(content: bytes) -> tuple[str, Iterator[TableRow]]:
    for form, codec in (("UTF-8", "utf-8-sig"), ("GB18030", "gb18030")):
        try:
            text = content.decode(codec)
        except UnicodeDecodeError:
            continue
        return form, _csv_rows(text)
    raise _not("it is neither UTF-8 nor GB18030: save it as CSV UTF-8")


def _csv_rows(text: str) -> Iterator[TableRow]:
    """Yield each line by itself, so that a quotation mark that nobody closed spoils its own line and no other."""
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), start=1):
        if not line.strip():
            continue
        try:
            (cells,) = csv.reader([line], strict=True)
        except (csv.Error, ValueError):
            yield TableRow(number, (), "is no CSV: a quotation mark is not closed, or a cell has a line break in it")
        else:
            yield TableRow(number, cells)


def _xlsx(content: bytes, sheet: str | None) -> Iterator[TableRow]:
    try:
        with ZipFile(BytesIO(content)) as packed:
            if sum(one.file_size for one in packed.infolist()) > _MOST_UNPACKED:
                raise _not(f"it is larger than {_MOST_UNPACKED >> 20} MiB when unpacked")
        book = load_workbook(BytesIO(content), read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError) as fault:
        raise _not("it is no spreadsheet (.xlsx)") from fault
    if sheet is None and len(book.sheetnames) > 1:
        raise _not(f"it has {len(book.sheetnames)} sheets: say which by --sheet")
    if sheet is not None and sheet not in book.sheetnames:
        raise _not("it has no sheet of that name")
    chosen = book[sheet or book.sheetnames[0]]
    for number, row in enumerate(chosen.iter_rows(values_only=True), start=1):
        cells = [_as_text(cell) for cell in row]
        kept = [cell for cell in cells if cell is not None]
        yield TableRow(number, kept) if len(kept) == len(cells) else TableRow(number, (), _TOO_LONG)


def _as_text(cell: object) -> str | None:
    """Return a cell of a spreadsheet as one types it; None where a number has lost digits."""
    match cell:
        case None:
            return ""
        case bool():
            return "是" if cell else "否"
        case datetime():
            return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ", timespec="seconds")
        case date():
            return cell.isoformat()
        case int() | float():
            if not abs(cell) < _EXACT:
                return None
            return str(int(cell)) if cell == int(cell) else repr(cell)
        case _:
            return str(cell)
