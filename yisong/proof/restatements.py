"""
What have nodes taken back of this log, and does that touch this checkpoint? Restatements travel beside proofs.

A restatement is a statement of the topic `checkpoints` as its node has signed it: in a dossier a file of its own;
beside any other proof (a receipt is C2SP's, and has no place for it) a line of a file of the same name and `SUFFIX`.
"""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Final

from yisong.errors import NotProven, Unreadable
from yisong.proof.announcement import Claimed, Restatement, decode
from yisong.proof.checkpoint import After, Checkpoint, Origin, origin_of, parse_origin
from yisong.proof.cosigners import cosigner_name
from yisong.proof.exact import shown
from yisong.proof.policy import Policy
from yisong.proof.vkey import ED25519
from yisong.signing.verify import verifies

#: What is appended to the name of a proof's file to name that of the restatements beside it.
SUFFIX: Final = ".restatements"
_MOST: Final = 10_000


def restatements_beside(proof: Path) -> Path:
    """Return where the restatements lie that belong to the file *proof*."""
    return proof.with_name(proof.name + SUFFIX)


def restatement_lines(values: Collection[bytes]) -> bytes:
    """Return the file of restatements, one a line. Inverse of `parse_restatements`."""
    return b"".join(value + b"\n" for value in values)


def parse_restatements(data: bytes) -> tuple[bytes, ...]:
    """Return the restatements in the file *data*, none of them judged yet. Raises Unreadable: cut short, too many."""
    lines = data.split(b"\n")
    if lines.pop():
        raise Unreadable("The file of restatements is cut short: its last line has no newline.")
    if len(lines) > _MOST:
        raise Unreadable(f"The file holds more than {_MOST} restatements, and they are not read.")
    return tuple(lines)


def restated(values: Collection[bytes], *, origin: Origin, policy: Policy) -> tuple[Restatement, ...]:
    """
    Return what nodes of *policy* have taken back of the partition of *origin*, in the order of *values*, each once.

    That is, of any of its origins; a line is taken back of its own only. What is of another partition, or of a node
    that the policy does not name, concerns nothing here. Raises Unreadable: no restatement. NotProven: the node that it
    names has not signed it.
    """
    found = []
    for value in dict.fromkeys(values):
        claimed = decode(value, bus=origin.bus)
        said = claimed.statement
        if not isinstance(said, Restatement):
            raise Unreadable("A statement stands among the restatements that takes nothing back.")
        keys = _keys(said.node, policy)
        if not keys:
            continue
        if not any(_signed(claimed, key) for key in keys):
            raise NotProven(f"{said.node} has not signed the restatement that is shown in its name.")
        if said.partition == origin.partition:
            found.append(said)
    return tuple(found)


def withdrawn_from(checkpoint: Checkpoint, taken_back: Sequence[Restatement], *, bus: str) -> frozenset[str]:
    """Return the cosigners whose lines on *checkpoint* say nothing any more: it is one that they took back."""
    return frozenset(cosigner_name(bus, one.node) for one in taken_back if _touches(one, checkpoint, bus=bus))


def _touches(one: Restatement, checkpoint: Checkpoint, *, bus: str) -> bool:
    return checkpoint.size in one.sizes and checkpoint.origin == origin_of(bus, one.partition, one.after)


def restated_words(taken_back: Sequence[Restatement], checkpoint: Checkpoint) -> Iterator[str]:
    """Yield what was taken back, in words, and whether it touches *checkpoint*."""
    bus, _, _, last = parse_origin(checkpoint.origin)
    if last is not None:
        yield (
            f"All nodes have taken back checkpoints of this partition, so it goes on under its origin number "
            f"{last.number}. The last of the origin before, taken back as well, was of {last.size} leaves and had the "
            f"root {last.root.hex()}: this is what the name of the log {checkpoint.origin} says"
        )
    for one in taken_back:
        touched = _touches(one, checkpoint, bus=bus)
        here = "This checkpoint is one of them" if touched else f"That of {checkpoint.size} leaves is none of them"
        yield (
            f"{one.node} was wrong, and has taken back {len(one.sizes)} checkpoints that it had signed of "
            f"{origin_of(bus, one.partition, one.after)}, of sizes from {one.sizes[0]} to {one.size}. Up to offset "
            f"{one.sound} nothing differs. {here}{', so its line does not count' if touched else ''}. Why, in its "
            f"words: {shown(one.why.encode(), longest=len(one.why))}"
        )


def restated_facts(taken_back: Sequence[Restatement]) -> list[dict[str, object]]:
    """Return what was taken back, for programs."""
    return [
        {
            "node": one.node,
            "sound": one.sound,
            "sizes": list(one.sizes),
            "old_root": one.old_root.hex(),
            "new_root": one.new_root.hex(),
            "why": one.why,
            **after_facts(one.after),
        }
        for one in taken_back
    ]


def after_facts(after: After | None) -> dict[str, object]:
    """Return which origin of the partition is meant, for programs; nothing where it is the first."""
    return {} if after is None else {"after": {**after._asdict(), "root": after.root.hex()}}


def _keys(node: str, policy: Policy) -> list[bytes]:
    name = cosigner_name(policy.bus, node)
    return [key.public for key in policy.witnesses.values() if key.name == name and key.type == ED25519]


def _signed(claimed: Claimed, key: bytes) -> bool:
    return verifies(claimed.signature, claimed.message, key)
