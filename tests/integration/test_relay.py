"""The way into an inbox, over a real broker and a real database."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from threading import Event, Thread

import psycopg
import pytest

from services.trail import relay
from services.trail.follow import Trail
from services.trail.relay import Relay, Relayable, Waiting
from services.trail.rules import Relayed
from tests.inboxes import expected, first_standings, lying_in, offsets
from tests.trails import Servers
from tests.waiting import PATIENCE, until
from yisong.desk.inbox import LARGEST_DELIVERY, deliveries, topic
from yisong.errors import BusUnreachable, PositionTaken
from yisong.health import Health
from yisong.kafka.inbox import InboxWriter, Sent
from yisong.metrics import Metrics

INBOX = topic("police")


@pytest.fixture
def recorded(trails: Servers) -> str:
    """Send two hundred more events, and record the log in a trail of the police from which nothing was relayed yet."""
    trails.send(trails.events(200, seed=time.monotonic_ns()))
    dsn = trails.database()
    trails.record(dsn)
    return dsn


class TestAnInbox:
    def test_gets_what_concerns_the_agency_with_the_docket_as_it_stands_after_it(
        self, trails: Servers, recorded: str
    ) -> None:
        """Same key and partition as on the log, in its order, once; what was sent is there byte for byte."""
        before = lying_in(trails.bus.running.bootstrap, "police")
        wanted = expected(trails.bus.running.bootstrap, trails.law, "police")

        with relaying(trails, recorded):
            until(lambda: waiting(recorded) == 0, "the relay did not come to its end")

        after = lying_in(trails.bus.running.bootstrap, "police")
        new = {at: records[len(before.get(at, ())) :] for at, records in after.items()}
        assert {at: [said.offset for _, said in records] for at, records in new.items() if records} == offsets(wanted)
        for partition, records in new.items():
            for (record, said), one in zip(records, wanted[partition], strict=True):
                assert (record.key, record.partition) == (one.source.key, one.source.partition)
                assert said.docket == one.docket
                assert said.header in (one.source.value or b"")
                assert said.carried in (one.source.value or b"")
                assert deliveries(record.value or b"", "police", trails.law).body is not None

    def test_is_filled_in_any_number_of_rounds(
        self, trails: Servers, recorded: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Three rows of a partition at a time, or as few as a kilobyte holds: nothing is left out."""
        monkeypatch.setattr(relay, "_ROWS", 3)
        monkeypatch.setattr(relay, "_BYTES", 1024)
        with relaying(trails, recorded):
            until(lambda: waiting(recorded) == 0, "the relay did not come to its end")

        wanted = offsets(expected(trails.bus.running.bootstrap, trails.law, "police"))
        assert first_standings(lying_in(trails.bus.running.bootstrap, "police")) == wanted

    def test_holds_an_event_twice_rather_than_never(
        self, trails: Servers, recorded: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The node dies when Kafka has the events and the database still does: they come again, in the same order."""
        before = lying_in(trails.bus.running.bootstrap, "police")
        monkeypatch.setattr(Waiting, "forget", dying_once(Waiting.forget))

        with relaying(trails, recorded):
            until(lambda: waiting(recorded) == 0, "the relay did not come to its end")

        wanted = offsets(expected(trails.bus.running.bootstrap, trails.law, "police"))
        after = lying_in(trails.bus.running.bootstrap, "police")
        assert first_standings(after) == wanted
        (partition, records) = max(after.items(), key=lambda one: len(one[1]))
        assert len(records) - len(before.get(partition, ())) > len(wanted[partition])

    def test_takes_the_largest_delivery(self, trails: Servers) -> None:
        """What the topic does not take would hold up its partition for ever."""
        with closing(InboxWriter(trails.bus.running.bootstrap, "inbox-cac")) as inbox:
            inbox.write([Sent(0, b"CRB-980100-2016-000021-5", bytes(LARGEST_DELIVERY))], stopped=lambda: False)

    def test_that_does_not_exist_is_named(self, trails: Servers) -> None:
        """Without a topic nothing is lost: it is said what is missing, and the rows stay."""
        with (
            closing(InboxWriter(trails.bus.running.bootstrap, "inbox-nobody")) as inbox,
            pytest.raises(BusUnreachable, match=r"inbox-nobody.*stays in the database.*topics plan"),
        ):
            inbox.write([Sent(0, b"", b"")], stopped=lambda: True)


class TestWhatWaits:
    def test_is_written_with_the_position_or_not_at_all(self, trails: Servers) -> None:
        """A second process on the partition rolls back, and leaves nothing to be relayed."""
        dsn = trails.database()
        trails.send(trails.events(100, seed=time.monotonic_ns()))
        ours = {"partitions": [4]}  # of all twelve they need not read the same ones first
        with closing(trails.trail(dsn, **ours)) as first, closing(trails.trail(dsn, **ours)) as second:
            _record_something(first)
            once = waiting(dsn)
            with pytest.raises(PositionTaken):
                _record_something(second)

        assert once > 0
        assert waiting(dsn) == once

    def test_stays_while_the_broker_is_away_and_comes_when_it_is_back(self, trails: Servers, recorded: str) -> None:
        """Nothing is given up and nothing overtaken; a relay that is told to stop meanwhile does."""
        trails.bus.kill_broker()
        try:
            with relaying(trails, recorded) as running:
                time.sleep(2)
                assert waiting(recorded) > 0
            assert not running.is_alive()
        finally:
            trails.bus.start_broker()
        with relaying(trails, recorded):
            until(lambda: waiting(recorded) == 0, "the relay did not come to its end")

        wanted = offsets(expected(trails.bus.running.bootstrap, trails.law, "police"))
        assert first_standings(lying_in(trails.bus.running.bootstrap, "police")) == wanted

    def test_is_counted(self, trails: Servers, recorded: str) -> None:
        """An operator sees how much waits, and for how long the inbox has been behind."""
        metrics = Metrics("police")
        served = metrics.serve(0, health=lambda: Health({}))
        try:
            count = waiting(recorded)
            with relaying(trails, recorded, metrics):
                until(lambda: waiting(recorded) == 0, "the relay did not come to its end")
        finally:
            served.shutdown()
            served.server_close()

        said = {name: one.labels(agency="police") for name, one in metrics._made.items() if "relay" in name}
        assert said["yisong_relayed_total"]._value.get() == count  # type: ignore[union-attr]
        assert said["yisong_relay_waiting_records"]._value.get() == 0  # type: ignore[union-attr]
        assert said["yisong_relay_behind_seconds"]._value.get() < 60  # type: ignore[union-attr]


def _record_something(trail: Trail) -> None:
    while not trail.step(timeout_ms=500):
        pass


@contextmanager
def relaying(trails: Servers, dsn: str, metrics: Metrics | None = None) -> Iterator[Thread]:
    """Run the relay of all partitions of the database *dsn*, as a node does, and stop it."""
    running = trails.bus.running
    what = Relayable("police", dsn, running.bootstrap, range(trails.law.bus.partitions))
    stop, one = Event(), Relay(what, metrics or Metrics("police"))
    thread = Thread(target=one.run, args=(stop,))
    thread.start()
    try:
        yield thread
    finally:
        stop.set()
        one.wake()
        thread.join(PATIENCE)


def dying_once(forget: Callable[[Waiting, Sequence[Relayed]], None]) -> Callable[[Waiting, Sequence[Relayed]], None]:
    """Return a *forget* that fails the first time, as a crash between Kafka's answer and the database would."""
    died: list[bool] = []

    def dies(self: Waiting, relayed: Sequence[Relayed]) -> None:
        if not died:
            died.append(True)
            raise BusUnreachable("PostgreSQL went away")
        forget(self, relayed)

    return dies


def waiting(dsn: str) -> int:
    with psycopg.connect(dsn) as connection:
        row = connection.execute("SELECT count(*) FROM local_relay").fetchone()
    assert row is not None
    return int(row[0])
