"""Which filings does a CSV file hold, and which of its lines cannot be taken? Good rows count though others are bad."""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from yisong.desk.filings import FILED_KINDS, FiledKind, Filing
from yisong.errors import NotImportable
from yisong.ledger import Law
from yisong.schemas.instants import parse_day
from yisong.validators import Remark
from yisong.validators.domain import domain, to_ascii
from yisong.validators.icp import filing_no, licence_no
from yisong.validators.person_id import no_identity_card
from yisong.validators.region import region
from yisong.validators.uscc import uscc

if TYPE_CHECKING:
    from datetime import date

COLUMNS: Final = tuple(Filing.__dataclass_fields__)
_NEEDED: Final = ("authority", "kind", "value", "sponsor_kind", "valid_from")
_LONGEST: Final = 500
_TOKEN: Final = re.compile(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)+")
_REGION: Final = re.compile(r"[0-9]{6}")


class Note(NamedTuple):
    """Something about one line (from 1) of a file: the field that it is about, and what it is; never a value."""

    line: int
    field: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """
    What a file came to.

    *filings*: of the good rows, in their order. *faults*: why the other rows were left out, every fault of every row.
    *warnings*: what looks wrong in rows that were taken all the same, since issued numbers exist that break their rule.
    """

    filings: tuple[Filing, ...]
    faults: tuple[Note, ...]
    warnings: tuple[Note, ...]


Cells = Mapping[str, str]


def read_filings(content: bytes, law: Law) -> Imported:
    """
    Read a CSV file: UTF-8, a line a row, the names of `COLUMNS` in the first line, in any order.

    Each line is read by itself, so that a quotation mark that nobody closed spoils its own line and no other. Raises
    NotImportable where the first line does not name the columns.
    """
    lines = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    columns = _columns(lines[0])
    reading = _Reading(columns, law)
    for number, line in enumerate(lines[1:], start=2):
        if line.strip():
            reading.line(number, line)
    return reading.imported


def _columns(line: bytes) -> tuple[str, ...]:
    cells = _cells(line)
    columns = tuple(cell.strip() for cell in cells) if isinstance(cells, list) else ()
    faults = [f"line 1: lacks the column {name}" for name in COLUMNS if name not in columns]
    # Not quoted: where the first line is missing, what stands here is somebody's filing.
    faults += [f"line 1: cell {n} names no column" for n, name in enumerate(columns, start=1) if name not in COLUMNS]
    faults += [f"line 1: names {name} more than once" for name in COLUMNS if columns.count(name) > 1]
    if faults:
        raise NotImportable("This is no file of filings; nothing was imported.", faults)
    return columns


def _cells(line: bytes) -> list[str] | str:
    """Return the cells of a line, or what is wrong with it."""
    try:
        text = line.decode("utf-8").removesuffix("\r")
    except UnicodeDecodeError:
        return "is not UTF-8"
    try:
        rows = list(csv.reader([text], strict=True))
    except csv.Error:
        return "is no CSV: a quotation mark is not closed, or stands inside a cell"
    return rows[0] if rows else []


class _Reading:
    """The accumulators of one file; lives no longer than `read_filings`."""

    def __init__(self, columns: tuple[str, ...], law: Law) -> None:
        self._columns, self._law = columns, law
        self._filings: dict[tuple[str, str, date], tuple[int, Filing]] = {}
        self._faults: list[Note] = []
        self._warnings: list[Note] = []

    @property
    def imported(self) -> Imported:
        filings = tuple(filing for _, filing in self._filings.values())
        return Imported(filings=filings, faults=tuple(self._faults), warnings=tuple(self._warnings))

    def line(self, number: int, line: bytes) -> None:
        cells = _cells(line)
        if isinstance(cells, str) or len(cells) != len(self._columns):
            what = cells if isinstance(cells, str) else f"has {len(cells)} cells, the first line {len(self._columns)}"
            self._faults.append(Note(number, "", what))
            return
        row = {name: cell.strip() for name, cell in zip(self._columns, cells, strict=True)}
        faults = [Note(number, name, what) for name, what in _faults(row, self._law)]
        if faults:
            self._faults += faults
            return
        self._take(number, row)

    def _take(self, number: int, row: Cells) -> None:
        filing = _filing(row)
        first, _ = self._filings.setdefault((filing.kind, filing.value, filing.valid_from), (number, filing))
        if first != number:
            self._faults.append(Note(number, "value", f"stands in line {first} already, from the same day on"))
            return
        remarks = _warnings(row, self._law)
        self._warnings += [Note(number, name, remark.what) for name, remark in remarks]


