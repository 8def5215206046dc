"""What may somebody read of the bodies of a case? Need-to-know, opened at the moment of reading, and noted."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, Protocol
from uuid import UUID

from psycopg import Connection

from yisong.audit.readings import Reader, Reading, note_reading, readings
from yisong.desk.inbox import open_body
from yisong.envelope.header import Header
from yisong.errors import NotOpenable
from yisong.ledger import Law
from yisong.ledger.sharing import Seen, may_read
from yisong.postgres import queries
from yisong.postgres.connection import reachable
from yisong.proof.refold import refold
from yisong.publishing.opening import Opener, line_keys
from yisong.publishing.signer import PrivateKeys

__all__ = ["Body", "Located", "Reader", "Reading", "Why", "bodies_of", "note_reading", "readings", "seen_at"]

_SQL: Final = queries(Path(__file__).with_name("bodies.sql"))

Why = Literal["not-in-audience", "sealed", "erased", "broken"]
"""
``not-in-audience`` the law names others · ``sealed`` this node was given no key for it (yet) · ``erased`` its publisher
has erased it · ``broken`` it does not open, or is not what its header commits to: it is to be disputed.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What an event says (*value*, as JSON has it), or why it is *masked*; exactly one of the two is set."""

    value: Mapping[str, object] | None = None
    masked: Why | None = None


class Located(Protocol):
    """Anything that says where its record lies: an `Entry`, a `Position`, a row."""

    @property
    def partition(self) -> int:
        """The partition."""

    @property
    def offset(self) -> int:
        """The offset."""


class _At(NamedTuple):
    partition: int
    offset: int


def bodies_of(  # noqa: PLR0913 (what is read by whom, why, by which law and with which keys)
    connection: Connection[Any],
    entries: Sequence[Located],
    *,
    reader: Reader,
    purpose: str,
    law: Law,
    keys: PrivateKeys,
) -> Sequence[Body]:
    """
    Return the bodies of *entries*, in their order, as *reader* may see them, and write down that they were read.

    *connection*: to the database of the node of the reader's line. What is masked is not written down, since nothing
    was read. An entry of no docket, or without a header that can be read, is nobody's to read. Raises ValueError where
    no *purpose* is stated, NotProven where the trail is not what its records give, BusUnreachable.
    """
    if not purpose.strip():
        raise ValueError("whoever reads states a purpose")
    wanted = [_At(one.partition, one.offset) for one in entries]
    with reachable(), connection.transaction():
        seen = _seen(connection, wanted, law)
        headers = [one.header for at in wanted if (one := seen.get(at)) is not None and reader.organ in one.readers]
        carried = _carried(connection, wanted)
        opener = Opener(connection, keys, own=line_keys(law, law.organs[reader.organ].role)) if headers else None
        found = [_body(seen.get(at), carried.get(at), reader.organ, opener) for at in wanted]
        shown = [seen[at].header for at, body in zip(wanted, found, strict=True) if body.value is not None]
        _note(connection, shown, reader, purpose)
    return found


def seen_at(connection: Connection[Any], places: Sequence[tuple[int, int]], law: Law) -> Mapping[tuple[int, int], Seen]:
    """
    Return, by (partition, offset), the events at *places* and beside them, with those who may read their bodies.

    Nothing is read by that, and nothing noted. Raises NotProven where the trail is not what its records give.
    """
    return {
        (at.partition, at.offset): one for at, one in _seen(connection, [_At(*place) for place in places], law).items()
    }


def _body(seen: Seen | None, carried: bytes | None, organ: str, opener: Opener | None) -> Body:
    if seen is None or organ not in seen.readers or opener is None:
        return Body(masked="not-in-audience")
    if carried is None:
        return Body(masked="erased")
    try:
        key = opener.content_key(seen.header) if seen.header.sealing == "sealed" else None
    except NotOpenable:
        return Body(masked="broken")
    value, fault = open_body(seen.header, carried, key)
    if value is not None:
        return Body(value=value)
    return Body(masked="sealed" if fault is None else "broken")


def _seen(connection: Connection[Any], wanted: Sequence[_At], law: Law) -> Mapping[_At, Seen]:
    """Return, by position, who may read the body there; each docket is folded once."""
    dockets = {row[2] for row in connection.execute(_SQL["docket_at"], _columns(wanted)) if row[2] is not None}
    seen: dict[_At, Seen] = {}
    for case_id in sorted(dockets):
        leaves = [row[0] for row in connection.execute(_SQL["leaves"], {"case_id": case_id})]
        for one in may_read(((one.entry, one.docket) for one in refold(leaves, law)), law):
            seen[_At(one.partition, one.offset)] = one
    return seen


def _carried(connection: Connection[Any], wanted: Sequence[_At]) -> Mapping[_At, bytes]:
    rows = connection.execute(_SQL["carried"], _columns(wanted)).fetchall()
    return {_At(partition, offset): carried for partition, offset, carried in rows}


def _columns(wanted: Sequence[_At]) -> dict[str, object]:
    return {"partitions": [at.partition for at in wanted], "offsets": [at.offset for at in wanted]}


def _note(connection: Connection[Any], shown: Iterable[Header], reader: Reader, purpose: str) -> None:
    by_case: defaultdict[str, list[UUID]] = defaultdict(list)
    for header in shown:
        by_case[header.case_id].append(UUID(bytes=header.event_id))
    for case_id, events in sorted(by_case.items()):
        note_reading(connection, reader, what="body", case_id=case_id, purpose=purpose, events=events)
