"""
What does the trail commit to at one position? The leaf: everything of a record but its body, with its verdict.

The encoder writes what the leaf's schema says without asking it at every field; tests hold it to two Avro libraries.
"""

from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple, cast

from yisong.envelope.decoder import NOT_CANONICAL, Decoder, compile_decoder
from yisong.envelope.header import Signature
from yisong.envelope.open import MARKER, PREFIX
from yisong.envelope.varint import write_long
from yisong.errors import Undecodable
from yisong.schemas import registry

TOPIC = "case-events"

_NULL, _SET, _END = b"\x00", b"\x02", b"\x00"


class Leaf(NamedTuple):
    """A leaf in the field order of its schema; instants in milliseconds since 1970 (UTC)."""

    topic: str
    partition: int
    offset: int
    broker_time: int
    log_time: int
    key: bytes | None
    docket_index: int
    docket_prev: bytes | None
    header: bytes | None
    carried_hash: bytes | None
    signatures: tuple[Signature, ...]
    verdict: str
    reason: str | None
    record_hash: bytes | None


def encode_leaf(  # noqa: PLR0913 (a leaf has that many fields)
    *,
    partition: int,
    offset: int,
    broker_time: int,
    log_time: int,
    key: bytes | None,
    docket_index: int,
    docket_prev: bytes | None,
    header: bytes | None,
    carried_hash: bytes | None,
    signatures: tuple[Signature, ...],
    verdict: str,
    reason: str | None,
    record_hash: bytes | None,
) -> bytes:
    """Return the leaf's bytes, a single-object encoding; the arguments are the fields of the contract's table."""
    return b"".join(
        (
            _start(partition),
            write_long(offset),
            write_long(broker_time),
            write_long(log_time),
            _NULL if key is None else b"\x02" + write_long(len(key)) + key,
            write_long(docket_index),
            _NULL if docket_prev is None else _SET + docket_prev,
            _NULL if header is None else b"\x02" + write_long(len(header)) + header,
            _NULL if carried_hash is None else _SET + carried_hash,
            _signatures(signatures),
            _verdict(verdict, reason),
            _NULL if record_hash is None else _SET + record_hash,
        )
    )


def leaf_hash(leaf: bytes) -> bytes:
    """Return SHA-256(0x00 ‖ *leaf*), the leaf's hash in the tree (RFC 6962, section 2.1)."""
    return sha256(b"\x00" + leaf).digest()


def decode_leaf(leaf: bytes) -> Leaf:
    """Return what *leaf* says; raise Undecodable where it is no canonical leaf."""
    try:
        return cast("Leaf", _readers()[leaf[:PREFIX]](leaf, PREFIX))
    except NOT_CANONICAL as fault:
        raise Undecodable("These bytes are no canonical leaf; take them from the trail again") from fault


@lru_cache(maxsize=1)
def _readers() -> dict[bytes, Decoder]:
    shapes = {"": Leaf, "signatures": Signature}
    return {MARKER + s.fingerprint: compile_decoder(s.plain, shapes) for s in registry().versions["Leaf"]}


@lru_cache(maxsize=1024)
def _start(partition: int) -> bytes:
    return MARKER + registry().leaf.fingerprint + _text(TOPIC) + write_long(partition)


@lru_cache(maxsize=1024)
def _verdict(verdict: str, reason: str | None) -> bytes:
    return _text(verdict) + (_NULL if reason is None else _SET + _text(reason))


def _signatures(signatures: tuple[Signature, ...]) -> bytes:
    if not signatures:
        return _END
    items = [_before_value(key_id, len(value)) + value for key_id, _algorithm, value in signatures]
    return b"".join((write_long(len(items)), *items, _END))


@lru_cache(maxsize=1024)
def _before_value(key_id: str, length: int) -> bytes:
    # The second part is the algorithm: the one symbol of its enumeration.
    return _text(key_id) + b"\x00" + write_long(length)


def _text(text: str) -> bytes:
    encoded = text.encode()
    return write_long(len(encoded)) + encoded
