"""
How long does a node take to count a year? ``python -m bench.statistics``.

A database is filled with the entries, bodies and dockets of whole cases, by COPY and without Kafka: each is one of the
example histories, judged once by the rules and then written under as many case numbers as are wanted. Then it is
counted as ``yisong stats`` does: the first time, when nothing has been counted yet, and again after a few more cases.
What is measured is this node's work from its database to the figures; nothing is sent, signed or proven.
"""

import argparse
import os
import random
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from uuid import UUID

import psycopg

from bench.events import HISTORIES, Case, acts_of
from yisong.embedded import Bus
from yisong.envelope.case_id import case_id
from yisong.envelope.header import Header
from yisong.envelope.open import open_record
from yisong.envelope.partition import partition_of
from yisong.home import Home
from yisong.ledger import Clock, Docket, Entry, Known, Law, dumps, fold, remember
from yisong.postgres import connect
from yisong.signing.keystore import Keystore
from yisong.signing.verify import verify
from yisong.statistics.adding import Adding
from yisong.statistics.figures import BYS, figures
from yisong.statistics.scope import scope_of
from yisong.statistics.spread import bring_up

_EXAMPLES = Path(__file__).parent.parent / "examples" / "histories"
_AGENCY = "copyright"
_ENTRIES = """
COPY entries ("partition", "offset", broker_time, log_time, docket, docket_index, docket_prev, event_id, event_type,
              variant, publisher, organ, aggregate_kind, aggregate_id, header_hash, verdict, remembered, leaf,
              leaf_hash) FROM STDIN"""
_BODIES = 'COPY bodies ("partition", "offset", carried) FROM STDIN'
_DOCKETS = 'COPY dockets (case_id, "partition", last_offset, log_time, "index", prev_leaf, state) FROM STDIN'
_MOVE = """
INSERT INTO positions ("partition", next_offset) VALUES (%s, %s)
ON CONFLICT ("partition") DO UPDATE SET next_offset = excluded.next_offset"""


class Pattern(NamedTuple):
    """A case as the rules judged it: its entries, what travelled beside their headers, and its docket at the end."""

    case_id: str
    entries: tuple[tuple[Entry, Header, bytes], ...]
    docket: Docket


class Rows:
    """Rows of three tables, and how far each partition is."""

    def __init__(self, ends: Mapping[int, int]) -> None:
        """Go on from *ends*."""
        self.ends = dict(ends)
        self.entries: list[tuple[object, ...]] = []
        self.bodies: list[tuple[object, ...]] = []
        self.dockets: list[tuple[object, ...]] = []

    def add(self, pattern: Pattern, number: int, partitions: int) -> None:
        """Add the case *number*, which is like *pattern*."""
        ours = case_id(pattern.case_id[4:10], int(pattern.case_id[11:15]), number)
        partition = partition_of(ours.encode(), partitions)
        first = self.ends[partition]
        for place, (entry, header, carried) in enumerate(pattern.entries):
            offset = first + place
            event_id = UUID(bytes=offset.to_bytes(8, "big") + partition.to_bytes(8, "big"))
            kind, ref = header.aggregate or (None, None)
            leaf = entry.leaf.replace(pattern.case_id.encode(), ours.encode())
            self.entries.append((
                partition, offset, entry.broker_time, entry.log_time, ours, entry.docket_index, entry.docket_prev,
                event_id, header.event_type, header.variant, header.publisher, header.speaker, kind,
                ref and ref.replace(pattern.case_id, ours), entry.header_hash, entry.verdict, entry.remembered,
                leaf.replace(header.event_id, event_id.bytes), entry.leaf_hash,
            ))  # fmt: skip
            self.bodies.append((partition, offset, carried))
        self.ends[partition] += len(pattern.entries)
        # The clocks of the docket name records by their offsets, which begin elsewhere here.
        moved = pattern.docket._replace(clocks=tuple(_moved(clock, first) for clock in pattern.docket.clocks))
        state = dumps(moved).decode().replace(pattern.case_id, ours)
        last = self.ends[partition] - 1
        self.dockets.append((ours, partition, last, moved.log_time, moved.size, b"", state))

    def write(self, connection: psycopg.Connection) -> None:
        """Write them, and move the positions."""
        tables = ((_ENTRIES, self.entries), (_BODIES, self.bodies), (_DOCKETS, self.dockets))
        with connection.transaction(), connection.cursor() as cursor:
            for statement, rows in tables:
                with cursor.copy(statement) as copy:
                    for row in rows:
                        copy.write_row(row)
            for place in self.ends.items():
                cursor.execute(_MOVE, place)


