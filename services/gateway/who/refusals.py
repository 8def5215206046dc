"""What does somebody get whom we do not know, or who may not? A problem document; for a page, the way to the login."""

from typing import Final
from urllib.parse import quote

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.gateway.problems import Problem, problem_response

LOGIN: Final = "/login"
PASSWORD: Final = "/password"  # noqa: S105 (a path)
_CHALLENGE: Final = {"WWW-Authenticate": 'Bearer realm="yisong"'}


class NotKnown(Problem):
    """Nobody has logged in, or the session or token does not hold (any more): 401, and for a page the login page."""

    def __init__(self) -> None:
        """Say the same whatever the reason is."""
        detail = "Log in at /login, or send a token that holds: Authorization: Bearer … (`yisong tokens new`)."
        super().__init__(401, "not-known", detail, headers=_CHALLENGE)


class NotAllowed(Problem):
    """We know who asks, and he may not: 403."""

    def __init__(self, why: str) -> None:
        """Say *why*, which never holds what was asked for."""
        super().__init__(403, "not-allowed", f"You may not do this here: it {why}. Nothing was done.")


class MustChange(Problem):
    """Somebody else knows the password, or it is too old: 403, and for a page the way to the password page."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__(403, "must-change-password", f"Choose a password of your own first, at {PASSWORD}.")


def install(app: FastAPI) -> None:
    """Show people who ask for a page where to go."""
    app.add_exception_handler(NotKnown, _to_login)
    app.add_exception_handler(MustChange, _to_password)


async def _to_login(request: Request, fault: Exception) -> Response:
    return _to(request, fault, LOGIN)


async def _to_password(request: Request, fault: Exception) -> Response:
    return _to(request, fault, PASSWORD)


def _to(request: Request, fault: Exception, path: str) -> Response:
    if not isinstance(fault, Problem):
        raise TypeError from fault
    if not _is_page(request):
        return problem_response(request, fault)
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    back = f"?next={quote(asked, safe='')}" if request.method == "GET" else ""
    return RedirectResponse(path + back, 303)


def _is_page(request: Request) -> bool:
    if request.url.path.startswith("/v1/") or "authorization" in request.headers:
        return False
    return "text/html" in request.headers.get("accept", "")
