"""Where does the log end now, for somebody who asks again and again over one connection?"""

from collections.abc import Mapping

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from yisong.bootstrap import Bootstrap
from yisong.errors import BusUnreachable
from yisong.kafka.client import reaching
from yisong.kafka.log import TOPIC


class LogEnds:
    """The ends of all partitions of ``case-events``."""

    def __init__(self, bootstrap: Bootstrap, partitions: int) -> None:
        """Ask the broker at *bootstrap*. Raises BusUnreachable."""
        self._asked = [TopicPartition(TOPIC, partition) for partition in range(partitions)]
        try:
            self._consumer = KafkaConsumer(**reaching(bootstrap), enable_auto_commit=False)
        except (KafkaError, AssertionError) as fault:
            raise _away(fault) from fault

    def now(self) -> Mapping[int, int]:
        """Return the next offset of each partition. Raises BusUnreachable."""
        try:
            return {one.partition: int(end) for one, end in self._consumer.end_offsets(self._asked).items()}
        except (KafkaError, AssertionError) as fault:
            raise _away(fault) from fault

    def close(self) -> None:
        """Let go of the connection."""
        self._consumer.close()


def _away(fault: BaseException) -> BusUnreachable:
    return BusUnreachable(
        f"Kafka does not say where the log ends ({type(fault).__name__}). Nothing is lost: it is asked again. "
        "See that the broker runs (`yisong status`)."
    )
