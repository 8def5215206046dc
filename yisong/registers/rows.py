"""What do the rows of all registers have in common? Where they came from, what is owed, and what can't be read here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from yisong.audit.acts import Act
from yisong.registers.said import day

NOT_READABLE: Final = "not readable here"
"""Stands where a value is missing only because this node may not read, or cannot open, what says it."""

Standing = Literal["coming", "due", "overdue"]


class Source(NamedTuple):
    """An event that a row came from, and the docket that it lies in."""

    event: str
    case_id: str
    event_type: str


class Owed(NamedTuple):
    """A duty: *what* the organ *by* has to do, by the day *on* (YYYY-MM-DD); how that day stands to today."""

    what: str
    by: str
    on: str
    standing: Standing

    def __str__(self) -> str:
        return f"{self.what} by {self.by}, {self.on} ({self.standing})"


class Counted(NamedTuple):
    """How many are *known*, while *unread* events, not readable here, may be further ones."""

    known: int
    unread: int = 0

    def __str__(self) -> str:
        if not self.unread:
            return str(self.known)
        return f"{self.known} known, {self.unread} {NOT_READABLE}" if self.known else NOT_READABLE

    def as_json(self) -> dict[str, object]:
        """Return both numbers; null, never 0, where nothing is known because nothing can be read."""
        return {"known": None if self.unread and not self.known else self.known, "not_readable_here": self.unread}


class Unread(NamedTuple):
    """An event whose body is not readable here and may belong to the register; *logged* its day, *why* as in bodies."""

    event: str
    case_id: str
    event_type: str
    variant: str | None
    organ: str
    logged: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What every row ends with: *doubts* of the bodies that it rests on, and the events (*sources*) it came from."""

    doubts: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """
    A register as the node of *agency* can derive it, as of *as_of* (ms).

    *row_type*: the dataclass of its *rows*. *unread*: events that may belong to it and are not readable here. *notes*:
    what is to be said of the register as a whole.
    """

    name: str
    zh: str
    agency: str
    as_of: int
    row_type: type[Row]
    rows: tuple[Row, ...]
    unread: tuple[Unread, ...]
    notes: tuple[str, ...] = ()


DETAIL: Final = {"detail": True}
"""Marks a field as too much for a screen: it stands in JSON and CSV only."""


def coded(enumeration: str) -> dict[str, str]:
    """Return the mark of a field that holds a value of *enumeration*, so that people see its Chinese name, too."""
    return {"enum": enumeration}


def source(act: Act) -> Source:
    """Return where *act* is found."""
    return Source(act.id, act.case_id, act.event_type)


def sources(acts: Iterable[Act]) -> tuple[Source, ...]:
    """Return where each of *acts* is found, each once, in their order."""
    return tuple(dict.fromkeys(source(act) for act in acts))


def doubts(acts: Iterable[Act]) -> tuple[str, ...]:
    """Return what is doubtful in the bodies of *acts*, each once."""
    return tuple(dict.fromkeys(doubt for act in acts for doubt in act.doubts))


def of(acts: Iterable[Act], *event_types: str) -> tuple[Act, ...]:
    """Return those of *acts* that are of one of these types, and readable here."""
    return tuple(act for act in acts if act.event_type in event_types and act.body is not None)


def unread(acts: Iterable[Act], *event_types: str) -> tuple[Act, ...]:
    """Return those of *acts* that are of one of these types, and not readable here."""
    return tuple(act for act in acts if act.event_type in event_types and act.body is None)


def listed_unread(acts: Iterable[Act]) -> tuple[Unread, ...]:
    """Return each of *acts* that is not readable here, so that it is never left out silently."""
    return tuple(
        Unread(
            event=act.id,
            case_id=act.case_id,
            event_type=act.event_type,
            variant=act.header.variant,
            organ=act.header.speaker,
            logged=day(act.log_time),
            why=act.masked or "",
        )
        for act in acts
        if act.body is None
    )


def standing(on: str, as_of: int) -> Standing:
    """Return how the day *on* stands to the legal day in which *as_of* (ms) lies."""
    today = day(as_of)
    return "coming" if on > today else "due" if on == today else "overdue"


Labels = Mapping[str, Mapping[str, str]]
"""The Chinese names of values, by enumeration."""

Acts = Sequence[Act]
