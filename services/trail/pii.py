"""How do requests to resolve P2 tokens travel between nodes? One thread reads our topic, answers, and sends letters."""

import logging
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from threading import Event
from typing import Final, NamedTuple

from services.trail.alone import run_alone
from yisong.bootstrap import Bootstrap
from yisong.home import Agency
from yisong.kafka.pii_topic import PiiTopic
from yisong.ledger import Law
from yisong.metrics import Metrics
from yisong.pii.exchange import answer_all, take
from yisong.pii.resolving import Node
from yisong.pii.statements import Database, run
from yisong.publishing.rounds import wall_clock
from yisong.publishing.signer import PrivateKeys

_LOG = logging.getLogger(__name__)
_PII_LOCK: Final = 7_140_319
_AT_ONCE: Final = 20
_POLL_MS: Final = 500
_QUIET: Final = frozenset({"asked", "answered", "known"})


class Telling(NamedTuple):
    """What the exchange serves: the node of *agency*, by the *law* that it knows and with the *keys* of its organs."""

    agency: Agency
    dsn: str
    bootstrap: Bootstrap
    keys: PrivateKeys
    law: Callable[[], Law]
    now: Callable[[], int] = wall_clock

    @property
    def node(self) -> Node:
        """The node as it is now."""
        return Node(self.agency, self.law(), self.keys)


def run_pii(what: Telling, metrics: Metrics, stop: Event) -> None:
    """Exchange letters until *stop* is set, in one process of the node. It is safe to die at any line."""

    def exchange(database: Database) -> None:
        run(database, "begin")
        ((first,),) = run(database, "position")
        with closing(PiiTopic(what.bootstrap, what.agency, first=first)) as topic:
            while not stop.is_set():
                tell(what, database, topic, metrics)

    run_alone(what.dsn, name="yisong-pii", lock=_PII_LOCK, work=exchange, stop=stop)


def tell(what: Telling, database: Database, topic: PiiTopic, metrics: Metrics, *, timeout_ms: int = _POLL_MS) -> None:
    """Do one round: take what came, answer what is asked, send what is to be said. Raises BusUnreachable."""
    records = topic.poll(timeout_ms=timeout_ms)
    if records:
        taken = take(database, records, what.node, now=what.now())
        for result, count in Counter(taken).items():
            metrics.count("yisong_pii_letters_total", count, result=result)
        for record, result in zip(records, taken, strict=True):
            if result not in _QUIET:
                _LOG.warning("pii-%s/%d is passed over: %s", what.agency, record.offset, result)
    answer_all(database, what.node, now=what.now())
    while rows := run(database, "unsaid", limit=_AT_ONCE):
        for serial, agency, value in rows:
            topic.send(agency, value=bytes(value))
            run(database, "lies_there", serial=serial)
