"""
How fast does a trail read the log? ``python -m bench.ingest``, or ``make bench``.

One node from offset 0 over the same log, three ways (see bench/baselines.py for the first two): (a) ceiling,
(b) first idea, (c) the trail with everything on, as ``python -m services.trail`` runs it. Best of several;
PostgreSQL's own defaults for all, so a commit is on disk. Time runs from the first delivery to the last commit.
"""

import argparse
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import LiteralString, NamedTuple

import psycopg
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from psycopg import sql

from bench.events import events
from yisong.embedded import Bus
from yisong.home import Home
from yisong.kafka.log import TOPIC
from yisong.postgres import migrate

_AGENCY = "police"
_HISTORIES = Path(__file__).parent.parent / "examples" / "histories"


Runs = dict[str, tuple[int, Callable[[], float]]]
"""By name of a way: how many records it reads, and how to run it."""


class Measured(NamedTuple):
    """One run: *records* in *seconds*; CPU seconds and peak memory (MB) are those of the reading processes."""

    records: int
    seconds: float
    cpu: float
    memory: float

    @property
    def rate(self) -> float:
        """Events a second."""
        return self.records / self.seconds


def preload(bus: Bus, count: int) -> None:
    """See that the log holds *count* events; a log of another length must be begun anew."""
    parts = [TopicPartition(TOPIC, partition) for partition in range(bus.profile.partitions)]
    with closing(KafkaConsumer(bootstrap_servers=bus.running.bootstrap)) as consumer:
        there = sum(consumer.end_offsets(parts).values())
    if there == count:
        return
    if there:
        sys.exit(f"The log in {bus.home.path} holds {there} events, not {count}: name another folder with --folder.")
    keys = bus.home.keystore()
    with closing(
        KafkaProducer(bootstrap_servers=bus.running.bootstrap, acks="all", linger_ms=50, batch_size=256 * 1024)
    ) as producer:
        for number, one in enumerate(events(_HISTORIES, count=count, bus=bus.profile, keys=keys)):
            producer.send(TOPIC, key=one.key, value=one.value, partition=one.partition, timestamp_ms=one.at)
            if number % 20_000 == 0:
                print(f"preloading: {number} of {count} events", flush=True)
        producer.flush()


