"""How many versions of the rulebook has the log by now?"""

from contextlib import suppress

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError, RetriableError

TOPIC = "rulebook"


class RulebookTopic:
    """
    The end of the topic `rulebook`.

    It has a connection of its own: on that of the log the question would wait behind a fetch that waits for records.
    """

    def __init__(self, bootstrap: str) -> None:
        """Connect when first asked."""
        self._bootstrap = bootstrap
        self._consumer: KafkaConsumer | None = None

    def versions(self, *, patience_ms: int = 5_000) -> int | None:
        """Return how many versions there are; None where the broker does not answer within *patience_ms*."""
        only = TopicPartition(TOPIC, 0)
        try:
            if self._consumer is None:
                self._consumer = KafkaConsumer(bootstrap_servers=self._bootstrap, bootstrap_timeout_ms=patience_ms)
            end: int = self._consumer.end_offsets([only], timeout_ms=patience_ms)[only]
        except RetriableError:
            self.close()
            return None
        return end

    def close(self) -> None:
        """Let go of the broker."""
        if self._consumer is not None:
            with suppress(KafkaError):
                self._consumer.close()
        self._consumer = None
