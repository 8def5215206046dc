"""
What may everybody see, without an account? The public docket 案件信息公开, where an agency has opened it.

It is made by `yisong.registers.docket` alone, for nobody's eyes in particular, once in a while and not for each who
asks: it is the same for all.
"""

import time
from collections.abc import Callable
from threading import Lock
from typing import Final, NamedTuple

from services.gateway.api.cases import now_ms
from services.gateway.api.deriving import Asked, Deriving, note
from services.gateway.world import World
from yisong.audit.readings import Reader
from yisong.registers.docket import PublicRow, docket
from yisong.registers.exports import EVENT_TYPES

FRESH_SECONDS: Final = 60.0
"""For so long what was made is shown as it is."""
READER: Final = "public-docket"
"""The account under which the log of readings has it."""


class Shown(NamedTuple):
    """What is public (*rows*, the newest first), as it was *made_at* (ms); *until* by the clock that only goes on."""

    rows: tuple[PublicRow, ...]
    made_at: int
    until: float


class PublicDocket:
    """Holds the public docket of one node, and makes it again once it is no longer fresh."""

    def __init__(self, world: World, deriving: Deriving, *, now: Callable[[], float] = time.monotonic) -> None:
        """Make it by *deriving*, from the trail of the node of *world*; *now* in seconds."""
        self._world, self._deriving, self._now = world, deriving, now
        self._making = Lock()
        self._shown: Shown | None = None

    def shown(self) -> Shown:
        """
        Return what everybody may see. Once it was made nobody waits: one makes it anew, others see what there is.

        Raises Problem (422, 503) and BusUnreachable as `Deriving.made`.
        """
        held = self._shown
        if held is not None and (self._now() < held.until or not self._making.acquire(blocking=False)):
            return held
        if held is None:
            self._making.acquire()
        try:
            if self._shown is None or self._now() >= self._shown.until:
                self._shown = self._made()
            return self._shown
        finally:
            self._making.release()

    def _made(self) -> Shown:
        world = self._world
        asked = Asked(what="public docket", event_types=EVENT_TYPES, organ=None, at=None, day="")
        made = self._deriving.made(asked, lambda known: docket(known, world.law.rulebook))
        rows = tuple(row for row in reversed(made.value.rows) if isinstance(row, PublicRow))
        shown = {source.event for row in rows for source in row.sources} & made.read
        with world.connection() as connection:
            note(connection, Reader(READER, world.law.system_organ(world.agency)), "public docket", shown)
        return Shown(rows, now_ms(), self._now() + FRESH_SECONDS)
