"""Where two trees begin to differ."""

from collections.abc import Collection, Mapping
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yisong.proof.differing import first_differing
from yisong.proof.tree import Node, grow


class Stored:
    """A tree whose every node is kept, and which counts what is read of it."""

    def __init__(self, leaves: Collection[bytes]) -> None:
        self.nodes = {Node(0, at): leaf for at, leaf in enumerate(leaves)}
        self.nodes.update(grow((), 0, leaves).completed)
        self.read = 0

    def __call__(self, nodes: Collection[Node]) -> Mapping[Node, bytes]:
        self.read += len(nodes)
        return {node: self.nodes[node] for node in nodes if node in self.nodes}


def _leaves(size: int) -> list[bytes]:
    return [sha256(b"%d" % at).digest() for at in range(size)]


@given(st.integers(1, 300), st.data())
def test_is_the_first_altered_leaf_however_many_are(size: int, data: st.DataObject) -> None:
    """And as many hashes are read as the tree is high, not as it is long."""
    altered = data.draw(st.sets(st.integers(0, size - 1), min_size=1))
    theirs = [bytes(32) if at in altered else leaf for at, leaf in enumerate(_leaves(size))]
    one, other = Stored(_leaves(size)), Stored(theirs)

    assert first_differing(size, one, other) == Node(0, min(altered))
    assert one.read == other.read <= 3 * size.bit_length()


@pytest.mark.parametrize("size", [0, 1, 7, 8, 100])
def test_is_nowhere_in_equal_trees(size: int) -> None:
    assert first_differing(size, Stored(_leaves(size)), Stored(_leaves(size))) is None


@pytest.mark.parametrize("node", [Node(6, 0), Node(5, 2), Node(2, 24)])
def test_is_a_node_whose_hash_alone_was_altered(node: Node) -> None:
    """Nobody touched a leaf: the tree itself was altered, and only peaks show in the root."""
    one, other = Stored(_leaves(100)), Stored(_leaves(100))
    other.nodes[node] = bytes(32)

    assert first_differing(100, one, other) == node


def test_is_a_hash_that_somebody_took_away() -> None:
    one, other = Stored(_leaves(100)), Stored(_leaves(100))
    del other.nodes[Node(6, 0)]

    assert first_differing(100, one, other) == first_differing(100, other, one) == Node(6, 0)
