"""
What does a node know of its work and its world that no single event tells? It looks again and again, in one thread.

What is cheap is looked at every so many seconds. What has taken long is left alone a hundred times as long, so that all
of it together takes a hundredth of one core, however large the database is; the metrics say from when a figure is.
"""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from threading import Event
from typing import Final

from kafka.errors import KafkaError
from psycopg import Error as PsycopgError

from services.trail.measures import Database, Figures, Log, Measuring
from yisong.errors import BusUnreachable, YisongError
from yisong.metrics import Metrics

EVERY_SECONDS: Final = 10.0
"""How often figures are looked up that cost little."""
_RESTS: Final = 100
_TICK_SECONDS: Final = 2.0
_LOG = logging.getLogger(__name__)


class Look:
    """One kind of figures: looked up when its time has come."""

    def __init__(self, what: str, look: Callable[[], None], *, rests: int = _RESTS) -> None:
        """Look up *what* by calling *look*; afterwards rest *rests* times as long as that took, if that is longer."""
        self.what, self._look, self._rests = what, look, rests
        self._due = 0.0

    def take(self, *, now: Callable[[], float]) -> bool:
        """Look, if it is time by *now* (s), and say so; what it raises is tried again later."""
        begun = now()
        if begun < self._due:
            return False
        self._due = begun + EVERY_SECONDS
        self._look()
        ended = now()
        self._due = max(self._due, ended + self._rests * (ended - begun))
        return True


def run_measuring(what: Measuring, metrics: Metrics, stop: Event) -> None:
    """
    Look figures up until *stop* is set, and show from when they are. Run it in a daemon thread.

    Where Kafka or PostgreSQL is away its figures stay as they were, and grow old.
    """
    database, log = Database(what.dsn), Log(what, metrics)
    figures = Figures(what, database, metrics)
    looks = (
        Look("database", figures.database, rests=0),
        Look("broker", lambda: _look_at_broker(log, figures, database), rests=0),
        Look("work", figures.work),
        Look("clocks", figures.clocks),
        Look("proof", figures.proof),
    )
    for one in looks:
        metrics.gauge("yisong_figures_at_seconds", time.time(), what=one.what)
    try:
        while not stop.is_set():
            for one in looks:
                _take(one, log if one.what == "broker" else database, metrics)
            stop.wait(_TICK_SECONDS)
    finally:
        database.close()
        log.close()


def _look_at_broker(log: Log, figures: Figures, database: Database) -> None:
    try:
        positions = figures.positions()
    except BusUnreachable:
        database.close()
        positions = None
    log.look(positions)


def _take(one: Look, world: Database | Log, metrics: Metrics) -> None:
    try:
        if one.take(now=time.monotonic):
            metrics.gauge("yisong_figures_at_seconds", time.time(), what=one.what)
    except BusUnreachable as fault:
        _LOG.warning("%s", fault)
        _let_go(world)
    except (YisongError, PsycopgError, KafkaError):
        _LOG.exception("The figures of %s could not be looked up; it is tried again.", one.what)
        _let_go(world)


def _let_go(world: Database | Log) -> None:
    with suppress(Exception):  # what is broken may also break when it is closed
        world.close()
