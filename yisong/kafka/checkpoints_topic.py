"""How is the topic `checkpoints` read to its end, and how does a statement get onto it?"""

import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from yisong.bootstrap import Bootstrap
from yisong.errors import BusUnreachable
from yisong.kafka.records import LogRecord
from yisong.kafka.resumed import PATIENCE_MS, resumed
from yisong.kafka.session import Session

TOPIC: Final = "checkpoints"
_ONLY: Final = TopicPartition(TOPIC, 0)
_DELIVER_MS: Final = 20_000


class CheckpointsTopic:
    """The topic, from an offset on. Not for use by several threads."""

    def __init__(self, bootstrap: Bootstrap, *, first: int) -> None:
        """Read from the offset *first* on; connect when first asked."""
        self._bootstrap, self._first = bootstrap, first
        self._consumer: KafkaConsumer | None = None
        self._session = Session(bootstrap, linger_ms=0, deliver_within_ms=_DELIVER_MS)
        self._end: int | None = None

    def poll(self) -> Sequence[LogRecord]:
        """
        Return what comes next; nothing where we have come to the end as it was when we began to look.

        Call it until nothing comes. Raises BusUnreachable, also where the broker says that there is more and does not
        deliver it in time.
        """
        try:
            consumer = self._reader()
            if self._end is None:
                self._end = consumer.end_offsets([_ONLY], timeout_ms=PATIENCE_MS)[_ONLY]
                if (consumer.position(_ONLY, timeout_ms=PATIENCE_MS) or 0) > self._end:
                    consumer.seek(_ONLY, 0)
            records = self._next(consumer, self._end)
        except KafkaError as fault:
            raise self._away(fault) from fault
        if not records:
            self._end = None
        return records

    def _next(self, consumer: KafkaConsumer, end: int) -> Sequence[LogRecord]:
        until = time.monotonic() + PATIENCE_MS / 1000
        while (consumer.position(_ONLY, timeout_ms=PATIENCE_MS) or 0) < end:
            records: Sequence[LogRecord] = consumer.poll(timeout_ms=500).get(_ONLY, ())
            if records:
                return records
            if time.monotonic() > until:
                raise BusUnreachable(
                    "The broker says that the topic checkpoints goes on, and does not deliver it. Nothing is signed "
                    "meanwhile. See that the broker runs (`yisong status`)."
                )
        return ()

    def _reader(self) -> KafkaConsumer:
        if self._consumer is None:
            # The topic is kept for ever. Where it was cut or replaced all the same, all that is there is read again:
            # the same statement twice changes nothing.
            first = {_ONLY: self._first}
            self._consumer = resumed(self._bootstrap, first, most=500, wait_ms=50, fetch_bytes=4 * 1024 * 1024)
        return self._consumer

    def publish(self, node: str, value: bytes) -> None:
        """Append a statement of *node*, and return when every copy in sync has it. Raises BusUnreachable."""
        try:
            sent = self._session.open().send(TOPIC, key=node.encode(), value=value, partition=0)
            sent.get(timeout=_DELIVER_MS / 1000 + 5)
        except (KafkaError, AssertionError) as fault:
            self._session.close()
            raise self._away(fault) from fault

    @staticmethod
    def _away(fault: BaseException) -> BusUnreachable:
        return BusUnreachable(
            f"Kafka does not answer for the topic checkpoints ({type(fault).__name__}). What was signed stays in the "
            "database and is sent later; events go on. See that the broker runs (`yisong status`)."
        )

    def close(self) -> None:
        """Let go of the broker."""
        self._session.close()
        if self._consumer is not None:
            with suppress(KafkaError):
                self._consumer.close()
        self._consumer = None
