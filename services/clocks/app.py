"""How is the clocks service of a node put together, and how does it go on when the world does not?"""

import logging
from contextlib import closing
from threading import Event

from services.clocks.rounds import Pace, Rounds
from services.clocks.store import Store
from yisong.errors import BusUnreachable
from yisong.home import Agency
from yisong.kafka.producer import KafkaLog
from yisong.ledger import Law
from yisong.publishing.rounds import wall_clock

_LOG = logging.getLogger(__name__)
_IDLE, _BUSY, _AGAIN = 0.5, 0.05, 1.0


def run(  # noqa: PLR0913 (whose clocks, where they are kept, and by which law)
    *, agency: Agency, dsn: str, bootstrap: str, law: Law, pace: Pace, stop: Event
) -> None:
    """
    Watch the clocks of the node of *agency*, whose database is *dsn*, until *stop* is set.

    Waits its turn where another process does so, and begins again where Kafka or PostgreSQL was away.
    """
    while not stop.is_set():
        try:
            with closing(Store(dsn)) as store:
                _watch(_rounds(agency, store, bootstrap, law, pace), store, stop)
        except BusUnreachable as fault:
            _LOG.warning("%s", fault)
            stop.wait(_AGAIN)


def _rounds(agency: Agency, store: Store, bootstrap: str, law: Law, pace: Pace) -> Rounds:
    log, partitions = KafkaLog(bootstrap), range(law.bus.partitions)
    return Rounds(agency=agency, law=law, store=store, ends=lambda: log.ends(partitions), now=wall_clock, pace=pace)


def _watch(rounds: Rounds, store: Store, stop: Event) -> None:
    while not store.hold():
        if stop.wait(_AGAIN):
            return
    rounds.begin()
    while not stop.is_set():
        stop.wait(_BUSY if rounds.round() else _IDLE)
