"""
What is this record, seen from the outside in? Step 1 of the checks: bytes and schema.

Nothing here depends on anything but the bytes and the registered schemas, nothing raises, and no signature is verified.
"""

from functools import lru_cache
from hashlib import sha256
from typing import Literal, NamedTuple, cast

from yisong.envelope.decoder import NOT_CANONICAL, Decoder, compile_decoder
from yisong.envelope.header import AggregateRef, Attachment, Cite, Header, Signature
from yisong.schemas import Registry, registry

Fault = Literal["malformed", "unknown-schema"]

#: A value of more bytes is malformed.
LARGEST_VALUE = 1_048_576
#: Instants of a header lie in [2000-01-01, 2100-01-01), both at 00:00 +08:00; milliseconds since 1970 (UTC).
EARLIEST, TOO_LATE = 946_656_000_000, 4_102_416_000_000
#: Avro's single-object encoding: two bytes of marker, eight of fingerprint.
MARKER, PREFIX = b"\xc3\x01", 10

_SHAPES = {"": Header, "aggregate": AggregateRef, "cites": Cite, "attachments": Attachment, "signatures": Signature}


class Envelope(NamedTuple):
    """The value of a record: the header byte for byte, what travels beside it, and who signed."""

    header: bytes
    carried: bytes
    signatures: tuple[Signature, ...]


class Opened(NamedTuple):
    """
    What decoding made of one record.

    ``header_bytes``, ``header_hash``, ``carried``, ``carried_hash`` and ``signatures`` are set iff the value is a
    canonical envelope, whatever is wrong with it otherwise (a header that can't be read, a value that is too large).
    ``header`` is set iff its bytes are canonical and its instants in range. ``fault`` is the reason of step 1, or None.
    ``valid`` says of each signature whether it verifies; None = its key is not registered for its organ. It stays
    empty until yisong.signing.verify fills it, and for a record with a fault.
    """

    partition: int
    offset: int
    broker_time: int
    key: bytes | None
    record_hash: bytes | None
    header_bytes: bytes | None = None
    header_hash: bytes | None = None
    carried: bytes | None = None
    carried_hash: bytes | None = None
    signatures: tuple[Signature, ...] = ()
    header: Header | None = None
    fault: Fault | None = None
    valid: tuple[bool | None, ...] = ()


class Readers(NamedTuple):
    """Decoders by the ten bytes that stand first, and the fingerprints of all registered schemas."""

    envelope: dict[bytes, Decoder]
    header: dict[bytes, Decoder]
    registered: frozenset[bytes]


def open_record(partition: int, offset: int, broker_time: int, key: bytes | None, value: bytes | None) -> Opened:
    """Return what the record at a position holds; *broker_time* in milliseconds. Never raises, whatever the bytes."""
    if value is None:
        return Opened(partition, offset, broker_time, key, None, fault="malformed")
    readers = registered_readers()
    record_hash = sha256(value).digest()
    prefix = value[:PREFIX]
    try:
        decoded = readers.envelope[prefix](value, PREFIX)
    except NOT_CANONICAL:
        fault = _fault(prefix, readers) if len(value) <= LARGEST_VALUE else "malformed"
        return Opened(partition, offset, broker_time, key, record_hash, fault=fault)
    envelope = cast("Envelope", decoded)
    header, fault_inside = _open_header(envelope, readers)
    return Opened(
        partition,
        offset,
        broker_time,
        key,
        record_hash,
        envelope.header,
        sha256(envelope.header).digest(),
        envelope.carried,
        sha256(envelope.carried).digest(),
        envelope.signatures,
        header,
        fault_inside if len(value) <= LARGEST_VALUE else "malformed",
    )


def _open_header(envelope: Envelope, readers: Readers) -> tuple[Header | None, Fault | None]:
    prefix = envelope.header[:PREFIX]
    try:
        header = cast("Header", readers.header[prefix](envelope.header, PREFIX))
    except NOT_CANONICAL:
        return None, _fault(prefix, readers)
    if not _instants_in_range(header):
        return None, "malformed"
    if len(envelope.signatures) != 1 and (len(envelope.signatures) != 2 or header.countersignature is None):  # noqa: PLR2004
        return header, "malformed"
    return header, None if header.body_schema in readers.registered else "unknown-schema"


def _fault(prefix: bytes, readers: Readers) -> Fault:
    """Say why bytes were not decoded: a registered schema of another kind in this place is no unknown one."""
    unknown = len(prefix) == PREFIX and prefix[:2] == MARKER and prefix[2:] not in readers.registered
    return "unknown-schema" if unknown else "malformed"


def _instants_in_range(header: Header) -> bool:
    if not EARLIEST <= header.occurred_at < TOO_LATE:
        return False
    decided, served, due = header.decided_at, header.served_at, header.due_at
    if decided is None is served is due:
        return True
    return all(instant is None or EARLIEST <= instant < TOO_LATE for instant in (decided, served, due))


@lru_cache(maxsize=1)
def registered_readers() -> Readers:
    """Return the decoders of the schemas that come with this installation."""
    return readers_of(registry())


def readers_of(schemas: Registry) -> Readers:
    """Return the decoders of every registered version of the envelope and the header."""
    return Readers(
        envelope=_decoders(schemas, "Envelope", root=Envelope),
        header=_decoders(schemas, "Header", root=Header),
        # What lies in an inbox is between a node and its desks: no verdict may depend on its schema.
        registered=frozenset(s.fingerprint for s in schemas.by_fingerprint.values() if s.kind != "delivery"),
    )


def _decoders(schemas: Registry, name: str, *, root: type[Envelope | Header]) -> dict[bytes, Decoder]:
    shapes = {**_SHAPES, "": root}
    return {MARKER + s.fingerprint: compile_decoder(s.plain, shapes) for s in schemas.versions[name]}