def judged(name: str, law: Law, keys: Keystore) -> Pattern:
    """Play the history *name* through the rules, signed like any other."""
    noise = random.Random(name)  # noqa: S311 (repeatable on purpose)
    acts = acts_of(_EXAMPLES, name)
    case = Case(acts, 1, bus=law.bus, keys=keys)
    docket: Docket | None = None
    memory: dict[bytes, tuple[Known, ...]] = {}
    entries = []
    for offset in range(len(acts)):
        event = case.next(noise)
        bare = open_record(event.partition, offset, event.at, event.key, event.value)
        (opened,) = verify([bare], bus=law.bus.name, keys=law.rulebook.keys)
        docket, entry = fold(docket, opened, law, memory)
        remember(memory, entry)
        if opened.header is not None and opened.carried is not None:
            entries.append((entry, opened.header, opened.carried))
    if docket is None:
        raise ValueError(name)
    return Pattern(docket.case_id, tuple(entries), docket)


def _moved(clock: Clock, first: int) -> Clock:
    started = clock.started_by + first if isinstance(clock.started_by, int) else clock.started_by
    return clock._replace(started_by=started, stopped_by=None if clock.stopped_by is None else clock.stopped_by + first)


def fill(
    connection: psycopg.Connection, patterns: Sequence[Pattern], numbers: Iterator[int], wanted: int, law: Law
) -> int:
    """Write whole cases, some thousands at a time, until there are *wanted* more entries; return how many it were."""
    ends = dict.fromkeys(range(law.bus.partitions), 0)
    ends |= dict(connection.execute('SELECT "partition", next_offset FROM positions').fetchall())
    filled = 0
    while filled < wanted:
        rows = Rows(ends)
        while len(rows.entries) < min(50_000, wanted - filled):
            number = next(numbers)
            rows.add(patterns[number % len(patterns)], number, law.bus.partitions)
        rows.write(connection)
        ends, filled = rows.ends, filled + len(rows.entries)
    return filled


def main() -> int:
    """Fill, measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--new", type=int, default=10_000, help="entries that are new when it is counted again")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="that count, the first time")
    settings = parser.parse_args()
    with TemporaryDirectory() as folder, Bus.start(Home(Path(folder) / "home"), nodes=False, progress=print) as bus:
        law, keys = Law(bus.home.genesis()), Keystore(bus.home.keys)
        patterns, numbers = [judged(name, law, keys) for name in HISTORIES], count(1)
        with psycopg.connect(bus.running.admin_dsn[_AGENCY], autocommit=True) as owner:
            print(f"{fill(owner, patterns, numbers, settings.entries, law):,} entries")
            owner.execute("VACUUM ANALYZE entries, bodies, dockets")
            dsn = bus.running.dsn[_AGENCY]
            counted = partial(bring_up, bus.home, _AGENCY, dsn, law, processes=settings.processes)
            _measured("counted for the first time", counted)
            _sums(dsn, law)
            more = fill(owner, patterns, numbers, settings.new, law)
        _measured(f"counted again, {more:,} entries more", counted)
        _sums(dsn, law)
    return 0


def _sums(dsn: str, law: Law) -> None:
    half = scope_of("2016-H2")
    with closing(connect(dsn, autocommit=True)) as connection:
        adding = Adding(connection, law)
        vector = adding.vector()
        _measured("the figures of a half-year", lambda: figures(adding.cells(half, vector, None), None, law))
        for by in BYS[2:]:
            _measured(f"the same by {by}", lambda by=by: figures(adding.cells(half, vector, by), by, law))  # type: ignore[misc]


def _measured(what: str, work: Callable[[], object]) -> None:
    begun, spent = time.perf_counter(), sum(os.times()[:4])
    work()
    wall, ours = time.perf_counter() - begun, sum(os.times()[:4]) - spent
    print(f"{what}: {wall:.2f} s; processor time outside PostgreSQL {ours:.2f} s")


if __name__ == "__main__":
    sys.exit(main())
