"""Which span does a gateway make of a request? One below the caller's, where it names one: method, route and status."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.gateway.counted import method_of, route_of
from yisong.telemetry import tracing

_NO_ANSWER = 500


class Traced:
    """The ASGI middleware that stands before all others where tracing is on, and nowhere where it is off."""

    def __init__(self, app: ASGIApp) -> None:
        """Trace what *app* answers."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on within a span."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = _NO_ANSWER

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        above = tracing.parsed(Headers(scope=scope).get(tracing.HEADER))
        with tracing.span(method_of(scope), "server", parent=above) as span:
            try:
                await self._app(scope, receive, noting)
            finally:
                if span is not None:
                    span.tell_http(method=method_of(scope), route=route_of(scope), status=status)
