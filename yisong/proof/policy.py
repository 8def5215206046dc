"""
Whose cosignatures make a checkpoint believable, and how many of them? C2SP tlog-policy.

A policy is what its reader trusts, so it comes from the reader and never from a proof. Three things are asked of it
beyond the specification: all its cosigners are nodes of one bus (``<bus>/<node>``), it names no log key, because there
is none, and no node counts twice for the quorum.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from yisong.errors import Unreadable
from yisong.proof.vkey import VerifierKey

#: How many of the four nodes must have cosigned unless a policy says otherwise: as many as sign a rulebook version.
QUORUM: Final = 3


class Group(NamedTuple):
    """So many of these witnesses and groups, each by its name in the policy."""

    least: int
    members: tuple[str, ...]


class Count(NamedTuple):
    """How many of the quorum's members have cosigned, how many must have, and how many there are."""

    have: int
    need: int
    of: int

    @property
    def reached(self) -> bool:
        """Hold where the quorum is reached."""
        return self.have >= self.need


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """
    Witnesses and groups by their name in the policy, in the order of its lines; which of them is the quorum.

    A value of this class comes from `parse_policy` or `policy_of`, which see that it makes sense.
    """

    witnesses: Mapping[str, VerifierKey]
    groups: Mapping[str, Group]
    quorum: str

    @property
    def bus(self) -> str:
        """The bus whose nodes the witnesses are."""
        return next(iter(self.witnesses.values())).name.rpartition("/")[0]

    @property
    def text(self) -> bytes:
        """The policy as a file."""
        lines = [f"witness {name} {key.text}" for name, key in self.witnesses.items()]
        lines += [f"group {name} {group.least} {' '.join(group.members)}" for name, group in self.groups.items()]
        return "".join(f"{line}\n" for line in (*lines, f"quorum {self.quorum}")).encode("utf-8", "surrogateescape")

    def count(self, cosigned: Collection[str]) -> Count:
        """Return how far the quorum is reached where the witnesses of these names in the policy have *cosigned*."""
        group = self.groups.get(self.quorum, Group(1, (self.quorum,)))
        return Count(sum(self._holds(name, cosigned) for name in group.members), group.least, len(group.members))

    def nodes_of(self, member: str) -> frozenset[str]:
        """Return the names of the cosigners that stand behind a witness or a group."""
        if member in self.witnesses:
            return frozenset({self.witnesses[member].name})
        return frozenset().union(*map(self.nodes_of, self.groups[member].members))

    def _holds(self, name: str, cosigned: Collection[str]) -> bool:
        if name in self.witnesses:
            return name in cosigned
        group = self.groups[name]
        return sum(self._holds(member, cosigned) for member in group.members) >= group.least


def policy_of(keys: Collection[VerifierKey], *, quorum: int = QUORUM) -> Policy:
    """
    Return the policy under which *quorum* of the cosigners that own *keys* must have signed. Raises Unreadable.

    A cosigner with several keys counts once, whichever it used.
    """
    by_node: dict[str, list[VerifierKey]] = {}
    for key in keys:
        by_node.setdefault(key.name.rpartition("/")[2], []).append(key)
    witnesses: dict[str, VerifierKey] = {}
    groups: dict[str, Group] = {}
    for node, owned in by_node.items():
        names = [node] if len(owned) == 1 else [f"{node}-{n}" for n in range(1, len(owned) + 1)]
        witnesses |= dict(zip(names, owned, strict=True))
        if len(owned) > 1:
            groups[node] = Group(1, tuple(names))
    policy = Policy(witnesses=witnesses, groups={**groups, "nodes": Group(quorum, tuple(by_node))}, quorum="nodes")
    check_policy(policy)
    return policy


def check_policy(policy: Policy) -> None:
    """See that *policy* asks for what can be had and means one bus. Raises Unreadable."""
    keys = list(policy.witnesses.values())
    if not keys:
        raise Unreadable("The policy names no witness, so nothing could ever be proven by it.")
    if len({key.public for key in keys}) < len(keys) or len({(key.name, key.key_id) for key in keys}) < len(keys):
        raise Unreadable("The policy names a key twice, or two keys of one name and id, which no line tells apart.")
    if len({key.name.rpartition("/")[0] for key in keys}) > 1 or not policy.bus:
        raise Unreadable("The witnesses of a policy are nodes of one bus, <bus>/<node>, and these are not.")
    for name, group in policy.groups.items():
        if not 1 <= group.least <= len(group.members):
            raise Unreadable(f"The group {name} asks for {group.least} of {len(group.members)}, which cannot be.")
    _check_quorum(policy)


def _check_quorum(policy: Policy) -> None:
    members = policy.groups.get(policy.quorum, Group(1, (policy.quorum,))).members
    nodes = [policy.nodes_of(member) for member in members]
    if len(frozenset().union(*nodes)) < sum(map(len, nodes)):
        raise Unreadable("In this policy a node stands behind two members of the quorum, so it would count twice.")
