"""Which figures does a node look up in its database and at its broker, and what do they mean as metrics?"""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, cast

from services.trail.expiry import calendar_days, key_days
from services.trail.lag import Lag
from yisong.audit.handoffs import handing_timers
from yisong.bootstrap import Bootstrap
from yisong.desk.inbox import topic
from yisong.home import Agency
from yisong.kafka.measured import MeasuredKafka, Unread
from yisong.ledger import Law
from yisong.metrics import CounterName, Metrics
from yisong.postgres import connect, queries
from yisong.postgres.connection import Rows, reachable
from yisong.proof.cosigner import Nodes
from yisong.proof.note import parse_line

_SQL = queries(Path(__file__).with_name("measures.sql"))
_HOUR: Final = 3_600_000
#: Upper bounds (ms) of ages, as yisong.metrics.labels.AGE names them; what is older is "over".
AGES: Final = {"1h": _HOUR, "24h": 24 * _HOUR, "3d": 72 * _HOUR, "7d": 168 * _HOUR, "30d": 720 * _HOUR}
_MOST_BATCHES: Final = 5_000
_STAMP_BYTES: Final = 8


class Measuring(NamedTuple):
    """Whose figures these are: the node of *agency*, by the *law* that it knows."""

    agency: Agency
    dsn: str
    bootstrap: Bootstrap
    law: Callable[[], Law]