def _faults(row: Cells, law: Law) -> Iterator[tuple[str, str]]:
    for name in COLUMNS:
        yield from ((name, what) for what in _cell_faults(name, row[name]))
    if row["authority"] and (row["authority"] not in law.organs or law.organs[row["authority"]].role != "miit"):
        yield "authority", "is no 通信管理局 of the directory"
    if row["kind"] and row["kind"] not in FILED_KINDS:
        yield "kind", f"must be one of {', '.join(FILED_KINDS)}"
    if row["kind"] == "domain" and row["value"]:
        yield from (("value", what) for what in _domain_faults(row["value"], law))
    if not row["icp_no"] and not row["licence_no"]:
        yield "icp_no", "a filing has its number, or that of a licence"
    yield from _sponsor_faults(row, law)
    if row["access_region"] and _REGION.fullmatch(row["access_region"]) is None:
        yield "access_region", "must be six digits (GB/T 2260)"
    yield from _day_faults(row)


def _cell_faults(name: str, cell: str) -> Iterator[str]:
    if name in _NEEDED and not cell:
        yield "must be filled"
    if len(cell) > _LONGEST:
        yield f"is longer than {_LONGEST} characters"
    if not cell.isprintable():
        yield "holds characters that cannot be printed"
    yield from (remark.what for remark in no_identity_card(cell))


def _domain_faults(value: str, law: Law) -> Iterator[str]:
    try:
        ascii_name = to_ascii(value)
    except ValueError:
        yield "is no domain by IDNA 2008"
        return
    yield from (one.what for one in domain(ascii_name, synthetic=law.test_data) if one.weight == "refuse")


def _sponsor_faults(row: Cells, law: Law) -> Iterator[tuple[str, str]]:
    kinds = law.rulebook.catalogue.enums["sponsor_kind"]
    if row["sponsor_kind"] and row["sponsor_kind"] not in kinds:
        yield "sponsor_kind", f"must be one of {', '.join(kinds)}"
    if row["sponsor_kind"] == "person" and row["sponsor_name"] and _TOKEN.fullmatch(row["sponsor_name"]) is None:
        yield "sponsor_name", "of a person stands here as a token, never as a name"


def _day_faults(row: Cells) -> Iterator[tuple[str, str]]:
    days: dict[str, date] = {}
    for name in ("valid_from", "valid_to"):
        if row[name]:
            try:
                days[name] = parse_day(row[name])
            except ValueError as fault:
                yield name, str(fault)
    if len(days) > 1 and days["valid_to"] <= days["valid_from"]:
        yield "valid_to", "must come after valid_from"


def _warnings(row: Cells, law: Law) -> Iterator[tuple[str, Remark]]:
    checks = {
        "value": domain(to_ascii(row["value"]), synthetic=law.test_data) if row["kind"] == "domain" else (),
        "icp_no": filing_no(row["icp_no"], synthetic=law.test_data) if row["icp_no"] else (),
        "licence_no": licence_no(row["licence_no"], synthetic=law.test_data) if row["licence_no"] else (),
        "sponsor_uscc": uscc(row["sponsor_uscc"]) if row["sponsor_uscc"] else (),
        "access_region": region(row["access_region"], known=law.rulebook.directory.regions),
    }
    for name, remarks in checks.items():
        yield from ((name, remark) for remark in remarks)


def _filing(row: Cells) -> Filing:
    return Filing(
        authority=row["authority"],
        kind=cast("FiledKind", row["kind"]),
        value=to_ascii(row["value"]) if row["kind"] == "domain" else row["value"],
        icp_no=row["icp_no"] or None,
        licence_no=row["licence_no"] or None,
        sponsor_kind=row["sponsor_kind"],
        sponsor_name=row["sponsor_name"] or None,
        sponsor_uscc=row["sponsor_uscc"] or None,
        contact_ref=row["contact_ref"] or None,
        access_provider=row["access_provider"] or None,
        access_region=row["access_region"] or None,
        valid_from=parse_day(row["valid_from"]),
        valid_to=parse_day(row["valid_to"]) if row["valid_to"] else None,
    )
