"""How does a trail follow the log?"""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from threading import Event

from services.trail.handle import Batch, judge, open_batch
from services.trail.lag import Lag
from services.trail.rules import Judged, Run, first_difference, runs_of
from services.trail.store import Store
from services.trail.traced import Contexts, folding
from yisong.bootstrap import Bootstrap
from yisong.errors import LogReplaced
from yisong.home import Agency
from yisong.kafka.log import CaseLog, reread
from yisong.kafka.rulebook_topic import RulebookTopic
from yisong.ledger import Law
from yisong.metrics import Metrics

_LOG = logging.getLogger(__name__)
# So many of the newest records of each partition are read again at the start.
_REREAD = 100
# A batch costs as much as some dozen records. After one of few records a trail rests so many times as long as it took,
# up to so many seconds, and the next one has more: a record alone does not wait, and a machine in need gets some rest.
# While nobody waits for a verdict of ours, it rests longer.
_MANY = 500
_REST, _LONGEST_REST = 2.0, 0.1
_UNAWAITED_REST, _LONGEST_UNAWAITED_REST = 5.0, 0.25
# A log that is silent for so many seconds is no reason not to know of a new version: the sender asks, too.
_LOOK = 30.0


class Trail:
    """
    A trail that follows the log, batch by batch.

    The numbers are those of the steps in services/trail/README.md. Whatever `step` raises, the object is done with:
    what it holds in memory may not be what is stored.
    """

    def __init__(  # noqa: PLR0913 (what a trail stands on)
        self,
        *,
        agency: Agency,
        log: CaseLog,
        rulebook: RulebookTopic,
        store: Store,
        law: Law,
        metrics: Metrics,
        threads: int,
        relay: Callable[[], object],
        awaited: Event | None = None,
        contexts: Contexts | None = None,
    ) -> None:
        """
        Follow *log* into *store* under *law*; signatures are verified in *threads*.

        *relay* is called when something that concerns *agency* has been recorded. *awaited* is set while somebody waits
        for a verdict; None where that is not known here. *contexts*: where the relay finds what it carries on.
        """
        self._awaited, self._contexts = awaited, contexts or Contexts()
        self._log, self._rulebook, self._store, self._law = log, rulebook, store, law
        self._agency, self._relay = agency, relay
        self._metrics, self._threads = metrics, threads
        self._looked_at = time.monotonic()
        self._lag = Lag(now=self._looked_at)
        self.alive_at = time.monotonic()

    def follow(self, *, stopped: Callable[[], bool]) -> None:
        """Take step after step until *stopped*. Raises WorldFault, ProofFault or WiringFault."""
        while not stopped():
            begun = time.monotonic()
            if 0 < self.step(timeout_ms=500, stopped=stopped) < _MANY:
                self._rest(time.monotonic() - begun)

    def _rest(self, took: float) -> None:
        if self._awaited is None or self._awaited.is_set():
            time.sleep(min(_REST * took, _LONGEST_REST))
        else:
            self._awaited.wait(min(_UNAWAITED_REST * took, _LONGEST_UNAWAITED_REST))

    def step(self, *, timeout_ms: int, stopped: Callable[[], bool] = lambda: False) -> int:
        """Bring what the log holds next into the trail, and return how many records that was."""
        self.alive_at = time.monotonic()
        if self._store.build_trees():  # at the start, of entries that were recorded before there were trees
            return 0
        runs = runs_of(self._log.poll(timeout_ms=timeout_ms), positions=self._store.positions)  # 1, 3
        received_at = int(time.time() * 1000)
        if (runs or time.monotonic() > self._looked_at + _LOOK) and self._read_rulebook(stopped) and runs:  # 2
            self._enter(runs, received_at)
        self._show_position()
        return sum(len(run.records) for run in runs)

    def _enter(self, runs: tuple[Run, ...], received_at: int) -> None:
        begun_at = time.time_ns()
        with self._timed("open"):
            batch = open_batch(runs, law=self._law, threads=self._threads)  # 4
        with self._timed("load"):
            dockets, memories = self._store.load(batch.dockets, batch.ids)  # 5
        with self._timed("fold"):
            judged = judge(batch, law=self._law, agency=self._agency, dockets=dockets, memories=memories)  # 6
        with folding(runs, judged, self._contexts, begun_at=begun_at), self._timed("write"):
            self._store.record(runs, judged, received_at=received_at)  # 7
        if judged.relayed:
            self._relay()
        self._log.commit({run.partition: run.next_offset for run in runs})  # 8
        self._show(batch, judged, received_at)

    def _read_rulebook(self, stopped: Callable[[], bool]) -> bool:
        """
        Read the topic `rulebook` to its end, and say whether that was possible before we were *stopped*.

        What comes later takes effect after every record of the batch in hand. Raises WiringFault where a valid version
        cannot be followed by this release.
        """
        while not self._rulebook.read():
            if stopped():
                return False
        self._metrics.gauge("yisong_rulebook_void_versions", self._rulebook.void)
        if len(self._rulebook.law.versions) > len(self._law.versions):
            self._law = self._rulebook.law
        self._looked_at = time.monotonic()
        return True

    def _show(self, batch: Batch, judged: Judged, received_at: int) -> None:
        for (verdict, reason), count in Counter((one.verdict, one.reason or "") for one in judged.entries).items():
            self._metrics.count("yisong_verdicts_total", count, verdict=verdict, reason=reason)
        self._metrics.observe("yisong_trail_batch_records", len(batch.opened))
        newest = max((one.broker_time for one in batch.opened), default=received_at)
        self._metrics.gauge("yisong_broker_ahead_seconds", (newest - received_at) / 1000)

    def _show_position(self) -> None:
        positions = self._store.positions
        for partition, offset in positions.items():
            self._metrics.gauge("yisong_trail_position", offset, partition=str(partition))
        ends = {partition: self._log.end_of(partition) or 0 for partition in positions}
        behind = self._lag.seconds(ends, positions, now=time.monotonic())
        self._metrics.gauge("yisong_trail_behind_seconds", behind)

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        self._metrics.observe("yisong_trail_batch_seconds", time.perf_counter() - begun, stage=stage)

    @property
    def positions(self) -> Mapping[int, int]:
        """The next offset of each partition."""
        return dict(self._store.positions)

    @property
    def law(self) -> Law:
        """The law as of the newest batch: the newest version, which knows the others."""
        return self._law

    def close(self) -> None:
        """Let go of the broker and the database."""
        self._log.close()
        self._rulebook.close()
        self._store.close()


def same_log(store: Store, *, bootstrap: Bootstrap) -> None:
    """
    Read the newest records again and compare them with what the trail says of them.

    Raises LogReplaced where they differ, PositionLost where the broker does not have them any more.
    """
    kept = store.newest(most=_REREAD)
    spans = {partition: (max(0, offset - _REREAD), offset) for partition, offset in store.positions.items()}
    read = {(record.partition, record.offset): _hash(record.value) for record in reread(bootstrap, spans=spans)}
    differing = first_difference(kept, read)
    if differing is not None:
        raise LogReplaced(
            f"The log was cut or replaced under this trail: at partition {differing[0]}, offset {differing[1]}, it no "
            "longer holds the record that the trail has judged. The trail is untouched and is evidence now: keep it, "
            "compare it with the other agencies' trails (`yisong compare`), and find out who had access to the broker."
        )


def _hash(value: bytes | None) -> bytes | None:
    return None if value is None else sha256(value).digest()
