"""What does a broker have differently from ``topics.yaml``, and how is it put right without losing anything?"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Literal

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import KafkaError

from yisong.errors import BusUnreachable, TopicDiffers
from yisong.kafka.declared import CASE_EVENTS, DeclaredTopic
from yisong.rulebook.model import BusProfile

Action = Literal["create", "grow", "set", "refuse", "ignore"]

_UNKNOWN_TOPIC = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ActualTopic:
    """A topic as a broker has it."""

    partitions: int
    replication: int
    settings: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """
    One difference, and what is done about it.

    ``refuse``: it would lose or reorder something, so a person must decide. ``ignore``: a topic that nobody declared.
    """

    topic: str
    action: Action
    setting: str
    actual: str | None
    declared: str | None
    why: str = ""

    def __str__(self) -> str:
        """Say the difference in one line."""
        values = f"{self.setting}: {self.actual or 'absent'} → {self.declared or 'not declared'}"
        return f"{self.action:<7} {self.topic:<17} {values}{f' ({self.why})' if self.why else ''}"


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
def admin(bootstrap: str) -> Iterator[KafkaAdminClient]:
    """Give an admin client of the broker at *bootstrap*; raise BusUnreachable where it does not answer."""
    try:
        client = KafkaAdminClient(bootstrap_servers=bootstrap, client_id="yisong-topics")
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

    Raises TopicDiffers, before anything is changed, where the plan holds a refusal.
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
    return proposed.todo


def check_case_events(bootstrap: str, bus: BusProfile) -> None:
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
        Change(topic=CASE_EVENTS, action="refuse", setting=name, actual=actual, declared=declared, why=_FROZEN[name])
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


_FROZEN: Mapping[str, str] = {
    "partitions": "another count sends a case to another partition, and loses its order",
    "message.timestamp.type": "log time would mean something else from here on",
}


def compare(topic: DeclaredTopic, actual: ActualTopic | None) -> Iterator[Change]:
    """Yield every difference of one topic."""
    if actual is None:
        size = f"{topic.partitions} partitions, {topic.replication} copies"
        yield Change(topic=topic.name, action="create", setting="topic", actual=None, declared=size)
        return
    if actual.partitions != topic.partitions:
        yield _partitions(topic, actual)
    if actual.replication != topic.replication:
        yield Change(
            topic=topic.name,
            action="refuse",
            setting="replication",
            actual=str(actual.replication),
            declared=str(topic.replication),
            why="copies are moved by Kafka's own reassignment tool",
        )
    for name, declared in topic.settings.items():
        if (present := actual.settings.get(name)) != declared:
            yield _setting(topic.name, name, actual=present, declared=declared)


def _partitions(topic: DeclaredTopic, actual: ActualTopic) -> Change:
    frozen = topic.name == CASE_EVENTS or topic.name.startswith("inbox-")
    shrinks = actual.partitions > topic.partitions
    return Change(
        topic=topic.name,
        action="refuse" if frozen or shrinks else "grow",
        setting="partitions",
        actual=str(actual.partitions),
        declared=str(topic.partitions),
        why=_FROZEN["partitions"] if frozen else "partitions are never taken away" if shrinks else "",
    )


def _setting(topic: str, name: str, *, actual: str | None, declared: str) -> Change:
    why = ""
    if topic == CASE_EVENTS and name in _FROZEN:
        why = _FROZEN[name]
    elif name == "cleanup.policy" or (name.startswith("retention.") and _shrinks(actual, declared)):
        why = "records that are kept now would be deleted"
    return Change(
        topic=topic, action="refuse" if why else "set", setting=name, actual=actual, declared=declared, why=why
    )


def _shrinks(actual: str | None, declared: str) -> bool:
    """Hold where less would be kept than now; -1 is for ever."""
    if declared == "-1":
        return False
    return actual in (None, "-1") or int(actual or 0) > int(declared)


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


def _set(changes: list[Change], client: KafkaAdminClient) -> None:
    for name in dict.fromkeys(change.topic for change in changes):
        configs = {change.setting: change.declared for change in changes if change.topic == name}
        answer = client.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, configs=configs)])
        if (result := answer["topic"][name]) != "OK":
            raise TopicDiffers(f"The broker did not take the settings of {name}: {result}")
