"""
What does a node sign next, and when does it not sign? The rules of cosigning: values in, values out.

Four nodes that follow them meet on the same sizes although each sees another end of the log, and a log that falls
silent has all four lines on its end within two intervals.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Why = Literal["rulebook", "building", "altered", "unlike-signed", "contradicted"]
"""
Why a node does not sign.

``rulebook``: as many nodes state another rulebook as state ours. ``building``: the tree is not over all entries yet.
``altered``: looking through its own trail, the node has found it altered.
``unlike-signed``: the tree is not the one that it has signed. ``contradicted``: more nodes have another root than ours.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """
    What a node knows of one partition before it signs.

    *size*: leaves of its own tree. *signed*: the largest size that it has ever signed, 0 for none. *agreed*: by other
    node, the largest size at which that node's root was ours. *differing*: by node, the smallest size at which its root
    is another one than ours, unless that was restated; ourselves, where we signed what our tree no longer says.
    """

    size: int
    signed: int
    agreed: Mapping[str, int] = field(default_factory=dict)
    differing: Mapping[str, int] = field(default_factory=dict)


class Stated(NamedTuple):
    """What a node said last of its *rulebook*: the hash in force at *covered* (ms)."""

    rulebook: bytes
    covered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebooks:
    """Which other nodes state the rulebook that is ours, and which state another: theirs and ours, by node."""

    same: frozenset[str]
    other: Mapping[str, tuple[bytes, bytes]]

    @property
    def outvoted(self) -> bool:
        """Hold where those that state another hash are at least as many as those, ourselves included, with ours."""
        return len(self.other) >= 1 + len(self.same)


def rulebooks(stated: Mapping[str, Stated], *, hash_at: Callable[[int], bytes]) -> Rulebooks:
    """
    Compare what the other nodes *stated* with our own hash in force at the log time that each of them names.

    The two hashes speak of the same instant, so that what one node has read beyond the other makes no difference.
    """
    ours = {node: hash_at(one.covered) for node, one in stated.items()}
    other = {node: (one.rulebook, ours[node]) for node, one in stated.items() if one.rulebook != ours[node]}
    return Rulebooks(same=frozenset(stated.keys() - other.keys()), other=other)


def size_to_sign(standing: Standing, *, followed: Collection[str]) -> int | None:
    """
    Return the size to sign now; None where there is nothing new.

    That is the largest size that one of the nodes *followed* has announced, that we have reached with the same root,
    and that is beyond all we ever signed; where there is none, our own. Source: design, section 3.
    """
    announced = [
        size
        for node, size in standing.agreed.items()
        if node in followed and node not in standing.differing and standing.signed < size <= standing.size
    ]
    if announced:
        return max(announced)
    return standing.size if standing.size > standing.signed else None


def contradicted(standing: Standing, *, us: str) -> bool:
    """
    Hold where more nodes have another root than have ours, or where we ourselves signed another one.

    Those count as having ours whose root was ours at the first size in dispute or beyond: a root stands for all
    before it. One node alone, lying or broken, stops nobody.
    """
    if us in standing.differing:
        return True
    if not standing.differing:
        return False
    disputed = min(standing.differing.values())
    others = ((node, size) for node, size in standing.agreed.items() if node != us and node not in standing.differing)
    agreeing = sum(size >= disputed for _, size in others)
    return len(standing.differing) > 1 + agreeing


def until_turn(now: int, *, every: float, turn: int, turns: int) -> float:
    """
    Return how long (s) a node waits at the instant *now* (ms) for its next round; there is one *every* so many s.

    The *turns* nodes of a bus share the interval out evenly, by the clock on the wall: the first announces its end, and
    a quarter of an interval later the second has that size, too, and follows. Where all began at once each would
    announce an end of its own, and no quorum would meet before the interval after. Clocks that differ cost only that.
    Never less than half an interval, so that a clock that is set does not make a node say two things in one.
    """
    wait = every - (now / 1000 - every * turn / turns) % every
    return wait if wait >= every / 2 else wait + every
