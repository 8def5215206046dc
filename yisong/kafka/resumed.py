"""How is a topic read on from offsets that we keep ourselves?"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from yisong.bootstrap import Bootstrap
from yisong.kafka.client import reaching
from yisong.kafka.records import read_lean

PATIENCE_MS: Final = 10_000
"""How long a broker may take to answer a question."""


def resumed(
    bootstrap: Bootstrap,
    first: Mapping[TopicPartition, int],
    *,
    most: int,
    wait_ms: int,
    fetch_bytes: int = 1024 * 1024,
) -> KafkaConsumer:
    """
    Return a consumer of the partitions in *first*, each from its offset on.

    Uncommitted records too, since nothing here uses transactions. What is not there any more is passed over; whoever
    stands behind the end, because the topic was made anew, begins again. *most*: records of one poll; *wait_ms*: how
    long the broker keeps a question that it cannot answer yet, and with it every other question of this consumer;
    *fetch_bytes*: of one partition at a time. Raises KafkaError, AssertionError, which kafka-python raises too.
    """
    consumer = KafkaConsumer(
        **reaching(bootstrap),
        bootstrap_timeout_ms=PATIENCE_MS,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_uncommitted",
        fetch_max_wait_ms=wait_ms,
        max_poll_records=most,
        max_partition_fetch_bytes=fetch_bytes,
    )
    try:
        read_lean(consumer)
        consumer.assign(list(first))
        ends = consumer.end_offsets(list(first), timeout_ms=PATIENCE_MS)
        for part, offset in first.items():
            consumer.seek(part, offset if offset <= ends[part] else 0)
    except BaseException:
        with suppress(KafkaError):
            consumer.close()  # a client that nobody closes goes on trying for ever
        raise
    return consumer
