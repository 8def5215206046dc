"""
Which versions of the rulebook are valid, and why is any other void? A pure function of what lies on the topic.

By contract/README.md, Rulebook: the next number on the hash of the one before, effective at least ten minutes after its
own append time, rows only appended or ended by date, signed by three of the four nodes; or by one node alone, which
revokes keys of its own. Whether this release can also *follow* a valid version is not asked here: releases differ in
that, and must not differ in what is void.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, NamedTuple

from yisong.errors import ContractFault
from yisong.rulebook.days import day_start
from yisong.rulebook.growth import Change, growth
from yisong.rulebook.identity import BUS
from yisong.rulebook.model import BusProfile, Key
from yisong.rulebook.version import SignedVersion, Version, decode, instant_text, signed_bytes
from yisong.rulebook.yaml_file import parse

LEAD: Final = 600_000
"""So long (ms) after its append time at the soonest does a version govern: every node has read it by then."""
NEEDED: Final = 3
"""So many of the four nodes sign a version."""

_DIRECTORY: Final = "rulebook/directory.yaml"

Verifies = Callable[[bytes, bytes, bytes], bool]
"""Whether a signature (first) of a message is valid under a public key (last)."""


class Published(NamedTuple):
    """A record of the topic; *by_broker*: its append time (ms) is the broker's own, not what the sender said."""

    offset: int
    append_time: int
    by_broker: bool
    value: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Valid:
    """A valid version, where it lies (the genesis version: nowhere), which nodes signed it, and what it changes."""

    version: Version
    published: Published | None = None
    nodes: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Void:
    """A record of the topic that changes nothing, and why; *version*: what it would have been, where it is one."""

    published: Published
    faults: tuple[str, ...]
    version: Version | None = None
    nodes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Succession:
    """All that lies on the topic, judged: the valid versions by number from the genesis version on, and the void."""

    valid: tuple[Valid, ...]
    void: tuple[Void, ...] = ()

    @property
    def newest(self) -> Version:
        """The valid version with the highest number, in force or not yet."""
        return self.valid[-1].version

    def in_force(self, at: int) -> Version:
        """Return the version in force at log time *at* (ms): the highest number that is effective by then."""
        return next(
            (one.version for one in reversed(self.valid) if one.version.effective_from <= at), self.valid[0].version
        )


class Judged(NamedTuple):
    """What is to be said of a version before it counts: who signed it, what it changes, why it would be void."""

    nodes: tuple[str, ...]
    changes: tuple[Change, ...]
    faults: tuple[str, ...]


def succeed(succession: Succession, published: Published, *, verifies: Verifies) -> Succession:
    """Return *succession* with one record more, judged after all that lie before it. Never raises on any bytes."""
    bus = succession.valid[0].version.bus
    try:
        signed = decode(published.value or b"")
    except ContractFault as fault:
        return _with_void(succession, Void(published=published, faults=fault.faults))
    if bus.profile == "demo":
        judged = Judged((), (), ("a demo bus has the genesis version only",))
    elif not published.by_broker:
        judged = Judged((), (), ("its time is the sender's word: the topic has CreateTime",))
    else:
        judged = judge(succession.newest, signed, append_time=published.append_time, verifies=verifies)
    version, nodes = signed.version, judged.nodes
    if judged.faults:
        return _with_void(succession, Void(published=published, faults=judged.faults, version=version, nodes=nodes))
    valid = Valid(version=version, published=published, nodes=nodes, changes=judged.changes)
    return replace(succession, valid=(*succession.valid, valid))


def judge(newest: Version, signed: SignedVersion, *, append_time: int, verifies: Verifies) -> Judged:
    """Return what is to be said of *signed*, appended at *append_time* (ms) after the valid version *newest*."""
    version = signed.version
    faults = list(_place_faults(newest, version))
    if version.effective_from < append_time + LEAD:
        faults.append(
            f"effective from {instant_text(version.effective_from)}, less than ten minutes after it was appended "
            f"({instant_text(append_time)}): a node might not have read it in time"
        )
    nodes = signing_nodes(newest, signed, at=append_time, verifies=verifies)
    if not nodes:  # what strangers append is not looked into
        return Judged((), (), (*faults, f"signed by none of the four nodes; {NEEDED} are needed"))
    changes, altered = growth(newest.files, version.files)
    faults += altered
    if len(nodes) < NEEDED:
        faults += _alone_faults(newest, version, nodes)
    return Judged(nodes, changes, tuple(faults))


