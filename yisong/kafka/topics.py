"""What does a broker have differently from ``topics.yaml``, and how is it put right without losing anything?"""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import KafkaError

from yisong.bootstrap import Bootstrap
from yisong.errors import BusUnreachable, TimedOut, TopicDiffers
from yisong.kafka.client import reaching
from yisong.kafka.declared import CASE_EVENTS, DeclaredTopic
from yisong.kafka.differences import FROZEN, ActualTopic, Change, compare
from yisong.kafka.let_in import check_let_in
from yisong.rulebook.model import BusProfile

_UNKNOWN_TOPIC = 3
_PATIENCE_MS = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Every difference between what is declared and what a broker has; empty ``changes`` = nothing to do."""

    changes: tuple[Change, ...]
    declared: tuple[DeclaredTopic, ...]

    @property
    def refusals(self) -> tuple[Change, ...]:
        """The differences that ``apply`` will not put right."""
        return tuple(change for change in self.changes if change.action == "refuse")

    @property
    def todo(self) -> tuple[Change, ...]:
        """The differences that ``apply`` puts right."""
        return tuple(change for change in self.changes if change.action in ("create", "grow", "set"))

    def as_json(self) -> dict[str, object]:
        """Return the plan as plain data."""
        return {"changes": [asdict(change) for change in self.changes], "refused": bool(self.refusals)}


@contextmanager
def admin(bootstrap: Bootstrap) -> Iterator[KafkaAdminClient]:
    """Give an admin client of *bootstrap*; raise BusUnreachable where it is away, and WiringFault as `check_let_in`."""
    check_let_in(bootstrap)
    try:
        client = KafkaAdminClient(**reaching(bootstrap), client_id="yisong-topics", bootstrap_timeout_ms=_PATIENCE_MS)
    except KafkaError as error:
        raise BusUnreachable(
            f"No Kafka broker answers at {bootstrap}; is the bus up? ({type(error).__name__})"
        ) from error
    try:
        yield client
    except KafkaError as error:
        raise BusUnreachable(f"Kafka at {bootstrap} did not do as asked ({type(error).__name__}); try again") from error
    finally:
        client.close()


def plan(declared: Iterable[DeclaredTopic], client: KafkaAdminClient) -> Plan:
    """Return every difference between *declared* and what the broker has; change nothing."""
    wanted = tuple(declared)
    actual = actual_topics(client)
    changes = [change for topic in wanted for change in compare(topic, actual.get(topic.name))]
    strangers = sorted(set(actual) - {topic.name for topic in wanted})
    changes += [
        Change(
            topic=name, action="ignore", setting="topic", actual="present", declared=None, why="nothing is ever deleted"
        )
        for name in strangers
    ]
    return Plan(changes=tuple(changes), declared=wanted)


def apply(proposed: Plan, client: KafkaAdminClient) -> tuple[Change, ...]:
    """
    Put right what *proposed* lists, and return it.

    Raises TopicDiffers, before anything is changed, where the plan holds a refusal; and TimedOut where the broker has
    taken the changes and still doesn't show them.
    """
    if proposed.refusals:
        lines = "\n".join(f"  {change}" for change in proposed.refusals)
        raise TopicDiffers(
            f"Nothing was changed, because this would lose or reorder records; a person must decide:\n{lines}"
        )
    topics = {topic.name: topic for topic in proposed.declared}
    _create([topics[change.topic] for change in proposed.todo if change.action == "create"], client)
    for change in proposed.todo:
        if change.action == "grow":
            client.create_partitions({change.topic: topics[change.topic].partitions})
    _set([change for change in proposed.todo if change.action == "set"], client)
    _await([topics[name] for name in dict.fromkeys(change.topic for change in proposed.todo)], client)
    return proposed.todo


def check_case_events(bootstrap: Bootstrap, bus: BusProfile) -> None:
    """Raise TopicDiffers where case-events has not the partitions and timestamp type of *bus*, or is absent."""
    with admin(bootstrap) as client:
        found = actual_topics(client, [CASE_EVENTS]).get(CASE_EVENTS)
    if found is None:
        raise TopicDiffers(f"There is no topic {CASE_EVENTS} on {bootstrap}; run `yisong topics apply` first")
    stamp = found.settings.get("message.timestamp.type")
    pairs = (
        ("partitions", str(found.partitions), str(bus.partitions)),
        ("message.timestamp.type", stamp, bus.timestamp_type),
    )
    wrong = [
        Change(topic=CASE_EVENTS, action="refuse", setting=name, actual=actual, declared=declared, why=FROZEN[name])
        for name, actual, declared in pairs
        if actual != declared
    ]
    if wrong:
        lines = "\n".join(f"  {change}" for change in wrong)
        raise TopicDiffers(
            f"{CASE_EVENTS} is not what bus {bus.name} ({bus.profile}) demands, so its verdicts would be others."
            f" A node does not start on it; `yisong topics plan` shows:\n{lines}"
        )


def actual_topics(client: KafkaAdminClient, names: list[str] | None = None) -> dict[str, ActualTopic]:
    """Return the topics that the broker has, Kafka's internal ones left out; *names*: only these."""
    described = [t for t in client.describe_topics(names) if t["error_code"] != _UNKNOWN_TOPIC and not t["is_internal"]]
    if not described:
        return {}
    resources = [ConfigResource(ConfigResourceType.TOPIC, topic["name"]) for topic in described]
    settings = client.describe_configs(resources, config_filter="all")["topic"]
    return {
        topic["name"]: ActualTopic(
            partitions=len(topic["partitions"]),
            replication=min(len(partition["replica_nodes"]) for partition in topic["partitions"]),
            settings={name: row["value"] for name, row in settings[topic["name"]].items()},
        )
        for topic in described
    }


def _create(topics: list[DeclaredTopic], client: KafkaAdminClient) -> None:
    if not topics:
        return
    client.create_topics(
        {
            topic.name: {
                "num_partitions": topic.partitions,
                "replication_factor": topic.replication,
                "configs": dict(topic.settings),
            }
            for topic in topics
        },
        wait_for_metadata=True,
    )


def _await(changed: list[DeclaredTopic], client: KafkaAdminClient) -> None:
    """Return when the broker shows what it has taken: its metadata lags a little behind its controller."""
    end = time.monotonic() + _PATIENCE_MS / 1000
    while any(_differs(topic, client) for topic in changed):
        if time.monotonic() > end:
            names = ", ".join(topic.name for topic in changed)
            raise TimedOut(
                f"The broker took the changes to {names}, but doesn't show them yet; run `yisong topics plan`"
            )
        time.sleep(0.1)


def _differs(topic: DeclaredTopic, client: KafkaAdminClient) -> bool:
    return any(compare(topic, actual_topics(client, [topic.name]).get(topic.name)))


def _set(changes: list[Change], client: KafkaAdminClient) -> None:
    for name in dict.fromkeys(change.topic for change in changes):
        configs = {change.setting: change.declared for change in changes if change.topic == name}
        answer = client.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, configs=configs)])
        if (result := answer["topic"][name]) != "OK":
            raise TopicDiffers(f"The broker did not take the settings of {name}: {result}")
