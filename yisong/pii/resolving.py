"""
May this reader know what a P2 token stands for? What its owner decides, by rule, and writes down whatever it decides.

A rule decides and no officer: whoever may read an act may know who has done it. Two things are beyond the rule. An act
that the reader's own line has published proves no need, or anybody could cite a token to himself. And who has reported
something is of level P3, in whatever field his token stands besides.
"""

from collections.abc import Iterator, Mapping
from typing import Final, Literal, NamedTuple
from uuid import UUID

from yisong.audit.bodies import seen_at
from yisong.audit.readings import Reader, note_reading
from yisong.desk.inbox import body_of
from yisong.home import Agency
from yisong.ledger import Law
from yisong.ledger.sharing import Seen
from yisong.pii.statements import Database, run
from yisong.pii.tokens import line_of
from yisong.pii.vault import Vault
from yisong.postgres.connection import reachable
from yisong.publishing.opening import Opener, line_keys
from yisong.publishing.signer import PrivateKeys

MOST_AN_HOUR: Final = 120
"""How often in an hour an organ may ask for tokens of another, refusals included."""
LONGEST_PURPOSE: Final = 200
"""Characters of a purpose at most."""
_OF_REPORTERS: Final = "reporter_token"

Why = Literal["no-need-to-know", "reporter", "too-many", "unknown", "erased"]
"""
``no-need-to-know`` no act of another's in this case that the organ may read carries the token · ``reporter`` it is that
of whoever reported · ``too-many`` of the organ's requests in an hour · ``unknown`` its owner keeps nothing of it ·
``erased`` it has, and not any more.
"""


class Node(NamedTuple):
    """One node, as far as it asks and answers: *agency*, its *law* now, and the private *keys* of its organs."""

    agency: Agency
    law: Law
    keys: PrivateKeys


class Asked(NamedTuple):
    """Who asks for which token, in which case and for what *purpose*."""

    account: str
    organ: str
    case_id: str
    token: str
    purpose: str


class Answer(NamedTuple):
    """What a token stands for (*value*), or *why* that is not said; exactly one of the two is None."""

    value: str | None
    why: Why | None


def resolve(database: Database, asked: Asked, node: Node, *, owner: str, now: int) -> Answer:
    """
    Return what the token stands for, as its *owner*, an organ of *node*, tells it, and write down that it was asked.

    *database*: that of *node*; *now* in ms. Raises NotProven where the trail is not what its records give, NotOpenable
    and KeyNotUsable as `Vault.value_of`, BusUnreachable.
    """
    with reachable(), database.transaction():
        event_id, why = _allowed(database, asked, node, owner=owner)
        value: str | None = None
        if why is None:
            value, why = Vault(database, owner, law=node.law, keys=node.keys).value_of(asked.token, now=now)
        note_reading(
            database,
            Reader(asked.account, asked.organ),
            what="token",
            case_id=asked.case_id,
            purpose=asked.purpose,
            events=() if event_id is None else (event_id,),
            token=asked.token,
            refused=why,
        )
    return Answer(value, why)


def _allowed(database: Database, asked: Asked, node: Node, *, owner: str) -> tuple[UUID | None, Why | None]:
    """Return the act by which the organ needs to know, or why it may not."""
    if run(database, "asked_lately", organ=asked.organ, owner=owner)[0][0] >= MOST_AN_HOUR:
        return None, "too-many"
    carrying = list(_carrying(database, asked, node))
    if any(_OF_REPORTERS in fields for _, fields in carrying):
        return None, "reporter"
    for one, _ in carrying:
        if asked.organ in one.readers and _counts(one, asked.organ, owner, node.law):
            return UUID(bytes=one.header.event_id), None
    return None, "no-need-to-know"


def _carrying(database: Database, asked: Asked, node: Node) -> Iterator[tuple[Seen, frozenset[str]]]:
    """Yield the admitted events of the case that carry the token, with the fields, as far as we can open them."""
    rows = run(database, "of_docket", case_id=asked.case_id)
    seen = seen_at(database, [(partition, offset) for partition, offset, _ in rows], node.law)
    opener = Opener(database, node.keys, own=line_keys(node.law, node.agency))
    for partition, offset, carried in rows:
        one = seen.get((partition, offset))
        if one is None or not one.admitted:
            continue
        header = {"officers": one.header.officers, "approver": one.header.approver}
        body = None if carried is None else body_of(one.header, bytes(carried), opener.content_key)
        fields = frozenset((*_fields_with(asked.token, header), *_fields_with(asked.token, body)))
        if fields:
            yield one, fields


def _counts(one: Seen, organ: str, owner: str, law: Law) -> bool:
    """Say whether an act proves that *organ* needs to know: none by which it could have cited the token to itself."""
    publisher, line = one.header.publisher, line_of(organ, law)
    others = publisher != organ if line == line_of(owner, law) else line_of(publisher, law) != line
    return publisher == owner or others


def _fields_with(token: str, value: object, name: str = "") -> Iterator[str]:
    """Yield the names of the fields, however deep, that hold just *token*."""
    match value:
        case str() if value == token:
            yield name
        case Mapping():
            for inner, one in value.items():
                yield from _fields_with(token, one, str(inner))
        case list() | tuple():
            for one in value:
                yield from _fields_with(token, one, name)
