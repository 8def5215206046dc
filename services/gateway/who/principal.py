"""Who is asking, and may they? The dependencies that every route but the public ones has."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from fastapi import Request, Security
from fastapi.security import HTTPBearer
from starlette.concurrency import run_in_threadpool

from services.gateway.who.clock import now_of
from services.gateway.who.cookies import session_cookie
from services.gateway.who.csrf import from_session, is_safe
from services.gateway.who.held import Held
from services.gateway.who.refusals import MustChange, NotAllowed, NotKnown
from services.gateway.world import state_of, world_of
from yisong.accounts.roles import Scope
from yisong.accounts.sessions import find_session
from yisong.accounts.tokens import Token, find_token

__all__ = ["Bearer", "Principal", "Scope", "needs", "permitted", "principal", "resting"]

_BEARER: Final = HTTPBearer(
    auto_error=False,
    scheme_name="token",
    description="A token of an agency system, made with `yisong tokens new`.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """
    Whoever asks, as this node knows him: a person by a session, or an agency system by a token.

    *account*: the account's name, or the system's. *organ*: the organ of the directory for which he reads and speaks.
    *must_change*: a person who has to choose a password before anything else.
    """

    account: str
    kind: Literal["system", "person"]
    organ: str
    scopes: frozenset[Scope]
    must_change: bool = False


Bearer = Annotated[object, Security(_BEARER)]
"""What every route depends on that asks who calls: it puts the scheme into the OpenAPI document, and does nothing."""


async def resting(request: Request, bearer: Bearer) -> Principal:  # noqa: ARG001 (for the document)
    """Return who asks, even somebody who must choose a password first. Raises NotKnown, NotAllowed."""
    return await _who(request)


async def principal(request: Request, bearer: Bearer) -> Principal:  # noqa: ARG001 (for the document)
    """
    Return who asks.

    Raises NotKnown (401, or for a page the way to the login page), NotAllowed (403: a form that does not come from
    this session) and MustChange (403, or the way to the password page).
    """
    return await _awake(request)


def needs(*scopes: Scope) -> Callable[..., Awaitable[Principal]]:
    """
    Return the dependency of a route that needs one of these *scopes*, as ``Depends(needs("publish"))``.

    It gives the Principal. Raises what `principal` raises, and NotAllowed where none of the scopes is there.
    """

    async def allowed(request: Request, bearer: Bearer) -> Principal:  # noqa: ARG001 (for the document)
        return await permitted(request, *scopes)

    return allowed


async def permitted(request: Request, *scopes: Scope) -> Principal:
    """Return who asks, and may with one of *scopes*. Raises as `needs` says."""
    # Functions, not dependencies of dependencies: to resolve five of those takes longer than to judge an event.
    found = await _awake(request)
    if found.scopes.isdisjoint(scopes):
        raise NotAllowed(f"needs {' or '.join(scopes)}")
    return found


async def _awake(request: Request) -> Principal:
    found = await _who(request)
    if found.must_change:
        raise MustChange
    return found


async def _who(request: Request) -> Principal:
    if "authorization" in request.headers:
        found = await _system(request)
    else:
        found = await run_in_threadpool(_person, request)
        # Only now is a form read: a stranger's is not looked at.
        if not is_safe(request) and not await from_session(request):
            raise NotAllowed("has to come from a page of this session; load the page again")
    request.state.principal = found  # for the page of a fault, which depends on nothing
    return found


async def _system(request: Request) -> Principal:
    scheme, _, secret = request.headers["authorization"].partition(" ")
    if scheme.lower() != "bearer":
        raise NotKnown
    held: Held[Token] = state_of(request, "tokens", Held)
    now = now_of(request)
    token = held.get(secret.strip(), now=now)
    if token is None or token.expires_at <= now:
        token = await run_in_threadpool(_looked_up, request, secret.strip())
        held.put(secret.strip(), token, now=now)
    return Principal(account=token.system, kind="system", organ=token.organ, scopes=frozenset(token.scopes))


def _looked_up(request: Request, secret: str) -> Token:
    with world_of(request).connection() as connection:
        token = find_token(connection, secret, now=now_of(request))
    if token is None:
        raise NotKnown
    return token


def _person(request: Request) -> Principal:
    secret = session_cookie(request)
    if secret is None:
        raise NotKnown
    with world_of(request).connection() as connection:
        session = find_session(connection, secret, now=now_of(request))
    if session is None:
        raise NotKnown
    return Principal(
        account=session.account,
        kind="person",
        organ=session.organ,
        scopes=session.scopes,
        must_change=session.must_change,
    )
