"""What does ``topics.yaml`` say: which topics there are, and which settings each must have on a broker?"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from pydantic import Field

from yisong.contract import folder
from yisong.errors import ContractFault
from yisong.home import AGENCIES
from yisong.rulebook.lines import with_lines
from yisong.rulebook.model import BusProfile
from yisong.rulebook.yaml_file import Shape, read, text_in

CASE_EVENTS = "case-events"

TimestampType = Literal["CreateTime", "LogAppendTime"]
Component = Literal["trail", "own-trail", "copyright", "cac", "miit", "police", "clocks", "gateway", "sdk"]
Brokers = Literal["production", "embedded"]

_FOREVER = "-1"
_LONGEST = "9223372036854775807"
_DAY_MS = 86_400_000


class BrokersShape(Shape):
    """How many copies a record has, and how many must be in sync before it counts as written."""

    replication: int = Field(ge=1)
    min_insync: int = Field(ge=1)


class TimestampShape(Shape):
    """The timestamp type by profile."""

    production: TimestampType
    demo: TimestampType


class AclShape(Shape):
    """A right that producing and consuming do not imply."""

    who: Component
    may: Literal["describe", "describe_configs"]


class TopicShape(Shape):
    """One topic."""

    description: str = Field(min_length=1)
    owner: str = Field(min_length=1)
    key: Literal["case_id", "node", "event_id/key_id", "none"]
    value: str
    partitions: int = Field(ge=1)
    retention: str = Field(pattern=r"^(forever|compacted|[1-9]\d*d)$")
    timestamp: TimestampType | TimestampShape
    max_bytes: int = Field(ge=1024)
    producers: list[Component] = Field(min_length=1)
    consumers: list[Component] = Field(min_length=1)
    acls: list[AclShape] = Field(default_factory=list)


class GroupShape(Shape):
    """A consumer group of each line: who says there how far it has come, and who may look at that."""

    used_by: list[Component] = Field(min_length=1)
    seen_by: list[Component] = Field(default_factory=list)


class TopicsFile(Shape):
    """The whole file."""

    version: Literal[1]
    brokers: dict[Brokers, BrokersShape]
    groups: dict[Literal["trail", "desk"], GroupShape]
    topics: dict[str, TopicShape]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredTopic:
    """A topic as it must be on one bus: ``settings`` are Kafka's own names and texts."""

    name: str
    partitions: int
    replication: int
    settings: Mapping[str, str]


def topics_file(contract: Path | None = None) -> TopicsFile:
    """Return topics.yaml, checked; raise ContractFault that names every fault."""
    root = contract or folder()
    file = read(root / "topics.yaml", TopicsFile)
    if faults := topic_faults(file, schemas=root / "schemas"):
        located = with_lines(faults, partial(text_in, root))
        raise ContractFault("topics.yaml contradicts itself; correct the lines named", located)
    return file


def declared_topics(bus: BusProfile, *, brokers: Brokers, file: TopicsFile | None = None) -> tuple[DeclaredTopic, ...]:
    """
    Return every topic as *bus* must have it, case-events first.

    Raises ContractFault where the bus profile has another number of partitions than topics.yaml: the rulebook's hash
    covers the profile, and a case may lie in one partition only.
    """
    file = file or topics_file()
    declared = file.topics[CASE_EVENTS].partitions
    if bus.partitions != declared:
        fault = f"the bus profile has {bus.partitions} partitions, topics.yaml declares {declared}"
        raise ContractFault("The bus profile and topics.yaml contradict each other", [fault])
    copies = file.brokers[brokers]
    return tuple(_declared(name, shape, bus=bus, copies=copies) for name, shape in file.topics.items())


def is_of_a_line(topic: str) -> bool:
    """Hold where *topic* belongs to the node of one line, whose agency ends its name."""
    return topic.rpartition("-")[2] in AGENCIES


def topic_faults(file: TopicsFile, *, schemas: Path) -> list[str]:
    """Return what is wrong with *file* beyond its shape: schemas that do not exist, mirrors that do not mirror."""
    if CASE_EVENTS not in file.topics:
        return [f"topics.yaml: {CASE_EVENTS} is missing: without it there is no log"]
    faults = [
        f"topics.yaml: brokers: {name} is missing" for name in ("production", "embedded") if name not in file.brokers
    ]
    log = file.topics[CASE_EVENTS]
    for name, topic in file.topics.items():
        if topic.value not in ("json", "bytes") and not (schemas / f"{topic.value}.avsc").is_file():
            faults.append(f"topics.yaml: {name}: there is no schema {topic.value}")
        if name.startswith("inbox-") and (topic.key, topic.partitions) != (log.key, log.partitions):
            faults.append(
                f"topics.yaml: {name} must mirror {CASE_EVENTS} in key and partitions, or a case loses its order"
            )
        if topic.retention == "compacted" and topic.key == "none":
            faults.append(f"topics.yaml: {name}: a compacted topic needs a key")
        named = (*topic.producers, *topic.consumers, *(one.who for one in topic.acls))
        if "own-trail" in named and not is_of_a_line(name):
            faults.append(f"topics.yaml: {name}: own-trail: it is a topic of no line, so nobody would have the right")
    if log.retention != "forever":
        faults.append(f"topics.yaml: {CASE_EVENTS}: retention must be forever: the log is the evidence")
    return faults


def _declared(name: str, shape: TopicShape, *, bus: BusProfile, copies: BrokersShape) -> DeclaredTopic:
    stamp = shape.timestamp if isinstance(shape.timestamp, str) else getattr(shape.timestamp, bus.profile)
    settings = {
        "message.timestamp.type": stamp,
        "max.message.bytes": str(shape.max_bytes),
        "min.insync.replicas": str(copies.min_insync),
        "unclean.leader.election.enable": "false",
        # Whatever a producer compressed with, the broker stores it so that every node can read it: a codec that a node
        # lacks would stop its trail at that record for ever.
        "compression.type": "uncompressed",
        # A history is replayed at its own dates, however far from the broker's clock they lie.
        "message.timestamp.before.max.ms": _LONGEST,
        "message.timestamp.after.max.ms": _LONGEST,
        **_retention(shape.retention),
    }
    return DeclaredTopic(name=name, partitions=shape.partitions, replication=copies.replication, settings=settings)


def _retention(text: str) -> dict[str, str]:
    match text:
        case "compacted":
            return {"cleanup.policy": "compact"}
        case "forever":
            # By size only: a replayed history leaps over months, and would begin a file at every leap.
            age = {"retention.ms": _FOREVER, "segment.ms": _LONGEST}
        case _:
            age = {"retention.ms": str(int(text.removesuffix("d")) * _DAY_MS)}
    return {"cleanup.policy": "delete", "retention.bytes": _FOREVER, **age}
