"""
What do the trees cost, and how long does a proof take? ``python -m bench.proof``.

Ingest with and without trees, in turns over the same log. Then one partition of ten million leaves in a database of its
own, its leaf hashes made up by PostgreSQL and its tree built as a trail builds it at its start: proofs at random places
and sizes, made from there and verified, and the whole tree checked.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random
from typing import NamedTuple

import psycopg
from psycopg import sql

from bench.ingest import empty_database, measure, preload, trail
from yisong.embedded import Bus
from yisong.home import Home
from yisong.postgres import migrate
from yisong.postgres.tree import build_tree, leaf_hashes, tree_reader, tree_size
from yisong.postgres.tree_check import check_tree, stored_leaves
from yisong.proof.consistency import check_consistency, consistency_proof
from yisong.proof.inclusion import inclusion_proof, root_from_inclusion
from yisong.proof.tree import root

_AGENCY = "police"
_AT_A_TIME = 100_000
_PARTITION = 0
# Rows as a trail has them, but for the columns that no tree reads.
_ENTRIES = """
INSERT INTO entries ("partition", "offset", broker_time, log_time, docket_index, verdict, remembered, leaf, leaf_hash)
SELECT %(partition)s, n, 0, 0, 0, 'admitted', false, ''::bytea, sha256(int8send(n))
  FROM generate_series(%(first)s::bigint, %(end)s::bigint - 1) AS n"""


class Run(NamedTuple):
    """One way of taking events in: events a second, and the CPU (µs an event) of the trail and of PostgreSQL."""

    rate: float
    trail: float
    database: float

    @property
    def cpu(self) -> float:
        """Both together: it tells more than the rate where the machine is busy with other things."""
        return self.trail + self.database


def append(bus: Bus, *, events: int, rounds: int, options: list[str]) -> None:
    """Print what a trail takes in with and without trees: the best of so many *rounds*, in turns."""
    runs: dict[str, list[Run]] = {"services.trail": [], "bench.treeless": []}
    for number in range(rounds):
        for module in sorted(runs, reverse=bool(number % 2)):
            runs[module].append(run := _run(bus, events, options, module))
            print(f"{module}: {run.rate:,.0f} events/s, CPU {run.trail:.0f} + {run.database:.0f} µs", flush=True)
    rates = [max(run.rate for run in kept) for kept in runs.values()]
    cpu = [min(run.cpu for run in kept) for kept in runs.values()]
    print(f"\n| best of {rounds} | with trees | without | trees add |\n|--|--:|--:|--:|")
    print(f"| events/s | {rates[0]:,.0f} | {rates[1]:,.0f} | {rates[1] / rates[0] - 1:.1%} |")
    print(f"| CPU of trail and PostgreSQL, µs an event | {cpu[0]:.0f} | {cpu[1]:.0f} | {cpu[0] / cpu[1] - 1:.1%} |\n")


def _run(bus: Bus, events: int, options: list[str], module: str) -> Run:
    empty_database(bus)
    before = _database_cpu(bus)
    run = measure(lambda: trail(bus, events, options, module=module), count=events)
    return Run(run.rate, run.cpu / events * 1e6, (_database_cpu(bus) - before) / events * 1e6)


def _database_cpu(bus: Bus) -> float:
    """Return the seconds of CPU that PostgreSQL has taken so far (/proc): processes that run, and that have ended."""
    with psycopg.connect(bus.running.admin_dsn[_AGENCY]) as connection:
        parent = _stat(connection.info.backend_pid)[1]
    ticks = 0
    for process in Path("/proc").iterdir():
        with suppress(OSError):  # it has just ended
            if process.name.isdigit() and (stat := _stat(int(process.name)))[1] == parent:
                ticks += stat[11] + stat[12]
    return (ticks + sum(_stat(parent)[11:15])) / os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[int]:
    """Return /proc/PID/stat behind the name: parent at 1; CPU in ticks at 11 and 12, of ended children 13 and 14."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return [0, *map(int, fields[1:15])]


