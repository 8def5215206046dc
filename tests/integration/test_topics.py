"""On a real broker: what topics.yaml declares is created, compared, put right, and never taken away."""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from time import monotonic, sleep

import pytest
from kafka import KafkaAdminClient

from yisong.embedded import Bus
from yisong.errors import BusUnreachable, TopicDiffers
from yisong.kafka import topics
from yisong.kafka.declared import CASE_EVENTS, DeclaredTopic, declared_topics
from yisong.kafka.differences import Change


@pytest.fixture
def client(bus: Bus) -> Iterator[KafkaAdminClient]:
    with topics.admin(bus.running.bootstrap) as client:
        yield client


@pytest.fixture
def topic(bus: Bus, client: KafkaAdminClient) -> Iterator[DeclaredTopic]:
    """Declare a topic like body-keys under a name that no other test uses; it is taken away afterwards."""
    declared = declared_topics(bus.profile, brokers="embedded")
    like = next(topic for topic in declared if topic.name == "body-keys")
    topic = replace(like, name=f"{like.name}-{uuid.uuid4().hex[:8]}")
    yield topic
    if topic.name in topics.actual_topics(client):
        client.delete_topics([topic.name])
    until = monotonic() + 60
    while topic.name in topics.actual_topics(client):  # or the next test would see it go
        assert monotonic() < until, "the topic has not gone"
        sleep(0.1)


def mine(plan: topics.Plan, topic: DeclaredTopic) -> list[Change]:
    return [change for change in plan.changes if change.topic == topic.name]


def test_a_bus_that_is_up_has_every_topic_as_declared(bus: Bus, client: KafkaAdminClient) -> None:
    plan = topics.plan(declared_topics(bus.profile, brokers="embedded"), client)
    assert plan.todo == ()
    assert plan.refusals == ()


def test_apply_creates_and_a_second_plan_is_empty(client: KafkaAdminClient, topic: DeclaredTopic) -> None:
    (done,) = topics.apply(topics.plan([topic], client), client)
    assert done.action == "create"
    assert mine(topics.plan([topic], client), topic) == []


def test_apply_sets_what_differs_and_grows_and_deletes_nothing(client: KafkaAdminClient, topic: DeclaredTopic) -> None:
    smaller = replace(topic, partitions=3, settings={**topic.settings, "max.message.bytes": "4096"})
    topics.apply(topics.plan([smaller], client), client)
    before = set(topics.actual_topics(client))

    done = topics.apply(topics.plan([topic], client), client)

    assert {(change.action, change.setting) for change in done} == {
        ("grow", "partitions"),
        ("set", "max.message.bytes"),
    }
    assert set(topics.actual_topics(client)) == before
    assert mine(topics.plan([topic], client), topic) == []


def test_apply_changes_nothing_at_all_where_one_change_is_refused(
    client: KafkaAdminClient, topic: DeclaredTopic
) -> None:
    topics.apply(topics.plan([topic], client), client)
    shrunk = replace(topic, partitions=1, settings={**topic.settings, "max.message.bytes": "4096"})

    with pytest.raises(TopicDiffers, match=r"Nothing was changed.*\n.*partitions: 12 → 1"):
        topics.apply(topics.plan([shrunk], client), client)

    assert mine(topics.plan([topic], client), topic) == []


def test_an_undeclared_topic_is_shown_and_left_alone(bus: Bus, client: KafkaAdminClient, topic: DeclaredTopic) -> None:
    topics.apply(topics.plan([topic], client), client)
    plan = topics.plan(declared_topics(bus.profile, brokers="embedded"), client)
    assert [change.action for change in mine(plan, topic)] == ["ignore"]
    assert plan.todo == ()


def test_a_node_does_not_start_on_a_log_with_another_timestamp_type(bus: Bus) -> None:
    """A production node on a demo log would take the sender's word for the time."""
    with pytest.raises(
        TopicDiffers, match=r"topics plan` shows:\n.*message\.timestamp\.type: CreateTime → LogAppendTime"
    ):
        topics.check_case_events(bus.running.bootstrap, replace(bus.profile, profile="production"))


def test_a_node_does_not_start_on_a_log_with_another_number_of_partitions(bus: Bus) -> None:
    with pytest.raises(TopicDiffers, match=r"partitions: 12 → 6 .*loses its order"):
        topics.check_case_events(bus.running.bootstrap, replace(bus.profile, partitions=6))


def test_the_log_of_the_bus_is_the_one_that_its_profile_demands(bus: Bus) -> None:
    topics.check_case_events(bus.running.bootstrap, bus.profile)


def test_a_broker_that_does_not_answer_is_named() -> None:
    with (
        pytest.raises(BusUnreachable, match=r"No Kafka broker answers at 127\.0\.0\.1:1;"),
        topics.admin("127.0.0.1:1"),
    ):
        pass


def test_the_log_takes_a_record_above_the_contracts_limit(bus: Bus, client: KafkaAdminClient) -> None:
    """A megabyte and a little is an entry refused as malformed: it must reach the log to be one."""
    actual = topics.actual_topics(client, [CASE_EVENTS])[CASE_EVENTS]
    assert int(actual.settings["max.message.bytes"]) > 1_048_576
    assert actual.partitions == bus.profile.partitions
