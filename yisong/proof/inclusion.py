"""Does a leaf stand at an index of a tree? Audit paths: RFC 6962, section 2.1.1, and RFC 9162, section 2.1.3."""

from collections.abc import Iterator, Sequence

from yisong.errors import NotProven
from yisong.proof.tree import HASH_BYTES, Reader, hashes_of, node_hash, split


def inclusion_proof(index: int, size: int, reader: Reader) -> tuple[bytes, ...]:
    """
    Return the audit path of leaf *index* in the tree of the first *size* leaves, from the leaf upwards.

    Raises ValueError where that tree has no such leaf, TreeDiffers where a node is missing.
    """
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    return hashes_of(list(_path(index, 0, size)), reader)


def _path(index: int, first: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield PATH(m, D[n]) of RFC 6962 as the ranges of leaves whose hashes it holds."""
    if end - first == 1:
        return
    middle = first + split(end - first)
    if index < middle:
        yield from _path(index, first, middle)
        yield middle, end
    else:
        yield from _path(index, middle, end)
        yield first, middle


def root_from_inclusion(leaf_hash: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """
    Return the root that a tree of *size* leaves has if *leaf_hash* is its leaf *index* and *proof* its audit path.

    The leaf is proven once this equals a root that one trusts **for this size**: the path alone does not bind the size.
    RFC 9162, section 2.1.3.2. Raises NotProven where *proof* cannot be a path of that leaf at all.
    """
    if not 0 <= index < size:
        raise NotProven(f"The proof is for leaf {index} of a tree of {size} leaves, which has no such leaf.")
    check_hashes((leaf_hash, *proof))
    node, last, root = index, size - 1, leaf_hash
    for sibling in proof:
        if last == 0:
            raise _length(index, size, proof)
        if node & 1 or node == last:
            root = node_hash(sibling, root)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            root = node_hash(root, sibling)
        node, last = node >> 1, last >> 1
    if last:
        raise _length(index, size, proof)
    return root


def check_hashes(hashes: Sequence[bytes]) -> None:
    """
    See that each is as long as a hash. Raises NotProven.

    Without this, bytes could be moved over from one side of a node to the other without changing what is hashed.
    """
    wrong = next((len(one) for one in hashes if len(one) != HASH_BYTES), None)
    if wrong is not None:
        raise NotProven(f"The proof holds a hash of {wrong} bytes; SHA-256 has {HASH_BYTES}.")


def _length(index: int, size: int, proof: Sequence[bytes]) -> NotProven:
    return NotProven(
        f"The proof has {len(proof)} hashes, and no path of leaf {index} in a tree of {size} leaves has that."
    )