class Database:
    """A line to the node's own database, opened when it is needed. Raises BusUnreachable."""

    def __init__(self, dsn: str) -> None:
        """Ask the database *dsn*."""
        self._dsn, self._connection = dsn, cast("Rows | None", None)

    def rows(self, name: str, **arguments: object) -> Sequence[tuple[Any, ...]]:
        """Return what the statement *name* finds."""
        if self._connection is None:
            self._connection = connect(self._dsn, autocommit=True, name="yisong-measuring")
        with reachable():
            return self._connection.execute(_SQL[name], arguments).fetchall()

    def close(self) -> None:
        """Let go of the connection; the next question opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


class Log:
    """What is unread of log and inbox, and how the brokers are."""

    def __init__(self, what: Measuring, metrics: Metrics) -> None:
        """Look for *what*; Kafka is reached when it is needed."""
        self._what, self._metrics = what, metrics
        self._kafka: MeasuredKafka | None = None
        self._inbox = Lag(now=time.monotonic())

    def look(self, positions: Mapping[int, int] | None) -> None:
        """Show what lies beyond *positions*, which were read before; None: nobody knows. Raises BusUnreachable."""
        if self._kafka is None:
            self._kafka = MeasuredKafka(self._what.bootstrap)
        begun = time.monotonic()
        unread = self._kafka.log(positions or {}, self._what.law().bus.partitions)
        self._metrics.gauge("yisong_broker_answer_seconds", time.monotonic() - begun)
        if positions is not None:
            self._show_trail(unread)
        self._show_inbox(self._kafka.inbox(self._what.agency, topic(self._what.agency)))
        self._show_cluster(self._kafka)

    def close(self) -> None:
        """Let go of the connection; the next look opens another."""
        kafka, self._kafka = self._kafka, None
        if kafka is not None:
            kafka.close()

    def _show_trail(self, unread: Unread) -> None:
        for partition, behind in unread.behind.items():
            self._metrics.gauge("yisong_trail_behind_records", behind, partition=str(partition))
        self._metrics.gauge("yisong_trail_without_position", len(unread.without_position))

    def _show_inbox(self, unread: Unread) -> None:
        for partition, behind in unread.behind.items():
            self._metrics.gauge("yisong_inbox_behind_records", behind, partition=str(partition))
        self._metrics.gauge("yisong_inbox_without_position", len(unread.without_position))
        acknowledged = {partition: unread.ends[partition] - behind for partition, behind in unread.behind.items()}
        lag = self._inbox.seconds(unread.ends, acknowledged, now=time.monotonic())
        self._metrics.gauge("yisong_inbox_behind_seconds", lag)

    def _show_cluster(self, kafka: MeasuredKafka) -> None:
        found = kafka.cluster()
        self._metrics.gauge("yisong_broker_nodes", found.brokers)
        self._metrics.gauge("yisong_broker_partitions_lacking", found.leaderless, trouble="leader")
        self._metrics.gauge("yisong_broker_partitions_lacking", found.under_replicated, trouble="replica")


class Figures:
    """What the tables of a node say."""

    def __init__(self, what: Measuring, database: Database, metrics: Metrics) -> None:
        """Look for *what* in *database*."""
        self._what, self._database, self._metrics = what, database, metrics
        self._counted: dict[CounterName, int] = {}
        self._batch: int | None = None
        self._next: tuple[int | None, float] = (None, 0.0)

    def positions(self) -> Mapping[int, int]:
        """Return where the trail goes on in each partition that it has begun. Raises BusUnreachable."""
        return dict(cast("Sequence[tuple[int, int]]", self._database.rows("positions_of_all")))

    def database(self) -> None:
        """Show how the database itself is. Raises BusUnreachable."""
        begun = time.monotonic()
        size, connections, limit, age, committed, rolled_back, deadlocks = self._database.rows("database")[0]
        self._metrics.gauge("yisong_database_answer_seconds", time.monotonic() - begun)
        self._metrics.gauge("yisong_database_bytes", size)
        self._metrics.gauge("yisong_database_connections", connections)
        self._metrics.gauge("yisong_database_connections_limit", limit)
        self._metrics.gauge("yisong_database_transaction_age_seconds", age)
        self._count("yisong_database_transactions_total", committed)
        self._count("yisong_database_rollbacks_total", rolled_back)
        self._count("yisong_database_deadlocks_total", deadlocks)

    def _count(self, name: CounterName, total: int) -> None:
        """Count on from the last *total* that the server said; it begins anew when the server does."""
        before = self._counted.get(name, total)
        self._metrics.count(name, total - before if total >= before else total)
        self._counted[name] = total

    def work(self) -> None:
        """Show what is on its way, what is owed, and how long calendar and keys last. Raises BusUnreachable."""
        now, law = time.time_ns() // 1_000_000, self._what.law()
        self._show_recorded(law)
        duties = self._database.rows("open_duties", own_time=_own_time(law), now=now)
        self._metrics.gauges("yisong_duties_open", {(article,): count for article, count, _ in duties})
        self._metrics.gauges("yisong_duties_overdue", {(article,): over for article, _, over in duties})
        states = dict.fromkeys((("waiting",), ("signed",), ("logged",), ("drafted",)), 0.0)
        states |= {(state,): count for state, count in self._database.rows("open_outbox")}
        for (state,), count in states.items():
            self._metrics.gauge("yisong_outbox_events", count, state=state)
        self._show_stuck()
        self._metrics.gauge("yisong_calendar_days", calendar_days(law, now=now))
        for use, days in key_days(law, self._what.agency, now=now).items():
            self._metrics.gauge("yisong_key_days", days, use=use)

    def _show_recorded(self, law: Law) -> None:
        if self._batch is None:
            self._batch = cast("int", self._database.rows("newest_batch")[0][0])
        for serial, waited in self._database.rows("batches_since", serial=self._batch, most=_MOST_BATCHES):
            # On a demo bus a history is replayed at its own dates: of that nobody can say how long it took.
            if waited is not None and not (_own_time(law) and waited > _HOUR):
                self._metrics.observe("yisong_recorded_seconds", waited / 1000)
            self._batch = serial

    def _show_stuck(self) -> None:
        found, now = cast("int | None", self._database.rows("next_of_outbox")[0][0]), time.monotonic()
        if found is None or found != self._next[0]:
            self._next = (found, now)
        self._metrics.gauge("yisong_outbox_stuck_seconds", now - self._next[1])

    def clocks(self) -> None:
        """Show what runs and what is over, of clocks and handoffs, and what is parked. Raises BusUnreachable."""
        law = self._what.law()
        arguments = {"own_time": _own_time(law), "now": time.time_ns() // 1_000_000, "bands": list(AGES.values())}
        found = self._database.rows("open_clocks", **arguments)
        running, breached, pending, late = Counter[str](), Counter[str](), Counter[str](), 0
        handing, ages = handing_timers(law), (*AGES, "over")
        for timer, window, over, band, count in found:
            if not over:
                running[timer] += count
            elif not window:  # a window is a right, which lapses
                breached[timer] += count
            if timer in handing and not window:
                pending[ages[band]] += count
                late += count if over else 0
        self._metrics.gauges("yisong_clocks_running", {(timer,): count for timer, count in running.items()})
        self._metrics.gauges("yisong_clocks_breached", {(timer,): count for timer, count in breached.items()})
        for age in ages:
            self._metrics.gauge("yisong_handoffs_pending", pending[age], age=age)
        self._metrics.gauge("yisong_handoffs_late", late)
        self._metrics.gauge("yisong_outbox_events", self._database.rows("parked_outbox")[0][0], state="parked")

    def proof(self) -> None:
        """Show how much is cosigned by how many, and how old our newest checkpoint is. Raises BusUnreachable."""
        nodes = sorted(Nodes(self._what.law()).names)
        sizes: dict[int, list[int]] = {}
        for partition, _, size in self._database.rows("cosigned", nodes=nodes):
            sizes.setdefault(partition, []).append(size)
        for least in range(1, len(nodes) + 1):
            known = (sorted(found, reverse=True)[least - 1] for found in sizes.values() if len(found) >= least)
            self._metrics.gauge("yisong_checkpoint_cosigned_entries", sum(known), nodes=str(least))
        lines = [parse_line(line.encode()) for (line,) in self._database.rows("newest_signed")]
        if lines:  # a cosignature begins with its instant in seconds (C2SP tlog-cosignature)
            newest = max(int.from_bytes(line.signature[:_STAMP_BYTES]) for line in lines)
            self._metrics.gauge("yisong_checkpoint_age_seconds", max(0.0, time.time() - newest))


def _own_time(law: Law) -> bool:
    return law.bus.timestamp_type == "CreateTime"
