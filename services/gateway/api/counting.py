"""
How do the statistics keep up with the trail while nobody waits for them?

Beside the requests: what is new is counted in a thread of its own, and a long trail, the first time, in a process of
its own, so that publishing goes on. A request waits a moment for what lay before it, and else hears how far it is.
"""

import logging
import os
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path
from threading import BoundedSemaphore, Condition, Thread
from typing import Final, NamedTuple

from services.gateway.world import World
from yisong.errors import BusUnreachable, YisongError
from yisong.home import Home
from yisong.ledger import Law
from yisong.postgres.connection import connect
from yisong.publishing.signer import PrivateKeys
from yisong.statistics.gather import Gathering
from yisong.statistics.readers import Readers, progress
from yisong.telemetry.where import where

LONG: Final = 20_000
"""From so many new records on they are counted in a process of their own."""
_NEAR: Final = 2_000
"""So many records behind, figures are shown all the same: the trail goes on while it is counted."""
_PATIENCE_SECONDS: Final = 1.5
_WAITING: Final = 4
_POLITE: Final = 10
_LOG = logging.getLogger(__name__)


class Progress(NamedTuple):
    """How many records are counted, of how many; *ready*: figures can be shown."""

    counted: int
    records: int
    ready: bool


class Counting:
    """Keeps the statistics of *world* up to date, whenever somebody asks."""

    def __init__(self, world: World, *, long: int = LONG) -> None:
        """Count from *long* new records on in a process of its own."""
        self._world, self._long = world, long
        self._turn = Condition()
        self._waiting = BoundedSemaphore(_WAITING)
        self._asked = self._done = 0
        self._runs = False
        self._fault: Exception | None = None

    def come(self, *, patience: float = _PATIENCE_SECONDS) -> Progress:
        """
        Have counted what the trail holds now, wait at most *patience* seconds for it, and return how far it has come.

        Raises what went wrong in counting, BusUnreachable among it; the next one who asks has it tried again.
        """
        done = self._wait(patience)
        with self._world.connection() as connection:
            counted, records = progress(connection)
        return Progress(counted, records, done or records - counted <= _NEAR)

    def _wait(self, patience: float) -> bool:
        # A few wait; were there many, nobody would be left to answer others.
        waits = self._waiting.acquire(blocking=False)
        try:
            with self._turn:
                self._asked += 1
                mine = self._asked
                if not self._runs:
                    self._runs, self._fault = True, None
                    Thread(target=self._work, name="statistics", daemon=True).start()
                if waits:
                    self._turn.wait_for(lambda: self._done >= mine, timeout=patience)
                if self._done >= mine and self._fault is not None:
                    raise self._fault
                return self._done >= mine
        finally:
            if waits:
                self._waiting.release()

    def _work(self) -> None:
        while True:
            with self._turn:
                if self._done >= self._asked:
                    self._runs = False
                    return
                asked = self._asked
            fault = self._round()
            with self._turn:
                self._done, self._fault = asked, fault
                self._turn.notify_all()

    def _round(self) -> Exception | None:
        world = self._world
        try:
            with world.connection() as connection:
                counted, records = progress(connection)
            if records - counted >= self._long:
                _count_alone(world)
            else:
                count(world.agency, world.dsn, world.law, world.keys)
        except Exception as fault:  # noqa: BLE001 (it is raised where somebody waits, and its text is not logged)
            _LOG.warning("the statistics were not counted: %s", where(fault))
            return fault
        return None


def count(agency: str, dsn: str, law: Law, keys: PrivateKeys) -> None:
    """Count what is new in the database *dsn* of *agency*, and who may read it. Raises BusUnreachable."""
    with closing(connect(dsn, autocommit=True, name="yisong-statistics")) as connection:
        Gathering(connection, agency, law, keys).bring_up()
        Readers(connection, agency, law).bring_up()


def _count_alone(world: World) -> None:
    """Count in a process of its own, which ends with this one. Raises BusUnreachable where it fails."""
    asked = (world.home.path, world.agency, world.dsn, world.law)
    process = get_context("spawn").Process(target=_alone, args=asked, name="statistics", daemon=True)
    process.start()
    process.join()
    if process.exitcode:
        raise BusUnreachable(
            f"The statistics were not counted: the process that did it ended with {process.exitcode}. What was counted "
            "before is kept. Try again; where it happens again, `yisong stats` at the node says what is wrong."
        )


def _alone(path: Path, agency: str, dsn: str, law: Law) -> None:
    os.nice(_POLITE)
    try:
        count(agency, dsn, law, Home(path).keystore())
    except YisongError as fault:
        _LOG.warning("the statistics were not counted: %s", where(fault))
        raise SystemExit(1) from None
