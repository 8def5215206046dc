"""How do acts with two signatures travel between nodes? One thread reads our topic, and says what is to be said."""

import logging
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from threading import Event
from typing import Final, NamedTuple, cast

from services.trail.alone import run_alone
from yisong.bootstrap import Bootstrap
from yisong.home import Agency
from yisong.kafka.drafts_topic import DraftsTopic
from yisong.ledger import Law
from yisong.metrics import Metrics
from yisong.postgres.connection import Rows, reachable
from yisong.publishing.countersigning.statements import Statements
from yisong.publishing.countersigning.taking import Taking
from yisong.publishing.rounds import wall_clock
from yisong.publishing.signer import PrivateKeys, Signer

_LOG = logging.getLogger(__name__)
_DRAFTS_LOCK: Final = 7_140_317
_AT_ONCE: Final = 20
_POLL_MS: Final = 300
_QUIET: Final = frozenset({"draft", "signed", "declined", "withdrawn", "known", "late"})


class Exchanging(NamedTuple):
    """What an exchange serves: the node of *agency*, by the *law* that it knows and with the *keys* of its organs."""

    agency: Agency
    dsn: str
    bootstrap: Bootstrap
    keys: PrivateKeys
    law: Callable[[], Law]
    now: Callable[[], int] = wall_clock


class Exchange:
    """
    One node's part in the exchange, in rounds: take what came, end what nobody has answered, send what is to be said.

    What came is kept in one transaction with the position, and a message is forgotten once Kafka has it. A crash in
    between sends it again, the same bytes, and what is taken twice changes nothing.
    """

    def __init__(self, what: Exchanging, connection: Rows, topic: DraftsTopic, metrics: Metrics) -> None:
        """Serve *what* through *connection*, which is in autocommit mode, and *topic*."""
        self._what, self._connection, self._topic, self._metrics = what, connection, topic, metrics
        self._statements = Statements(connection)

    def round(self, *, timeout_ms: int = _POLL_MS) -> None:
        """Do one round, which waits *timeout_ms* for something to come. Raises BusUnreachable."""
        self._take(timeout_ms)
        now = self._what.now()
        # An answer that came in time may still lie on the topic: nobody has failed to answer before it is read.
        if self._statements.run("overdue", now=now) == [(True,)] and self._topic.is_read():
            self._statements.run("unanswered", now=now)
            self._statements.run("expire", now=now)
        self._say()

    def _take(self, timeout_ms: int) -> None:
        records = self._topic.poll(timeout_ms=timeout_ms)
        if not records:
            return
        what, law = self._what, self._what.law()
        signer = Signer(law, what.keys)
        with reachable(), self._connection.transaction():
            taking = Taking(self._connection, agency=what.agency, law=law, signer=signer, now=what.now)
            taken = [(record.offset, taking.take(record)) for record in records]
            self._statements.run("move", next_offset=records[-1].offset + 1)
        for result, count in Counter(result for _, result in taken).items():
            self._metrics.count("yisong_draft_messages_total", count, result=result)
        for offset, result in taken:
            if result not in _QUIET:
                _LOG.warning("drafts-%s/%d is passed over: %s", what.agency, offset, result)

    def _say(self) -> None:
        while rows := self._statements.run("unsaid", limit=_AT_ONCE):
            for serial, agency, case_id, value in cast("list[tuple[int, str, str, bytes]]", rows):
                self._topic.send(agency, case_id=case_id, value=value)
                self._statements.run("lies_there", serial=serial)


def run_drafts(what: Exchanging, metrics: Metrics, stop: Event) -> None:
    """Exchange drafts until *stop* is set, in one process of the node. It is safe to die at any line."""

    def exchange(connection: Rows) -> None:
        with closing(own_topic(what, connection)) as topic:
            rounds = Exchange(what, connection, topic, metrics)
            while not stop.is_set():
                rounds.round()

    run_alone(what.dsn, name="yisong-drafts", lock=_DRAFTS_LOCK, work=exchange, stop=stop)


def own_topic(what: Exchanging, connection: Rows) -> DraftsTopic:
    """Return the drafts topic of the node, from where it was read up to. Raises BusUnreachable."""
    statements = Statements(connection)
    statements.run("begin")
    ((first,),) = cast("list[tuple[int]]", statements.run("position"))
    return DraftsTopic(what.bootstrap, what.agency, first=first)
