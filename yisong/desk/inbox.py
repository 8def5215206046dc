"""What lies in an inbox: how does a node write down an event that concerns its agency, and how does a desk read it?"""

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
from yisong.errors import Undecodable
from yisong.home import Agency
from yisong.ledger import Law, Verdict, loads
from yisong.schemas import decode_body, registry

#: A record of more bytes is written without the state of its docket; the topic takes a little more than this.
LARGEST_DELIVERY: Final = 2_000_000


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


def deliveries(value: bytes, agency: Agency, law: Law) -> Delivery:
    """
    Return the delivery that the inbox record *value* is to the desk of *agency*, its body opened where it is clear.

    Raises Undecodable where it is none, or its docket was too large to travel.
    """
    record = decode_record(value)
    header = read_header(record)
    if record.docket is None:
        raise Undecodable(
            f"The state of the docket at {record.partition}:{record.offset} was too large to travel with the event. "
            "A person must decide on it: `yisong history` shows the case."
        )
    body, fault = open_body(header, record.carried)
    return Delivery(
        agency=agency,
        partition=record.partition,
        offset=record.offset,
        log_time=record.log_time,
        verdict=cast("Verdict", record.verdict),
        header=header,
        docket=loads(header.case_id, record.docket),
        law=law,
        body=body,
        body_fault=fault,
    )


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


def open_body(header: Header, carried: bytes) -> tuple[Body | None, str | None]:
    """
    Return the body that travelled as *carried*, and what is wrong with it: ``commitment``, ``schema``, or None.

    A sealed body stays closed, and nothing is wrong with that.
    """
    if header.sealing != "clear":
        return None, None
    if sha256(carried).digest() != header.body_hash:
        return None, "commitment"
    try:
        return decode_body(header.body_schema, carried[SALT_BYTES:]), None
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
