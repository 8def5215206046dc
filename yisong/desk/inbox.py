"""What lies in an inbox: how does a node write down an event that concerns its agency, and how does a desk read it?"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from hashlib import sha256
from typing import Final, NamedTuple, cast

from yisong.desk.delivery import Body, Delivery
from yisong.envelope.codec import SALT_BYTES
from yisong.envelope.decoder import NOT_CANONICAL, Decoder, compile_decoder
from yisong.envelope.header import Header, Signature
from yisong.envelope.leaf import decode_leaf
from yisong.envelope.open import MARKER, PREFIX, registered_readers
from yisong.envelope.varint import write_long
from yisong.errors import NotOpenable, Undecodable
from yisong.home import Agency
from yisong.ledger import Law, Verdict, loads, sealed_to
from yisong.schemas import decode_body, registry
from yisong.sealing import open_sealed

#: A record of more bytes is written without the state of its docket; the topic takes a little more than this.
LARGEST_DELIVERY: Final = 2_000_000


KeyOf = Callable[[Header], bytes | None]
"""Finds the content key of a sealed body; None where there is none. Raises NotOpenable where it does not open."""


def no_key(_: Header) -> None:
    """Find none: every sealed body stays closed."""


class InboxRecord(NamedTuple):
    """
    The value of an inbox record in the field order of its schema.

    *partition*, *offset*: the position on ``case-events``. *log_time* in ms. *header*, *carried* and *signatures* as
    they stand there, byte for byte. *docket*: its state after the event as `yisong.ledger.dumps` writes it; None where
    it is too large to travel.
    """

    partition: int
    offset: int
    log_time: int
    verdict: str
    header: bytes
    carried: bytes
    signatures: tuple[Signature, ...]
    docket: bytes | None


def topic(agency: Agency) -> str:
    """Return the topic in which the desk of *agency* finds what concerns it."""
    return f"inbox-{agency}"


def encode_record(record: InboxRecord) -> bytes:
    """Return the bytes of *record*, a single-object encoding; its docket is left out where they would be too many."""
    written = _written(record)
    return written if len(written) <= LARGEST_DELIVERY else _written(record._replace(docket=None))


def decode_record(value: bytes) -> InboxRecord:
    """Return what *value* says; raise Undecodable where it is no canonical inbox record."""
    try:
        return cast("InboxRecord", _readers()[value[:PREFIX]](value, PREFIX))
    except NOT_CANONICAL as fault:
        raise Undecodable("These bytes are no canonical inbox record; was it the node that wrote them?") from fault


def deliveries(value: bytes, agency: Agency, law: Law, *, key_of: KeyOf = no_key) -> Delivery:
    """
    Return the delivery that the inbox record *value* is to the desk of *agency*, its body opened where that can be.

    *key_of* finds the content key of a body that is sealed. Raises Undecodable where it is no delivery, or its docket
    was too large to travel; and what *key_of* raises, but for NotOpenable, which is a fault of the body.
    """
    record = decode_record(value)
    header = read_header(record)
    if record.docket is None:
        raise Undecodable(
            f"The state of the docket at {record.partition}:{record.offset} was too large to travel with the event. "
            "A person must decide on it: `yisong history` shows the case."
        )
    docket = loads(header.case_id, record.docket)
    closed = header.sealing == "sealed" and not _is_for(agency, sealed_to(header, docket, law), law)
    body, fault = (None, None) if closed else opened(header, record.carried, key_of)
    return Delivery(
        agency=agency,
        partition=record.partition,
        offset=record.offset,
        log_time=record.log_time,
        verdict=cast("Verdict", record.verdict),
        header=header,
        docket=docket,
        law=law,
        body=body,
        body_fault=fault,
    )


def _is_for(agency: Agency, organs: Iterable[str], law: Law) -> bool:
    """Hold where a key of *agency* is among those of *organs*: its node's, or that of an organ of its line."""
    return any(agency in (law.organs[organ].role, law.organs[organ].node) for organ in organs)


def opened(header: Header, carried: bytes, key_of: KeyOf) -> tuple[Body | None, str | None]:
    """Return the body that travelled as *carried*, as `open_body` does, with the key that *key_of* finds."""
    try:
        return open_body(header, carried, None if header.sealing == "clear" else key_of(header))
    except NotOpenable:
        return None, "not_openable"


def body_of(header: Header, carried: bytes, key_of: KeyOf) -> Body | None:
    """Return the body that travelled as *carried*; None where it stays closed, or is at fault."""
    return opened(header, carried, key_of)[0]


def read_header(record: InboxRecord) -> Header:
    """Return the header of *record*; raise Undecodable where its bytes are no canonical header."""
    try:
        return cast("Header", registered_readers().header[record.header[:PREFIX]](record.header, PREFIX))
    except NOT_CANONICAL as fault:
        raise Undecodable("An inbox record holds no canonical header; was it the node that wrote it?") from fault


def header_in(leaf: bytes) -> Header | None:
    """Return the header that a *leaf* of the trail commits to; None where its record had none that could be read."""
    said = decode_leaf(leaf).header
    return None if said is None else cast("Header", registered_readers().header[said[:PREFIX]](said, PREFIX))


def open_body(header: Header, carried: bytes, content_key: bytes | None = None) -> tuple[Body | None, str | None]:
    """
    Return the body that travelled as *carried*, and what is wrong with it, in the words of `BodyDisputed`, or None.

    That is ``not_openable``, ``commitment`` or ``schema``. A sealed body without its *content_key* stays closed, and
    nothing is wrong with that.
    """
    payload = carried
    if header.sealing != "clear":
        if content_key is None:
            return None, None
        try:
            payload = open_sealed(carried, content_key, event_id=header.event_id, body_hash=header.body_hash)
        except NotOpenable:
            return None, "not_openable"
    if sha256(payload).digest() != header.body_hash:
        return None, "commitment"
    try:
        return decode_body(header.body_schema, payload[SALT_BYTES:]), None
    except Undecodable:
        return None, "schema"


def _written(record: InboxRecord) -> bytes:
    docket = record.docket
    return b"".join(
        (
            _start(),
            write_long(record.partition),
            write_long(record.offset),
            write_long(record.log_time),
            _bytes(record.verdict.encode()),
            _bytes(record.header),
            _bytes(record.carried),
            _signatures(record.signatures),
            b"\x00" if docket is None else b"\x02" + _bytes(docket),
        )
    )


def _signatures(signatures: tuple[Signature, ...]) -> bytes:
    if not signatures:
        return b"\x00"
    # The second part is the algorithm: the one symbol of its enumeration.
    items = (_bytes(key_id.encode()) + b"\x00" + _bytes(value) for key_id, _, value in signatures)
    return b"".join((write_long(len(signatures)), *items, b"\x00"))


def _bytes(value: bytes) -> bytes:
    return write_long(len(value)) + value


@lru_cache(maxsize=1)
def _start() -> bytes:
    return MARKER + registry().delivery.fingerprint


@lru_cache(maxsize=1)
def _readers() -> dict[bytes, Decoder]:
    shapes = {"": InboxRecord, "signatures": Signature}
    return {MARKER + s.fingerprint: compile_decoder(s.plain, shapes) for s in registry().versions["Delivery"]}
