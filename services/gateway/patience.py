"""How long may a client take to say what it wants? Who opens a connection and never ends its headers is let go."""

import asyncio
from typing import Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

SECONDS: Final = 10.0
"""From the opening of a connection, or the first byte of a further request, to the end of its headers."""


class PatientProtocol(H11Protocol):
    """
    Uvicorn's HTTP/1.1, which alone would wait for headers for ever.

    Every connection counts against ``limit_concurrency``, so that a few hundred that say nothing would shut everybody
    else out. The time of a body is limited behind this, by `Door`; that between two requests by ``timeout_keep_alive``.
    """

    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Take *data*, and wait for the end of the headers where it is not among it."""
        super().data_received(data)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._stop()
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self.conn.their_state is not h11.IDLE:
            self._stop()
        elif self._late is None:
            self._late = self.loop.call_later(SECONDS, self.transport.close)

    def _stop(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None
