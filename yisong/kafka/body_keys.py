"""How do wrapped content keys get onto the topic `body-keys`, and how is it read on from a position?"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Final, NamedTuple, Protocol
from uuid import UUID

from kafka import TopicPartition
from kafka.errors import KafkaError

from yisong.bootstrap import Bootstrap
from yisong.envelope.partition import partition_of
from yisong.errors import BusUnreachable
from yisong.kafka.declared import topics_file
from yisong.kafka.records import LogRecord
from yisong.kafka.resumed import resumed
from yisong.kafka.session import Session

TOPIC: Final = "body-keys"
_DELIVER_SECONDS: Final = 20


class KeyRecord(NamedTuple):
    """What one record says: the content key of an event, wrapped for a reader's key; None withdraws it."""

    event_id: bytes
    key_id: str
    wrapped: bytes | None


class KeysLog(Protocol):
    """The topic as a sender sees it."""

    def give(self, records: Sequence[KeyRecord]) -> None:
        """Append *records*, and return when all of them lie there. Raises BusUnreachable."""

    def close(self) -> None:
        """Let go of the connection."""


class KafkaKeys:
    """``body-keys`` through an idempotent producer. Not for use by several threads."""

    def __init__(self, bootstrap: Bootstrap) -> None:
        """Name the broker; the connection is made when it is first needed, and again after a fault."""
        self._session = Session(bootstrap, linger_ms=1, deliver_within_ms=_DELIVER_SECONDS * 1000)

    def give(self, records: Sequence[KeyRecord]) -> None:
        """Append *records*, and return when all of them lie there. Raises BusUnreachable."""
        if not records:
            return
        partitions = partitions_of_topic()
        try:
            producer = self._session.open()
            futures = []
            for one in records:
                key = f"{UUID(bytes=one.event_id)}/{one.key_id}".encode()
                futures.append(
                    producer.send(TOPIC, key=key, value=one.wrapped, partition=partition_of(key, partitions))
                )
            for future in futures:
                future.get(timeout=_DELIVER_SECONDS + 5)
        except (KafkaError, AssertionError) as fault:
            self.close()
            raise _away(fault) from fault

    def close(self) -> None:
        """Let go of the connection; nothing is waited for."""
        self._session.close()


class BodyKeys:
    """The topic, read from stored positions on. Not for use by several threads."""

    def __init__(self, bootstrap: Bootstrap, *, positions: Mapping[int, int]) -> None:
        """
        Read each partition of the topic from its offset in *positions* on, else from its start.

        Whoever stands behind the end, because the topic was made anew, begins again. Raises BusUnreachable.
        """
        first = {TopicPartition(TOPIC, part): positions.get(part, 0) for part in range(partitions_of_topic())}
        try:
            # Compaction takes records away from anywhere: what comes next is the next that there is.
            self._consumer = resumed(bootstrap, first, most=1000, wait_ms=5000)
        except (KafkaError, AssertionError) as fault:
            raise _away(fault) from fault

    def poll(self, *, timeout_ms: int) -> Mapping[int, Sequence[LogRecord]]:
        """Return what comes next, by partition; empty where nothing came in time. Raises BusUnreachable."""
        try:
            batch = self._consumer.poll(timeout_ms=timeout_ms)
        except (KafkaError, AssertionError) as fault:
            raise _away(fault) from fault
        return {part.partition: records for part, records in batch.items()}

    def close(self) -> None:
        """Let go of the broker."""
        with suppress(KafkaError):
            self._consumer.close()


def key_records(records: Iterable[LogRecord]) -> tuple[KeyRecord, ...]:
    """Return what *records* say, in their order; what is no record of this topic says nothing."""
    said = (_said(record) for record in records)
    return tuple(one for one in said if one is not None)


def _said(record: LogRecord) -> KeyRecord | None:
    try:
        event, slash, key_id = (record.key or b"").decode().partition("/")
        event_id = UUID(event)
    except ValueError:
        return None
    # One way to write an id: another key of the same meaning would be compacted apart.
    if not slash or str(event_id) != event or "\0" in key_id:
        return None
    return KeyRecord(event_id.bytes, key_id, record.value)


def partitions_of_topic() -> int:
    """Return how many partitions topics.yaml declares."""
    return topics_file().topics[TOPIC].partitions


def _away(fault: BaseException) -> BusUnreachable:
    return BusUnreachable(
        f"Kafka does not answer for the topic {TOPIC} ({type(fault).__name__}). Keys of sealed bodies that are not "
        "known to lie there are sent again. See that the broker runs (`yisong status`) and has the topic "
        "(`yisong topics plan`)."
    )
