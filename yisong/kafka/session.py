"""With which settings does one write to Kafka, so that nothing is doubled or overtaken while a session lasts?"""

from contextlib import suppress
from typing import Final

from kafka import KafkaProducer
from kafka.errors import KafkaError

from yisong.bootstrap import Bootstrap
from yisong.kafka.client import reaching

# The log judges what is too large, not the client: what it refuses has an entry, what is not sent has none.
_LARGEST_REQUEST: Final = 4 * 1024 * 1024


class Session:
    """
    An idempotent producer, opened when it is first needed, and anew after it was closed.

    Within one session a retry neither doubles a record nor lets it overtake an earlier one of its partition. Not for
    use by several threads.
    """

    def __init__(self, bootstrap: Bootstrap, *, linger_ms: int, deliver_within_ms: int) -> None:
        """
        Name the broker.

        *linger_ms*: how long a batch waits for company; *deliver_within_ms*: after how long a record is given up.
        """
        self._bootstrap, self._linger_ms, self._deliver_within_ms = bootstrap, linger_ms, deliver_within_ms
        self._producer: KafkaProducer | None = None

    def open(self) -> KafkaProducer:
        """Return the producer of this session. Raises KafkaError where the broker does not answer."""
        if self._producer is None:
            self._producer = KafkaProducer(
                **reaching(self._bootstrap),
                enable_idempotence=True,
                acks="all",
                linger_ms=self._linger_ms,
                max_request_size=_LARGEST_REQUEST,
                max_block_ms=10_000,
                request_timeout_ms=10_000,
                delivery_timeout_ms=self._deliver_within_ms,
                bootstrap_timeout_ms=10_000,
                reconnect_backoff_max_ms=1_000,
                allow_auto_create_topics=False,
            )
        return self._producer

    def close(self) -> None:
        """End the session; nothing is waited for."""
        producer, self._producer = self._producer, None
        if producer is not None:
            with suppress(KafkaError, AssertionError):
                producer.close(timeout=0)
