"""What do the rules make of the records of a docket? The fold again, from the leaves alone: no rule reads a body."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from yisong.envelope.codec import encode_envelope
from yisong.envelope.leaf import decode_leaf
from yisong.envelope.open import Opened, open_record
from yisong.errors import NotProven
from yisong.ledger import Docket, Entry, Known, Law, fold, remember
from yisong.signing.verify import verify


class Folded(NamedTuple):
    """One record judged again: its *entry*, and its docket after it."""

    entry: Entry
    docket: Docket


def refold(leaves: Sequence[bytes], law: Law) -> tuple[Folded, ...]:
    """
    Judge the records of one docket again by *law*, from its first leaf on, signatures included.

    Raises NotProven where a leaf is not what the rules make of its record.
    """
    found: list[Folded] = []
    for number, (leaf, (docket, entry)) in enumerate(zip(leaves, judged_again(leaves, law), strict=True), start=1):
        if docket is None or entry.leaf != leaf:
            raise NotProven(_differs(number, leaf, entry))
        found.append(Folded(entry, docket))
    return tuple(found)


def judged_again(leaves: Sequence[bytes], law: Law, *, threads: int = 2) -> Iterator[tuple[Docket | None, Entry]]:
    """
    Yield what *law* makes of each record of one docket, from its first leaf on, whatever the leaves say of verdicts.

    The docket is None where a leaf is of none. *threads*: how many verify signatures at a time. Raises Undecodable
    where bytes are no leaf.
    """
    docket: Docket | None = None
    memory: dict[bytes, tuple[Known, ...]] = {}
    records = [reopened(leaf) for leaf in leaves]
    for record in verify(records, bus=law.bus.name, keys=law.rulebook.keys, threads=threads):
        docket, entry = fold(docket, record, law, memory)
        remember(memory, entry)
        yield docket, entry


def reopened(leaf_bytes: bytes) -> Opened:
    """
    Return what decoding made of a record, from its leaf; only the body is missing, and no rule reads that.

    Raises Undecodable where the bytes are no leaf.
    """
    leaf = decode_leaf(leaf_bytes)
    opened = Opened(leaf.partition, leaf.offset, leaf.broker_time, leaf.key, leaf.record_hash)
    if leaf.header is None:
        return opened._replace(fault="unknown-schema" if leaf.reason == "unknown-schema" else "malformed")
    value = encode_envelope(leaf.header, b"", leaf.signatures)
    opened = open_record(leaf.partition, leaf.offset, leaf.broker_time, leaf.key, value)
    # What the missing body alone could tell is in the leaf: that the value was too large.
    fault = "malformed" if leaf.reason == "malformed" else opened.fault
    return opened._replace(record_hash=leaf.record_hash, carried=None, carried_hash=leaf.carried_hash, fault=fault)


def _differs(number: int, leaf: bytes, entry: Entry) -> str:
    said = decode_leaf(leaf)
    kept, made = ((one.verdict, one.reason) for one in (said, entry))
    if kept == made:
        return f"The leaf of record {number} has the verdict that the rules give, and differs from theirs otherwise."
    return f"By these rules record {number} is {_words(*made)}, and its leaf says {_words(*kept)}."


def _words(verdict: str, reason: str | None) -> str:
    return verdict if reason is None else f"{verdict} ({reason})"
