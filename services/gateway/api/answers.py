"""Which form has an answer of the API, and how does a caller learn that it has not changed? Strict JSON, with ETags."""

from collections.abc import Callable, Coroutine
from hashlib import sha256
from typing import Any, Final

import orjson
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.problems import MEDIA_TYPE, Problem, ProblemDocument
from yisong.publishing.instants import to_text

_NOT_MODIFIED: Final = 304


class StrictRequest(Request):
    """A request whose JSON is read by RFC 8259 alone: no NaN, no lone surrogates."""

    async def json(self) -> Any:  # noqa: ANN401 (whatever was sent)
        """Return what was sent. Raises Problem where it is no JSON."""
        try:
            return orjson.loads(await self.body())
        except orjson.JSONDecodeError as fault:
            detail = f"The body is not JSON, from character {fault.pos} on. Nothing was done."
            raise Problem(400, "not-json", detail) from fault


class JsonRoute(APIRoute):
    """A route that reads strict JSON, and whose answers to GET have an ETag (RFC 9110, 8.8.3)."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the handler of the route."""
        handler = super().get_route_handler()

        async def strict(request: Request) -> Response:
            response = await handler(StrictRequest(request.scope, request.receive))
            return tagged(request, response) if request.method == "GET" else response

        return strict


def tagged(request: Request, response: Response) -> Response:
    """Return *response* with its ETag, or 304 where the caller has it already."""
    is_json = response.headers.get("content-type", "").startswith("application/json")
    if response.status_code != 200 or not is_json or not response.body:  # noqa: PLR2004 (HTTP's own number)
        return response
    etag = f'"{sha256(bytes(response.body)).hexdigest()[:32]}"'
    # What is shown to one reader is not shown to another, so nobody in between may keep it.
    kept = {"etag": etag, "cache-control": "private, no-cache"}
    known = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    if etag in known or known == ["*"]:
        passed = {name: response.headers[name] for name in ("yisong-trail-behind",) if name in response.headers}
        return Response(status_code=_NOT_MODIFIED, headers={**passed, **kept})
    response.headers.update(kept)
    return response


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return what the OpenAPI document says of these *statuses*, and of those that every route may answer."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}}
    named = {
        400: "Not understood",
        401: "No valid token or session",
        403: "This token or account may not",
        404: "Not known here",
        408: "Too slow",
        409: "It contradicts what is on record",
        410: "It was here, and is not any more",
        413: "Too large",
        415: "Not the media type that is wanted here",
        422: "Understood, and at fault; every fault is named",
        429: "Too many requests; wait as long as Retry-After says",
        503: "Kafka or PostgreSQL is away; wait as long as Retry-After says",
    }
    always = (401, 403, 422, 429, 503)
    return {one: {"description": named[one], "content": content} for one in sorted({*statuses, *always})}


def instant(at: int | None) -> str | None:
    """Return *at* (ms) as RFC 3339 with +08:00."""
    return None if at is None else to_text(at)


__all__ = ["JsonRoute", "ProblemDocument", "StrictRequest", "instant", "problems", "tagged"]
