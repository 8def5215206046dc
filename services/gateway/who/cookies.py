"""
Under which cookies does a browser come back?

A cookie knows its host but not its port, so the name holds the agency: four gateways on one machine are four doors.
Over TLS it is a ``__Host-`` cookie (RFC 6265bis, 4.1.3.2), which no other host of the domain can set.
"""

import secrets
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from services.gateway.world import world_of

_SESSION: Final = "yisong"
_VISITOR: Final = "yisong-visitor"
_WAY: Final = "yisong-way"
_WAY_SECONDS: Final = 600


def session_cookie(request: Request) -> str | None:
    """Return the secret of the session that the browser says it has; it may be none."""
    return request.cookies.get(_name(request, _SESSION)) or None


def visitor_cookie(request: Request) -> str | None:
    """Return the secret of a browser that has looked at the login page."""
    return request.cookies.get(_name(request, _VISITOR)) or None


def begin_session(request: Request, response: Response, secret: str) -> None:
    """Let the browser keep the *secret* of its session until it is closed, and forget that it was a visitor."""
    _set(request, response, _SESSION, secret)
    _clear(request, response, _VISITOR)


def end_session(request: Request, response: Response) -> None:
    """Let the browser forget its session."""
    _clear(request, response, _SESSION)


def new_visitor() -> str:
    """Return a secret for a browser that has none yet."""
    return secrets.token_urlsafe(32)


def keep_visitor(request: Request, response: Response, secret: str) -> None:
    """Let the browser keep the *secret* that its login form belongs to."""
    _set(request, response, _VISITOR, secret)


def way_cookie(request: Request) -> str | None:
    """Return the state of the login for which the browser has gone to the identity provider."""
    return request.cookies.get(_name(request, _WAY)) or None


def keep_way(request: Request, response: Response, state: str) -> None:
    """Let the browser keep the *state* of its login while it is at the provider, and so comes from another site."""
    response.set_cookie(
        _name(request, _WAY),
        state,
        path="/",
        max_age=_WAY_SECONDS,
        secure=_is_tls(request),
        httponly=True,
        samesite="lax",
    )


def end_way(request: Request, response: Response) -> None:
    """Let the browser forget it."""
    response.delete_cookie(_name(request, _WAY), path="/", secure=_is_tls(request), httponly=True, samesite="lax")


def _name(request: Request, name: str) -> str:
    prefix = "__Host-" if _is_tls(request) else ""
    return f"{prefix}{name}-{world_of(request).agency}"


def _set(request: Request, response: Response, name: str, secret: str) -> None:
    response.set_cookie(
        _name(request, name), secret, path="/", secure=_is_tls(request), httponly=True, samesite="strict"
    )


def _clear(request: Request, response: Response, name: str) -> None:
    response.delete_cookie(_name(request, name), path="/", secure=_is_tls(request), httponly=True, samesite="strict")


def _is_tls(request: Request) -> bool:
    return request.url.scheme == "https"
