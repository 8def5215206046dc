"""How does work that costs much stand in nobody's way? One at a time, and few who wait for their turn."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock

from services.gateway.problems import RETRY_SECONDS, Problem


class Turns:
    """Lets one through after the other; who would have to wait for long is told so, and holds no thread."""

    def __init__(self, busy: str, *, waiting: int, seconds: float) -> None:
        """Let so many wait at most, and for so many *seconds*; all others hear *busy*."""
        self._busy, self._seconds = busy, seconds
        self._lock, self._waiting = Lock(), BoundedSemaphore(waiting)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Have one's turn. Raises Problem (503)."""
        if not self._waiting.acquire(blocking=False):
            raise self._problem()
        try:
            if not self._lock.acquire(timeout=self._seconds):
                raise self._problem()
            try:
                yield
            finally:
                self._lock.release()
        finally:
            self._waiting.release()

    def _problem(self) -> Problem:
        return Problem(503, "unavailable", self._busy, headers={"Retry-After": str(RETRY_SECONDS)})
