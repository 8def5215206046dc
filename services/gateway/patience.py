"""How long may a client take to say what it wants, and in how many words? The heads of requests are limited."""

import asyncio
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

SECONDS: Final = 10.0
"""From the opening of a connection, or the first byte of a further request, to the end of its headers."""
LARGEST_HEAD: Final = 65_536
"""Bytes of a request line and its headers at most."""


class PatientProtocol(HttpToolsProtocol):
    """
    Uvicorn's HTTP/1.1, which alone would wait for headers for ever, and take any number of them.

    Every connection counts against ``limit_concurrency``, so that a few hundred that say nothing would shut everybody
    else out. The time of a body is limited behind this, by `Door`; that between two requests by ``timeout_keep_alive``.
    """

    _late: asyncio.TimerHandle | None = None
    _in_head = True
    _head = _steps = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Take *data*, and wait for the end of the headers where it is not among it."""
        before = self._steps
        super().data_received(data)
        if self._in_head or self._steps == before:  # what moves nothing on belongs to no request yet
            self._head += len(data)
            self._wait()
        if self._head > LARGEST_HEAD and not self.transport.is_closing():
            self.send_400_response("Request headers are too large.")

    def on_message_begin(self) -> None:
        """Note that a head begins."""
        super().on_message_begin()
        self._in_head, self._head = True, 0
        self._steps += 1

    def on_headers_complete(self) -> None:
        """Note that a head has ended in time."""
        self._in_head, self._head = False, 0
        self._steps += 1
        self._stop()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a piece of a body."""
        self._steps += 1
        super().on_body(body)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._stop()
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self._late is None:
            self._late = self.loop.call_later(SECONDS, self.transport.close)

    def _stop(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None
