"""In what does a topic differ from its declaration, and may that be put right without losing anything?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from yisong.kafka.declared import CASE_EVENTS, DeclaredTopic

Action = Literal["create", "grow", "set", "refuse", "ignore"]

#: What of case-events never changes, and why.
FROZEN: Mapping[str, str] = {
    "partitions": "another count sends a case to another partition, and loses its order",
    "message.timestamp.type": "log time would mean something else from here on",
}


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
        why=FROZEN["partitions"] if frozen else "partitions are never taken away" if shrinks else "",
    )


def _setting(topic: str, name: str, *, actual: str | None, declared: str) -> Change:
    why = ""
    if topic == CASE_EVENTS and name in FROZEN:
        why = FROZEN[name]
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
