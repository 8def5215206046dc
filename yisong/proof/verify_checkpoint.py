"""Does this checkpoint hold on its own, and do two of them contradict each other?"""

from collections.abc import Collection, Mapping

from yisong.errors import NotProven
from yisong.proof.checkpoint import Signed, parse_origin, read_signed
from yisong.proof.consistency import check_consistency
from yisong.proof.policy import Policy
from yisong.proof.statement import Statement, quorum_words, taken_back_words, tally_facts
from yisong.proof.steps import check_bus, check_quorum, step
from yisong.proof.tally import tally
from yisong.rulebook.model import Key


def looks_like_checkpoint(data: bytes) -> bool:
    """Hold where *data* begins with an origin of some bus, as a checkpoint on its own does."""
    first, newline, _ = data.partition(b"\n")
    try:
        parse_origin(first.decode())
    except (NotProven, UnicodeDecodeError):
        return False
    return bool(newline)


def verify_checkpoint(
    data: bytes, *, policy: Policy, keys: Mapping[str, Key] | None = None, restatements: Collection[bytes] = ()
) -> Statement:
    """Return what the signed checkpoint *data* proves under *policy*; Unreadable, NotProven: nothing, in which step."""
    with step(1, "read the file"):
        signed = read_signed(data)
    with step(2, "is it of the bus whose nodes the policy names"):
        check_bus(signed, policy)
    with step(3, "are there enough cosignatures of this checkpoint"):
        found = check_quorum(signed, policy=policy, keys=keys, restatements=restatements)
    checkpoint = signed.checkpoint
    return Statement(
        kind="checkpoint",
        proven=(f"The nodes below signed that {checkpoint.origin} had {checkpoint.size} leaves, and this root.",),
        quorum=quorum_words(found, origin=checkpoint.origin, size=checkpoint.size),
        unproven=("What the leaves say: a checkpoint commits to them, and a receipt shows one.",),
        lost=found.lost,
        restated=taken_back_words(found, checkpoint),
        facts={
            "origin": checkpoint.origin,
            "size": checkpoint.size,
            "root": checkpoint.root.hex(),
            **tally_facts(found),
        },
    )


def two_roots(one: Signed, other: Signed, *, policy: Policy) -> tuple[str, ...]:
    """
    Return the cosigners that signed both, where *one* and *other* are of one log and size and have different roots.

    Whoever is named has told two stories, and the two checkpoints prove it to anybody. Never raises.
    """
    a, b = one.checkpoint, other.checkpoint
    if (a.origin, a.size) != (b.origin, b.size) or a.root == b.root:
        return ()
    first, second = (tally(signed, policy=policy).cosigned for signed in (one, other))
    both = {cosigned.name for cosigned in first} & {cosigned.name for cosigned in second}
    return tuple(sorted(both))


def check_continues(old: Signed, new: Signed, proof: tuple[bytes, ...]) -> None:
    """See that *new* has the leaves of *old* as its beginning, by a consistency *proof*. Raises NotProven."""
    a, b = old.checkpoint, new.checkpoint
    if a.origin != b.origin:
        raise NotProven(f"The checkpoints are of two logs, {a.origin} and {b.origin}.")
    check_consistency(a.size, a.root, b.size, b.root, proof)
