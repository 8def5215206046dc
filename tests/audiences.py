"""
Whom does the law let read a body? The need-to-know matrix by other code than the product's: from the YAML itself.

``audience`` in events.yaml, its words under ``audience_tokens``, and the parent chain of directory.yaml.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final, NamedTuple

import yaml

from yisong.contract import folder

#: How an organ may stand to an event; ``requester`` and ``co-signer`` only where an audience has the word.
RELATIONS: Final = (
    *("publisher", "owner", "addressee", "cc", "requester", "co-signer"),
    *("superior", "same line", "other line"),
)
_WORDS: Final = {"requester": "requester", "co-signer": "co_signers"}
_SYSTEM: Final = "system"


class Said(NamedTuple):
    """What of an event decides who may read it; *speaker*: in whose name the *publisher* speaks."""

    event_type: str
    publisher: str
    speaker: str
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()


class Standing(NamedTuple):
    """Who stands how to the case and to what the event moves: whom ``owner``, ``requester``, ``co_signers`` mean."""

    owners: frozenset[str] = frozenset()
    requesters: frozenset[str] = frozenset()
    co_signers: frozenset[str] = frozenset()


@cache
def book(name: str) -> Any:
    """Return a file of the rulebook as YAML has it."""
    return yaml.safe_load((folder() / "rulebook" / f"{name}.yaml").read_text("utf-8"))


@cache
def events() -> Mapping[str, Any]:
    """Return every event type of the catalogue, by name."""
    return {row["name"]: row for row in book("events")["events"]}


@cache
def organs() -> Mapping[str, Any]:
    """Return every organ of the directory, by id."""
    return {row["id"]: row for row in book("directory")["orgs"]}


@cache
def chain(organ: str) -> tuple[str, ...]:
    """Return an organ with all above it, the nearest first; nothing of what is no organ of the directory."""
    found = [organ] if organ in organs() else []
    while found and (parent := organs()[found[-1]]["parent"]):
        found.append(parent)
    return tuple(found)


def above(some: Iterable[str]) -> frozenset[str]:
    """Return every organ above one of *some*."""
    return frozenset(higher for organ in some for higher in chain(organ)[1:])


def line_of(organ: str) -> str:
    """Return the role of an organ; of what is none of the directory, that it is the bus itself."""
    row = organs().get(organ)
    return _SYSTEM if row is None else str(row["role"])


def meant(token: str, said: Said, standing: Standing) -> frozenset[str]:
    """Return the organs that a word of an audience means."""
    known = {
        "owner": standing.owners,
        "addressee": frozenset(said.to),
        "cc": frozenset(said.cc),
        "requester": standing.requesters,
        "co_signers": standing.co_signers,
        "superiors": above((said.publisher, *standing.owners)),
    }
    return known[token] if token in known else frozenset(one for one in organs() if line_of(one) == token)


def named(said: Said, standing: Standing) -> frozenset[str]:
    """Return all whom the audience of an event means."""
    return frozenset().union(*(meant(token, said, standing) for token in events()[said.event_type]["audience"]))


def readers(said: Said, standing: Standing) -> frozenset[str]:
    """Return who may read the body of an admitted event: its author, whom its audience means, and those above these."""
    wanted = named(said, standing)
    return frozenset((said.publisher, said.speaker)) | wanted | above(wanted)


def relations_of(event_type: str) -> tuple[str, ...]:
    """Return in which relations an organ may stand to an event of a type, as far as its audience has words for them."""
    audience = events()[event_type]["audience"]
    left_out = {relation for relation, word in _WORDS.items() if word not in audience}
    return tuple(one for one in RELATIONS if one not in left_out)


def relations(said: Said, standing: Standing) -> Mapping[str, frozenset[str]]:
    """Return which organs stand in which relation to an event; one may stand in several, but in no line beside them."""
    known = relations_of(said.event_type)
    found = {
        "publisher": frozenset(one for one in (said.publisher, said.speaker) if one in organs()),
        "owner": standing.owners,
        "addressee": frozenset(said.to),
        "cc": frozenset(said.cc),
        "requester": standing.requesters if "requester" in known else frozenset(),
        "co-signer": standing.co_signers if "co-signer" in known else frozenset(),
        "superior": above((said.publisher, said.speaker, *standing.owners)),
    }
    others = frozenset(organs()).difference(*found.values())
    same = frozenset(one for one in others if line_of(one) == line_of(said.publisher))
    return {**found, "same line": same, "other line": others - same}
