"""When has the own trail judged what was published? The database tells, and one query serves everybody who waits."""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from anyio import to_thread
from psycopg import AsyncConnection, OperationalError

from services.gateway.api.outcomes import Outcome, settled
from services.gateway.world import World
from yisong.errors import BusUnreachable

_LOG = logging.getLogger(__name__)
# Where the database did not tell, one looks all the same.
_LOOK_SECONDS: Final = 0.5
_AGAIN_SECONDS: Final = 1.0

_Waiting = asyncio.Future[Outcome]


class Verdicts:
    """
    Those who wait for verdicts, and the tasks that listen and look for them.

    However many wait, there is one query for each time that the database tells of verdicts, and none while nobody
    waits. For one event loop.
    """

    def __init__(self, world: World) -> None:
        """Look into the outbox of *world*."""
        self._world = world
        self._waiting: defaultdict[bytes, list[_Waiting]] = defaultdict(list)
        self._told = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None
        self._listening: asyncio.Task[None] | None = None

    async def wait(self, event_ids: Sequence[bytes], *, seconds: float) -> Mapping[bytes, Outcome]:
        """Return when all *event_ids* are settled or parked, or after so many *seconds*: those that are, with what."""
        if seconds <= 0 or not event_ids:
            return {}
        loop = asyncio.get_running_loop()
        futures: dict[bytes, _Waiting] = {event_id: loop.create_future() for event_id in event_ids}
        for event_id, future in futures.items():
            self._waiting[event_id].append(future)
        self._start(loop)
        try:
            await asyncio.wait(futures.values(), timeout=seconds)
        finally:
            self._forget(futures)
        return {event_id: future.result() for event_id, future in futures.items() if future.done()}

    def _start(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._listening is None or self._listening.done():
            self._listening = loop.create_task(self._listen())
        if self._looking is None or self._looking.done():
            self._looking = loop.create_task(self._look())

    def _forget(self, futures: Mapping[bytes, _Waiting]) -> None:
        for event_id, future in futures.items():
            left = [one for one in self._waiting[event_id] if one is not future]
            if left:
                self._waiting[event_id] = left
            else:
                del self._waiting[event_id]

    async def _listen(self) -> None:
        while True:
            try:
                async with await AsyncConnection.connect(
                    self._world.dsn, autocommit=True, application_name="yisong-verdicts", connect_timeout=10
                ) as connection:
                    await connection.execute("LISTEN yisong_verdicts")
                    self._told.set()
                    async for _ in connection.notifies():
                        self._told.set()
            except OperationalError as fault:
                _LOG.warning("PostgreSQL tells nothing (%s): whoever waits, waits longer", type(fault).__name__)
                await asyncio.sleep(_AGAIN_SECONDS)

    async def _look(self) -> None:
        while self._waiting:
            self._told.clear()
            # Whoever is not told waits until his time is over: nothing is known then.
            with contextlib.suppress(BusUnreachable):
                for one in await to_thread.run_sync(settled, self._world, list(self._waiting)):
                    for future in self._waiting.get(one.event_id, ()):
                        if not future.done():
                            future.set_result(one)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._told.wait(), _LOOK_SECONDS)

    def close(self) -> None:
        """Listen no more."""
        for task in (self._looking, self._listening):
            if task is not None:
                task.cancel()
