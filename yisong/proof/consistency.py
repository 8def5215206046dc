"""Is one tree the beginning of another? Consistency proofs: RFC 6962, section 2.1.2, and RFC 9162, section 2.1.4."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from yisong.errors import NotProven
from yisong.proof.inclusion import check_hashes
from yisong.proof.tree import EMPTY_ROOT, Reader, hashes_of, node_hash, split


def consistency_proof(old: int, new: int, reader: Reader) -> tuple[bytes, ...]:
    """
    Return what shows that the first *old* leaves are the beginning of the first *new*.

    Nothing is needed where *old* is 0 or *new*, and nothing is read.
    Raises ValueError where *old* is beyond *new*, TreeDiffers where a node is missing.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {old} leaves is not the beginning of one of {new}")
    if old in (0, new):
        return ()
    return hashes_of(list(_subproof(old, 0, new, whole=True)), reader)


def _subproof(old: int, first: int, end: int, *, whole: bool) -> Iterator[tuple[int, int]]:
    """
    Yield SUBPROOF(m, D[n], b) of RFC 6962 as ranges of leaves.

    *old* is the leaf at which the old tree ends; *whole*: [first, old) is all of the old tree, so its root is known.
    """
    if old == end:
        if not whole:
            yield first, end
        return
    middle = first + split(end - first)
    if old <= middle:
        yield from _subproof(old, first, middle, whole=whole)
        yield middle, end
    else:
        yield from _subproof(old, middle, end, whole=False)
        yield first, middle


class _Roots(NamedTuple):
    """What the proof makes of both trees, from the bottom up."""

    old: bytes
    new: bytes


def check_consistency(old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """
    See that the tree of *old_size* leaves with *old_root* is the beginning of that of *new_size* with *new_root*.

    RFC 9162, section 2.1.4.2. Both roots must be trusted **for their sizes**: the proof alone does not bind these.
    Raises NotProven where *proof* does not show it.
    """
    if not 0 <= old_size <= new_size:
        raise NotProven(f"A tree of {old_size} leaves cannot be the beginning of one of {new_size}.")
    check_hashes((old_root, new_root, *proof))
    if old_size in (0, new_size):
        _check_without(old_size, old_root, EMPTY_ROOT if old_size == 0 else new_root, proof)
        return
    # Where the old tree is one complete subtree, the proof leaves out its root, which we know.
    path = [old_root, *proof] if old_size & (old_size - 1) == 0 else list(proof)
    roots = _climb(old_size, new_size, path)
    if roots.old != old_root:
        raise NotProven(f"The proof is not about the given root of the first {old_size} leaves.")
    if roots.new != new_root:
        raise NotProven(f"The proof does not lead from the first {old_size} leaves to the given root of {new_size}.")


def _check_without(old_size: int, old_root: bytes, expected: bytes, proof: Sequence[bytes]) -> None:
    """Check a tree of no leaves, or two of the same size: there is nothing to prove, and one root to be."""
    if proof:
        raise NotProven(f"The proof has {len(proof)} hashes where none is needed.")
    if old_root != expected:
        raise NotProven(f"The root of the first {old_size} leaves is another one.")


def _climb(old_size: int, new_size: int, path: Sequence[bytes]) -> _Roots:
    node, last = old_size - 1, new_size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    if not path:
        raise _length(old_size, new_size)
    roots = _Roots(path[0], path[0])
    for sibling in path[1:]:
        if last == 0:
            raise _length(old_size, new_size)
        if node & 1 or node == last:
            roots = _Roots(node_hash(sibling, roots.old), node_hash(sibling, roots.new))
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            roots = roots._replace(new=node_hash(roots.new, sibling))
        node, last = node >> 1, last >> 1
    if last:
        raise _length(old_size, new_size)
    return roots


def _length(old_size: int, new_size: int) -> NotProven:
    return NotProven(f"The proof has not as many hashes as one from {old_size} to {new_size} leaves.")
