"""What is a user of a secured broker let do? Every operation is tried on every topic and group, one request each."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from typing import Any, Final

from kafka import KafkaAdminClient
from kafka.protocol.admin import (
    CreatePartitionsRequest,
    CreateTopicsRequest,
    DeleteRecordsRequest,
    DeleteTopicsRequest,
    DescribeConfigsRequest,
    DescribeGroupsRequest,
    IncrementalAlterConfigsRequest,
)
from kafka.protocol.consumer import FetchRequest, HeartbeatRequest
from kafka.protocol.metadata import MetadataRequest
from kafka.protocol.producer import InitProducerIdRequest, ProduceRequest

from yisong.bootstrap import Bootstrap
from yisong.kafka.client import reaching

_TOPIC_DENIED, _GROUP_DENIED, _TRANSACTION_DENIED = 29, 30, 53
# Kafka looks at rights first: whoever may write is told that a batch without records is none, and nothing is appended.
_NO_RECORDS: Final = 87
_TOPIC: Final = 2
_SET: Final = 0
_BY_NAME: Final = 12

Codes = Mapping[str, int]


class Attempts:
    """One user at the broker. Each method returns the error codes by name; nothing that it tries changes anything."""

    def __init__(self, client: KafkaAdminClient) -> None:
        self._client = client

    def describe(self, topics: Iterable[str]) -> Codes:
        asked = [MetadataRequest.MetadataRequestTopic(name=name) for name in topics]
        answer = self._ask(MetadataRequest(topics=asked, allow_auto_topic_creation=False, max_version=9))
        return {one.name: one.error_code for one in answer.topics}

    def read(self, topics: Iterable[str]) -> Codes:
        topic, partition = FetchRequest.FetchTopic, FetchRequest.FetchTopic.FetchPartition
        wanted = partition(partition=0, fetch_offset=0, partition_max_bytes=1)
        asked = [topic(topic=name, partitions=[wanted]) for name in topics]
        answer = self._ask(FetchRequest(max_wait_ms=0, min_bytes=0, topics=asked, max_version=_BY_NAME))
        return {one.topic: one.partitions[0].error_code for one in answer.responses}

    def write(self, topics: Iterable[str]) -> Codes:
        topic, partition = ProduceRequest.TopicProduceData, ProduceRequest.TopicProduceData.PartitionProduceData
        asked = [topic(name=name, partition_data=[partition(index=0, records=b"")]) for name in topics]
        request = ProduceRequest(acks=-1, timeout_ms=5_000, topic_data=asked, max_version=_BY_NAME)
        return {one.name: one.partition_responses[0].error_code for one in self._ask(request).responses}

    def create(self, topics: Iterable[str]) -> Codes:
        topic = CreateTopicsRequest.CreatableTopic
        asked = [
            topic(name=name, num_partitions=1, replication_factor=1, assignments=[], configs=[]) for name in topics
        ]
        answer = self._ask(CreateTopicsRequest(topics=asked, timeout_ms=5_000, validate_only=True))
        return {one.name: one.error_code for one in answer.topics}

    def delete(self, topics: Iterable[str]) -> Codes:
        answer = self._ask(DeleteTopicsRequest(topic_names=list(topics), timeout_ms=5_000, max_version=5))
        return {one.name: one.error_code for one in answer.responses}

    def delete_records(self, topics: Iterable[str]) -> Codes:
        topic, partition = DeleteRecordsRequest.DeleteRecordsTopic, DeleteRecordsRequest.DeleteRecordsTopic
        one_partition = partition.DeleteRecordsPartition(partition_index=0, offset=0)
        asked = [topic(name=name, partitions=[one_partition]) for name in topics]
        answer = self._ask(DeleteRecordsRequest(topics=asked, timeout_ms=5_000))
        return {one.name: one.partitions[0].error_code for one in answer.topics}

    def alter(self, topics: Iterable[str]) -> Codes:
        topic = CreatePartitionsRequest.CreatePartitionsTopic
        asked = [topic(name=name, count=99, assignments=None) for name in topics]
        answer = self._ask(CreatePartitionsRequest(topics=asked, timeout_ms=5_000, validate_only=True))
        return {one.name: one.error_code for one in answer.results}

    def alter_configs(self, topics: Iterable[str]) -> Codes:
        resource = IncrementalAlterConfigsRequest.AlterConfigsResource
        setting = resource.AlterableConfig(name="retention.ms", config_operation=_SET, value="1")
        asked = [resource(resource_type=_TOPIC, resource_name=name, configs=[setting]) for name in topics]
        answer = self._ask(IncrementalAlterConfigsRequest(resources=asked, validate_only=True))
        return {one.resource_name: one.error_code for one in answer.responses}

    def describe_configs(self, topics: Iterable[str]) -> Codes:
        resource = DescribeConfigsRequest.DescribeConfigsResource
        asked = [resource(resource_type=_TOPIC, resource_name=name, configuration_keys=None) for name in topics]
        answer = self._ask(DescribeConfigsRequest(resources=asked))
        return {one.resource_name: one.error_code for one in answer.results}

    def read_group(self, groups: Iterable[str]) -> Codes:
        """Be a member of each group: whoever may not is told so, and whoever may that he is not known yet."""
        return {group: self._beat(group) for group in groups}

    def _beat(self, group: str) -> int:
        request = HeartbeatRequest(group_id=group, generation_id=1, member_id="nobody", group_instance_id=None)
        return int(self._ask(request).error_code)

    def describe_group(self, groups: Iterable[str]) -> Codes:
        answer = self._ask(DescribeGroupsRequest(groups=list(groups), max_version=5))
        return {one.group_id: one.error_code for one in answer.groups}

    def transaction(self) -> int:
        request = InitProducerIdRequest(
            transactional_id="anybody", transaction_timeout_ms=1_000, producer_id=-1, producer_epoch=-1
        )
        return int(self._ask(request).error_code)

    def _ask(self, request: Any) -> Any:
        return self._client._manager.run(self._client._manager.send, request)


def allowed(bootstrap: Bootstrap, topics: list[str], groups: list[str]) -> set[tuple[str, str, str]]:
    """Return every (resource, name, operation) that the user of *bootstrap* is let do."""
    with closing(KafkaAdminClient(**reaching(bootstrap), bootstrap_timeout_ms=60_000)) as client:
        user = Attempts(client)
        on_topics: Mapping[str, Callable[[Iterable[str]], Codes]] = {
            "describe": user.describe, "read": user.read, "write": user.write, "create": user.create,
            "delete_records": user.delete_records, "alter": user.alter, "alter_configs": user.alter_configs,
            "describe_configs": user.describe_configs, "delete": user.delete,
        }  # fmt: skip
        found = {("topic", name, what) for what, attempt in on_topics.items() for name in _let(attempt(topics), topics)}
        on_groups = {"read": user.read_group, "describe": user.describe_group}
        found |= {
            ("group", name, what)
            for what, attempt in on_groups.items()
            for name, code in attempt(groups).items()
            if code != _GROUP_DENIED
        }
        if user.transaction() != _TRANSACTION_DENIED:
            found.add(("transactional_id", "anybody", "write"))
    return found


def _let(codes: Codes, topics: list[str]) -> set[str]:
    """Return the names of which the broker did not say that the user may not."""
    assert codes.keys() == set(topics)
    assert set(codes.values()) <= {0, _TOPIC_DENIED, _NO_RECORDS}, codes
    return {name for name, code in codes.items() if code != _TOPIC_DENIED}
