"""When has the own trail judged what was published? One look at the outbox for everybody who waits."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from anyio import to_thread

from services.gateway.world import World
from yisong.errors import BusUnreachable
from yisong.postgres import queries

_SQL: Final = queries(Path(__file__).with_name("queries.sql"))
_LOOK_SECONDS: Final = 0.015


class Verdicts:
    """
    Those who wait for verdicts, and the task that looks for them.

    However many wait, there is one query a look, and none while nobody waits. For one event loop.
    """

    def __init__(self, world: World) -> None:
        """Look into the outbox of *world*."""
        self._world = world
        self._waiting: defaultdict[bytes, list[asyncio.Future[None]]] = defaultdict(list)
        self._task: asyncio.Task[None] | None = None

    async def wait(self, event_ids: Sequence[bytes], *, seconds: float) -> None:
        """Return when all *event_ids* are settled or parked, or after so many *seconds*."""
        if seconds <= 0 or not event_ids:
            return
        loop = asyncio.get_running_loop()
        futures = {event_id: loop.create_future() for event_id in event_ids}
        for event_id, future in futures.items():
            self._waiting[event_id].append(future)
        if self._task is None or self._task.done():
            self._task = loop.create_task(self._look())
        try:
            await asyncio.wait(futures.values(), timeout=seconds)
        finally:
            self._forget(futures)

    def _forget(self, futures: Mapping[bytes, "asyncio.Future[None]"]) -> None:
        for event_id, future in futures.items():
            left = [one for one in self._waiting[event_id] if one is not future]
            if left:
                self._waiting[event_id] = left
            else:
                del self._waiting[event_id]

    async def _look(self) -> None:
        while self._waiting:
            try:
                known = await to_thread.run_sync(self._known, list(self._waiting))
            except BusUnreachable:
                known = []  # whoever waits is told after his time that nothing is known yet
            for event_id in known:
                for future in self._waiting.get(event_id, ()):
                    if not future.done():
                        future.set_result(None)
            await asyncio.sleep(_LOOK_SECONDS)

    def _known(self, event_ids: Sequence[bytes]) -> Sequence[bytes]:
        with self._world.connection() as connection:
            rows = connection.execute(_SQL["judged_of"], {"event_ids": list(event_ids)})
            return [bytes(row[0]) for row in rows if isinstance(row[0], bytes)]
