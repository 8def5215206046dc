"""How does a record get into an inbox, in order and without fail, and how does one look into an inbox?"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from typing import NamedTuple

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError, KafkaTimeoutError
from kafka.producer.future import FutureRecordMetadata

from yisong.bootstrap import Bootstrap
from yisong.errors import BusUnreachable
from yisong.kafka.client import reaching
from yisong.kafka.producer import Tags
from yisong.kafka.records import LogRecord, read_lean
from yisong.kafka.session import Session

# A record that has been handed over is never given up: the client tries again for as long as the process lives (24 days
# are the longest it knows). Giving one up would let the next of its partition overtake it.
_NEVER_MS = (1 << 31) - 1
_LOOK_UP_SECONDS = 0.5


class Sent(NamedTuple):
    """A record for an inbox; *tags*: Kafka record headers, which no rule reads."""

    partition: int
    key: bytes
    value: bytes
    tags: Tags = ()


class InboxWriter:
    """
    An inbox, written through an idempotent producer.

    Within one session a record is neither doubled nor overtaken by a later one of its partition. A session ends with
    its process, or with an answer of the broker that no trying again can change; whoever goes on after that must begin
    with the oldest record of which it is not known that it lies there.
    """

    def __init__(self, bootstrap: Bootstrap, topic: str) -> None:
        """Name the broker; the connection is made when it is first needed, and again after a fault."""
        self._topic = topic
        self._session = Session(bootstrap, linger_ms=1, deliver_within_ms=_NEVER_MS)

    def write(self, records: Iterable[Sent], *, stopped: Callable[[], bool]) -> None:
        """
        Append *records* in their order, and return when all of them lie there, on every copy that is in sync.

        *stopped* is asked twice a second meanwhile. Raises BusUnreachable where it holds, or where the broker does not
        take them; some of them may lie there then.
        """
        try:
            producer = self._session.open()
            futures = [self._hand_over(producer, record) for record in records]
            for future in futures:
                self._await(future, stopped)
        except (KafkaError, AssertionError) as fault:
            self.close()
            raise BusUnreachable(
                f"Kafka does not take what is for {self._topic} ({type(fault).__name__}). It stays in the database and "
                "is sent again. See that the broker runs (`yisong status`) and has the topic (`yisong topics plan`)."
            ) from fault

    def _hand_over(self, producer: KafkaProducer, record: Sent) -> FutureRecordMetadata:
        return producer.send(
            self._topic, key=record.key, value=record.value, partition=record.partition, headers=list(record.tags)
        )

    @staticmethod
    def _await(future: FutureRecordMetadata, stopped: Callable[[], bool]) -> None:
        while not future.is_done:
            try:
                future.get(timeout=_LOOK_UP_SECONDS)
            except KafkaTimeoutError:
                if stopped():
                    raise
        future.get()

    def close(self) -> None:
        """Let go of the connection; nothing is waited for."""
        self._session.close()


def look_into(bootstrap: Bootstrap, topic: str, *, follow: bool) -> Iterator[LogRecord]:
    """
    Yield what lies in *topic*, each partition in its order; *follow*: and go on for ever.

    No position is kept anywhere, and no desk notices. Raises BusUnreachable.
    """
    try:
        with closing(KafkaConsumer(**reaching(bootstrap), enable_auto_commit=False)) as consumer:
            read_lean(consumer)
            yield from _records(consumer, topic, follow=follow)
    except KafkaError as fault:
        raise BusUnreachable(
            f"{topic} cannot be read ({type(fault).__name__}). See that the broker runs (`yisong status`)."
        ) from fault


def _records(consumer: KafkaConsumer, topic: str, *, follow: bool) -> Iterator[LogRecord]:
    parts = [TopicPartition(topic, number) for number in sorted(consumer.partitions_for_topic(topic) or ())]
    consumer.assign(parts)
    consumer.seek_to_beginning(*parts)
    ends = consumer.end_offsets(parts)
    while follow or any(consumer.position(part) < ends[part] for part in parts):
        for records in consumer.poll(timeout_ms=500).values():
            yield from records
