"""How does a person log in by way of an identity provider? There, back, and into an account that is here already."""

import hmac
import logging
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from services.gateway.who import cookies, csrf, pages
from services.gateway.who.address import address_of
from services.gateway.who.back import inside
from services.gateway.who.clock import now_of
from services.gateway.who.provider import NotVouchedFor, Provider
from services.gateway.who.provider_settings import CALLBACK
from services.gateway.world import world_of
from yisong.accounts.provider_logins import Begun, begin, let_in, refused, taken
from yisong.errors import BusUnreachable

router: Final = APIRouter(include_in_schema=False)

_LOG = logging.getLogger(__name__)
_LONGEST: Final = 2_000
Said = Annotated[str, Query(max_length=_LONGEST)]


@router.get(pages.PROVIDER)
def go(request: Request, next: str = "/") -> Response:  # noqa: A002 (the name in the address)
    """Send the browser to the provider, with a state that it must bring back."""
    provider = _provider(request)
    with world_of(request).connection() as connection:
        begun = begin(connection, back=inside(next), address=address_of(request), now=now_of(request))
    if begun is None:
        return _refused(request, pages.REFUSED)
    try:
        response = RedirectResponse(provider.address(begun), 303)
    except BusUnreachable as fault:
        _LOG.warning("%s", fault)
        return _refused(request, pages.AWAY)
    cookies.keep_way(request, response, begun.state)
    return response


@router.get(CALLBACK)
def come_back(request: Request, state: Said = "", code: Said = "") -> Response:
    """
    Begin a session for whom the provider vouches, and go on by a page of ours.

    The browser keeps the session's cookie from other sites (SameSite=Strict), so a redirect would come without it.
    """
    provider, way = _provider(request), cookies.way_cookie(request)
    if way is None or not hmac.compare_digest(way.encode(errors="replace"), state.encode(errors="replace")):
        return _refused(request, pages.STALE)
    with world_of(request).connection() as connection:
        begun = taken(connection, state, now=now_of(request))
    if begun is None:
        return _refused(request, pages.STALE)
    try:
        secret = _let_in(request, provider, begun, code)
    except BusUnreachable as fault:
        _LOG.warning("%s", fault)
        return _refused(request, pages.AWAY)
    if secret is None:
        return _refused(request, pages.NOT_HERE)
    response = pages.onward(request, back=inside(begun.back))
    cookies.begin_session(request, response, secret)
    cookies.end_way(request, response)
    return response


def _let_in(request: Request, provider: Provider, begun: Begun, code: str) -> str | None:
    now, address = now_of(request), address_of(request)
    try:
        account = provider.account(code, begun, now=now)
    except NotVouchedFor as fault:
        _LOG.warning("the identity provider vouches for nobody: %s", fault)
        with world_of(request).connection() as connection:
            refused(connection, None, address=address, now=now)
        return None
    former = cookies.session_cookie(request)
    with world_of(request).connection() as connection:
        return let_in(connection, account, address=address, former=former, now=now)


def _provider(request: Request) -> Provider:
    """Return the provider that this gateway trusts. Raises HTTPException (404) where it trusts none."""
    found = request.app.state.provider
    if not isinstance(found, Provider):
        raise HTTPException(404)
    return found


def _refused(request: Request, said: str) -> Response:
    visitor = cookies.visitor_cookie(request) or cookies.new_visitor()
    response = pages.login(request, token=csrf.token_of(visitor, "login"), back="/", said=said)
    cookies.keep_visitor(request, response, visitor)
    cookies.end_way(request, response)
    return response
