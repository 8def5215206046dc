"""What stands before every route? A request id, strict headers, and limits on size, depth, form and time of a body."""

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.gateway.problems import Problem, of_nobody, problem_response

LARGEST_BODY: Final = 2_000_000
"""Bytes of a body at most: a record on the log has one mebibyte, and a batch is sent in parts."""
DEEPEST_JSON: Final = 32
"""How deep JSON may be nested: bodies of the catalogue are six deep."""
_SLOWEST_BODY_SECONDS: Final = 30.0
_STREAMED: Final = "/v1/evidence"
"""What is uploaded here is taken piece by piece, under a limit of its own."""
_JSON: Final = "application/json"
_FORM: Final = "application/x-www-form-urlencoded"
_NUL_IN_JSON: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_NUL_IN_FORM: Final = re.compile(rb"%00|\0")
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})

SECURITY_HEADERS: Final[Mapping[str, str]] = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
"""On every answer. `no-store` is added where a route does not say otherwise: what is served is case data."""


class Door:
    """The ASGI middleware around all routes."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before *app*."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or answer it here."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        asked = request.headers.get("x-request-id", "")
        chosen = asked if _REQUEST_ID.fullmatch(asked) else secrets.token_hex(12)
        scope.setdefault("state", {})["request_id"] = chosen
        answer = _Answer(send, chosen)
        try:
            await self._app(scope, await _admitted(request, receive), answer)
        except Problem as problem:
            await problem_response(request, problem)(scope, receive, answer)
        except Exception as fault:  # noqa: BLE001 (whatever it is, its text is not logged: it may hold a value)
            response = of_nobody(request, fault)
            if not answer.begun:
                await response(scope, receive, answer)


class _Answer:
    """The way out: puts the headers on every answer, and knows whether one has begun."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send, self._request_id = send, request_id
        self.begun = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            headers = MutableHeaders(scope=message)
            headers["x-request-id"] = self._request_id
            for name, value in SECURITY_HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("cache-control", "no-store")
        await self._send(message)


async def _admitted(request: Request, receive: Receive) -> Receive:
    """Return where the body comes from: read and measured before, unless it is streamed. Raises Problem."""
    path = request.url.path
    if "\0" in path or b"%00" in request.scope["query_string"]:
        raise _nul()
    if request.method not in _WITH_BODY or path.startswith(_STREAMED):
        return receive
    if _stated_length(request.headers) > LARGEST_BODY:
        raise _too_large()
    try:
        async with asyncio.timeout(_SLOWEST_BODY_SECONDS):
            body = await _read(receive)
    except TimeoutError as fault:
        raise Problem(408, "too-slow", "The body did not come within 30 s. Nothing was done.") from fault
    if path.startswith("/v1/"):
        _check_form(request, body)
    if (_NUL_IN_FORM if _media_type(request) == _FORM else _NUL_IN_JSON).search(body):
        raise _nul()
    return _again(body, receive)


def _stated_length(headers: Headers) -> int:
    stated = headers.get("content-length", "0")
    if not (stated.isascii() and stated.isdigit()):
        raise Problem(400, "bad-length", "Content-Length is no number.")
    return int(stated[:20])


async def _read(receive: Receive) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Problem(400, "cut-short", "The connection ended before the body did. Nothing was done.")
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > LARGEST_BODY:
            raise _too_large()
        if not message.get("more_body", False):
            return b"".join(parts)


def _check_form(request: Request, body: bytes) -> None:
    if not body and request.headers.get("content-type") is None:
        return
    if _media_type(request) != _JSON:
        raise Problem(415, "not-json", f"The body must be {_JSON}, in UTF-8. Nothing was done.")
    if _depth(body) > DEEPEST_JSON:
        raise Problem(400, "too-deep", f"The JSON is nested deeper than {DEEPEST_JSON}. Nothing was done.")


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


_BRACKETS: Final = re.compile(rb'"(?:[^"\\]|\\.)*"?|[\[{]|[\]}]', re.DOTALL)


def _depth(text: bytes) -> int:
    """Return how deep *text* nests, without reading it as JSON: what stands in strings does not count."""
    depth = deepest = 0
    for found in _BRACKETS.finditer(text):
        match found.group()[:1]:
            case b"[" | b"{":
                depth += 1
                deepest = max(deepest, depth)
            case b"]" | b"}":
                depth -= 1
    return deepest


def _again(body: bytes, receive: Receive) -> Callable[[], Awaitable[Message]]:
    """Return a channel that gives *body* once, and then whatever *receive* still has to say."""
    given = False

    async def one() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return one


def _nul() -> Problem:
    return Problem(422, "not-valid", "It holds the character NUL, which no text has. Nothing was done.")


def _too_large() -> Problem:
    return Problem(413, "too-large", f"The body has more than {LARGEST_BODY} bytes. Nothing was done.")
