"""
How do topics.yaml and its rights look to Strimzi? KafkaTopic and KafkaUser: ``k8s/kafka/topics.yaml``, ``users.yaml``.

``python -m deploy.strimzi`` after a change of topics.yaml; a test fails while the files differ. Settings and rights are
those of `yisong topics`, which therefore finds nothing to do on a broker that Strimzi has set up.
"""

from collections import defaultdict
from pathlib import Path
from typing import Any, Final

import yaml

from yisong.kafka.declared import CASE_EVENTS, declared_topics, topics_file
from yisong.kafka.rights import rights, users
from yisong.rulebook.model import BusProfile

FOLDER: Final = Path(__file__).parent / "k8s" / "kafka"
CLUSTER: Final = "yisong"
_API: Final = "kafka.strimzi.io/v1"
_HEAD: Final = "# Written by `python -m deploy.strimzi` from topics.yaml; change that, not this.\n"
_OPERATIONS: Final = {"read": "Read", "write": "Write", "describe": "Describe", "describe_configs": "DescribeConfigs"}


def topics() -> list[dict[str, Any]]:
    """Return every topic as a KafkaTopic, as a production bus must have it."""
    file = topics_file()
    bus = BusProfile(name="any", profile="production", partitions=file.topics[CASE_EVENTS].partitions, keys=())
    return [
        _resource(
            "KafkaTopic", one.name, partitions=one.partitions, replicas=one.replication, config=dict(one.settings)
        )
        for one in declared_topics(bus, brokers="production", file=file)
    ]


def kafka_users() -> list[dict[str, Any]]:
    """Return every user as a KafkaUser with exactly the rights that topics.yaml gives; the operator makes passwords."""
    of_user: dict[str, dict[tuple[str, str], list[str]]] = defaultdict(lambda: defaultdict(list))
    for right in sorted(rights()):
        of_user[right.user][right.resource, right.name].append(_OPERATIONS[right.operation])
    return [
        _resource(
            "KafkaUser",
            user,
            authentication={"type": "scram-sha-512"},
            authorization={"type": "simple", "acls": [_acl(*what, may) for what, may in of_user[user].items()]},
        )
        for user in users()
    ]


def _acl(kind: str, name: str, operations: list[str]) -> dict[str, Any]:
    return {"resource": {"type": kind, "name": name, "patternType": "literal"}, "operations": operations, "host": "*"}


def _resource(kind: str, name: str, **spec: object) -> dict[str, Any]:
    metadata = {"name": name, "labels": {"strimzi.io/cluster": CLUSTER}}
    return {"apiVersion": _API, "kind": kind, "metadata": metadata, "spec": spec}


def written() -> dict[str, str]:
    """Return each file by its name."""
    made = {"topics.yaml": topics(), "users.yaml": kafka_users()}
    return {name: _HEAD + yaml.safe_dump_all(rows, sort_keys=False, allow_unicode=True) for name, rows in made.items()}


def main() -> None:
    """Write the files in their place."""
    for name, text in written().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