def empty_database(bus: Bus) -> None:
    """Begin the database of the node anew."""
    dsn = bus.running.admin_dsn[_AGENCY]
    name = sql.Identifier(dsn.rpartition("/")[2])
    with psycopg.connect(dsn.rpartition("/")[0] + "/postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
        connection.execute("CHECKPOINT")
    migrate(dsn, _AGENCY)


def baseline(which: str, bus: Bus, count: int) -> float:
    """Run a baseline in a process of its own, and return its seconds."""
    command = [
        sys.executable,
        "-m",
        "bench.baselines",
        which,
        "--bootstrap",
        str(bus.running.bootstrap),
        "--count",
        str(count),
    ]
    done = subprocess.run(
        command, input=bus.running.admin_dsn[_AGENCY] + "\n", text=True, stdout=subprocess.PIPE, check=True
    )
    return float(done.stdout)


def trail(bus: Bus, count: int, options: Sequence[str], *, module: str = "services.trail") -> float:
    """Run the node's trail until it has recorded everything, and return its seconds by its own batches."""
    command = [sys.executable, "-m", module, "--home", str(bus.home.path), "--agency", _AGENCY, "--no-sender"]
    with (
        subprocess.Popen([*command, *options], stderr=subprocess.DEVNULL) as node,
        psycopg.connect(bus.running.admin_dsn[_AGENCY], autocommit=True) as connection,
    ):
        while _one(connection, "SELECT coalesce(sum(next_offset), 0) FROM positions") < count:
            if node.poll() is not None:
                sys.exit("The trail stopped before it had read the log: run services.trail by hand to see why.")
            time.sleep(0.1)
        node.send_signal(signal.SIGTERM)
        node.wait()
        return _one(
            connection,
            "SELECT extract(epoch FROM max(recorded_at)) - min(received_at) / 1000.0 FROM local_batches",
        )


def _one(connection: psycopg.Connection, query: LiteralString) -> float:
    row = connection.execute(query).fetchone()
    return float(row[0]) if row else 0.0


def measure(run: Callable[[], float], *, count: int) -> Measured:
    """Measure one run. The memory is that of the largest process that ended since this program began."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = run()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Measured(count, seconds, cpu, after.ru_maxrss / 1024)


def main() -> int:
    """Measure, and print a table for the README; the last line is ``ratio to ceiling: 0.NNN``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--first-idea-events", type=int, default=20_000, help="so many suffice for the rate of (b)")
    parser.add_argument("--best-of", type=int, default=3)
    parser.add_argument(
        "--workers", type=int, default=1 + (os.cpu_count() or 1), help="processes that share the trail's partitions"
    )
    parser.add_argument("--threads", type=int, default=1, help="threads that verify signatures in each of them")
    parser.add_argument("--folder", type=Path, default=Path(".bench"), help="keeps the log for the next time")
    settings = parser.parse_args()
    with Bus.start(Home(settings.folder / f"ingest-{settings.events}"), nodes=False, progress=print) as bus:
        preload(bus, settings.events)
        few = min(settings.events, settings.first_idea_events)
        options = ["--workers", str(settings.workers), "--threads", str(settings.threads)]
        runs: Runs = {
            "(b) one INSERT and commit a record": (few, lambda: baseline("first-idea", bus, few)),
            "(a) poll and COPY, the ceiling": (settings.events, lambda: baseline("ceiling", bus, settings.events)),
            f"(c) the trail, {settings.workers} process(es)": (
                settings.events,
                lambda: trail(bus, settings.events, options),
            ),
        }
        best = _best_of(settings.best_of, bus, runs)
        kept = _kept(bus, settings.events)
    _print(best)
    print(kept)
    return 0


def _best_of(rounds: int, bus: Bus, runs: Runs) -> dict[str, Measured]:
    """Return the best run of each; they take turns, so that what else the machine does hits all of them alike."""
    best: dict[str, Measured] = {}
    for _ in range(rounds):
        for name, (count, run) in runs.items():
            empty_database(bus)
            measured = measure(run, count=count)
            print(f"{name}: {measured.rate:,.0f} events/s", flush=True)
            best[name] = max(best.get(name, measured), measured, key=lambda one: one.rate)
    return best


def _kept(bus: Bus, count: int) -> str:
    """Say what an event takes on the broker, and in the database after a run of (c), which was the last one."""
    segments = (bus.home.path / "data").glob(f"**/{TOPIC}-*/*.log")
    log = sum(one.stat().st_size for one in segments)
    with psycopg.connect(bus.running.admin_dsn[_AGENCY], autocommit=True) as connection:
        tables = connection.execute(
            "SELECT relname, pg_total_relation_size(oid) FROM pg_class WHERE relkind = 'r'"
            " AND relnamespace = 'public'::regnamespace ORDER BY 2 DESC LIMIT 5"
        ).fetchall()
        whole = _one(connection, "SELECT pg_database_size(current_database())")
    most = ", ".join(f"{name} {size / count:,.0f}" for name, size in tables)
    return f"bytes an event: {log / count:,.0f} on the log, {whole / count:,.0f} in the database ({most})"


def _print(best: dict[str, Measured]) -> None:
    print("\n| | events/s | CPU µs an event | peak memory of a process |\n|--|--:|--:|--:|")
    for name, one in sorted(best.items()):
        print(f"| {name} | {one.rate:,.0f} | {one.cpu / one.records * 1e6:,.0f} | {one.memory:,.0f} MB |")
    ceiling, first_idea, trailed = (best[name].rate for name in sorted(best, key=lambda name: name[1]))
    print(f"\nratio to one INSERT and commit a record: {trailed / first_idea:.2f}")
    print(f"ratio to ceiling: {trailed / ceiling:.3f}")


if __name__ == "__main__":
    sys.exit(main())
