"""What must a node take back of what it signed, once its trail was repaired?"""

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from psycopg import Connection

from yisong.errors import NotPublishable
from yisong.postgres.checkpoints import CheckpointStore, Root
from yisong.postgres.tree import tree_reader
from yisong.proof.announcement import LONGEST_WHY, Restatement
from yisong.proof.checkpoint import After, number_of
from yisong.proof.cosigner import Cosigner
from yisong.proof.tree import root


class _Withdrawn(NamedTuple):
    """
    Sizes above *sound* no longer have the root that was signed; *now*: the root of the largest of them now.

    *after*: of which origin they are.
    """

    after: After | None
    sound: int
    signed: tuple[Root, ...]
    now: bytes


def restate(connection: Connection, cosigner: Cosigner, *, partition: int, why: str) -> Restatement:
    """
    Have the node withdraw what it signed of *partition* and its tree no longer says; its process publishes it.

    Where several origins of the partition are concerned, the newest: do it again for the one before.
    *why*: for the three others and for auditors, without personal data. Raises NotPublishable where there is nothing to
    withdraw, or the trail has not come so far again; BusUnreachable.
    """
    if not 0 < len(why.strip()) <= LONGEST_WHY:
        raise _not(f"--why must say in 1 to {LONGEST_WHY} characters what was wrong and what was done")
    store = CheckpointStore(connection)
    with store.transaction():
        counter = store.next_counter(cosigner.node)  # nobody else adds a statement meanwhile
        found = _withdrawn(store, cosigner.node, partition)
        last = found.signed[-1]
        said = Restatement(
            cosigner.node,
            counter,
            partition,
            found.sound,
            last.size,
            last.root,
            found.now,
            why.strip(),
            tuple(one.size for one in found.signed),
            found.after,
        )
        store.add_statement(counter, cosigner.statement(said))
    return said


def _withdrawn(store: CheckpointStore, node: str, partition: int) -> _Withdrawn:
    """Return what has to be withdrawn, of the newest origin of which anything has."""
    standing = False
    for after in reversed((None, *store.origins().after(partition))):
        signed = store.all_signed(partition, node, origin=number_of(after))
        standing = standing or bool(signed)
        found = _unlike(store, partition, after, signed) if signed else None
        if found is not None:
            return found
    if not standing:
        raise _not(f"this node has signed nothing of partition {partition} that still stands")
    raise _not(f"the tree of partition {partition} is the one that this node has signed")


def _unlike(store: CheckpointStore, partition: int, after: After | None, signed: Sequence[Root]) -> _Withdrawn | None:
    """Find by bisection the first *signed* size that our tree no longer has: a root stands for all before it."""
    tree, reader = store.own_trees().get(partition), tree_reader(store.connection, partition)
    if tree is None or not tree.whole or tree.entries < signed[-1].size:
        raise _not(
            f"the trail must come to {signed[-1].size} entries again, so far was signed; start the node and wait"
        )
    first = bisect_left(signed, True, key=lambda one: root(one.size, reader) != one.root)  # noqa: FBT003 (the key's value)
    if first == len(signed):
        return None
    sound = signed[first - 1].size if first else 0
    return _Withdrawn(after, sound, tuple(signed[first:]), root(signed[-1].size, reader))


def _not(fault: str) -> NotPublishable:
    return NotPublishable("There is no restatement to make; nothing was written.", [fault])
