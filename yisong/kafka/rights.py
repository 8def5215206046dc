"""Who may do what on a secured broker? The users of Kafka, and the rights that topics.yaml gives to each."""

from collections.abc import Iterable, Iterator
from typing import Final, Literal, NamedTuple

from yisong.home import AGENCIES, Agency
from yisong.kafka.consumed import GROUP_PREFIX
from yisong.kafka.declared import Component, TopicsFile, topics_file

ADMIN: Final = "admin"
"""The one user who may do anything: it makes topics, users and rights, and no service ever runs as it."""

Resource = Literal["topic", "group"]
Operation = Literal["read", "write", "describe", "describe_configs"]
"""Kafka's words. To read or to write implies to describe; nobody has a right to create, delete or alter."""

_OF_EVERY_AGENCY: Final[tuple[Component, ...]] = ("trail", "clocks", "gateway", "sdk")


class Right(NamedTuple):
    """A *user* of Kafka may do an *operation* on one *resource*, by its whole *name*."""

    user: str
    resource: Resource
    name: str
    operation: Operation


def users() -> tuple[str, ...]:
    """Return every user but the admin: of each agency its trail, desk, clocks, gateway, and its systems (sdk)."""
    return tuple(
        user_of(component, agency) for agency in AGENCIES for component in ("trail", agency, *_OF_EVERY_AGENCY[1:])
    )


def user_of(component: Component | Agency, agency: Agency) -> str:
    """Return the user as whom a *component* of *agency* goes to Kafka: ``trail-police``, ``desk-police``."""
    return f"{GROUP_PREFIX}{agency}" if component == agency else f"{component}-{agency}"


def rights(file: TopicsFile | None = None) -> frozenset[Right]:
    """Return all rights that *file* (by default topics.yaml) gives. Raises ContractFault where that is broken."""
    file = file or topics_file()
    return frozenset((*_of_topics(file), *_of_groups(file)))


def _of_topics(file: TopicsFile) -> Iterator[Right]:
    for topic, shape in file.topics.items():
        for component in shape.producers:
            yield from (Right(user, "topic", topic, "write") for user in _users(component, topic))
        for component in shape.consumers:
            yield from (Right(user, "topic", topic, "read") for user in _users(component, topic))
        for acl in shape.acls:
            yield from (Right(user, "topic", topic, acl.may) for user in _users(acl.who, topic))


def _of_groups(file: TopicsFile) -> Iterator[Right]:
    for name, shape in file.groups.items():
        for agency in AGENCIES:
            group = f"{name}-{agency}"
            yield from (Right(user, "group", group, "read") for user in _of_line(shape.used_by, agency))
            yield from (Right(user, "group", group, "describe") for user in _of_line(shape.seen_by, agency))


def _users(component: Component, topic: str) -> Iterator[str]:
    """Yield the users that are meant where a *topic* names a *component*."""
    for agency in AGENCIES:
        if component != "own-trail":
            yield from _of_line([component], agency)
        elif topic.endswith(f"-{agency}"):
            yield user_of("trail", agency)


def _of_line(components: Iterable[Component], agency: Agency) -> Iterator[str]:
    """Yield the users of one agency's line that are among *components*; a desk is named after its agency."""
    return (user_of(one, agency) for one in components if one in (agency, *_OF_EVERY_AGENCY))
