"""
How does the administrator of accounts make and lock accounts and tokens? Scope `administer`; the log says what he did.

Of the administrators themselves, he included, none is made, changed or locked here: that is done at the node, by the
owner of its database.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Request

from services.gateway.problems import Problem, ProblemDocument
from services.gateway.who.account_lines import AccountLine, MadeToken, NewAccount, NewPassword, NewToken, TokenLine
from services.gateway.who.clock import now_of
from services.gateway.who.held import Held
from services.gateway.who.principal import Principal, needs
from services.gateway.who.refusals import NotAllowed
from services.gateway.world import state_of, world_of
from yisong.accounts.people import accounts, add_account, find_account, lock, set_password, unlock
from yisong.accounts.roles import ADMINISTRATORS
from yisong.accounts.rows import Database
from yisong.accounts.tokens import add_token, revoke, tokens
from yisong.errors import NotAcceptable

_REFUSALS: Final[dict[int | str, dict[str, Any]]] = {
    status: {"model": ProblemDocument} for status in (400, 401, 403, 404, 413, 415, 422, 503)
}
_AT_THE_NODE: Final = "is about an administrator: that is done at the node (`yisong accounts`)"

router: Final = APIRouter(prefix="/v1", tags=["accounts"], responses=_REFUSALS)

Administrator = Annotated[Principal, Depends(needs("administer"))]
Name = Annotated[str, Path(max_length=64)]
Serial = Annotated[int, Path(ge=1, le=9_223_372_036_854_775_807)]


@router.get("/accounts", summary="Who may log in at this node?")
def account_lines(request: Request, _: Administrator) -> list[AccountLine]:
    """Return all accounts, by name."""
    with world_of(request).connection() as connection:
        return [AccountLine.of(one) for one in accounts(connection)]


@router.post("/accounts", summary="Make an account", status_code=201)
def make_account(request: Request, asker: Administrator, new: NewAccount) -> AccountLine:
    """Make an account of a person who works on cases."""
    if not ADMINISTRATORS.isdisjoint(new.roles):
        raise NotAllowed(_AT_THE_NODE)
    _check_organ(request, new.organ)
    with world_of(request).connection() as connection:
        add_account(connection, **new.model_dump(), by_whom=asker.account, now=now_of(request))
        made = find_account(connection, new.account)
    if made is None:
        raise LookupError("an account is never deleted")
    return AccountLine.of(made)


@router.post("/accounts/{account}/lock", summary="Let an account in no more", status_code=204)
def lock_account(request: Request, asker: Administrator, account: Name) -> None:
    """Lock an account, and end its sessions at once."""
    with _of(request, account) as connection:
        lock(connection, account, by_whom=asker.account, now=now_of(request))


@router.post("/accounts/{account}/unlock", summary="Let an account in again", status_code=204)
def unlock_account(request: Request, asker: Administrator, account: Name) -> None:
    """Unlock an account, whether it was locked or failed too often."""
    with _of(request, account) as connection:
        unlock(connection, account, by_whom=asker.account, now=now_of(request))


@router.put("/accounts/{account}/password", summary="Give an account another password", status_code=204)
def give_password(request: Request, asker: Administrator, account: Name, new: NewPassword) -> None:
    """Give an account a password for its next login only, and end its sessions."""
    with _of(request, account) as connection:
        set_password(connection, account, new.password, by_whom=asker.account, now=now_of(request))


@router.get("/tokens", summary="Which agency systems may speak to this gateway?")
def token_lines(request: Request, _: Administrator) -> list[TokenLine]:
    """Return all tokens, revoked and expired ones too."""
    with world_of(request).connection() as connection:
        return [TokenLine.of(one) for one in tokens(connection)]


@router.post("/tokens", summary="Make a token", status_code=201)
def make_token(request: Request, asker: Administrator, new: NewToken) -> MadeToken:
    """Make a token, and show it once."""
    _check_organ(request, new.organ)
    with world_of(request).connection() as connection:
        made = add_token(connection, **new.model_dump(), by_whom=asker.account, now=now_of(request))
    return MadeToken(serial=made.serial, token=made.secret)


@router.delete("/tokens/{serial}", summary="Revoke a token", status_code=204)
def revoke_token(request: Request, asker: Administrator, serial: Serial) -> None:
    """Let a token open nothing any more."""
    try:
        with world_of(request).connection() as connection:
            revoke(connection, serial, by_whom=asker.account, now=now_of(request))
        state_of(request, "tokens", Held).clear()
    except NotAcceptable as fault:
        raise Problem(404, "no-such-token", "There is no token of that number, or it is revoked already.") from fault


@contextmanager
def _of(request: Request, account: str) -> Iterator[Database]:
    """Lend a connection for a change of *account*. Raises Problem where there is none, or it is an administrator's."""
    with world_of(request).connection() as connection:
        found = find_account(connection, account)
        if found is None:
            raise Problem(404, "no-such-account", "There is no account of that name at this node. Nothing was changed.")
        if not ADMINISTRATORS.isdisjoint(found.roles):
            raise NotAllowed(_AT_THE_NODE)
        yield connection


def _check_organ(request: Request, organ: str) -> None:
    world = world_of(request)
    found = world.law.organs.get(organ)
    if found is None or found.role != world.agency:
        raise NotAcceptable("Nothing was made.", ["the node hosts no such organ"])
