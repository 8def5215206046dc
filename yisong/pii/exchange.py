"""What does a node make of the letters on its topic ``pii-<agency>``, and what does it answer?"""

import logging
from collections.abc import Sequence
from typing import Final, Literal
from uuid import UUID

from yisong.errors import Unreadable, WorldFault, YisongError
from yisong.kafka.records import LogRecord
from yisong.pii.asking import KEPT_MS, opened, written
from yisong.pii.letters import Letter, Outside, Request, answer_inside, decode, read_request
from yisong.pii.resolving import Node, resolve
from yisong.pii.statements import Database, run
from yisong.pii.tokens import line_of, owner_of
from yisong.postgres.connection import reachable

PATIENCE_MS: Final = 60_000
"""How long a request waits for our trail to come to what its reader has read; then it is judged by what we have."""

_LOG = logging.getLogger(__name__)
_AT_ONCE: Final = 20
_LONGEST_LETTER: Final = 16_384
Taken = Literal["asked", "answered", "known", "unreadable", "bad-signature", "not-ours"]
"""
``asked`` a request · ``answered`` an answer to one of ours · ``known`` it had come before, or nobody waits for it ·
``unreadable`` no letter of this version · ``bad-signature`` not by whom it says · ``not-ours`` for no organ of ours, or
by none that could ask it.
"""


def take(database: Database, records: Sequence[LogRecord], node: Node, *, now: int) -> list[Taken]:
    """
    Keep the letters among *records*, in one transaction with the position; return what each was. Raises BusUnreachable.

    Whatever lies on the topic stops nobody, and does no harm when it comes twice.
    """
    with reachable(), database.transaction():
        taken = [_take(database, record.value, node, now=now) for record in records]
        run(database, "move", next_offset=records[-1].offset + 1)
    return taken


def answer_all(database: Database, node: Node, *, now: int) -> None:
    """Answer what is asked of organs of *node*, each request in a transaction of its own. Raises BusUnreachable."""
    for organ, request_id, owner, received_at, key_id, sealed in run(database, "open", limit=_AT_ONCE):
        outside = Outside("asked", request_id, organ, owner, key_id)
        try:
            request = read_request(opened(bytes(sealed), outside, node), organ=organ)
            if now >= received_at + PATIENCE_MS or _is_judged(database, request):
                with reachable(), database.transaction():
                    _answer(database, outside, request, node, now=now)
        except WorldFault:
            raise
        except YisongError as fault:
            # It opens for nobody, or our own trail is at fault: no later round would make it better.
            _LOG.error("request %s of %s is not answered (%s): %s", request_id, organ, type(fault).__name__, fault)
            _settle(database, organ, request_id, "void")
    run(database, "forget", oldest=now - KEPT_MS)


def _take(database: Database, value: bytes | None, node: Node, *, now: int) -> Taken:
    if value is None or len(value) > _LONGEST_LETTER:
        return "unreadable"
    try:
        letter = decode(value, bus=node.law.bus.name)
    except Unreadable:
        return "unreadable"
    said = letter.outside
    if line_of(said.to, node.law) != node.agency or line_of(said.by, node.law) in (None, node.agency):
        return "not-ours"
    if not letter.is_by(said.by, node.law, now=now):
        return "bad-signature"
    return _kept(database, letter, now=now)


def _kept(database: Database, letter: Letter, *, now: int) -> Taken:
    said = letter.outside
    row = {"request_id": said.request_id, "key_id": said.key_id, "sealed": letter.sealed, "now": now}
    if said.what == "asked":
        return "asked" if run(database, "receive", organ=said.by, owner=said.to, **row) else "known"
    return "answered" if run(database, "answered", organ=said.to, owner=said.by, **row) else "known"


def _answer(database: Database, outside: Outside, request: Request, node: Node, *, now: int) -> None:
    asked, owner = request.asked, outside.to
    if owner_of(asked.token, node.law) != owner:
        raise Unreadable("The letter asks an organ for a token of another.")
    answer = answer_inside(resolve(database, asked, node, owner=owner, now=now))
    letter = written("answered", outside.request_id, answer, by=owner, to=asked.organ, node=node, now=now)
    if _settle(database, asked.organ, outside.request_id, "answered"):
        run(database, "say", agency=line_of(asked.organ, node.law), value=letter)


def _is_judged(database: Database, request: Request) -> bool:
    if request.after is None:
        return True
    partition, offset = request.after
    return bool(run(database, "is_judged", partition=partition, offset=offset)[0][0])


def _settle(database: Database, organ: str, request_id: UUID, state: Literal["answered", "void"]) -> bool:
    return bool(run(database, "settle", organ=organ, request_id=request_id, state=state))
