"""
Does a form come from a page of ours, in this very session?

Every form carries a token that is a MAC over nothing but its purpose, under the secret of the session's cookie: it
needs no table and no script, it changes with the session, and whoever cannot read the cookie cannot make it.
"""

import hmac
from hashlib import sha256
from typing import Final, Literal
from urllib.parse import urlsplit

from starlette.requests import Request

from services.gateway.who.cookies import session_cookie

FIELD: Final = "csrf"
"""The name of the hidden field of a form."""
HEADER: Final = "x-csrf-token"
"""The header of a request that a script sends, with the same token."""
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_FORMS: Final = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})

Purpose = Literal["session", "login"]


def token_for(request: Request) -> str:
    """Return what the forms of a page carry in the hidden field ``csrf``; empty where nobody has logged in."""
    secret = session_cookie(request)
    return "" if secret is None else token_of(secret, "session")


def token_of(secret: str, purpose: Purpose) -> str:
    """Return the token that belongs to the *secret* of a cookie."""
    return hmac.new(secret.encode(errors="replace"), f"yisong-csrf-v1 {purpose}".encode(), sha256).hexdigest()


def belongs(token: str | None, secret: str, purpose: Purpose) -> bool:
    """Say whether *token* belongs to the *secret* of a cookie."""
    said = (token or "").encode(errors="replace")
    return hmac.compare_digest(said, token_of(secret, purpose).encode())


def is_safe(request: Request) -> bool:
    """Say whether *request* changes nothing by its method (RFC 9110, 9.2.1)."""
    return request.method in _SAFE


def same_origin(request: Request) -> bool:
    """Say whether the browser, where it tells, says that *request* comes from a page of this very gateway."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


async def from_session(request: Request) -> bool:
    """
    Say whether *request*, which changes something, carries the token of the session of its cookie.

    It stands in the header or, on a page, in the form, which is read whole for it; the API takes no forms.
    """
    secret = session_cookie(request)
    return secret is not None and same_origin(request) and belongs(await _said(request), secret, "session")


async def _said(request: Request) -> str | None:
    if (header := request.headers.get(HEADER)) is not None:
        return header
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in _FORMS or request.url.path.startswith("/v1/"):
        return None
    field = (await request.form()).get(FIELD)
    return field if isinstance(field, str) else None
