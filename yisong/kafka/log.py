"""How is `case-events` read: from an exact position, in order, without trusting anybody's committed offset?"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from kafka import KafkaConsumer, OffsetAndMetadata, TopicPartition
from kafka.errors import LogTruncationError, OffsetOutOfRangeError, RetriableError

from yisong.bootstrap import Bootstrap
from yisong.errors import BusUnreachable, PositionLost
from yisong.kafka.client import reaching
from yisong.kafka.records import LogRecord, read_lean
from yisong.telemetry import tracing

TOPIC: Final = "case-events"


class CaseLog:
    """
    A reader of some partitions of `case-events`.

    It reads uncommitted records (nothing here uses transactions), assigns itself its partitions and starts where it is
    told. Offsets committed to Kafka are for lag tools only; nothing ever starts from them.
    """

    def __init__(
        self, bootstrap: Bootstrap, *, positions: Mapping[int, int], group: str | None = None, most: int = 4000
    ) -> None:
        """
        Read each partition of *positions* from its offset on, *most* records a batch.

        Raises BusUnreachable, and PositionLost where the broker does not hold a position any more, or not yet.
        """
        self._group = group
        with _faults():
            self._consumer = KafkaConsumer(
                **reaching(bootstrap),
                group_id=group,
                enable_auto_commit=False,
                auto_offset_reset="none",
                isolation_level="read_uncommitted",
                max_poll_records=most,
                fetch_max_bytes=8 * 1024 * 1024,
                max_partition_fetch_bytes=1024 * 1024,
                fetch_max_wait_ms=5000,
            )
        try:
            self._begin(positions)
        except BaseException:
            self.close()  # a client that nobody closes goes on trying for ever
            raise

    def _begin(self, positions: Mapping[int, int]) -> None:
        read_lean(self._consumer, traced=tracing.is_on())
        with _faults():
            self._consumer.assign([_of(partition) for partition in positions])
            self._check_held(positions)
            for partition, offset in positions.items():
                self._consumer.seek(_of(partition), offset)

    def check_range(self, positions: Mapping[int, int]) -> None:
        """Raise PositionLost where the broker does not hold a position any more, or not yet."""
        with _faults():
            self._check_held(positions)

    def log_ends(self, partitions: Iterable[int]) -> Mapping[int, int]:
        """Ask the broker for the offset after the newest record of each of *partitions*. Raises BusUnreachable."""
        with _faults():
            ends = self._consumer.end_offsets([_of(partition) for partition in partitions])
        return {part.partition: end for part, end in ends.items()}

    def _check_held(self, positions: Mapping[int, int]) -> None:
        ours = [_of(partition) for partition in positions]
        first, end = self._consumer.beginning_offsets(ours), self._consumer.end_offsets(ours)
        for partition, offset in positions.items():
            have = (first[_of(partition)], end[_of(partition)])
            if not have[0] <= offset <= have[1]:
                raise _lost(
                    f"partition {partition}: the next offset is {offset}, the broker has {have[0]} to {have[1]}"
                )

    def poll(self, *, timeout_ms: int) -> Mapping[int, Sequence[LogRecord]]:
        """
        Return what comes next, per partition in the order of offsets; empty where nothing came in time.

        A broker that is away for a while is waited for: nothing comes. Raises PositionLost.
        """
        with _faults():
            try:
                batch = self._consumer.poll(timeout_ms=timeout_ms)
            except RetriableError:
                return {}
        return {part.partition: records for part, records in batch.items()}

    def end_of(self, partition: int) -> int | None:
        """Return the offset after the newest record that the broker's last answer spoke of; None before the first."""
        end: int | None = self._consumer.highwater(_of(partition))
        return end

    def next_offset(self, partition: int) -> int | None:
        """Return the offset from which the next batch of *partition* is read."""
        with _faults():
            offset: int | None = self._consumer.position(_of(partition), timeout_ms=10_000)
        return offset

    def commit(self, positions: Mapping[int, int]) -> None:
        """Tell Kafka how far we are, without waiting for its answer: lag tools look there, we never do."""
        if self._group is not None:
            self._consumer.commit_async(
                {_of(part): OffsetAndMetadata(offset, "", -1) for part, offset in positions.items()}
            )

    def close(self) -> None:
        """Let go of the broker."""
        self._consumer.close()


def reread(
    bootstrap: Bootstrap, *, spans: Mapping[int, tuple[int, int]], patience_ms: int = 30_000
) -> Iterator[LogRecord]:
    """
    Read once more what lies in each partition's span [first, end).

    Raises PositionLost where the broker does not have it, BusUnreachable where it does not come within *patience_ms*.
    """
    spans = {partition: span for partition, span in spans.items() if span[0] < span[1]}
    if not spans:
        return
    log = CaseLog(bootstrap, positions={partition: first for partition, (first, _) in spans.items()})
    try:
        # An empty poll is final only once the reader stands at the end: offsets may lie there that hold no record.
        waited = 0
        while any((log.next_offset(partition) or 0) < end for partition, (_, end) in spans.items()):
            batch = log.poll(timeout_ms=500)
            waited = 0 if batch else waited + 500
            if waited > patience_ms:
                raise BusUnreachable(
                    "The broker answers, but does not deliver records it says it has. Start again later."
                )
            for partition, records in batch.items():
                yield from (record for record in records if record.offset < spans[partition][1])
    finally:
        log.close()


def _of(partition: int) -> TopicPartition:
    return TopicPartition(TOPIC, partition)


def _lost(detail: str) -> PositionLost:
    return PositionLost(
        f"The broker no longer serves the position at which this trail continues ({detail}). "
        "Going on elsewhere would leave a hole in the trail, so the node stops; nothing is lost on its side. "
        "Find out who cut or replaced the log, restore it, and start the node again."
    )


@contextmanager
def _faults() -> Iterator[None]:
    """Say the client's faults in our words."""
    try:
        yield
    except (OffsetOutOfRangeError, LogTruncationError) as fault:
        raise _lost(type(fault).__name__) from fault
    except RetriableError as fault:
        raise BusUnreachable(
            f"Kafka does not answer ({type(fault).__name__}). Nothing was read. "
            "See that the broker runs (`yisong status`) and start again."
        ) from fault
