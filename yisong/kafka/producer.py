"""How does a record get onto ``case-events``: in order, once per try, and known to be there?"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol, cast

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError
from kafka.producer.future import FutureRecordMetadata

from yisong.bootstrap import Bootstrap
from yisong.errors import BusUnreachable
from yisong.kafka.client import reaching
from yisong.kafka.session import Session

TOPIC = "case-events"
_SECONDS_TO_DELIVER = 20

Tags = tuple[tuple[str, bytes], ...]


class Outgoing(NamedTuple):
    """
    A record to append: its partition is named by the sender, because other clients hash keys otherwise.

    *timestamp* in ms; a bus with ``LogAppendTime`` replaces it. *tags*: Kafka record headers, which no rule reads.
    """

    partition: int
    key: bytes | None
    value: bytes | None
    timestamp: int
    tags: Tags = ()


class Appended(NamedTuple):
    """Where a record lies, and its broker timestamp (ms)."""

    partition: int
    offset: int
    timestamp: int


class EventLog(Protocol):
    """The log as a sender sees it."""

    def append(self, records: Sequence[Outgoing]) -> Sequence[Appended | None]:
        """Append *records* in their order; ``None`` for one of which it is not known whether it got there."""

    def ends(self, partitions: Iterable[int]) -> Mapping[int, int]:
        """Return the offset that comes next in each partition. Raises ``BusUnreachable``."""

    def close(self) -> None:
        """Let go of the connection."""


class KafkaLog:
    """``case-events`` through an idempotent producer: within one session a retry neither doubles nor overtakes."""

    def __init__(self, bootstrap: Bootstrap) -> None:
        """Name the broker; the connection is made when it is first needed, and again after a fault."""
        self._bootstrap = bootstrap
        self._session = Session(bootstrap, linger_ms=2, deliver_within_ms=_SECONDS_TO_DELIVER * 1000)

    def append(self, records: Sequence[Outgoing]) -> Sequence[Appended | None]:
        """
        Append *records* in their order and wait for all of them; ``None`` for one of which it is not known.

        A producer with an unknown result is given up: the next call begins a new session, and whoever sends
        again must count on duplicates.
        """
        try:
            futures = self._hand_over(records)
        except (KafkaError, AssertionError):
            self.close()
            return [None] * len(records)
        results = [_result(future) for future in futures]
        if None in results or len(results) < len(records):
            self.close()
        return [*results, *[None] * (len(records) - len(results))]

    def _hand_over(self, records: Sequence[Outgoing]) -> Sequence[FutureRecordMetadata]:
        producer = self._session.open()
        futures = [
            producer.send(
                TOPIC,
                key=record.key,
                value=record.value,
                partition=record.partition,
                timestamp_ms=record.timestamp,
                headers=list(record.tags),
            )
            for record in records
        ]
        producer.flush(timeout=_SECONDS_TO_DELIVER + 5)
        return futures

    def ends(self, partitions: Iterable[int]) -> Mapping[int, int]:
        """Return the offset that comes next in each partition. Raises ``BusUnreachable``."""
        asked = [TopicPartition(TOPIC, partition) for partition in partitions]
        try:
            with KafkaConsumer(**reaching(self._bootstrap), enable_auto_commit=False) as consumer:
                found = consumer.end_offsets(asked)
        except (KafkaError, AssertionError) as fault:
            raise _unreachable(fault) from fault
        return {one.partition: cast("int", end) for one, end in found.items()}

    def close(self) -> None:
        """Let go of the connection; nothing is waited for."""
        self._session.close()


def _result(future: FutureRecordMetadata) -> Appended | None:
    # `flush` has waited for all of them: what is not known by now is unknown.
    if not future.succeeded():
        return None
    found = future.value
    return Appended(found.partition, found.offset, found.timestamp)


def _unreachable(fault: BaseException) -> BusUnreachable:
    return BusUnreachable(
        f"Kafka does not answer ({type(fault).__name__}). What was not confirmed stays in the outbox and is sent "
        "again. See that the broker runs (`yisong status`)."
    )
