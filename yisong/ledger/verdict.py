"""What a node says of a record: its verdict, and the row of the trail that keeps it."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from yisong.envelope.header import Header

Verdict = Literal["admitted", "admitted-late", "refused", "duplicate", "absent"]


class Judgement(NamedTuple):
    """
    The verdict on one record, with its *reason* where it is refused.

    *remembered*: the record passed steps 1 to 5, so it counts in its publisher's chain and its id is taken.
    """

    verdict: Verdict
    reason: str | None
    remembered: bool


class Known(NamedTuple):
    """One remembered event of a docket: who published it, in whose name (*organ*), and SHA-256 of its header bytes."""

    publisher: str
    organ: str
    header_hash: bytes


Memory = Mapping[bytes, tuple[Known, ...]]
"""
The remembered events of one docket by event id (16 bytes).

Whoever folds supplies at least the ids that `ids_needed` names; what else it holds changes no verdict.
"""


class Entry(NamedTuple):
    """
    One row of the trail: a function of the log alone, the same on every node.

    Instants in ms. *docket*: the case id whose docket the record belongs to, None for a stranger; then *docket_index*
    is 0 and *docket_prev* None. *leaf*: the bytes that the tree commits to; *leaf_hash*: SHA-256(0x00 ‖ leaf).
    """

    partition: int
    offset: int
    broker_time: int
    log_time: int
    docket: str | None
    docket_index: int
    docket_prev: bytes | None
    verdict: Verdict
    reason: str | None
    remembered: bool
    leaf: bytes
    leaf_hash: bytes
    header: Header | None
    header_hash: bytes | None


def known_by(entry: Entry) -> Known | None:
    """Return what *entry* adds to the memory of its docket under its event id; None where it is not remembered."""
    if not entry.remembered or entry.header is None or entry.header_hash is None:
        return None
    return Known(entry.header.publisher, entry.header.speaker, entry.header_hash)


def remember(memory: dict[bytes, tuple[Known, ...]], entry: Entry) -> None:
    """Add to the *memory* of its docket what *entry* adds to it, if anything; whoever folds record by record does."""
    if (known := known_by(entry)) is not None and entry.header is not None:
        memory[entry.header.event_id] = (*memory.get(entry.header.event_id, ()), known)
