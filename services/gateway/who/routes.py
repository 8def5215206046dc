"""How does a person log in, log out and choose a password? Forms that need no script."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from services.gateway.who import cookies, csrf, pages
from services.gateway.who.address import address_of
from services.gateway.who.back import inside
from services.gateway.who.clock import now_of
from services.gateway.who.principal import Principal, resting
from services.gateway.who.refusals import LOGIN, PASSWORD, NotAllowed
from services.gateway.world import world_of
from yisong.accounts.logging_in import change_password, log_in
from yisong.accounts.sessions import end_session, find_session
from yisong.errors import NotAcceptable, TimedOut

router: Final = APIRouter(include_in_schema=False)

_LONGEST: Final = 1_000
Field = Annotated[str, Form(max_length=_LONGEST)]
Person = Annotated[Principal, Depends(resting)]


@router.get(LOGIN)
def login_page(request: Request, next: str = "/") -> Response:  # noqa: A002 (the name in the address)
    """Show the form, or go on where somebody has logged in."""
    if _has_session(request):
        return RedirectResponse(inside(next), 303)
    return _login(request, back=next)


@router.post(LOGIN)
def login(
    request: Request,
    account: Field = "",
    password: Field = "",
    csrf_token: Annotated[str, Form(alias=csrf.FIELD)] = "",
    back: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    """Begin a session under a new secret, whatever the browser came with."""
    visitor = cookies.visitor_cookie(request)
    if visitor is None or not csrf.same_origin(request) or not csrf.belongs(csrf_token, visitor, "login"):
        return _login(request, back=back, said=pages.STALE)
    try:
        secret = _let_in(request, account.strip(), password)
    except TimedOut:
        return _login(request, back=back, said=pages.BUSY)
    if secret is None:
        return _login(request, back=back, said=pages.REFUSED)
    response = RedirectResponse(inside(back), 303)
    cookies.begin_session(request, response, secret)
    return response


@router.post("/logout")
def logout(request: Request, person: Person) -> Response:  # noqa: ARG001 (whoever has no session cannot end one)
    """End the session, here and in the browser."""
    secret = cookies.session_cookie(request)
    if secret is not None:
        with world_of(request).connection() as connection:
            end_session(connection, secret, address=address_of(request), now=now_of(request))
    response = RedirectResponse(LOGIN, 303)
    cookies.end_session(request, response)
    return response


@router.get(PASSWORD)
def password_page(request: Request, person: Person, next: str = "/") -> Response:  # noqa: A002 (the name in the address)
    """Show the form."""
    _need_person(person)
    return _password(request, person, back=next)


@router.post(PASSWORD)
def password(  # noqa: PLR0913 (the fields of the form)
    request: Request,
    person: Person,
    *,
    former: Field = "",
    chosen: Field = "",
    again: Field = "",
    back: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    """Take the password that a person has chosen, and begin a new session: all others of the account end."""
    _need_person(person)
    if chosen != again:
        return _password(request, person, back=back, faults=(pages.DIFFERENT,))
    try:
        with world_of(request).connection() as connection:
            secret = change_password(
                connection,
                person.account,
                former=former,
                password=chosen,
                address=address_of(request),
                now=now_of(request),
            )
    except TimedOut:
        return _password(request, person, back=back, faults=(pages.BUSY,))
    except NotAcceptable as fault:
        return _password(request, person, back=back, faults=fault.faults)
    if secret is None:
        return _password(request, person, back=back, faults=(pages.WRONG,))
    response = RedirectResponse(inside(back), 303)
    cookies.begin_session(request, response, secret)
    return response


def _let_in(request: Request, account: str, password: str) -> str | None:
    former = cookies.session_cookie(request)
    with world_of(request).connection() as connection:
        return log_in(connection, account, password, address=address_of(request), former=former, now=now_of(request))


def _login(request: Request, *, back: str, said: str = "") -> Response:
    visitor = cookies.visitor_cookie(request) or cookies.new_visitor()
    response = pages.login(request, token=csrf.token_of(visitor, "login"), back=inside(back), said=said)
    cookies.keep_visitor(request, response, visitor)
    return response


def _password(request: Request, person: Principal, *, back: str, faults: tuple[str, ...] = ()) -> Response:
    token = csrf.token_for(request)
    return pages.password(request, person, token=token, back=inside(back), faults=faults)


def _has_session(request: Request) -> bool:
    secret = cookies.session_cookie(request)
    if secret is None:
        return False
    with world_of(request).connection() as connection:
        return find_session(connection, secret, now=now_of(request)) is not None


def _need_person(found: Principal) -> None:
    if found.kind != "person":
        raise NotAllowed("is for people; a token has no password")
