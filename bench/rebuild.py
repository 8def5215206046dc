"""
For how long can nobody read while a database is rebuilt under load? ``python -m bench.rebuild``.

The node of the police takes in a log and is then rebuilt, while events are appended at a steady rate and somebody asks
its database one question after the other. What is shown is the longest time that one of them took, and how much of that
the swap was; at the end both databases, before and after, are what the log gives.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from threading import Event, Thread

import orjson
from kafka import KafkaProducer

from bench.events import events
from bench.lag import nodes
from yisong.embedded import Bus
from yisong.home import Home
from yisong.kafka.log import TOPIC
from yisong.kafka.log_ends import LogEnds
from yisong.postgres import connect

_AGENCY = "police"
_QUESTION = """
    SELECT verdict FROM entries JOIN dockets ON case_id = docket
     WHERE entries."partition" = 3 ORDER BY "offset" DESC LIMIT 20"""
_HISTORIES = Path(__file__).parent.parent / "examples" / "histories"
# More than a rebuild can take.
_MOST = 1_000_000


class Reader:
    """Somebody who asks again and again; *longest*: the longest time (s) that an answer took, *asked*: how often."""

    def __init__(self, dsn: str) -> None:
        """Ask the database *dsn*."""
        self.longest, self.asked, self._dsn, self.stop = 0.0, 0, dsn, Event()

    def run(self) -> None:
        """Ask until told to stop."""
        with closing(connect(self._dsn, autocommit=True, name="bench-reader")) as connection:
            while not self.stop.wait(0.005):
                begun = time.perf_counter()
                connection.execute(_QUESTION).fetchone()
                self.longest, self.asked = max(self.longest, time.perf_counter() - begun), self.asked + 1


def publish(bus: Bus, *, count: int, rate: float, seed: int, stop: Event) -> int:
    """Append at most *count* signed events, *rate* a second, until told to *stop*; return how many those were."""
    begun, sent = time.monotonic(), 0
    with closing(KafkaProducer(bootstrap_servers=bus.running.bootstrap, acks="all", linger_ms=5)) as producer:
        for one in events(_HISTORIES, count=count, bus=bus.profile, keys=bus.home.keystore(), seed=seed):
            if stop.wait(max(0.0, begun + sent / rate - time.monotonic())):
                break
            producer.send(TOPIC, key=one.key, value=one.value, partition=one.partition, timestamp_ms=one.at)
            sent += 1
        producer.flush()
    return sent


def caught_up(bus: Bus) -> None:
    """Return once the trail of the police has read the whole log."""
    with (
        closing(LogEnds(bus.running.bootstrap, bus.profile.partitions)) as ends,
        closing(connect(bus.running.dsn[_AGENCY], autocommit=True, name="bench")) as connection,
    ):
        while dict(connection.execute("SELECT * FROM positions").fetchall()) != dict(ends.now()):
            time.sleep(0.2)


def measure(bus: Bus, *, before: int, rate: float) -> tuple[Reader, dict[str, object], float, int]:
    """Return what a reader saw, what the rebuild said, how long (s) it took, and how many events came meanwhile."""
    publish(bus, count=before, rate=float("inf"), seed=1, stop=Event())
    caught_up(bus)
    reader, sent = Reader(bus.running.dsn[_AGENCY]), list[int]()

    def go_on() -> None:
        sent.append(publish(bus, count=_MOST, rate=rate, seed=2, stop=reader.stop))

    threads = [Thread(target=reader.run), Thread(target=go_on)]
    for thread in threads:
        thread.start()
    begun = time.monotonic()
    argv = [sys.executable, "-m", "services.trail.rebuilding", "--home", str(bus.home.path), "--agency", _AGENCY]
    try:
        done = subprocess.run(argv, stdout=subprocess.PIPE, check=True)
        took = time.monotonic() - begun
    finally:
        reader.stop.set()
        for thread in threads:
            thread.join()
    caught_up(bus)
    return reader, orjson.loads(done.stdout), took, sent[0]


def main() -> None:
    """Measure, and print one table."""
    parser = argparse.ArgumentParser(prog="python -m bench.rebuild")
    parser.add_argument("--before", type=int, default=20_000, help="events on the log when it begins")
    parser.add_argument("--rate", type=float, default=200.0, help="events a second meanwhile")
    settings = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        Bus.start(Home(Path(folder) / "bus"), nodes=False) as bus,
        nodes(bus, interval=5.0),
    ):
        reader, found, took, sent = measure(bus, before=settings.before, rate=settings.rate)
    equal = "equal" if found["difference"] is None and found["in_place"] else f"NOT equal: {found['difference']}"
    print(f"{found['entries']} entries rebuilt in {took:.1f} s, {sent / took:.0f} events/s coming meanwhile: {equal}")
    print(f"nobody could read for {float(str(found['waited'])) * 1000:.0f} ms")
    print(f"{reader.asked} questions meanwhile; the longest took {reader.longest * 1000:.0f} ms")


if __name__ == "__main__":
    main()
