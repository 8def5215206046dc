"""Which cases does a file hold, and which of its lines can't be taken? Nothing is asked of a bus here."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from yisong.errors import NotImportable
from yisong.importing.case import Case, case_of
from yisong.importing.cells import clean
from yisong.importing.columns import Headings, headings
from yisong.importing.row import Note, Reading, Row
from yisong.importing.table import Table, TableRow, table
from yisong.ledger import Law
from yisong.validators.doc_no import normalised
from yisong.validators.region import PROVINCES

_UNUSED: Final = ("", "无", "否", "-", "/")
_REFERRED: Final = (
    "the case was referred, which is not imported: a referral is handed over on the bus with its papers, and its "
    "answers are the police's to say"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """
    What a file came to.

    *form*: ``UTF-8``, ``GB18030`` or ``xlsx``. *rows*: how many it has. *cases*: of the good ones, in their order.
    *faults*: every fault of every other row. *warnings*: what looks wrong in any. *readings*: what was read otherwise
    than it is written.
    """

    form: str
    rows: int
    cases: tuple[Case, ...]
    faults: tuple[Note, ...]
    warnings: tuple[Note, ...]
    readings: tuple[Reading, ...]


def read_cases(content: bytes, organ: str, law: Law, *, sheet: str | None = None) -> File:
    """
    Read the existing cases of *organ* from a file of the columns in `yisong.importing.columns`.

    Raises NotImportable where it is no such file, has columns of personal data, or *organ* opens no cases.
    """
    if organ not in law.organs or law.organs[organ].role != "copyright":
        raise NotImportable(
            "Nothing was imported: the organ that keeps these cases opens none on this bus.",
            ["--organ: must be a copyright organ of the directory (`yisong rulebook`)"],
        )
    found = table(content, sheet=sheet)
    head = headings(found.head.cells, found.head.line)
    rows = [_row(one, head, law) for one in found.rows]
    _told_twice(rows)
    read = (case_of(row, organ, law) for row, bare in zip(rows, found.rows, strict=True) if not bare.fault)
    cases = tuple(case for case in read if case is not None)
    return File(
        form=found.form,
        rows=len(rows),
        cases=cases,
        faults=tuple(note for row in rows for note in row.faults),
        warnings=(*_unread(head, found), *(note for row in rows for note in row.warnings)),
        readings=tuple(one for row in rows for one in row.readings),
    )


def _row(bare: TableRow, head: Headings, law: Law) -> Row:
    cells = {} if bare.fault else {name: cell for name, cell in zip(head.names, bare.cells, strict=True) if name}
    provinces = PROVINCES | {one[:2] for one in law.rulebook.directory.regions} if law.test_data else PROVINCES
    row = Row(bare.line, cells, provinces)
    if bare.fault:
        row.faults.append(Note(bare.line, "", bare.fault))
    for column in head.referrals:
        if not bare.fault and bare.cells[column - 1].strip() not in _UNUSED:
            row.faults.append(Note(bare.line, f"column {column}", _REFERRED))
    return row


def _unread(head: Headings, found: Table) -> Iterable[Note]:
    for column in head.unread:
        yield Note(found.head.line, f"column {column}", "is not read: no event has a place for it")


def _told_twice(rows: Iterable[Row]) -> None:
    """Note each number that an earlier line has, too: of the case, of its opening, of its penalty."""
    first: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for row in rows:
        for column in ("number", "opened_doc_no", "penalty_doc_no"):
            number = normalised(clean(row[column]))
            line = first[column].setdefault(number, row.line) if number else row.line
            if line != row.line:
                row.fault(column, f"stands in line {line} already; a case is one row, and its numbers are its own")
