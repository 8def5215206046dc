"""The tree by itself: roots, and how it grows."""

from collections.abc import Sequence
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from tests.unit.proof.rfc6962 import Definition, Kept
from yisong.errors import TreeDiffers
from yisong.proof.tree import EMPTY_ROOT, Grown, Node, grow, nodes_of, peaks_of, root, root_of

LEAVES = [b"entry %d" % number for number in range(1_000)]
HASHES = [sha256(b"\x00" + leaf).digest() for leaf in LEAVES]

# What certificate-transparency (merkle_tree_test.cc) has for these eight leaves, after each of them.
CT_LEAVES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


class TestTheRoot:
    def test_of_no_leaves_is_the_hash_of_nothing(self) -> None:
        assert root(0, Kept([])) == root_of(()) == EMPTY_ROOT == sha256(b"").digest()

    def test_is_that_of_certificate_transparency(self) -> None:
        kept = Kept(CT_LEAVES)

        assert [root(size, kept).hex() for size in range(1, 9)] == CT_ROOTS

    def test_of_every_size_to_a_thousand_is_that_of_the_definition_and_of_another_implementation(self) -> None:
        """Read from the stored nodes, taken from the peaks, by the recursion of the RFC, and by pymerkle."""
        definition, other, kept = Definition(LEAVES), InmemoryTree("sha256"), Kept(LEAVES)
        other.append_entries(LEAVES)
        grown = Grown((), 0, ())
        for size in range(1, len(LEAVES) + 1):
            grown = grow(grown.peaks, grown.size, [HASHES[size - 1]])

            assert root(size, kept) == root_of(grown.peaks) == definition.mth(size) == other.get_root(size)

    def test_needs_every_node_below_it(self) -> None:
        """Somebody took a node away: no root is made up, and the offsets are named."""
        with pytest.raises(TreeDiffers, match="level 2 over the offsets 8 to 11"):
            root(12, Kept(LEAVES).without(Node(2, 2)))


class TestGrowing:
    @given(st.lists(st.integers(0, 60), max_size=12))
    def test_in_any_batches_comes_to_the_same(self, batches: Sequence[int]) -> None:
        """However the entries came in, peaks and completed nodes are those of one batch."""
        peaks: tuple[bytes, ...] = ()
        size = 0
        completed: list[tuple[Node, bytes]] = []
        for batch in batches:
            grown = grow(peaks, size, HASHES[size : size + batch])
            peaks, size = grown.peaks, grown.size
            completed += grown.completed

        assert Grown(peaks, size, completed) == grow((), 0, HASHES[:size])

    @given(st.integers(0, len(LEAVES)), st.integers(0, 100))
    def test_goes_on_from_the_peaks_that_are_stored(self, size: int, more: int) -> None:
        """A node that starts again reads its peaks, and grows as if it had never stopped."""
        peaks = peaks_of(size, Kept(LEAVES[:size]))

        assert grow(peaks, size, HASHES[size : size + more]).peaks == grow((), 0, HASHES[: size + more]).peaks

    @pytest.mark.parametrize("size", [1, 2, 3, 6, 7, 8, 1000])
    def test_completes_each_subtree_once_and_no_other(self, size: int) -> None:
        """Every node whose leaves are all there, children before parents."""
        completed = [node for node, _ in grow((), 0, HASHES[:size]).completed]

        assert sorted(completed) == sorted(
            Node(level, index) for level in range(1, 11) for index in range(size) if Node(level, index).end <= size
        )
        assert completed == sorted(completed, key=lambda node: (node.end, node.level))

    def test_refuses_peaks_of_another_size(self) -> None:
        with pytest.raises(ValueError, match="a tree of 6 leaves has 2 peaks, not 1"):
            grow(HASHES[:1], 6, HASHES[:1])


class TestWhatIsRead:
    @given(st.integers(1, 2**62 - 1))
    def test_of_a_tree_of_any_size_is_a_node_for_each_of_its_peaks(self, size: int) -> None:
        nodes = nodes_of(0, size)

        assert len(nodes) == size.bit_count()
        assert [node.first for node in nodes] == [0, *(node.end for node in nodes[:-1])]
        assert nodes[-1].end == size

    def test_is_read_at_once(self) -> None:
        kept = Kept(LEAVES)
        for size in range(1, 1_001, 50):
            root(size, kept)

        assert len(kept.reads) == 20
        assert max(kept.reads) <= 10
