"""
How far do checkpoints lag behind the log under load? ``python -m bench.lag``.

All four nodes run on this machine (without desks), and events are appended at a steady rate. One node's database is
looked at all the time: when is a record on record, and when is a checkpoint over it that three nodes have cosigned? The
time between the two is the lag of that record, shown in units of the checkpoint interval; it must stay below two.
"""

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Thread
from typing import NamedTuple

from kafka import KafkaProducer

from bench.events import events
from yisong.embedded import Bus
from yisong.embedded.node import healthy
from yisong.home import AGENCIES, Home
from yisong.kafka.log import TOPIC
from yisong.ledger import Law
from yisong.postgres import connect
from yisong.postgres.cosignatures import Cosignatures, Progress
from yisong.proof.policy import QUORUM

_AGENCY = "police"
_HISTORIES = Path(__file__).parent.parent / "examples" / "histories"
_LOOK_SECONDS = 0.05
#: After the last record, so many intervals are waited for the last checkpoint.
_MOST_INTERVALS = 20


class Seen(NamedTuple):
    """When a partition was first seen with *size* entries, of which *records* are new."""

    at: float
    size: int
    records: int


class Lags:
    """What was seen of one node: records that wait for a quorum, and how long (s) each of the others has waited."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.lags: list[float] = []
        self._sizes: dict[int, int] = {}
        self._waiting: dict[int, deque[Seen]] = {}

    @property
    def recorded(self) -> int:
        """How many records have been seen."""
        return sum(self._sizes.values())

    @property
    def covered(self) -> bool:
        """Hold where no record waits any more."""
        return not any(self._waiting.values())

    def look(self, progress: Mapping[int, Progress], *, now: float) -> None:
        """Take in how far each partition has come."""
        for partition, (entries, cosigned, _) in progress.items():
            waiting, before = self._waiting.setdefault(partition, deque()), self._sizes.get(partition, 0)
            if entries > before:
                waiting.append(Seen(now, entries, entries - before))
                self._sizes[partition] = entries
            while waiting and waiting[0].size <= cosigned:
                seen = waiting.popleft()
                self.lags += [now - seen.at] * seen.records


@contextmanager
def nodes(bus: Bus, *, interval: float) -> Iterator[None]:
    """Run the nodes of all four agencies, which sign checkpoints every *interval* seconds."""
    command = [
        sys.executable,
        "-m",
        "services.trail",
        "--home",
        str(bus.home.path),
        "--checkpoint-seconds",
        str(interval),
    ]
    started = [subprocess.Popen([*command, "--agency", one], stderr=subprocess.DEVNULL) for one in AGENCIES]
    try:
        while not all(healthy(bus.running.metrics[one]) for one in AGENCIES):
            if any(one.poll() is not None for one in started):
                sys.exit("A node stopped before it was well: run services.trail by hand to see why.")
            time.sleep(_LOOK_SECONDS)
        yield
    finally:
        for one in started:
            one.send_signal(signal.SIGTERM)
        for one in started:
            one.wait()


def publish(bus: Bus, *, count: int, rate: float) -> None:
    """Append *count* signed events, *rate* a second."""
    begun = time.monotonic()
    with closing(KafkaProducer(bootstrap_servers=bus.running.bootstrap, acks="all", linger_ms=5)) as producer:
        for number, one in enumerate(events(_HISTORIES, count=count, bus=bus.profile, keys=bus.home.keystore())):
            if (early := begun + number / rate - time.monotonic()) > 0:
                time.sleep(early)
            producer.send(TOPIC, key=one.key, value=one.value, partition=one.partition, timestamp_ms=one.at)
        producer.flush()


def measure(bus: Bus, *, count: int, rate: float, interval: float) -> tuple[Lags, float]:
    """Return what was seen while *count* events were appended, and how many a second were taken in."""
    lags, law = Lags(), Law(bus.home.genesis())
    sender = Thread(target=publish, args=(bus,), kwargs={"count": count, "rate": rate})
    with connect(bus.running.dsn[_AGENCY], autocommit=True, name="yisong-bench") as connection:
        kept = Cosignatures.under(connection, law)
        sender.start()
        begun = end = time.monotonic()
        while lags.recorded < count or not lags.covered:
            lags.look(kept.progress(least=QUORUM), now=(now := time.monotonic()))
            end = end if lags.recorded >= count else now
            if not sender.is_alive() and now > end + _MOST_INTERVALS * interval:
                sys.exit(f"Not all records are covered {_MOST_INTERVALS} intervals after the last one.")
            time.sleep(_LOOK_SECONDS)
    sender.join()
    return lags, count / (end - begun)


def main() -> int:
    """Measure, and print what was found and how busy the machine was."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=200, help="events a second")
    parser.add_argument("--seconds", type=float, default=60, help="how long to publish")
    parser.add_argument("--interval", type=float, default=5, help="seconds between a node's checkpoints")
    settings = parser.parse_args()
    count, interval = int(settings.rate * settings.seconds), settings.interval
    with (
        tempfile.TemporaryDirectory() as folder,
        Bus.start(Home(Path(folder) / "bus"), nodes=False, progress=print) as bus,
        nodes(bus, interval=interval),
    ):
        lags, rate = measure(bus, count=count, rate=settings.rate, interval=interval)
    found = sorted(lags.lags)
    print(
        f"\n| {count:,} events at {rate:,.0f} a second, interval {interval:g} s | seconds | intervals |\n|--|--:|--:|"
    )
    for what, seconds in (
        ("median", statistics.median(found)),
        ("99 of 100", found[int(len(found) * 0.99)]),
        ("most", found[-1]),
    ):
        print(f"| {what} | {seconds:.2f} | {seconds / interval:.2f} |")
    print(f"\nratio of the longest lag to the interval: {found[-1] / interval:.2f} (2 is the most that it may be)")
    print("load of the machine over the last minutes: {:.1f}, {:.1f}, {:.1f}".format(*os.getloadavg()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
