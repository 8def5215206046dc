"""
What does a Merkle tree say, and how does it grow? RFC 6962, section 2.1, over leaf hashes.

A tree is known by its *complete subtrees*: a node of level l and index i stands over the leaves [i·2^l, (i+1)·2^l), and
once those are there its hash never changes. Any other range that a proof speaks of is put together from O(log n) of
them.
Nothing here reads anything but what it is handed.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple

from yisong.errors import TreeDiffers

HASH_BYTES = 32
#: The root of the tree without leaves (RFC 6962: the hash of nothing).
EMPTY_ROOT = sha256(b"").digest()


class Node(NamedTuple):
    """The complete subtree over the leaves [index · 2^level, (index + 1) · 2^level); level 0 is a leaf."""

    level: int
    index: int  # type: ignore[assignment]  # the word of the RFC; nobody looks for a value in a node

    @property
    def first(self) -> int:
        """The first leaf below it."""
        return self.index << self.level

    @property
    def end(self) -> int:
        """The leaf after the last one below it: the size from which on a tree has this node."""
        return (self.index + 1) << self.level


Reader = Callable[[Collection[Node]], Mapping[Node, bytes]]
"""
Whoever keeps a tree: for nodes, their hashes (of level 0: the leaf hashes).

What it does not have is missing from the answer. Each of the functions here calls it once.
"""


class Grown(NamedTuple):
    """
    A tree after more leaves.

    *peaks*: hashes of the largest complete subtrees that together hold all *size* leaves, from left to right.
    *completed*: every node of level 1 or more that the new leaves made complete, children before parents.
    """

    peaks: tuple[bytes, ...]
    size: int
    completed: Sequence[tuple[Node, bytes]]


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return SHA-256(0x01 ‖ *left* ‖ *right*), the hash of the node above two."""
    return sha256(b"\x01" + left + right).digest()


def grow(peaks: Sequence[bytes], size: int, leaf_hashes: Iterable[bytes]) -> Grown:
    """Append *leaf_hashes* to a tree of *size* leaves. Raises ValueError where *peaks* cannot be those of that size."""
    if len(peaks) != size.bit_count():
        raise ValueError(f"a tree of {size} leaves has {size.bit_count()} peaks, not {len(peaks)}")
    standing, completed = list(peaks), []
    for leaf_hash in leaf_hashes:
        level, index, above = 0, size, leaf_hash
        while index & 1:
            # node_hash, but for the call: this is the loop in which a trail's tree and its check spend their time
            level, index, above = level + 1, index >> 1, sha256(b"\x01" + standing.pop() + above).digest()
            completed.append((Node(level, index), above))
        standing.append(above)
        size += 1
    return Grown(tuple(standing), size, completed)


def root_of(peaks: Sequence[bytes]) -> bytes:
    """Return the root of the tree that has these *peaks*; of no peaks, `EMPTY_ROOT`."""
    if not peaks:
        return EMPTY_ROOT
    *others, root = peaks
    for peak in reversed(others):
        root = node_hash(peak, root)
    return root


def nodes_of(first: int, end: int) -> tuple[Node, ...]:
    """
    Return the largest complete subtrees that together are the leaves [*first*, *end*), from left to right.

    The range must be one that RFC 6962 splits off: *first* divides by the least power of two not below its length.
    """
    nodes = []
    while first < end:
        level = (end - first).bit_length() - 1
        nodes.append(Node(level, first >> level))
        first += 1 << level
    return tuple(nodes)


def split(leaves: int) -> int:
    """Return the largest power of two below *leaves* (two or more): so many go to the left (RFC 6962: k)."""
    return 1 << ((leaves - 1).bit_length() - 1)


def hashes_of(ranges: Sequence[tuple[int, int]], reader: Reader) -> tuple[bytes, ...]:
    """
    Return the hash over each range [first, end) of leaves, with one call of *reader*.

    Raises TreeDiffers where it lacks a node: no complete subtree of what is stored may be missing.
    """
    planned = [nodes_of(first, end) for first, end in ranges]
    wanted = {node for nodes in planned for node in nodes}
    found = reader(wanted) if wanted else {}
    lacking = wanted - found.keys()
    if lacking:
        raise lacks(min(lacking))
    return tuple(root_of([found[node] for node in nodes]) for nodes in planned)


def root(size: int, reader: Reader) -> bytes:
    """Return the root of the first *size* leaves. Raises TreeDiffers where a node is missing."""
    return hashes_of([(0, size)], reader)[0]


def peaks_of(size: int, reader: Reader) -> tuple[bytes, ...]:
    """Return the peaks of the first *size* leaves, from which the tree can `grow`. Raises TreeDiffers."""
    return hashes_of([(node.first, node.end) for node in nodes_of(0, size)], reader)


def lacks(node: Node) -> TreeDiffers:
    """Return the error that *node* is not there."""
    return TreeDiffers(
        f"The tree has no node of level {node.level} over the offsets {node.first} to {node.end - 1}. It has fewer "
        "leaves than was asked for, or somebody has taken the node away. Check the trail with `yisong fsck`."
    )
