"""Which records come next, whom does an entry concern, and is the log still the one that we read? Values in and out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from yisong.envelope.header import Header
from yisong.home import Agency
from yisong.ledger import Docket, Entry, Known, Law, organs_meant

Memories = dict[str, dict[bytes, tuple[Known, ...]]]
"""By docket: what it remembers, by event id."""

_ADMITTED = ("admitted", "admitted-late")
# It says that a node lives, and nothing of any case (events.yaml: in no inbox).
_HEARTBEAT = "Heartbeat"


class LogRecord(Protocol):
    """One record as the log delivers it; *timestamp* is the broker's, in ms."""

    @property
    def partition(self) -> int:
        """The partition."""

    @property
    def offset(self) -> int:
        """The offset."""

    @property
    def timestamp(self) -> int:
        """The broker's timestamp."""

    @property
    def key(self) -> bytes | None:
        """The key as stored."""

    @property
    def trace(self) -> str | None:
        """The context that it carries, where tracing is on; no rule reads it."""

    @property
    def value(self) -> bytes | None:
        """The value as stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What was delivered of one *partition* in one batch: offsets [first, next_offset), of which some may be absent."""

    partition: int
    first: int
    next_offset: int
    records: Sequence[LogRecord]


class Body(NamedTuple):
    """What travelled beside a header, or the raw value (its first mebibyte) where that was no envelope."""

    partition: int
    offset: int
    carried: bytes


class Relayed(NamedTuple):
    """
    A record for the inbox of our agency, until it lies there; *partition* and *offset* are those of the event.

    *organs*: those of our agency that it concerns, where it has just been judged.
    """

    partition: int
    offset: int
    key: bytes
    value: bytes
    organs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """
    What a batch comes to: its entries in the order of the log, what travelled, and every docket that it touched.

    *relayed*: what the inbox of the agency gets of it, in the order of the log.
    """

    entries: Sequence[Entry]
    bodies: Sequence[Body]
    relayed: Sequence[Relayed]
    dockets: Mapping[str, tuple[Docket, int, int]]
    """By case id: the docket as of its newest record, and that record's partition and offset."""


def runs_of(batch: Mapping[int, Sequence[LogRecord]], *, positions: Mapping[int, int]) -> tuple[Run, ...]:
    """
    Put a batch into the order in which it is folded, from our *positions* on.

    Offsets that it skips before its last record hold no record and never will; offsets after that may merely not have
    come yet, so the position stops there. Records below the position were read before and are left out.
    """
    runs = []
    for partition, delivered in sorted(batch.items()):
        first = positions[partition]
        records = delivered if delivered and delivered[0].offset >= first else _from(first, delivered)
        if records:
            runs.append(Run(partition=partition, first=first, next_offset=records[-1].offset + 1, records=records))
    return tuple(runs)


def _from(first: int, records: Iterable[LogRecord]) -> Sequence[LogRecord]:
    return [record for record in records if record.offset >= first]


def concerns(entry: Entry, docket: Docket, agency: Agency, law: Law) -> bool:
    """
    Hold where an event must come to the desk of *agency*: it was admitted, and an organ of that role has to do with it.

    That is one that said it or in whose name it was said, that must act on it (``to``) or is told (``cc``), or that the
    event's audience means (events.yaml). *docket*: as it stands after the event.
    """
    header = entry.header
    if entry.verdict not in _ADMITTED or header is None or header.event_type == _HEARTBEAT:
        return False
    audience = law.events[header.event_type].audience
    named = (header.publisher, header.speaker, *header.to, *header.cc)
    return (
        agency in audience
        or _of_role(agency, named, law)
        or any(_of_role(agency, organs_meant(token, header, docket, law), law) for token in audience)
    )


def organs_concerned(header: Header, docket: Docket, agency: Agency, law: Law) -> tuple[str, ...]:
    """Return the organs of *agency* that an event which `concerns` it has to do with, each once."""
    named = (header.publisher, header.speaker, *header.to, *header.cc)
    meant = (
        one for token in law.events[header.event_type].audience for one in organs_meant(token, header, docket, law)
    )
    return tuple(dict.fromkeys(one for one in (*named, *meant) if _of_role(agency, (one,), law)))


def _of_role(agency: Agency, organs: Iterable[str], law: Law) -> bool:
    return any(law.organs[organ].role == agency for organ in organs)


def first_difference(
    kept: Mapping[tuple[int, int], bytes | None], read: Mapping[tuple[int, int], bytes | None]
) -> tuple[int, int] | None:
    """
    Name the first position at which the log no longer says what the trail *kept* of it; None where it does.

    Both map a position to SHA-256 of the value as stored, None for a record without value. A position that is in one
    and not in the other differs too.
    """
    differing = (
        at for at in sorted(kept.keys() | read.keys()) if at not in kept or at not in read or kept[at] != read[at]
    )
    return next(differing, None)


def parse_partitions(text: str) -> tuple[int, ...]:
    """Read ``0-5,7``. Raises ValueError where it is anything else."""
    chosen: set[int] = set()
    for part in text.split(","):
        low, dash, high = part.partition("-")
        chosen.update(range(int(low), int(high if dash else low) + 1))
    return tuple(sorted(chosen))


def share_out(partitions: Sequence[int], *, workers: int) -> tuple[tuple[int, ...], ...]:
    """Share *partitions* out over at most *workers* processes, as evenly as it goes."""
    shares = (tuple(partitions[worker::workers]) for worker in range(workers))
    return tuple(share for share in shares if share)
