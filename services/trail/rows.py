"""What does an entry look like as a row?"""

from functools import lru_cache
from struct import Struct
from typing import Final, LiteralString

from services.trail.rules import Body, Relayed
from yisong.envelope.header import Header
from yisong.ledger import Docket, Entry
from yisong.postgres.binary import NULL, int8, jsonb, raw, text

COPY_ENTRIES: Final[LiteralString] = """
COPY entries ("partition", "offset", broker_time, log_time, docket, docket_index, docket_prev, event_id, event_type,
              variant, publisher, organ, aggregate_kind, aggregate_id, header_hash, verdict, reason, remembered, leaf,
              leaf_hash) FROM STDIN (FORMAT binary)"""
COPY_BODIES: Final[LiteralString] = 'COPY bodies ("partition", "offset", carried) FROM STDIN (FORMAT binary)'
COPY_DOCKETS: Final[LiteralString] = """
COPY staged (case_id, "partition", last_offset, log_time, "index", prev_leaf, next_due, state)
FROM STDIN (FORMAT binary)"""
COPY_RELAYED: Final[LiteralString] = 'COPY local_relay ("partition", "offset", key, value) FROM STDIN (FORMAT binary)'
COPY_INBOX: Final[LiteralString] = 'COPY local_inbox ("partition", "offset", organ) FROM STDIN (FORMAT binary)'

# Field count, then each fixed field behind its length.
_ENTRY = Struct(">hiiiqiqiq").pack
_BODY = Struct(">hiiiqi").pack
_RELAYED = Struct(">hiiiq").pack
_INBOX = Struct(">hiiiq").pack
_PLACE = Struct(">iiiqiqiq").pack
_EIGHT = b"\0\x08"
_FALSE, _TRUE = raw(b"\0"), raw(b"\1")
# Event id to aggregate id, of a record whose header cannot be read.
_NO_HEADER = NULL * 7
_ADMITTED = ("admitted", "admitted-late")


def entry(one: Entry) -> bytes:
    """Pack a row of ``entries``."""
    header = one.header
    return b"".join(
        (
            _ENTRY(20, 4, one.partition, 8, one.offset, 8, one.broker_time, 8, one.log_time),
            text(one.docket),
            int8(one.docket_index),
            raw(one.docket_prev),
            _NO_HEADER if header is None else _of_header(header, admitted=one.verdict in _ADMITTED),
            raw(one.header_hash),
            _of_verdict(one.verdict, one.reason, one.remembered),
            raw(one.leaf),
            raw(one.leaf_hash),
        )
    )


def _of_header(header: Header, *, admitted: bool) -> bytes:
    kind, aggregate_id = header.aggregate or (None, None)
    said = (header.event_type, header.variant, header.publisher, header.speaker, kind)
    # Of an admitted event these are words of the rulebook, which repeat; a stranger's may be anything, of any length.
    packed = _packed_before(said) if admitted else _packed(said)
    return raw(header.event_id) + packed + text(aggregate_id)


def _packed(said: tuple[str | None, ...]) -> bytes:
    return b"".join(map(text, said))


_packed_before = lru_cache(maxsize=4096)(_packed)


@lru_cache(maxsize=1024)
def _of_verdict(verdict: str, reason: str | None, remembered: bool) -> bytes:  # noqa: FBT001 (a column)
    return text(verdict) + text(reason) + (_TRUE if remembered else _FALSE)


def body(one: Body) -> bytes:
    """Pack a row of ``bodies``."""
    partition, offset, carried = one
    return _BODY(3, 4, partition, 8, offset, len(carried)) + carried


def relayed(one: Relayed) -> bytes:
    """Pack a row of ``local_relay``."""
    return _RELAYED(4, 4, one.partition, 8, one.offset) + raw(one.key) + raw(one.value)


def inbox(one: Relayed) -> bytes:
    """Pack the rows of ``local_inbox`` of what has just been judged, one for each organ."""
    return b"".join(_INBOX(3, 4, one.partition, 8, one.offset) + text(organ) for organ in one.organs)


def docket(one: Docket, partition: int, offset: int, state: bytes) -> bytes:
    """Pack a row of ``dockets``: *one* as of the record at *partition* and *offset*, and its *state* as JSON."""
    return b"".join(
        (
            _EIGHT,
            text(one.case_id),
            _PLACE(4, partition, 8, offset, 8, one.log_time, 8, one.size),
            raw(one.prev_leaf),
            int8(one.next_due),
            jsonb(state),
        )
    )
