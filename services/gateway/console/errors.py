"""What does a person see when a page cannot be shown? Words, and what to do; programs get problem details."""

import logging
from collections.abc import Callable, Coroutine
from typing import Any, Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.console.shell import render, shell_of
from services.gateway.problems import RETRY_SECONDS, Problem, of_nobody, request_id
from services.gateway.who.principal import Principal
from services.gateway.who.refusals import MustChange, NotKnown
from yisong.errors import ProofFault, WorldFault

_LOG: Final = logging.getLogger(__name__)
_NOT_FOUND, _FORBIDDEN, _BROKEN, _AWAY = 404, 403, 500, 503
_PAGES: Final = {_NOT_FOUND: "missing", _FORBIDDEN: "forbidden", _BROKEN: "broken", _AWAY: "away"}

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class PageRoute(APIRoute):
    """A route whose answers are pages, its faults too; who is not known is sent to the login page."""

    def get_route_handler(self) -> Handler:
        """Return the handler, with every fault as a page."""
        inner = super().get_route_handler()

        async def shown(request: Request) -> Response:
            try:
                return await inner(request)
            except (NotKnown, MustChange):
                raise
            except Exception as fault:  # noqa: BLE001 (its text is shown to nobody: it may hold a value)
                return page_of(request, fault)

        return shown


def page_of(request: Request, fault: Exception) -> Response:
    """Return the page that tells a person of *fault*; what is ours is logged by its type and place."""
    status = _status(fault)
    if status == _BROKEN:
        of_nobody(request, fault)
    return error_page(request, status)


def error_page(request: Request, status: int) -> Response:
    """Return the page of a *status*: what happened, what it means, what to do."""
    viewer = getattr(request.state, "principal", None)
    shell = shell_of(request, viewer if isinstance(viewer, Principal) else None)
    name = _PAGES.get(status, "refused" if status < _BROKEN else "broken")
    page = render(shell, "error.html", status=status, name=name, number=status, request_id=request_id(request))
    if status == _AWAY:
        page.headers["Retry-After"] = str(RETRY_SECONDS)
    return page


def _status(fault: Exception) -> int:
    match fault:
        case Problem():
            return fault.status
        case HTTPException():
            return fault.status_code
        case RequestValidationError():
            return 400
        case WorldFault():
            return _AWAY
        case ProofFault():
            _LOG.critical("%s", fault)
            return _BROKEN
        case _:
            return _BROKEN


def install(app: FastAPI) -> None:
    """Let a person who asks for a page that is not there get one, too."""
    inner = app.exception_handlers.get(HTTPException)

    async def missing(request: Request, fault: Exception) -> Response:
        is_page = not request.url.path.startswith("/v1/") and "text/html" in request.headers.get("accept", "")
        if is_page and isinstance(fault, HTTPException) and request.method == "GET":
            return error_page(request, fault.status_code)
        if inner is None:
            raise fault
        answer = inner(request, fault)
        return answer if isinstance(answer, Response) else await answer

    app.add_exception_handler(HTTPException, missing)
