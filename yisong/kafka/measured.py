"""How does Kafka stand, as one node sees it: what of log and inbox is unread, and does a partition lack anything?"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple, TypeVar

from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import OffsetSpec
from kafka.errors import KafkaError

from yisong.bootstrap import Bootstrap
from yisong.errors import BusUnreachable
from yisong.kafka.client import reaching
from yisong.kafka.consumed import GROUP_PREFIX
from yisong.kafka.log import TOPIC

_PATIENCE_MS: Final = 10_000
_Answer = TypeVar("_Answer")


class Unread(NamedTuple):
    """
    What somebody has still to read of a topic.

    *behind*: records, by partition; never negative, because the position was known before the end was asked for.
    *without_position*: partitions that hold records, and that nobody has a position in: not the same as nothing unread.
    *ends*: of all partitions.
    """

    behind: Mapping[int, int]
    without_position: Sequence[int]
    ends: Mapping[int, int]


class Cluster(NamedTuple):
    """How many brokers there are, and how many partitions lack a leader, or a replica in sync."""

    brokers: int
    leaderless: int
    under_replicated: int


class MeasuredKafka:
    """One line to Kafka for whoever measures again and again. Every method raises BusUnreachable."""

    def __init__(self, bootstrap: Bootstrap) -> None:
        """Connect to *bootstrap*. Raises BusUnreachable."""
        try:
            self._client = KafkaAdminClient(
                **reaching(bootstrap),
                client_id="yisong-measuring",
                bootstrap_timeout_ms=_PATIENCE_MS,
                request_timeout_ms=_PATIENCE_MS,
            )
        except (KafkaError, AssertionError) as fault:
            raise _away(fault) from fault

    def log(self, positions: Mapping[int, int], partitions: int) -> Unread:
        """Return what of *partitions* of the log lies beyond *positions*, which were read before this is called."""
        ends = self._ends(TOPIC, range(partitions))
        return Unread(
            {partition: max(0, ends[partition] - at) for partition, at in positions.items() if partition in ends},
            [partition for partition in ends if partition not in positions],
            ends,
        )

    def inbox(self, agency: str, topic: str) -> Unread:
        """Return what the desk of *agency* has not acknowledged of its inbox *topic*."""
        group = f"{GROUP_PREFIX}{agency}"
        done = self._asked(lambda: self._client.list_group_offsets(group))[group]
        known = {one.partition: at.offset for one, at in done.items() if one.topic == topic and at.offset >= 0}
        described = self._asked(lambda: self._client.describe_topics([topic]))
        ends = self._ends(topic, [one["partition_index"] for one in described[0]["partitions"]])
        return Unread(
            {partition: max(0, end - known.get(partition, 0)) for partition, end in ends.items()},
            [partition for partition, end in ends.items() if end and partition not in known],
            ends,
        )

    def cluster(self) -> Cluster:
        """Return how the brokers and the partitions of all topics that we may see are."""
        topics = self._asked(lambda: self._client.describe_topics(None))
        partitions = [one for topic in topics for one in topic["partitions"]]
        return Cluster(
            # A broker that is lost stays in the cluster, fenced off.
            sum(not one.get("is_fenced") for one in self._asked(self._client.describe_cluster)["brokers"]),
            sum(one["leader_id"] < 0 for one in partitions),
            sum(len(one["isr_nodes"]) < len(one["replica_nodes"]) for one in partitions),
        )

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def _ends(self, topic: str, partitions: Sequence[int]) -> Mapping[int, int]:
        asked = {TopicPartition(topic, partition): OffsetSpec.LATEST for partition in partitions}
        found = self._asked(lambda: self._client.list_partition_offsets(asked))
        return {one.partition: int(end.offset) for one, end in found.items()}

    @staticmethod
    def _asked(question: Callable[[], _Answer]) -> _Answer:
        try:
            return question()
        except (KafkaError, AssertionError) as fault:
            raise _away(fault) from fault


def _away(fault: BaseException) -> BusUnreachable:
    return BusUnreachable(
        f"Kafka does not say how it stands ({type(fault).__name__}). Nothing is lost: it is asked again. "
        "See that the broker runs (`yisong status`), and that this node may describe topics and groups."
    )
