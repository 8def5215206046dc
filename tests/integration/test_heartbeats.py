"""Is an idle bus known to be alive? A heartbeat goes from a node's clocks to every node's trail."""

from contextlib import closing
from threading import Event

import psycopg
import pytest

from services.clocks.heart import Heart, national_register
from services.clocks.store import Store
from services.trail.heartbeats import run_heartbeats
from tests.trails import Servers
from tests.waiting import until
from yisong.envelope.case_id import is_case_id
from yisong.kafka.producer import KafkaLog
from yisong.metrics import Metrics
from yisong.postgres import connect
from yisong.postgres.heartbeats import newest
from yisong.publishing.instants import to_ms
from yisong.publishing.own_trail import PostgresTrail
from yisong.publishing.rounds import Sender
from yisong.publishing.signer import Signer
from yisong.publishing.stores import PostgresOutbox

NOON = to_ms("2026-01-05T12:00:00+08:00")


class Node:
    """The police's node, step by step, at instants that the test says."""

    def __init__(self, trails: Servers) -> None:
        self.now, self.dsn, self._trails = NOON, trails.database(), trails
        self._store, self._log = Store(self.dsn), KafkaLog(trails.bus.running.bootstrap)
        self.start()

    def start(self, *, every: float = 60.0) -> None:
        """Begin as a process does."""
        law, metrics = self._trails.law, Metrics("police")
        self.heart = Heart(
            agency="police", law=law, store=self._store, now=lambda: self.now, every=every, metrics=metrics
        )

    def beats(self, *, after: float) -> bool:
        """Let so many seconds pass, and say whether the heart beats then."""
        self.now += round(after * 1000)
        return self.heart.beat()

    def send(self) -> None:
        """Send what stands in the outbox, and let the trail record and settle it."""
        with closing(PostgresOutbox(connect(self.dsn, autocommit=True))) as outbox:
            sender = Sender(
                outbox=outbox,
                trail=PostgresTrail(outbox.connection),
                log=self._log,
                signer=Signer(self._trails.law, self._trails.keys),
                law=self._trails.law,
                now=lambda: self.now,
            )
            sender.round()
            self._trails.record(self.dsn)
            sender.round()

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.dsn) as connection:
            return connection.execute(query).fetchall()

    def close(self) -> None:
        self._store.close()
        self._log.close()


@pytest.fixture
def node(trails: Servers) -> Node:
    return Node(trails)


def test_each_is_admitted_in_the_national_register_and_counts_on_across_restarts(trails: Servers, node: Node) -> None:
    """One a minute at most, whatever was asked for; each is the next number since the node was set up."""
    assert node.beats(after=0)
    node.send()
    assert not node.beats(after=59)
    assert node.beats(after=1)
    node.send()
    node.start(every=1.0)
    assert not node.beats(after=30)
    assert node.beats(after=30)
    node.send()
    another = trails.database()
    trails.record(another)
    found = "SELECT docket, publisher, verdict, log_time FROM entries WHERE event_type = 'Heartbeat' ORDER BY log_time"
    said = [(national_register(NOON), "S-police", "admitted", NOON + minute * 60_000) for minute in range(3)]

    assert is_case_id(national_register(NOON))
    assert [row for row in node.rows(found) if row[3] in {one[3] for one in said}] == said
    with psycopg.connect(another) as connection:
        assert connection.execute(found).fetchall() == said
    assert node.rows("SELECT count(*) FROM local_inbox") == [(0,)]
    node.close()


def test_while_one_has_no_verdict_there_is_no_other(node: Node) -> None:
    """After an hour without a broker one is said, not sixty."""
    node.now = NOON + 86_400_000
    assert node.beats(after=0)
    assert [node.beats(after=60) for _ in range(60)] == [False] * 60
    node.send()
    assert node.beats(after=60)
    assert node.rows("SELECT count(*) FROM local_outbox WHERE state = 'waiting'") == [(1,)]
    node.close()


def test_a_clock_that_was_put_back_by_a_day_does_not_silence_a_node_for_a_day(node: Node) -> None:
    assert node.beats(after=0)
    node.send()
    assert node.beats(after=-86_400)
    node.close()


def test_the_age_of_the_newest_of_each_node_is_shown(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    """As this trail has recorded it: in the year before, too, so that New Year's night is no alarm."""
    node.now = to_ms("2026-12-31T23:59:50+08:00")
    assert node.beats(after=0)
    node.send()
    later = to_ms("2027-01-01T00:00:20+08:00")
    with closing(connect(node.dsn, autocommit=True)) as connection:
        assert newest(connection, now=later)["S-police"] == node.now

    metrics, stop, shown = Metrics("police"), Event(), dict[str, float]()

    def gauge(_: str, value: float, **labels: str) -> None:
        shown[labels["peer"]] = value
        stop.set()

    monkeypatch.setattr(metrics, "gauge", gauge)
    monkeypatch.setattr("services.trail.heartbeats.time.time_ns", lambda: later * 1_000_000)
    run_heartbeats(node.dsn, {"S-police": "police"}, metrics, stop)
    until(lambda: bool(shown))
    assert shown == {"police": 30.0}
    node.close()
