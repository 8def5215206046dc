"""Is the stored tree of a partition the one of its leaves? Computed anew and compared node by node."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from psycopg import Connection

from yisong.postgres.tree import completed_levels, completed_nodes, leaf_hashes, nodes_beyond, tree_size
from yisong.proof.tree import Grown, Node, grow, root_of

# So many leaves are hashed between two reads of stored nodes.
_BLOCK = 1 << 15


class TreeDifference(NamedTuple):
    """A node of *partition* whose *stored* hash is not the *computed* one; None where there is, or should be, none."""

    partition: int
    node: Node
    stored: bytes | None
    computed: bytes | None

    def __str__(self) -> str:
        stored, computed = ("nothing" if one is None else one.hex() for one in (self.stored, self.computed))
        node = self.node
        return (
            f"partition {self.partition}, level {node.level} over the offsets {node.first} to {node.end - 1}: "
            f"{stored} is stored, {computed} is computed"
        )


class Checked(NamedTuple):
    """
    What was found: the tree that *size* leaves have, by its *root* as computed, and the first difference, if any.

    Where there is one, what lies behind it was not looked at, and *size* and *root* are those of the leaves so far.
    """

    size: int
    root: bytes
    difference: TreeDifference | None


def check_tree(
    connection: Connection,
    partition: int,
    leaves: Iterable[bytes],
    *,
    progress: Callable[[int], object] = lambda _: None,
) -> Checked:
    """
    Compute the tree of *leaves* (leaf hashes from offset 0 on) and compare every node with what is stored.

    The first difference is the one that the shortest tree has: of an altered leaf its lowest node (a last leaf without
    a pair stands under none yet, and shows in the root). What the trail adds meanwhile does no harm. *progress* is told
    how many leaves are done. Raises BusUnreachable.
    """
    tree, remaining = Grown((), 0, ()), iter(leaves)
    while block := list(islice(remaining, _BLOCK)):
        before, tree = tree.size, grow(tree.peaks, tree.size, block)
        if completed_levels(connection, partition, first=before, end=tree.size) != _by_level(tree.completed):
            stored = completed_nodes(connection, partition, first=before, end=tree.size)
            difference = _first(partition, tree.completed, stored)
            if difference is not None:
                return Checked(tree.size, root_of(tree.peaks), difference)
        progress(tree.size)
    beyond = nodes_beyond(connection, partition)
    ahead = min(beyond, key=lambda node: (node.end, node.level), default=None)
    difference = None if ahead is None else TreeDifference(partition, ahead, beyond[ahead], None)
    return Checked(tree.size, root_of(tree.peaks), difference)


def _by_level(nodes: Iterable[tuple[Node, bytes]]) -> Mapping[int, bytes]:
    hashes: defaultdict[int, list[bytes]] = defaultdict(list)
    for (level, _), hash_ in nodes:
        hashes[level].append(hash_)
    return {level: b"".join(all_) for level, all_ in hashes.items()}


def _first(
    partition: int, computed: Sequence[tuple[Node, bytes]], stored: Mapping[Node, bytes]
) -> TreeDifference | None:
    differing = ((node, hash_) for node, hash_ in computed if stored.get(node) != hash_)
    return next((TreeDifference(partition, node, stored.get(node), hash_) for node, hash_ in differing), None)


def stored_leaves(connection: Connection, partition: int) -> Iterator[bytes]:
    """
    Yield the leaf hashes of all entries over which the tree stands, a block at a time.

    Raises TreeDiffers naming the first offset that has no entry, BusUnreachable.
    """
    size = tree_size(connection, partition)
    for first in range(0, size, _BLOCK):
        yield from leaf_hashes(connection, partition, first=first, end=min(first + _BLOCK, size))
