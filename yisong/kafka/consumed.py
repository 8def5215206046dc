"""How much of its inbox has a desk still to settle?"""

from collections.abc import Collection
from typing import Final

from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import OffsetSpec

GROUP_PREFIX: Final = "desk-"
"""The consumer group of a desk is this and its agency."""


def unconsumed(client: KafkaAdminClient, topic: str, *, agency: str, partitions: Collection[int]) -> int:
    """
    Return how many records of the inbox *topic* the desk of *agency* has not acknowledged.

    It acknowledges a record once its effect is in PostgreSQL, and says so once a second. Inside `topics.admin` only.
    """
    ends = client.list_partition_offsets({TopicPartition(topic, number): OffsetSpec.LATEST for number in partitions})
    group = f"{GROUP_PREFIX}{agency}"
    done = client.list_group_offsets(group)[group]
    return sum(end.offset - (done[part].offset if part in done else 0) for part, end in ends.items())
