"""Does a node tell an idle log, a read inbox and a position that it has not from one another?"""

from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.clues import clue_found, own_case
from tests.waiting import until
from yisong import Publisher
from yisong.desk.inbox import topic
from yisong.embedded import Bus
from yisong.errors import BusUnreachable
from yisong.kafka.measured import MeasuredKafka


@pytest.fixture(scope="module")
def kafka(bus: Bus) -> Iterator[MeasuredKafka]:
    with closing(MeasuredKafka(bus.running.bootstrap)) as kafka:
        yield kafka


def test_a_partition_without_a_position_is_not_one_with_nothing_before_it(bus: Bus, kafka: MeasuredKafka) -> None:
    partitions = bus.profile.partitions
    none = kafka.log({}, partitions)

    assert (none.behind, sorted(none.without_position)) == ({}, list(range(partitions)))


def test_nothing_is_ever_less_than_read(bus: Bus, kafka: MeasuredKafka) -> None:
    """Also where a position was read after the end, as lag tools do that show −3."""
    beyond = kafka.log(dict.fromkeys(range(bus.profile.partitions), 10**12), bus.profile.partitions)

    assert set(beyond.behind.values()) == {0}
    assert not beyond.without_position


def test_an_inbox_is_read_once_the_desk_has_acknowledged_all_of_it(bus: Bus, kafka: MeasuredKafka) -> None:
    with Publisher(bus.home) as publisher:
        said = clue_found(own_case(70_999), 1)
        publisher.publish(**said.header, body=said.body, wait="verdict", timeout=120)  # type: ignore[arg-type]

    until(lambda: not any(kafka.inbox("copyright", topic("copyright")).behind.values()), "the desk stands still")
    assert not kafka.inbox("copyright", topic("copyright")).without_position


def test_the_embedded_cluster_is_one_broker_that_lacks_nothing(kafka: MeasuredKafka) -> None:
    assert kafka.cluster() == (1, 0, 0)


def test_a_broker_that_does_not_answer_is_said_to_be_away() -> None:
    with pytest.raises(BusUnreachable, match="Kafka does not say how it stands"):
        MeasuredKafka("127.0.0.1:9")
