"""How is a topic that one node alone reads taken on from a position, and how does a message get onto another node's?"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from kafka import TopicPartition
from kafka.errors import KafkaError

from yisong.bootstrap import Bootstrap
from yisong.errors import BusUnreachable
from yisong.kafka.records import LogRecord
from yisong.kafka.resumed import PATIENCE_MS, resumed
from yisong.kafka.session import Session

_DELIVER_SECONDS: Final = 20


class NodeTopic:
    """The topic ``{name}-{agency}`` of one node, from an offset on, and the way onto all nodes'. For one thread."""

    name: str
    """What these topics are called, before the agency."""
    meanwhile: str
    """What becomes of what is to be sent while the broker is away."""
    wait_ms: int = 5000
    """How long the broker keeps a question to which it has no answer yet."""

    def __init__(self, bootstrap: Bootstrap, agency: str, *, first: int) -> None:
        """
        Read from the offset *first* on.

        What was kept too long ago to be there any more is passed over; whoever stands behind the end, because the topic
        was made anew, begins again: a message taken twice does no harm. Raises BusUnreachable.
        """
        self._only = TopicPartition(f"{self.name}-{agency}", 0)
        self._session = Session(bootstrap, linger_ms=0, deliver_within_ms=_DELIVER_SECONDS * 1000)
        try:
            self._consumer = resumed(
                bootstrap, {self._only: first}, most=50, wait_ms=self.wait_ms, fetch_bytes=4 * 1024 * 1024
            )
        except (KafkaError, AssertionError) as fault:
            raise self._away(fault) from fault

    def poll(self, *, timeout_ms: int) -> Sequence[LogRecord]:
        """Return what comes next; nothing where nothing came in time. Raises BusUnreachable."""
        try:
            records: Sequence[LogRecord] = self._consumer.poll(timeout_ms=timeout_ms).get(self._only, ())
        except (KafkaError, AssertionError) as fault:
            raise self._away(fault) from fault
        return records

    def is_read(self) -> bool:
        """Hold where all that lies on the topic now was returned by `poll`. Raises BusUnreachable."""
        try:
            position = self._consumer.position(self._only, timeout_ms=PATIENCE_MS)
            return position is not None and position >= self._end()
        except (KafkaError, AssertionError) as fault:
            raise self._away(fault) from fault

    def close(self) -> None:
        """Let go of the broker."""
        self._session.close()
        with suppress(KafkaError):
            self._consumer.close()

    def _send(self, agency: str, *, key: bytes | None, value: bytes) -> None:
        """Append a message to the topic of *agency*; return when every copy in sync has it. Raises BusUnreachable."""
        try:
            sent = self._session.open().send(f"{self.name}-{agency}", key=key, value=value, partition=0)
            sent.get(timeout=_DELIVER_SECONDS + 5)
        except (KafkaError, AssertionError) as fault:
            self._session.close()
            raise self._away(fault) from fault

    def _end(self) -> int:
        end: int = self._consumer.end_offsets([self._only], timeout_ms=PATIENCE_MS)[self._only]
        return end

    def _away(self, fault: BaseException) -> BusUnreachable:
        return BusUnreachable(
            f"Kafka does not answer for the topic {self._only.topic} ({type(fault).__name__}). {self.meanwhile} See "
            "that the broker runs (`yisong status`) and has the topic (`yisong topics plan`)."
        )
