"""What does a node keep of each position, and is that what it should be?"""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple, cast
from uuid import UUID

from psycopg import Connection

from yisong.envelope.codec import encode_envelope
from yisong.envelope.leaf import Leaf, decode_leaf, encode_leaf, leaf_hash
from yisong.envelope.open import LARGEST_VALUE, Opened, open_record
from yisong.errors import Undecodable
from yisong.ledger import Entry, Verdict, absent_entry
from yisong.ledger.cites import cited_events
from yisong.postgres.binary import shown
from yisong.postgres.connection import reachable
from yisong.postgres.queries import queries
from yisong.proof.refold import reopened as reopened_leaf

_SQL = queries(Path(__file__).with_name("kept.sql"))
_ADMITTED = ("admitted", "admitted-late")


class Kept(NamedTuple):
    """
    A row of ``entries`` with what travelled (*carried*, None where nothing is kept); instants in ms.

    *before*: the leaf hash that is kept of the record before it in its docket; None for the first, and a stranger.
    *erased_by*: the leaf of the event by which what travelled is said to be erased.
    """

    partition: int
    offset: int
    broker_time: int
    log_time: int
    docket: str | None
    docket_index: int
    docket_prev: bytes | None
    event_id: UUID | None
    event_type: str | None
    variant: str | None
    publisher: str | None
    organ: str | None
    aggregate_kind: str | None
    aggregate_id: str | None
    header_hash: bytes | None
    verdict: str
    reason: str | None
    remembered: bool
    leaf: bytes
    leaf_hash: bytes
    carried: bytes | None
    before: bytes | None
    erased_by: bytes | None = None

    @property
    def is_erased(self) -> bool:
        """Hold where nothing is kept of what travelled because its publisher has erased it, by an admitted event."""
        return self.carried is None and self.erased_by is not None and _erases(self.erased_by, self)


class Unlike(NamedTuple):
    """
    The first thing at a position that is not what it should be: *kept* is there, *derived* should be.

    *what*: ``entry``, ``record``, ``docket chain`` or a column of ``entries``. None: there is, or should be, nothing.
    """

    what: str
    partition: int
    offset: int
    kept: object
    derived: object


def kept_from(connection: Connection, partition: int, *, first: int, most: int) -> list[Kept]:
    """Return what is kept of *partition* from the offset *first* on, *most* rows of it. Raises BusUnreachable."""
    span = {"partition": partition, "first": first, "most": most}
    with reachable():
        return [Kept(*row) for row in connection.execute(_SQL["kept_from"], span, binary=True)]


def reopened(kept: Kept) -> Opened | Unlike | None:
    """
    Return what decoding made of the record, from its leaf and what travelled; None of an offset without a record.

    Where the two are not one record, that is returned: *what* is ``leaf`` or ``record``.
    """
    try:
        leaf = decode_leaf(kept.leaf)
    except Undecodable:
        return Unlike("leaf", kept.partition, kept.offset, kept.leaf, None)
    if leaf.verdict == "absent" and kept.carried is None:
        return None
    if kept.is_erased:
        return reopened_leaf(kept.leaf)
    value = _value(leaf, kept.carried)
    if (None if value is None else sha256(value).digest()) == leaf.record_hash:
        return open_record(kept.partition, kept.offset, leaf.broker_time, leaf.key, value)
    if leaf.reason == "malformed" and kept.carried is not None and len(kept.carried) == LARGEST_VALUE:
        return _too_large(kept, leaf)
    found = None if kept.carried is None or value is None else sha256(value).digest()
    return Unlike("record", kept.partition, kept.offset, found, leaf.record_hash)


def _erases(leaf_bytes: bytes, kept: Kept) -> bool:
    """Hold where a leaf is that of a `BodyErased` with which the publisher of *kept* erased it, in the same docket."""
    try:
        leaf, by = decode_leaf(leaf_bytes), reopened_leaf(leaf_bytes).header
    except Undecodable:
        return False
    if by is None or by.event_type != "BodyErased" or leaf.verdict not in _ADMITTED or kept.event_id is None:
        return False
    in_its_docket = (leaf.key or b"").decode(errors="replace") == kept.docket and leaf.partition == kept.partition
    return in_its_docket and by.speaks_for(kept.organ) and kept.event_id.bytes in cited_events(by)