def _place_faults(newest: Version, version: Version) -> list[str]:
    faults = []
    if version.n != newest.n + 1:
        faults.append(f"its number is {version.n}, and the next one is {newest.n + 1}")
    if version.prev_hash != newest.hash:
        faults.append(f"it does not follow version {newest.n}: its prev_hash is not {newest.hash.hex()[:16]}…")
    return faults


def signing_nodes(newest: Version, signed: SignedVersion, *, at: int, verifies: Verifies) -> tuple[str, ...]:
    """
    Return the nodes whose signature of *signed* is valid at *at* (ms), by the keys and the directory of *newest*.

    A node signs with a signing key of its system organ (docs/decisions/0004). Other signatures count for nothing.
    """
    keys, nodes = {key.key_id: key for key in newest.bus.keys}, _nodes(newest.files, at)
    message = signed_bytes(newest.bus.name, signed.version.hash)
    found = set()
    for one in signed.signatures:
        key = keys.get(one.key_id)
        if key is None or key.use != "sign" or key.org not in nodes or not key.usable(at):
            continue
        if verifies(one.value, message, key.public):
            found.add(nodes[key.org])
    return tuple(sorted(found))


def _alone_faults(newest: Version, version: Version, nodes: tuple[str, ...]) -> list[str]:
    few = f"signed by {len(nodes)} of the four nodes ({', '.join(nodes)}); {NEEDED} are needed"
    revoked = _revoked(newest, version)
    if revoked is None:
        return [few]
    strangers = [key.key_id for key in revoked if not any(key.org in organs_of(newest, node) for node in nodes)]
    if strangers:
        return [f"{few}, or those whose keys they are: {', '.join(strangers)}"]
    if version.effective_from < newest.effective_from:
        return [f"{few}: a revocation alone does not bring forward version {newest.n}, which it contains"]
    return []


def _revoked(newest: Version, version: Version) -> tuple[Key, ...] | None:
    """Return the keys that *version* revokes, where it does nothing else; None where it does, or revokes none."""
    rest = {path: text for path, text in newest.files.items() if path != BUS}
    if rest != {path: text for path, text in version.files.items() if path != BUS}:
        return None
    try:
        before, after = newest.bus, version.bus
    except ContractFault:
        return None
    later = {key.key_id: key for key in after.keys}
    revoked = tuple(key for key in before.keys if key.revoked_from is None and _is_revoked(later.get(key.key_id)))
    ended = {key.key_id: later[key.key_id].revoked_from for key in revoked}
    expected = (replace(key, revoked_from=ended.get(key.key_id, key.revoked_from)) for key in before.keys)
    same = _unordered(replace(before, keys=tuple(expected))) == _unordered(after)
    return revoked if revoked and same else None


def _is_revoked(key: Key | None) -> bool:
    return key is not None and key.revoked_from is not None


def _unordered(bus: BusProfile) -> BusProfile:
    return replace(bus, keys=tuple(sorted(bus.keys, key=lambda key: key.key_id)))


def organs_of(version: Version, node: str) -> frozenset[str]:
    """Return the organs whose keys are a node's own: its system organ, and the organs of the role that it hosts."""
    directory = _directory(version.files)
    hosted = directory["nodes"][node]["hosts"]
    own = (row["id"] for row in directory["system_orgs"] if row["node"] == node)
    return frozenset((*own, *(row["id"] for row in directory["orgs"] if row["role"] == hosted)))


def _nodes(files: Mapping[str, str], at: int) -> dict[str, str]:
    """Return the node of each system organ that is valid at *at* (ms)."""
    rows = _directory(files)["system_orgs"]
    return {row["id"]: row["node"] for row in rows if _in(row["valid_from"], row.get("valid_to"), at)}


def _in(since: date, until: date | None, at: int) -> bool:
    return day_start(since) <= at and (until is None or at < day_start(until))


def _directory(files: Mapping[str, str]) -> dict[str, Any]:
    """Return the directory of a version that has been loaded, so that its shape is known."""
    found: dict[str, Any] = parse(files[_DIRECTORY], file=_DIRECTORY)  # type: ignore[assignment]  # it was loaded
    return found


def _with_void(succession: Succession, void: Void) -> Succession:
    return replace(succession, void=(*succession.void, void))
