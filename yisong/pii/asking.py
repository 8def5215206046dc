"""How does an organ ask what a P2 token of another stands for, and how does it read the answer?"""

from typing import Final, NamedTuple
from uuid import UUID

from yisong.audit.readings import Reader, note_reading
from yisong.errors import NotAcceptable, NotOpenable
from yisong.pii.letters import Outside, Request, encode, read_answer, request_inside
from yisong.pii.resolving import LONGEST_PURPOSE, Answer, Asked, Node, resolve
from yisong.pii.statements import Database, run
from yisong.pii.tokens import is_line, line_of, owner_of
from yisong.postgres.connection import reachable
from yisong.publishing.opening import seal_key
from yisong.publishing.signer import Signer
from yisong.sealing import open_letter, seal_letter

KEPT_MS: Final = 24 * 3_600_000
"""For how long an answer is kept, still sealed."""


class Pending(NamedTuple):
    """A request that another line has not answered yet, or not any more: *lapsed*, the answer was kept for a day."""

    request_id: UUID
    lapsed: bool = False


def ask(database: Database, asked: Asked, node: Node, *, request_id: UUID, now: int) -> Answer | Pending:
    """
    Ask the owner of a token what it stands for; *now* in ms.

    Where the owner is of the same line the answer is there at once. Else the request travels, and `answer_to` reads
    what comes back. Raises NotAcceptable where there can be no such token or purpose, or the owner has no key to seal
    to; NotPublishable where the organ has no key to sign with; as `resolve`; BusUnreachable.
    """
    owner, purpose = owner_of(asked.token, node.law), asked.purpose.strip()
    line = None if owner is None else line_of(owner, node.law)
    faults = [] if line is not None else ["token: names no organ of the directory, as U-V9801-01 does"]
    if not purpose or len(purpose) > LONGEST_PURPOSE or not is_line(purpose):
        faults.append(f"purpose: must be one line of 1 to {LONGEST_PURPOSE} characters")
    if owner is None or line is None or faults:
        raise NotAcceptable("Nothing was asked.", faults)
    asked = asked._replace(purpose=purpose)
    if line == node.agency:
        return resolve(database, asked, node, owner=owner, now=now)
    with reachable(), database.transaction():
        newest = run(database, "newest_of", case_id=asked.case_id)
        inside = request_inside(Request(asked, None if not newest else (newest[0][0], newest[0][1])))
        run(database, "ask", **asked._asdict(), owner=owner, request_id=request_id, now=now)
        letter = written("asked", request_id, inside, by=asked.organ, to=owner, node=node, now=now)
        run(database, "say", agency=line, value=letter)
    return Pending(request_id)


def answer_to(database: Database, request_id: UUID, reader: Reader, node: Node) -> tuple[str, Answer | Pending] | None:
    """
    Return the token that *reader* has asked for under this id, with the answer; None where he has asked nothing.

    What is opened is opened now, and written down. Raises NotOpenable, KeyNotUsable and Unreadable where the answer is
    none, BusUnreachable.
    """
    with reachable(), database.transaction():
        rows = run(database, "asked", request_id=request_id, **reader._asdict())
        if not rows:
            return None
        organ, owner, case_id, token, purpose, answered_at, key_id, sealed = rows[0]
        if sealed is None:
            return token, Pending(request_id, lapsed=answered_at is not None)
        outside = Outside("answered", request_id, owner, organ, key_id)
        answer = read_answer(opened(bytes(sealed), outside, node))
        row = {"what": "token", "case_id": case_id, "purpose": purpose, "token": token, "refused": answer.why}
        note_reading(database, reader, **row)
        return token, answer


def written(  # noqa: PLR0913 (the parts of a letter)
    what: str, request_id: UUID, inside: bytes, *, by: str, to: str, node: Node, now: int
) -> bytes:
    """
    Return the letter of an organ of *node* to another, sealed and signed with keys that are valid *now* (ms).

    Raises NotAcceptable where the other has no key to seal to, NotPublishable where there is none here to sign with.
    """
    key = seal_key(node.law, to, at=now)
    if key is None:
        raise NotAcceptable("Nothing was said.", [f"{to} has no valid key to which one could seal"])
    outside = Outside("asked" if what == "asked" else "answered", request_id, by, to, key.key_id)
    bus = node.law.bus.name
    sealed = seal_letter(inside, key.public, info=outside.info(bus))
    return encode(outside, sealed, bus=bus, sign=Signer(node.law, node.keys).signing(by, at=now))


def opened(sealed: bytes, outside: Outside, node: Node) -> bytes:
    """Return what stands inside a letter to an organ of *node*. Raises NotOpenable, KeyNotUsable, Unreadable."""
    key = node.law.rulebook.keys.get(outside.key_id)
    if key is None or (key.org, key.use) != (outside.to, "seal"):
        raise NotOpenable("The letter is sealed to a key that is not its reader's, so it stays closed.")
    return open_letter(sealed, node.keys.private(outside.key_id), info=outside.info(node.law.bus.name))