def _value(leaf: Leaf, carried: bytes | None) -> bytes | None:
    """Return the value of the record: an envelope has one form only, and of anything else the value itself is kept."""
    return carried if leaf.header is None or carried is None else encode_envelope(leaf.header, carried, leaf.signatures)


def _too_large(kept: Kept, leaf: Leaf) -> Opened:
    """Return what decoding made of a value of which not all is kept: it was too large, and its hash is in the leaf."""
    opened = Opened(kept.partition, kept.offset, leaf.broker_time, leaf.key, leaf.record_hash)
    if leaf.header is not None:
        value = encode_envelope(leaf.header, b"", leaf.signatures)
        opened = open_record(kept.partition, kept.offset, leaf.broker_time, leaf.key, value)
        opened = opened._replace(record_hash=leaf.record_hash, carried=None, carried_hash=leaf.carried_hash)
    return opened._replace(fault="malformed")


def unlike(kept: Kept, entry: Entry) -> Unlike | None:
    """Return the first column in which the row *kept* is not what *entry* gives; None where it is the same row."""
    for name, derived in _columns(entry).items():
        if (found := getattr(kept, name)) != derived:
            return Unlike(name, kept.partition, kept.offset, found, derived)
    return None


def fault_in(kept: Kept) -> Unlike | None:
    """
    Return the first thing in which what is kept of a position does not fit together; None where it does.

    The row must be what its leaf and what travelled say, and follow the record before it in its docket. Whether the
    verdict is right, only folding can tell (`yisong fsck`).
    """
    opened = reopened(kept)
    if isinstance(opened, Unlike):
        return opened
    found = unlike(kept, absent_entry(kept.partition, kept.offset) if opened is None else _claimed(kept, opened))
    if found is None and kept.docket_prev != kept.before:
        return Unlike("docket chain", kept.partition, kept.offset, kept.before, kept.docket_prev)
    return found


def _claimed(kept: Kept, opened: Opened) -> Entry:
    """Return the entry that the leaf claims, with its leaf made anew around what the record is."""
    said = decode_leaf(kept.leaf)
    leaf = encode_leaf(
        partition=kept.partition,
        offset=kept.offset,
        broker_time=said.broker_time,
        log_time=said.log_time,
        key=said.key,
        docket_index=said.docket_index,
        docket_prev=said.docket_prev,
        header=opened.header_bytes,
        carried_hash=opened.carried_hash,
        signatures=opened.signatures,
        verdict=said.verdict,
        reason=said.reason,
        record_hash=opened.record_hash,
    )
    # Whether a refused record is remembered is in no leaf.
    remembered = kept.remembered if said.verdict == "refused" else said.verdict in _ADMITTED
    return Entry(
        kept.partition,
        kept.offset,
        said.broker_time,
        said.log_time,
        (said.key or b"").decode(errors="replace") if said.docket_index else None,
        said.docket_index,
        said.docket_prev,
        cast("Verdict", said.verdict),
        said.reason,
        remembered,
        leaf,
        leaf_hash(leaf),
        opened.header,
        opened.header_hash,
    )


def _columns(entry: Entry) -> Mapping[str, object]:
    """Return what the columns of ``entries`` hold for *entry*; first those that say what a difference means."""
    header = entry.header
    kind, aggregate_id = (None, None) if header is None else header.aggregate or (None, None)
    said = (None,) * 4 if header is None else (header.event_type, header.variant, header.publisher, header.speaker)
    words = dict(zip(("event_type", "variant", "publisher", "organ"), said, strict=True))
    words |= {"aggregate_kind": kind, "aggregate_id": aggregate_id}
    return {
        "verdict": entry.verdict,
        "reason": entry.reason,
        "docket": entry.docket,
        "docket_index": entry.docket_index,
        "docket_prev": entry.docket_prev,
        "broker_time": entry.broker_time,
        "log_time": entry.log_time,
        "event_id": None if header is None else UUID(bytes=header.event_id),
        **{name: None if word is None else shown(word) for name, word in words.items()},
        "header_hash": entry.header_hash,
        "remembered": entry.remembered,
        "leaf": entry.leaf,
        "leaf_hash": entry.leaf_hash,
    }
