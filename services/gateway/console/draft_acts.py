"""How does somebody sign a draft at a page, decline it, or withdraw one of ours? As ``yisong drafts`` does."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple
from uuid import UUID

from psycopg import Connection
from starlette.responses import RedirectResponse, Response

from services.gateway.console.drafts import Found, draft_page, need, read_by
from services.gateway.console.shell import Shell
from services.gateway.problems import Problem
from services.gateway.who.clock import now_of
from services.gateway.who.refusals import NotAllowed
from yisong.errors import NotPublishable
from yisong.publishing.countersigning.received import Drafts, Received, Sent
from yisong.publishing.countersigning.taking_back import take_back
from yisong.publishing.signer import Signer
from yisong.publishing.stores import PostgresOutbox

_SEE_OTHER: Final = 303


class Asked(NamedTuple):
    """What was sent: the hash of the header that the viewer had before him (*seen*), and a *reason* in words."""

    seen: str
    reason: str


def sign(shell: Shell, event_id: UUID, asked: Asked) -> Response:
    """Sign a draft that the viewer has opened. Raises NotAllowed where he is no approver, Problem 404."""
    _need_approver(shell)
    with shell.world.connection() as connection:
        read = read_by(shell, connection, need(connection, shell, event_id).line)
    if shell.reader.account not in {one.account for one in read}:
        return RedirectResponse(f"/drafts/{event_id}?said=unread", _SEE_OTHER)

    def signed(connection: Connection[Any], draft: Received | Sent, signer: Signer) -> bool:
        if not isinstance(draft, Received):
            return False
        who, now = shell.reader.account, now_of(shell.request)
        return Drafts(connection).sign(draft, officer=who, law=shell.world.law, signer=signer, now=now)

    return _answered(shell, event_id, asked, signed)


def decline(shell: Shell, event_id: UUID, asked: Asked) -> Response:
    """Decline to sign a draft; its sender gets to read the reason. Otherwise as `sign`."""
    _need_approver(shell)

    def declined(connection: Connection[Any], draft: Received | Sent, signer: Signer) -> bool:
        if not isinstance(draft, Received):
            return False
        who, law, now = shell.reader.account, shell.world.law, now_of(shell.request)
        drafts = Drafts(connection)
        return drafts.decline(draft, officer=who, reason=asked.reason, law=law, signer=signer, now=now)

    if not asked.reason:
        return draft_page(shell, event_id, opened=False, fault="decline")
    return _answered(shell, event_id, asked, declined)


def withdraw(shell: Shell, event_id: UUID, asked: Asked) -> Response:
    """Withdraw a draft of the viewer's organ, before the other has answered. Raises NotAllowed, Problem 404."""
    if not shell.may("publish"):
        raise NotAllowed("needs publish")

    def withdrawn(connection: Connection[Any], draft: Received | Sent, signer: Signer) -> bool:
        if not isinstance(draft, Sent):
            return False
        outbox, who, law = PostgresOutbox(connection), shell.reader.account, shell.world.law
        return take_back(outbox, draft, officer=who, reason=asked.reason, law=law, signer=signer)

    if not asked.reason:
        return draft_page(shell, event_id, opened=False, fault="withdraw")
    return _answered(shell, event_id, asked, withdrawn)


def _need_approver(shell: Shell) -> None:
    if not shell.may("approve"):
        raise NotAllowed("needs approve")


def _answered(
    shell: Shell,
    event_id: UUID,
    asked: Asked,
    act: Callable[[Connection[Any], Received | Sent, Signer], bool],
) -> Response:
    """Do it where the draft is still the one that the viewer had before him, and go to its page, which says so."""
    with shell.world.connection() as connection:
        found = need(connection, shell, event_id)
        said = _said(connection, found, asked, act, Signer(shell.world.law, shell.world.keys))
    return RedirectResponse(f"/drafts/{event_id}?said={said}", _SEE_OTHER)


def _said(
    connection: Connection[Any],
    found: Found,
    asked: Asked,
    act: Callable[[Connection[Any], Received | Sent, Signer], bool],
    signer: Signer,
) -> str:
    if found.header_hash.hex() != asked.seen:
        return "changed"
    try:
        return "done" if act(connection, found.kept, signer) else "late"
    except NotPublishable:
        return "no_key"


ACTS: Final[dict[str, Callable[[Shell, UUID, Asked], Response]]] = {
    "sign": sign,
    "decline": decline,
    "withdraw": withdraw,
}


def do(shell: Shell, event_id: UUID, act: str, asked: Asked) -> Response:
    """Do what a form of a draft's page asks for. Raises Problem 404 where there is no such act."""
    if act not in ACTS:
        raise Problem(404, "no-such-act", "A draft is signed, declined or withdrawn.")
    return ACTS[act](shell, event_id, asked)
