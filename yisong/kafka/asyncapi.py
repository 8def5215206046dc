"""Which topics, messages and schemas does this bus have, for those who write clients? An AsyncAPI 3 document."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from yisong.kafka.declared import Component, DeclaredTopic, TopicsFile, TopicShape, declared_topics, topics_file
from yisong.rulebook.model import BusProfile
from yisong.schemas import Registry, Schema, registry

VERSION: Final = "3.0.0"
"""Of AsyncAPI."""
_AVRO: Final = "application/vnd.apache.avro;version=1.9.0"
_KAFKA_BINDING: Final = "0.5.0"
_MEDIA_TYPES: Final[Mapping[str, str]] = {"json": "application/json", "bytes": "application/octet-stream"}
_PLAIN: Final[Mapping[str, Mapping[str, str]]] = {
    "json": {"type": "object", "description": "JSON; what it holds is said by the contract, and by no schema."},
    "bytes": {"type": "string", "format": "binary"},
}
_KEYS: Final[Mapping[str, str]] = {
    "case_id": "CRB-{region}-{year}-{sequence}-{check}; it says in which partition the record lies (envelope.md)",
    "node": "the node that says it",
    "event_id/key_id": "the event whose content key it is, and the key of the reader for whom it is wrapped",
}
_DESCRIPTION: Final = (
    "What lies on Kafka, topic by topic. The value of a record on case-events is an Avro `Envelope` in single-object "
    "encoding; its `header` holds a `Header` in the same encoding, and the clear text of `carried` is 16 bytes of salt "
    "and the body of the event type, in plain Avro, by the schema that `header.body_schema` names. Operations are "
    "named after who does them: `trail` is a node, `sdk` an agency system without a node of its own."
)


def asyncapi(bus: BusProfile, *, file: TopicsFile | None = None, known: Registry | None = None) -> dict[str, Any]:
    """
    Return the document of *bus*, as JSON has it, from topics.yaml and the schemas.

    Raises ContractFault where the bus profile and topics.yaml contradict each other.
    """
    file, known = file or topics_file(), known or registry()
    declared = {one.name: one for one in declared_topics(bus, brokers=_brokers(bus), file=file)}
    return {
        "asyncapi": VERSION,
        "info": {"title": f"Yisong bus {bus.name}", "version": str(file.version), "description": _DESCRIPTION},
        "channels": {name: _channel(shape, declared[name]) for name, shape in file.topics.items()},
        "operations": {name: one for topic, shape in file.topics.items() for name, one in _operations(topic, shape)},
        "components": {
            "messages": {
                value: _message(value, known) for value in sorted({one.value for one in file.topics.values()})
            },
            "schemas": {name: _avro(versions[-1]) for name, versions in sorted(known.versions.items())},
        },
    }


def _brokers(bus: BusProfile) -> Any:  # noqa: ANN401 (a name of topics.yaml)
    return "production" if bus.profile == "production" else "embedded"


def _channel(shape: TopicShape, declared: DeclaredTopic) -> dict[str, Any]:
    settings: dict[str, object] = dict(declared.settings)
    settings["cleanup.policy"] = [declared.settings["cleanup.policy"]]
    for name in ("retention.ms", "retention.bytes", "max.message.bytes"):
        if name in settings:
            settings[name] = int(declared.settings[name])
    return {
        "address": declared.name,
        "description": shape.description,
        "messages": {shape.value: {"$ref": f"#/components/messages/{shape.value}"}},
        "bindings": {
            "kafka": {
                "topic": declared.name,
                "partitions": declared.partitions,
                "replicas": declared.replication,
                "topicConfiguration": settings,
                "bindingVersion": _KAFKA_BINDING,
            }
        },
        "x-owner": shape.owner,
        "x-key": {"name": shape.key, **({"description": _KEYS[shape.key]} if shape.key in _KEYS else {})},
        "x-retention": shape.retention,
    }


def _operations(topic: str, shape: TopicShape) -> Iterator[tuple[str, dict[str, Any]]]:
    for component in shape.producers:
        yield f"{component}-sends-{topic}", _operation("send", component, topic, shape)
    for component in shape.consumers:
        yield f"{component}-receives-{topic}", _operation("receive", component, topic, shape)


def _operation(action: str, component: Component, topic: str, shape: TopicShape) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{topic}"},
        "messages": [{"$ref": f"#/channels/{topic}/messages/{shape.value}"}],
        "tags": [{"name": component}],
    }


def _message(value: str, known: Registry) -> dict[str, Any]:
    if value in _PLAIN:
        return {"name": value, "contentType": _MEDIA_TYPES[value], "payload": dict(_PLAIN[value])}
    schema = next(one for one in known.by_fingerprint.values() if one.path == f"schemas/{value}.avsc")
    return {
        "name": schema.name,
        "title": f"{schema.name} v{schema.version}",
        "contentType": "application/avro",
        "payload": {"$ref": f"#/components/schemas/{schema.name}"},
    }


def _avro(schema: Schema) -> dict[str, Any]:
    return {
        "schemaFormat": _AVRO,
        "schema": dict(schema.json),
        "x-fingerprint": schema.fingerprint.hex(),
        "x-version": schema.version,
    }
