"""RFC 6962, section 2.1, word for word and slowly: what the implementation is held to."""

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from hashlib import sha256

from yisong.proof.tree import Node, grow


class Definition:
    """MTH, PATH and PROOF over *leaves* (their bytes), by the recursions of the RFC; ranges are remembered."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self._leaves = leaves
        self._mth = lru_cache(maxsize=None)(self._hash)

    def _hash(self, first: int, end: int) -> bytes:
        if end == first:
            return sha256(b"").digest()
        if end - first == 1:
            return sha256(b"\x00" + self._leaves[first]).digest()
        k = _k(end - first)
        return sha256(b"\x01" + self._mth(first, first + k) + self._mth(first + k, end)).digest()

    def mth(self, size: int) -> bytes:
        """MTH(D[size])."""
        return self._mth(0, size)

    def path(self, m: int, n: int, first: int = 0) -> tuple[bytes, ...]:
        """PATH(m, D[first:first + n])."""
        if n == 1:
            return ()
        k = _k(n)
        if m < k:
            return (*self.path(m, k, first), self._mth(first + k, first + n))
        return (*self.path(m - k, n - k, first + k), self._mth(first, first + k))

    def proof(self, m: int, n: int) -> tuple[bytes, ...]:
        """PROOF(m, D[n])."""
        return self._subproof(m, 0, n, b=True)

    def _subproof(self, m: int, first: int, n: int, *, b: bool) -> tuple[bytes, ...]:
        if m == n:
            return () if b else (self._mth(first, first + n),)
        k = _k(n)
        if m <= k:
            return (*self._subproof(m, first, k, b=b), self._mth(first + k, first + n))
        return (*self._subproof(m - k, first + k, n - k, b=False), self._mth(first, first + k))


def _k(n: int) -> int:
    """Return the largest power of two smaller than *n*."""
    k = 1
    while k * 2 < n:
        k *= 2
    return k


class Kept:
    """A tree as a trail keeps it: leaf hashes, and the nodes that `grow` completed. Counts what is read."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        hashes = [sha256(b"\x00" + leaf).digest() for leaf in leaves]
        self.leaf_hashes = hashes
        self._nodes = {Node(0, index): one for index, one in enumerate(hashes)}
        self._nodes.update(grow((), 0, hashes).completed)
        self.reads: list[int] = []

    def __call__(self, nodes: Collection[Node]) -> Mapping[Node, bytes]:
        self.reads.append(len(nodes))
        return {node: self._nodes[node] for node in nodes if node in self._nodes}

    def without(self, node: Node) -> "Kept":
        """Take a node away."""
        del self._nodes[node]
        return self
