"""Do broker and node live, and how far behind is the trail? What the node's process has written down, a moment ago."""

import time
from pathlib import Path
from threading import Lock
from typing import Final, NamedTuple

from services.gateway.problems import RETRY_SECONDS, Problem
from services.gateway.world import World
from yisong.postgres import queries

_SQL: Final = queries(Path(__file__).with_name("queries.sql"))
# The node writes once a second; on a machine that is much too slow, every few seconds.
_AWAY_MS: Final = 15_000
_FRESH_SECONDS: Final = 0.5


class Signs(NamedTuple):
    """
    What is known of the node.

    *heard*: how long ago (ms) the broker told it where the log ends; None = never. *behind*: records on the log then
    that its trail has not judged.
    """

    heard: int | None
    behind: int

    @property
    def away(self) -> bool:
        """Hold where the broker, or the node itself, has not been heard of for long."""
        return self.heard is None or self.heard > _AWAY_MS


class SignsOfLife:
    """The signs, asked for at most twice a second however many requests there are."""

    def __init__(self, world: World) -> None:
        """Ask the database of *world*."""
        self._world, self._lock = world, Lock()
        self._known, self._at = Signs(None, 0), float("-inf")

    def held(self) -> Signs | None:
        """Return the signs where they were asked for a moment ago, else None; nothing is waited for."""
        known, at = self._known, self._at
        return known if time.monotonic() - at <= _FRESH_SECONDS else None

    def now(self) -> Signs:
        """Return the signs. Raises BusUnreachable."""
        with self._lock:
            if time.monotonic() - self._at > _FRESH_SECONDS:
                self._known, self._at = self._asked(), time.monotonic()
            return self._known

    def _asked(self) -> Signs:
        with self._world.connection() as connection:
            row = connection.execute(_SQL["signs_of_life"]).fetchone()
        seen, behind = row or (None, 0)
        heard = None if seen is None else max(0, time.time_ns() // 1_000_000 - int(str(seen)))
        return Signs(heard, int(str(behind)))


def away() -> Problem:
    """Return the problem of a publisher whose node cannot send at present."""
    detail = (
        "The broker, or this agency's node, has not been heard of, so nothing new is accepted; nothing was sent. What "
        "was accepted before is not lost: it is sent as soon as that is possible. Try again with the same event id."
    )
    return Problem(503, "broker-away", detail, headers={"Retry-After": str(RETRY_SECONDS)})
