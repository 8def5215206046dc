"""What does a history or negative file say, line by line?"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from yisong.audit.line_form import line_faults
from yisong.audit.tamper import Tamper, parse_tamper
from yisong.errors import NotPublishable
from yisong.ledger import Verdict
from yisong.publishing.instants import to_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """The verdict that every node must reach, with its reason where it is a refusal."""

    verdict: Verdict
    reason: str | None

    def __str__(self) -> str:
        return self.verdict if self.reason is None else f"{self.verdict} ({self.reason})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """
    One line of a file, as its author wrote it.

    *at*: broker timestamp of the record (ms). *fields*: the stated header. *number* counts from 1.
    """

    file: str
    number: int
    at: int
    fields: Mapping[str, object]
    body: Mapping[str, object]
    note: str
    expect: Expectation | None
    tamper: Tamper | None

    @property
    def name(self) -> str:
        """How the line is called where somebody must find it again."""
        return f"{self.file} line {self.number}"

    @property
    def case_id(self) -> str:
        """The case id that the header states."""
        return str(self.fields["case_id"])

    @property
    def publisher(self) -> str:
        """The organ that signs."""
        return str(self.fields["publisher"])


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """One file, read: its name without its ending, and its lines in log order."""

    name: str
    lines: tuple[Line, ...]

    def __getitem__(self, number: int) -> Line:
        """Return line *number*, from 1."""
        return self.lines[number - 1]


def read_history(file: Path) -> History:
    """
    Read a history or negative file whole.

    Raises NotPublishable, naming every fault with its line, where it is not in the format of the contract's README.
    """
    name = file.name.removesuffix(".jsonl")
    faults: list[str] = []
    lines: list[Line] = []
    for number, text in enumerate(file.read_bytes().rstrip().splitlines(), start=1):
        row, wrong = _parsed(text)
        faults += (f"line {number}: {fault}" for fault in wrong)
        if not wrong:
            lines.append(_line(row, file=name, number=number))
    history = History(name=name, lines=tuple(lines))
    if not faults:  # with a line missing, the numbers would mean other lines
        faults += _reference_faults(history)
    if faults or not lines:
        raise NotPublishable(f"{file} cannot be played; nothing was sent.", faults or ["it has no line"])
    return history


def _parsed(text: bytes) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the JSON of a line, and everything that is wrong with it."""
    try:
        row = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}, ("is no JSON",)
    return row, tuple(line_faults(row))


def _line(row: Mapping[str, Any], *, file: str, number: int) -> Line:
    """Return the line that *row*, which has no fault, says."""
    return Line(
        file=file,
        number=number,
        at=to_ms(row["at"]),
        fields=row["header"],
        body=row["body"],
        note=row.get("note") or "",
        expect=Expectation(**row["expect"]) if row.get("expect") is not None else None,
        tamper=parse_tamper(row["tamper"]) if row.get("tamper") is not None else None,
    )


def merged(histories: Iterable[History]) -> tuple[Line, ...]:
    """
    Put the lines of several files in one order, by time; lines of one file keep theirs, ties go to the earlier file.

    A line that claims an earlier instant than the line before it stays behind that line: that is what its file says.
    """
    timed = [pair for history in histories for pair in _never_backwards(history.lines)]
    return tuple(line for _, line in sorted(timed, key=lambda pair: pair[0]))


def cited_lines(fields: Mapping[str, object]) -> tuple[int, ...]:
    """Return the numbers of the lines that a header cites as events."""
    cites = fields.get("cites")
    rows = cites if isinstance(cites, list) else []
    return tuple(row["line"] for row in rows if isinstance(row, dict) and "line" in row)


def _never_backwards(lines: Sequence[Line]) -> Iterator[tuple[int, Line]]:
    newest = 0
    for line in lines:
        newest = max(newest, line.at)
        yield newest, line


def _reference_faults(history: History) -> Iterator[str]:
    """Say which lines name a line that is not there, or that cannot be what they need."""
    numbers = range(1, len(history.lines) + 1)
    for line in history.lines:
        for cited in cited_lines(line.fields):
            if cited not in numbers:
                yield f"line {line.number}: cites line {cited}, which is not in the file"
        if line.tamper is not None and (of := line.tamper.same_id_as) is not None:
            if of not in numbers or of == line.number:
                yield f"line {line.number}: tamper.of must name another line of the file"
            elif (fault := _copy_fault(line.number, of, line.tamper)) is not None:
                yield f"line {line.number}: {fault}"
    yield from _circles(history)


def _copy_fault(number: int, of: int, tamper: Tamper) -> str | None:
    if tamper.kind == "replay_same_bytes" and of > number:
        return "replay_same_bytes needs an earlier line; for a later one there is bytes_of_later"
    if tamper.kind == "bytes_of_later" and of < number:
        return "bytes_of_later needs a later line; for an earlier one there is replay_same_bytes"
    return None


def _circles(history: History) -> Iterator[str]:
    """Say which lines are copies of copies that come back to themselves, so that no line has the bytes."""
    same = {line.number: line.tamper.same_id_as for line in history.lines if line.tamper is not None}
    for number, first in same.items():
        seen, at = {number}, first
        while at is not None and at not in seen:
            seen.add(at)
            at = same.get(at)
        if at == number:
            yield f"line {number}: tamper.of leads back to the line itself"
