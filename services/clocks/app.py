"""How is the clocks service of a node put together, and how does it go on when the world does not?"""

import logging
from collections.abc import Callable
from contextlib import closing
from functools import partial
from threading import Event

from services.clocks.heart import Heart
from services.clocks.rounds import Pace, Rounds
from services.clocks.store import Store
from yisong.bootstrap import Bootstrap
from yisong.errors import BusUnreachable
from yisong.home import Agency
from yisong.kafka.producer import KafkaLog
from yisong.ledger import Law
from yisong.metrics import Metrics
from yisong.publishing.rounds import wall_clock

_LOG = logging.getLogger(__name__)
_IDLE, _BUSY, _AGAIN = 0.5, 0.05, 1.0


def run(  # noqa: PLR0913 (whose clocks, where they are kept, and by which law)
    *,
    agency: Agency,
    dsn: str,
    bootstrap: Bootstrap,
    law: Callable[[], Law],
    pace: Pace,
    stop: Event,
    metrics: Metrics,
    beat: Callable[[], None],
    heartbeat: float = 0.0,
    away: Callable[[str], None] = lambda _: None,
) -> None:
    """
    Watch the clocks of the node of *agency*, whose database is *dsn*, until *stop* is set.

    Waits its turn where another process does so, and begins again where Kafka or PostgreSQL was away, and where *law*
    gives another one than before. *beat* is called whenever it has come round, a process that waits its turn included.
    *heartbeat*: seconds between two heartbeats of the node; 0 = it says none. *away* is told why it has to begin again.
    """
    while not stop.is_set():
        try:
            with closing(Store(dsn)) as store:
                known = law()
                rounds = _rounds(agency, store, bootstrap, law=known, pace=pace, metrics=metrics)
                heart = _heart(agency, store, law=known, every=heartbeat, metrics=metrics)
                _watch(rounds, heart, store, stop, fresh=partial(_is, known, law), beat=beat)
        except BusUnreachable as fault:
            _LOG.warning("%s", fault)
            away(str(fault))
            stop.wait(_AGAIN)


def _is(known: Law, law: Callable[[], Law]) -> bool:
    return law() is known


def _rounds(  # noqa: PLR0913 (as `run`)
    agency: Agency, store: Store, bootstrap: Bootstrap, *, law: Law, pace: Pace, metrics: Metrics
) -> Rounds:
    log, partitions = KafkaLog(bootstrap), range(law.bus.partitions)
    return Rounds(
        agency=agency,
        law=law,
        store=store,
        ends=lambda: log.ends(partitions),
        now=wall_clock,
        pace=pace,
        metrics=metrics,
    )


def _heart(agency: Agency, store: Store, *, law: Law, every: float, metrics: Metrics) -> Heart | None:
    if not every:
        return None
    return Heart(agency=agency, law=law, store=store, now=wall_clock, every=every, metrics=metrics)


def _watch(  # noqa: PLR0913 (what is done alone, and until when)
    rounds: Rounds,
    heart: Heart | None,
    store: Store,
    stop: Event,
    *,
    fresh: Callable[[], bool],
    beat: Callable[[], None],
) -> None:
    while not store.hold():
        beat()
        if stop.wait(_AGAIN):
            return
    rounds.begin()
    while not stop.is_set() and fresh():
        busy = rounds.round()
        if heart is not None:
            heart.beat()
        beat()
        stop.wait(_BUSY if busy else _IDLE)
