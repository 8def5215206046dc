"""Under which addresses does the administrator of accounts make and lock accounts and tokens?"""

from typing import Annotated, Final

from anyio import to_thread
from fastapi import APIRouter, Depends, Path
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.console import accounts
from services.gateway.console.errors import PageRoute
from services.gateway.console.fields import shell_beside, typed_into
from services.gateway.console.shell import shell_of
from services.gateway.problems import Problem
from services.gateway.who.principal import Principal, needs

router: Final = APIRouter(include_in_schema=False, route_class=PageRoute)

Administrator = Annotated[Principal, Depends(needs("administer"))]
Name = Annotated[str, Path(max_length=64)]
Serial = Annotated[int, Path(ge=1, le=2**63 - 1)]


@router.get("/accounts")
def account_list(request: Request, viewer: Administrator) -> Response:
    """Show who may log in at this node."""
    return accounts.accounts_page(shell_of(request, viewer), {})


@router.post("/accounts")
async def new_account(request: Request, viewer: Administrator) -> Response:
    """Make an account."""
    typed = await typed_into(request)
    return await to_thread.run_sync(accounts.make_account, await shell_beside(request, viewer), typed)


@router.post("/accounts/{account}/{act}")
def change_account(request: Request, viewer: Administrator, account: Name, act: str) -> Response:
    """Lock or unlock an account, or give it another password."""
    shell = shell_of(request, viewer)
    match act:
        case "lock" | "unlock":
            return accounts.lock(shell, account, locked=act == "lock")
        case "password":
            return accounts.give_password(shell, account)
    raise Problem(404, "no-such-act", "An account is locked, unlocked, or given another password.")


@router.get("/tokens")
def token_list(request: Request, viewer: Administrator) -> Response:
    """Show which agency systems may speak to this gateway."""
    return accounts.tokens_page(shell_of(request, viewer), {})


@router.post("/tokens")
async def new_token(request: Request, viewer: Administrator) -> Response:
    """Make a token."""
    typed = await typed_into(request)
    return await to_thread.run_sync(accounts.make_token, await shell_beside(request, viewer), typed)


@router.post("/tokens/{serial}/revoke")
def revoke_token(request: Request, viewer: Administrator, serial: Serial) -> Response:
    """Let a token open nothing any more."""
    return accounts.revoke(shell_of(request, viewer), serial)
