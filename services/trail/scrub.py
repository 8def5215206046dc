"""
Has anybody altered what this node keeps? It looks through all of it again and again, slowly, in the background.

Each entry must be what its leaf and what travelled say, have its hash, and follow the one before it in its docket and in
its partition; the stored tree must be the one of these leaves. What is wrong is an alarm, stands in ``local_faults``
until a later pass finds that it was put right, and meanwhile the node does not cosign the partition.
"""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from threading import Event
from typing import Final

from psycopg import Connection
from psycopg import Error as PsycopgError

from yisong.errors import BusUnreachable, YisongError
from yisong.metrics import Metrics
from yisong.postgres import connect, queries
from yisong.postgres.connection import reachable
from yisong.postgres.kept import Unlike, fault_in, kept_from
from yisong.postgres.tree import tree_size
from yisong.postgres.tree_check import check_tree

_LOG = logging.getLogger(__name__)
_SQL = queries(Path(__file__).with_name("scrub.sql"))
#: How long a pass takes where there is little to look at: well within an hour.
PASS_SECONDS: Final = 900.0
# Of a core, where there is much: PostgreSQL spends about as much again. Some 150 entries a second.
_SHARE: Final = 0.025
_ROWS = 50
_AGAIN_SECONDS = 10.0


def run_scrub(dsn: str, partitions: Sequence[int], metrics: Metrics, stop: Event) -> None:
    """Look through *partitions* of the database *dsn* until *stop* is set. Run it in a daemon thread."""
    while not stop.is_set():
        try:
            with closing(connect(dsn, autocommit=True, name="yisong-scrub")) as connection:
                scrub = Scrub(connection, partitions, metrics, pace=Pace(stop))
                while not stop.is_set():
                    scrub.look_through()
        except BusUnreachable as fault:
            _LOG.warning("%s", fault)
        except (YisongError, PsycopgError):
            _LOG.exception("Looking for alterations begins again.")
        stop.wait(_AGAIN_SECONDS)


class Pace:
    """How fast: at most a small share of a core, and no faster than a pass in `PASS_SECONDS` needs."""

    def __init__(self, stop: Event, *, pass_seconds: float = PASS_SECONDS) -> None:
        """Stop waiting when *stop* is set."""
        self._stop, self._pass_seconds = stop, pass_seconds
        self._used = time.thread_time()

    @property
    def stopped(self) -> bool:
        """Hold once nothing more is to be looked at."""
        return self._stop.is_set()

    def wait(self, part: float) -> None:
        """Wait as long as a *part* of a pass, 0 to 1, that has just been done is worth."""
        used, self._used = time.thread_time() - self._used, time.thread_time()
        self._stop.wait(max(self._pass_seconds * part, used / _SHARE))


class Scrub:
    """Looks through some partitions of a trail, one pass after the other."""

    def __init__(self, connection: Connection, partitions: Sequence[int], metrics: Metrics, *, pace: Pace) -> None:
        """Read through *connection*, which is in autocommit mode."""
        self._connection, self._partitions = connection, list(partitions)
        self._metrics, self._pace = metrics, pace
        self._covered_from = time.time()
        self._total = 0

    def look_through(self) -> bool:
        """
        Do one pass, and return whether it came to its end without a fault. Raises BusUnreachable.

        Behind the first fault of a partition nothing is looked at: what it says is not to be relied on anyway.
        """
        begun, sound = time.time(), True
        with reachable():
            positions = self._connection.execute(_SQL["positions"], {"partitions": self._partitions}).fetchall()
        self._total = max(1, sum(end for _, end in positions))
        for partition, end in positions:
            found = self._partition(partition, end)
            if self._pace.stopped:
                return False
            self._note(partition, found)
            sound = sound and found is None
        self._covered_from = begun
        self._show()
        self._pace.wait(1 / self._total)  # also where there is nothing at all
        return sound

    def _partition(self, partition: int, end: int) -> Unlike | None:
        faults: list[Unlike] = []
        leaves = self._leaves(partition, end, faults.append)
        if tree_size(self._connection, partition) < end:  # the trail is still building it, of older entries
            for _ in leaves:
                pass
            return next(iter(faults), None)
        node = check_tree(self._connection, partition, leaves).difference
        if node is not None and not self._pace.stopped and (not faults or node.node.end <= faults[0].offset):
            what = f"tree node of level {node.node.level} and index {node.node.index}"
            return Unlike(what, partition, node.node.first, node.stored, node.computed)
        return next(iter(faults), None)

    def _leaves(self, partition: int, end: int, report: Callable[[Unlike], object]) -> Iterator[bytes]:
        """Yield the leaf hashes of all entries before *end*, up to the first fault, which is reported."""
        expected = 0
        while expected < end and not self._pace.stopped:
            for row in kept_from(self._connection, partition, first=expected, most=min(_ROWS, end - expected)):
                gap = None if row.offset == expected else Unlike("entry", partition, expected, None, "an entry")
                if (fault := gap or fault_in(row)) is not None:
                    return report(fault)
                expected += 1
                yield row.leaf_hash
            else:
                done = expected
            self._show()
            self._pace.wait(_ROWS / self._total)
        return None
