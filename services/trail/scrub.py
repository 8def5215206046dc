"""
Has anybody altered what this node keeps? It looks through all of it again and again, slowly, in the background.

Each entry must be what its leaf and what travelled say, have its hash, and follow the one before it in its docket and
in its partition; the stored tree must be the one of these leaves, and each docket the one that its records make. What
is wrong is an alarm, stands open in ``local_faults`` until a later pass finds that it was put right, and meanwhile the
node does not cosign the partition.
"""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from threading import Event
from typing import Final

from psycopg import Connection

from services.trail.scrub_dockets import Dockets
from yisong.errors import BusUnreachable
from yisong.ledger import Law
from yisong.metrics import Metrics
from yisong.postgres import connect, queries
from yisong.postgres.connection import reachable
from yisong.postgres.kept import Unlike, fault_in, kept_from
from yisong.postgres.tree import tree_size
from yisong.postgres.tree_check import check_tree
from yisong.telemetry.about import About
from yisong.telemetry.logs import about

_LOG = logging.getLogger(__name__)
_SQL = queries(Path(__file__).with_name("scrub.sql"))
#: How long a pass takes where there is little to look at: well within an hour.
PASS_SECONDS: Final = 900.0
# Of a core, where there is much: PostgreSQL spends about as much again. Some hundred entries a second.
_SHARE: Final = 0.025
_ROWS = 50
# A trail with less in it is looked through sooner.
_LEAST = 1_000
_AGAIN_SECONDS = 10.0


def run_scrub(dsn: str, partitions: Sequence[int], metrics: Metrics, stop: Event, *, law: Callable[[], Law]) -> None:
    """
    Look through *partitions* of the database *dsn* until *stop* is set. Run it in a daemon thread.

    *law* gives all that the trail knows when it is called.
    """
    while not stop.is_set():
        try:
            with closing(connect(dsn, autocommit=True, name="yisong-scrub")) as connection:
                scrub = Scrub(connection, partitions, metrics, pace=Pace(stop), law=law)
                while not stop.is_set():
                    scrub.look_through()
        except BusUnreachable as fault:
            _LOG.warning("%s", fault)
        except Exception as fault:  # noqa: BLE001 (whatever somebody has made of a row or a table must not end this)
            _LOG.critical(
                "This node could not look through its trail (%s): somebody has altered its tables, or they lack a "
                "migration. See what else is wrong with `yisong fsck`; looking begins again by itself.",
                type(fault).__name__,
            )
        stop.wait(_AGAIN_SECONDS)


class Pace:
    """How fast: at most a small share of a core, and no faster than a pass in `PASS_SECONDS` needs."""

    def __init__(self, stop: Event, *, pass_seconds: float = PASS_SECONDS) -> None:
        """Take *pass_seconds* for a pass, or longer where there is much; stop waiting when *stop* is set."""
        self._stop, self._pass_seconds = stop, pass_seconds
        self._used = time.thread_time()

    @property
    def stopped(self) -> bool:
        """Hold once nothing more is to be looked at."""
        return self._stop.is_set()

    def wait(self, part: float, *, hurry: bool) -> None:
        """Wait as long as a *part* of a pass, 0 to 1, that has just been done is worth; in a *hurry* the share only."""
        used, self._used = time.thread_time() - self._used, time.thread_time()
        self._stop.wait(max(0.0 if hurry else self._pass_seconds * part, used / _SHARE))


