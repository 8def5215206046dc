"""How many requests come to which route, how many fail, and how long does each take? Never whose, nor of which case."""

import time
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from yisong.metrics import Metrics
from yisong.metrics.labels import METHOD

_NO_ROUTE: Final = "none"
_NO_ANSWER: Final = 500


class Counted:
    """The ASGI middleware around everything: what nobody answered counts as a fault of ours."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        """Count into *metrics* what *app* answers."""
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and note what became of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, status = time.perf_counter(), _NO_ANSWER

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            self._note(scope, status, time.perf_counter() - begun)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        method, route, how = method_of(scope), route_of(scope), f"{status // 100}xx"
        self._metrics.observe("yisong_gateway_request_seconds", seconds, method=method, route=route, status=how)


def method_of(scope: Scope) -> str:
    """Return the method of a request; one that is none cannot be chosen by who asks."""
    return scope["method"] if scope["method"] in METHOD.values else "other"


def route_of(scope: Scope) -> str:
    """Return the template of a request's path, once it was routed: a path holds case ids."""
    return str(getattr(scope.get("route"), "path", _NO_ROUTE))
