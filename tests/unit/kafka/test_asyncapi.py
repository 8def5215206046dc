"""Does the AsyncAPI document say what topics.yaml and the schemas say, and nothing else?"""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from tests.unit.ledger.story import law
from yisong.kafka.asyncapi import asyncapi
from yisong.kafka.declared import topics_file
from yisong.schemas import registry

SPECIFICATION = Path(__file__).parents[2] / "data" / "asyncapi" / "3.0.0.json"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """Return the document of a demo bus, as it travels."""
    made: dict[str, Any] = json.loads(json.dumps(asyncapi(law().bus)))
    return made


@pytest.fixture(scope="module")
def specification() -> jsonschema_rs.Draft7Validator:
    return jsonschema_rs.Draft7Validator(json.loads(SPECIFICATION.read_text(encoding="utf-8")))


def test_the_document_is_asyncapi(document: dict[str, Any], specification: jsonschema_rs.Draft7Validator) -> None:
    assert [f"{one.instance_path}: {one.message}" for one in specification.iter_errors(document)] == []


def test_the_specification_would_name_a_fault(
    document: dict[str, Any], specification: jsonschema_rs.Draft7Validator
) -> None:
    broken = {**document, "operations": {"trail-sends-case-events": {"action": "publish"}}}
    assert not specification.is_valid(broken)


def test_every_topic_is_a_channel_and_every_channel_a_topic(document: dict[str, Any]) -> None:
    topics = topics_file().topics
    assert {name: one["address"] for name, one in document["channels"].items()} == {name: name for name in topics}
    for name, topic in topics.items():
        channel = document["channels"][name]
        kafka = channel["bindings"]["kafka"]
        assert (kafka["topic"], kafka["partitions"]) == (name, topic.partitions)
        assert kafka["topicConfiguration"]["max.message.bytes"] == topic.max_bytes
        policy = "compact" if topic.retention == "compacted" else "delete"
        assert kafka["topicConfiguration"]["cleanup.policy"] == [policy]
        assert list(channel["messages"]) == [topic.value]
        assert channel["x-key"]["name"] == topic.key


def test_who_sends_and_who_receives_is_what_topics_yaml_says(document: dict[str, Any]) -> None:
    said = {
        (one["tags"][0]["name"], one["action"], one["channel"]["$ref"].removeprefix("#/channels/"))
        for one in document["operations"].values()
    }
    assert said == {
        (component, action, name)
        for name, topic in topics_file().topics.items()
        for action, components in (("send", topic.producers), ("receive", topic.consumers))
        for component in components
    }
    assert len(said) == len(document["operations"])


def test_every_schema_stands_there_as_it_stands_in_its_file(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert {name: one["schema"] for name, one in schemas.items()} == {
        name: versions[-1].json for name, versions in registry().versions.items()
    }
    assert all(one["x-fingerprint"] in {found.hex() for found in registry().by_fingerprint} for one in schemas.values())


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    found = list(references(document))
    assert found
    for reference in found:
        place: Any = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]
        assert place


def references(value: object) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [one for inner in value.values() for one in references(inner)]
    return [one for inner in value for one in references(inner)] if isinstance(value, list) else []