class Scrub:
    """Looks through some partitions of a trail, one pass after the other."""

    def __init__(
        self,
        connection: Connection,
        partitions: Sequence[int],
        metrics: Metrics,
        *,
        pace: Pace,
        law: Callable[[], Law],
    ) -> None:
        """Read through *connection*, which is in autocommit mode; *law* gives all that the trail knows by then."""
        self._connection, self._partitions = connection, list(partitions)
        self._metrics, self._pace, self._law = metrics, pace, law
        self._walked: dict[str, int] = {}
        self._covered_from = time.time()
        self._total, self._open = 1, 0

    def look_through(self) -> bool:
        """
        Do one pass, and return whether it came to its end without a fault. Raises BusUnreachable.

        Behind the first fault of a partition nothing is looked at: what it says is not to be relied on anyway.
        """
        begun, sound = time.time(), True
        with reachable():
            positions = self._connection.execute(_SQL["positions"], {"partitions": self._partitions}).fetchall()
        self._total = max(_LEAST, sum(end for _, end in positions))
        for partition, end in positions:
            found = self._partition(partition, end)
            if self._pace.stopped:
                return False
            self._note(partition, found)
            sound = sound and found is None
        self._covered_from = begun
        self._show()
        self._wait(1)  # also where there is nothing at all
        return sound

    def _partition(self, partition: int, end: int) -> Unlike | None:
        faults: list[Unlike] = []
        self._walked = {}
        leaves = self._leaves(partition, end, faults.append)
        if tree_size(self._connection, partition) < end:  # the trail is still building it, of older entries
            for _ in leaves:
                pass
            return next(iter(faults), None) or self._dockets(partition, end)
        node = check_tree(self._connection, partition, leaves).difference
        if node is not None and not self._pace.stopped and (not faults or node.node.end <= faults[0].offset):
            what = f"tree node of level {node.node.level} and index {node.node.index}"
            return Unlike(what, partition, node.node.first, node.stored, node.computed)
        return next(iter(faults), None) or self._dockets(partition, end)

    def _dockets(self, partition: int, end: int) -> Unlike | None:
        """Return the first docket that is not the one of its records, which are sound."""
        dockets = Dockets(self._connection, partition, walked=self._walked, end=end, law=self._law)
        for fault in dockets.faults():
            if fault is not None or self._pace.stopped:
                return fault
            self._wait(0)
        return None

    def _leaves(self, partition: int, end: int, report: Callable[[Unlike], object]) -> Iterator[bytes]:
        """Yield the leaf hashes of all entries before *end*, up to the first fault, which is reported."""
        expected = 0
        while expected < end and not self._pace.stopped:
            rows = kept_from(self._connection, partition, first=expected, most=min(_ROWS, end - expected))
            for row in rows:
                fault = fault_in(row) if row.offset == expected else _missing(partition, expected)
                if fault is not None:
                    report(fault)
                    return
                expected += 1
                if row.docket is not None:
                    self._walked[row.docket] = row.offset
                yield row.leaf_hash
            if not rows:
                report(_missing(partition, expected))
                return
            self._show()
            self._wait(len(rows))

    def _wait(self, rows: int) -> None:
        """Wait as long as *rows* are worth; where a fault is open, it should be seen soon that it was put right."""
        self._pace.wait(rows / self._total, hurry=self._open > 0)

    def _note(self, partition: int, found: Unlike | None) -> None:
        """Write down what was found of a partition, and say so where it is new."""
        at = time.time_ns() // 1_000_000
        with reachable():
            if found is None:
                if self._connection.execute(_SQL["sound"], {"partition": partition, "at": at}).rowcount:
                    _LOG.warning("partition %d: what was altered is as it should be again", partition)
            elif self._connection.execute(
                _SQL["found"], {"partition": partition, "offset": found.offset, "what": found.what, "at": at}
            ).rowcount:
                _LOG.critical(
                    "partition %d, offset %d: the database was altered behind this node's back (%s), so it cosigns no "
                    "more of this partition. See what else differs (`yisong fsck`) and what the other nodes say "
                    "(`yisong compare`), find out who had access, and put what the log gives in its place (`yisong "
                    "rebuild --repair`, which keeps what was there). The node goes on once a later pass finds nothing.",
                    *(partition, found.offset, found.what),
                    extra=about(About(partition=partition, offset=found.offset)),
                )
        self._show()

    def _show(self) -> None:
        with reachable():
            rows = self._connection.execute(_SQL["open"], {"partitions": self._partitions}).fetchall()
        self._open = rows[0][0]
        self._metrics.gauge("yisong_scrub_faults", self._open)
        self._metrics.gauge("yisong_scrub_covered_seconds", time.time() - self._covered_from)


def _missing(partition: int, offset: int) -> Unlike:
    return Unlike("entry", partition, offset, None, "an entry")
