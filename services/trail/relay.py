"""How does what concerns our agency get into its inbox: every event at least once, in the order of its partition?"""

import logging
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from threading import Event
from typing import Final, NamedTuple, cast

from services.trail.lag import Lag
from services.trail.rules import Relayed
from services.trail.traced import Contexts, relaying
from yisong.bootstrap import Bootstrap
from yisong.desk.inbox import topic
from yisong.errors import BusUnreachable
from yisong.home import Agency
from yisong.kafka.inbox import InboxWriter
from yisong.metrics import Metrics
from yisong.postgres import connect, queries
from yisong.postgres.connection import Rows, reachable

_SQL = queries(Path(__file__).with_name("queries.sql"))
_LOG = logging.getLogger(__name__)

# Of each partition, so many rows and bytes a round; a row alone may have more.
_ROWS: Final = 500
_BYTES: Final = 1024 * 1024
# Whoever records something wakes us; looking once in a while all the same costs next to nothing.
_IDLE_SECONDS: Final = 1.0
_AGAIN_SECONDS: Final = 1.0


class Relayable(NamedTuple):
    """What a relay serves: an *agency*, its database, its broker, and some partitions."""

    agency: Agency
    dsn: str
    bootstrap: Bootstrap
    partitions: Sequence[int]


class Waiting:
    """The rows of ``local_relay``, of some partitions, oldest first."""

    def __init__(self, connection: Rows, partitions: Sequence[int]) -> None:
        """Look through *connection*, which is in autocommit mode."""
        self._connection = connection
        # Deleted rows lie below these offsets until they are vacuumed away: passing over them again would take longer
        # and longer. A trail writes the rows of a partition in order, so none comes in later below.
        self._first = dict.fromkeys(partitions, 0)

    def oldest(self) -> Sequence[Relayed]:
        """Return what comes next, in the order of each partition; empty where nothing waits. Raises BusUnreachable."""
        with reachable():
            limits = {**self._asked(), "rows": _ROWS, "bytes": _BYTES}
            rows = self._connection.execute(_SQL["waiting_for_inbox"], limits, binary=True).fetchall()
        return [Relayed(*cast("tuple[int, int, bytes, bytes]", row)) for row in rows]

    def forget(self, relayed: Sequence[Relayed]) -> None:
        """Delete *relayed*, which `oldest` has returned. Raises BusUnreachable."""
        last = {one.partition: one.offset for one in relayed}
        with reachable():
            self._connection.execute(_SQL["lies_in_inbox"], {"partitions": list(last), "offsets": list(last.values())})
        self._first.update((partition, offset + 1) for partition, offset in last.items())

    def count(self) -> int:
        """Return how many there are. Raises BusUnreachable."""
        with reachable():
            row = self._connection.execute(_SQL["count_waiting_for_inbox"], self._asked()).fetchone()
        return 0 if row is None else cast("int", row[0])

    def _asked(self) -> dict[str, object]:
        return {"partitions": list(self._first), "offsets": list(self._first.values())}


class Relay:
    """
    Sends what waits, and forgets it once the broker has it.

    A crash between the two sends it again, from the oldest on: in an inbox each event stands at least once, and of each
    partition the first standings of all events are in the order of the log. Two relays over the same rows, while an old
    process is on its way out, do no harm for the same reason: each begins with the oldest that nobody has seen there.
    """

    def __init__(self, what: Relayable, metrics: Metrics, contexts: Contexts | None = None) -> None:
        """Serve *what*; nothing happens before `run`. *contexts*: what the trail of this process has begun to trace."""
        self._what, self._metrics, self._contexts = what, metrics, contexts or Contexts()
        self._woken = Event()
        self.alive_at, self._relayed = time.monotonic(), 0
        self._lag = Lag(now=self.alive_at)

    def wake(self) -> None:
        """Say that something has been recorded; any thread may."""
        self._woken.set()

    def run(self, stop: Event) -> None:
        """Relay until *stop* is set; where Kafka or PostgreSQL is away, begin again. It is safe to die at any line."""
        while not stop.is_set():
            try:
                self._begin(stop)
            except BusUnreachable as fault:
                _LOG.warning("%s", fault)
                self._alive()
                stop.wait(_AGAIN_SECONDS)

    def _begin(self, stop: Event) -> None:
        what = self._what
        with (
            closing(connect(what.dsn, autocommit=True, name="yisong-relay")) as connection,
            closing(InboxWriter(what.bootstrap, topic(what.agency))) as inbox,
        ):
            waiting = Waiting(connection, what.partitions)
            while not stop.is_set():
                self._woken.clear()
                if not self._round(waiting, inbox, stop):
                    self._woken.wait(_IDLE_SECONDS)

    def _round(self, waiting: Waiting, inbox: InboxWriter, stop: Event) -> bool:
        """Relay what comes next, and say whether there was anything."""

        def stopped() -> bool:
            self._alive()
            return stop.is_set()

        looked_at, count = time.monotonic(), waiting.count()
        relayed = waiting.oldest()
        if relayed:
            with relaying(topic(self._what.agency), relayed, self._contexts) as records:
                inbox.write(records, stopped=stopped)
            waiting.forget(relayed)
            self._metrics.count("yisong_relayed_total", len(relayed))
        self._lag.seconds({0: self._relayed + count}, {0: self._relayed + len(relayed)}, now=looked_at)
        self._relayed += len(relayed)
        self._metrics.gauge("yisong_relay_waiting_records", max(0, count - len(relayed)))
        self._alive()
        return bool(relayed)

    def _alive(self) -> None:
        self.alive_at = time.monotonic()
        self._metrics.gauge("yisong_relay_behind_seconds", self.alive_at - self._lag.reached_at)