@contextmanager
def tree_of(bus: Bus, leaves: int) -> Iterator[psycopg.Connection]:
    """Make a database with one partition of so many *leaves*, and give a connection to it."""
    owner, _, _ = bus.running.admin_dsn[_AGENCY].rpartition("/")
    name = sql.Identifier("yisong_bench_proof")
    with psycopg.connect(f"{owner}/postgres", autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        server.execute(sql.SQL("CREATE DATABASE {}").format(name))
        migrate(f"{owner}/yisong_bench_proof", _AGENCY)
        with psycopg.connect(f"{owner}/yisong_bench_proof", autocommit=True) as connection:
            _fill(connection, leaves)
            yield connection
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def _fill(connection: psycopg.Connection, leaves: int) -> None:
    begun = time.perf_counter()
    for first in range(0, leaves, _AT_A_TIME * 10):
        end = min(leaves, first + _AT_A_TIME * 10)
        connection.execute(_ENTRIES, {"partition": _PARTITION, "first": first, "end": end})
    connection.execute("INSERT INTO positions VALUES (%s, %s)", (_PARTITION, leaves))
    print(f"{leaves:,} entries made up in {time.perf_counter() - begun:.0f} s", flush=True)
    begun = time.perf_counter()
    while build_tree(connection, _PARTITION, most=_AT_A_TIME) is not None:
        pass
    print(f"tree built, as at a trail's start: {leaves / (time.perf_counter() - begun):,.0f} leaves/s", flush=True)
    connection.execute("VACUUM ANALYZE entries, tree_nodes, positions")


class Spent:
    """Seconds by what they were spent on."""

    def __init__(self) -> None:
        """Begin with none."""
        self._spent: dict[str, list[float]] = {}

    @contextmanager
    def on(self, what: str) -> Iterator[None]:
        """Count what runs inside."""
        begun = time.perf_counter()
        yield
        self._spent.setdefault(what, []).append(time.perf_counter() - begun)

    def show(self, of: str) -> None:
        """Print a row for each."""
        print(f"\n| {of} | median | 99 of 100 | slowest |\n|--|--:|--:|--:|")
        for what, times in self._spent.items():
            in_ms = (statistics.median(times), statistics.quantiles(times, n=100)[98], max(times))
            print(f"| {what} | {' | '.join(f'{1000 * one:.2f} ms' for one in in_ms)} |")


def proofs(connection: psycopg.Connection, *, count: int) -> None:
    """Print how long *count* proofs take, at random leaves and sizes."""
    reader, whole = tree_reader(connection, _PARTITION), tree_size(connection, _PARTITION)
    chance, spent = Random(6962), Spent()  # noqa: S311 (repeatable on purpose)
    for _ in range(count):
        size = chance.randint(whole // 2, whole)
        index = chance.randrange(size)
        with spent.on("inclusion proof made"):
            path = inclusion_proof(index, size, reader)
        with spent.on("root read"):
            new_root = root(size, reader)
        with spent.on("consistency proof made"):
            steps = consistency_proof(index, size, reader)
        (leaf,) = leaf_hashes(connection, _PARTITION, first=index, end=index + 1)
        with spent.on("inclusion verified"):
            found = root_from_inclusion(leaf, index, size, path)
        if found != new_root:
            sys.exit(f"leaf {index} is not proven in the tree of {size}")
        old_root = root(index, reader)
        with spent.on("consistency verified"):
            check_consistency(index, old_root, size, new_root, steps)
    spent.show(f"{count:,} at random, of {whole:,} leaves")


def check(connection: psycopg.Connection) -> None:
    """Print how many leaves a second a check of the whole tree takes."""
    begun = time.perf_counter()
    checked = check_tree(connection, _PARTITION, stored_leaves(connection, _PARTITION))
    seconds = time.perf_counter() - begun
    if checked.difference is not None:
        sys.exit(str(checked.difference))
    print(f"\ntree checked against what is stored: {checked.size / seconds:,.0f} leaves/s", flush=True)


def main() -> int:
    """Measure, and print what was found and how busy the machine was."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=60_000, help="taken in with and without trees; 0: leave that out")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--workers", type=int, default=1 + (os.cpu_count() or 1), help="processes of the trail")
    parser.add_argument("--leaves", type=int, default=10_000_000, help="of the large tree; 0: leave that out")
    parser.add_argument("--proofs", type=int, default=1_000)
    parser.add_argument("--folder", type=Path, default=Path(".bench"), help="keeps the log for the next time")
    settings = parser.parse_args()
    with Bus.start(Home(settings.folder / f"proof-{settings.events}"), nodes=False, progress=print) as bus:
        if settings.events:
            preload(bus, settings.events)
            options = ["--workers", str(settings.workers), "--threads", "1"]
            append(bus, events=settings.events, rounds=settings.rounds, options=options)
        if settings.leaves:
            with tree_of(bus, settings.leaves) as connection:
                proofs(connection, count=settings.proofs)
                check(connection)
    print("load of the machine over the last minutes: {:.1f}, {:.1f}, {:.1f}".format(*os.getloadavg()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
