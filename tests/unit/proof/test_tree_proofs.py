"""What a tree can prove, and that nothing else passes for a proof."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree, verify_consistency

from tests.unit.proof.rfc6962 import Definition, Kept
from tests.unit.proof.test_tree import CT_LEAVES, CT_ROOTS
from yisong.errors import NotProven, TreeDiffers
from yisong.proof.consistency import check_consistency, consistency_proof
from yisong.proof.inclusion import inclusion_proof, root_from_inclusion
from yisong.proof.tree import EMPTY_ROOT, Node, node_hash, root

LARGE = 20_000
LEAVES = [b"entry %d" % number for number in range(LARGE)]
KEPT = Kept(LEAVES)
DEFINITION = Definition(LEAVES)
ROOTS = [DEFINITION.mth(size) for size in range(1_001)]

# From the proofs of certificate-transparency's own tests over its eight leaves.
_H01 = CT_ROOTS[1]
_H1 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
_H23 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
_H4 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
_H45 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
_H67 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
_H47 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"


@pytest.fixture(scope="module")
def other() -> InmemoryTree:
    """Give the same leaves in pymerkle, which counts leaves from 1."""
    tree = InmemoryTree("sha256")
    tree.append_entries(LEAVES)
    return tree


class TestInclusion:
    @pytest.mark.parametrize(
        ("index", "size", "path"),
        [
            (0, 1, []),
            (0, 8, [_H1, _H23, _H47]),
            (5, 8, [_H4, _H67, CT_ROOTS[3]]),
            (2, 3, [_H01]),
            (1, 5, [CT_ROOTS[0], _H23, _H4]),
        ],
    )
    def test_is_proven_by_the_paths_of_certificate_transparency(self, index: int, size: int, path: list[str]) -> None:
        proof = inclusion_proof(index, size, Kept(CT_LEAVES))
        leaf_hash = sha256(b"\x00" + CT_LEAVES[index]).digest()

        assert [one.hex() for one in proof] == path
        assert root_from_inclusion(leaf_hash, index, size, proof).hex() == CT_ROOTS[size - 1]

    def test_of_the_example_of_the_rfc(self) -> None:
        """RFC 6962, section 2.1.3: the paths of d0, d3, d4 and d6 in the tree of seven leaves."""
        a, b, c, d, e, f, j = Kept(LEAVES[:7]).leaf_hashes
        g, h, i = node_hash(a, b), node_hash(c, d), node_hash(e, f)
        k, l_ = node_hash(g, h), node_hash(i, j)
        paths = [inclusion_proof(index, 7, KEPT) for index in (0, 3, 4, 6)]

        assert paths == [(b, h, l_), (c, g, l_), (f, j, k), (i, k)]

    def test_of_any_leaf_in_any_tree_to_a_thousand_is_the_path_of_two_others(self, other: InmemoryTree) -> None:
        """For every size: the first, the last and three leaves between; by the definition, and by pymerkle."""
        for size, index in _samples(range(1, 1_001), below=True):
            proof = inclusion_proof(index, size, KEPT)

            assert proof == DEFINITION.path(index, size)
            assert list(proof) == other.prove_inclusion(index + 1, size).path[1:]
            assert root_from_inclusion(KEPT.leaf_hashes[index], index, size, proof) == ROOTS[size]

    @given(st.data())
    def test_in_larger_trees_too(self, other: InmemoryTree, data: st.DataObject) -> None:
        size = data.draw(st.integers(1_001, LARGE))
        index = data.draw(st.integers(0, size - 1))
        proof = inclusion_proof(index, size, KEPT)

        assert list(proof) == other.prove_inclusion(index + 1, size).path[1:]
        assert root_from_inclusion(KEPT.leaf_hashes[index], index, size, proof) == DEFINITION.mth(size)

    @pytest.mark.parametrize(("index", "size"), [(0, 1), (0, 2), (1, 3), (2, 3), (4, 7), (6, 7), (77, 100), (99, 100)])
    def test_fails_with_any_one_bit_flipped_in_leaf_index_or_path(self, index: int, size: int) -> None:
        """Every single bit; an index is flipped also where that leads out of the tree."""
        leaf_hash, proof = KEPT.leaf_hashes[index], inclusion_proof(index, size, KEPT)

        assert _proven(leaf_hash, index, size, proof)
        for flipped in _flips(LEAVES[index]):
            assert not _proven(sha256(b"\x00" + flipped).digest(), index, size, proof)
        for flipped in _flips(leaf_hash):
            assert not _proven(flipped, index, size, proof)
        for bit in range(64):
            assert not _proven(leaf_hash, index ^ 1 << bit, size, proof)
        for place, sibling in enumerate(proof):
            for flipped in _flips(sibling):
                assert not _proven(leaf_hash, index, size, (*proof[:place], flipped, *proof[place + 1 :]))

    @pytest.mark.parametrize(("index", "size"), [(0, 1), (0, 2), (2, 3), (6, 7), (77, 100)])
    def test_needs_exactly_its_path(self, index: int, size: int) -> None:
        """One hash left out, one too many, or two that have changed places."""
        leaf_hash, proof = KEPT.leaf_hashes[index], inclusion_proof(index, size, KEPT)
        for place in range(len(proof)):
            with pytest.raises(NotProven, match="no path of leaf"):
                root_from_inclusion(leaf_hash, index, size, proof[:place] + proof[place + 1 :])
        with pytest.raises(NotProven, match=f"has {len(proof) + 1} hashes"):
            root_from_inclusion(leaf_hash, index, size, (*proof, bytes(32)))
        for place in range(len(proof) - 1):
            swapped = (*proof[:place], proof[place + 1], proof[place], *proof[place + 2 :])
            assert not _proven(leaf_hash, index, size, swapped)

    def test_moves_no_byte_from_one_hash_to_another(self) -> None:
        """31 and 33 bytes hash like 32 and 32: a proof that holds such hashes is none."""
        leaf_hash, (sibling,) = KEPT.leaf_hashes[0], inclusion_proof(0, 2, KEPT)
        longer, shorter = leaf_hash + sibling[:1], sibling[1:]
        assert node_hash(longer, shorter) == ROOTS[2]

        with pytest.raises(NotProven, match="a hash of 33 bytes"):
            root_from_inclusion(longer, 0, 2, [shorter])
        with pytest.raises(NotProven, match="a hash of 31 bytes"):
            root_from_inclusion(leaf_hash, 0, 2, [shorter])

    @pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (4, 3), (-1, 3)])
    def test_is_for_a_leaf_that_the_tree_has(self, index: int, size: int) -> None:
        with pytest.raises(NotProven, match="which has no such leaf"):
            root_from_inclusion(bytes(32), index, size, [])
        with pytest.raises(ValueError, match="has no leaf"):
            inclusion_proof(index, size, KEPT)


class TestConsistency:
    @pytest.mark.parametrize(
        ("old", "new", "path"),
        [(1, 1, []), (1, 8, [_H1, _H23, _H47]), (6, 8, [_H45, _H67, CT_ROOTS[3]]), (2, 5, [_H23, _H4])],
    )
    def test_is_proven_by_the_paths_of_certificate_transparency(self, old: int, new: int, path: list[str]) -> None:
        proof = consistency_proof(old, new, Kept(CT_LEAVES))
        old_root, new_root = (bytes.fromhex(CT_ROOTS[size - 1]) for size in (old, new))

        assert [one.hex() for one in proof] == path
        check_consistency(old, old_root, new, new_root, proof)

    def test_of_the_example_of_the_rfc(self) -> None:
        """RFC 6962, section 2.1.3: from three, four and six leaves to seven."""
        a, b, c, d, e, f, j = Kept(LEAVES[:7]).leaf_hashes
        g, h, i = node_hash(a, b), node_hash(c, d), node_hash(e, f)
        k, l_ = node_hash(g, h), node_hash(i, j)

        assert [consistency_proof(old, 7, KEPT) for old in (3, 4, 6)] == [(c, d, g, l_), (l_,), (i, j, k)]

    def test_of_any_two_sizes_to_a_thousand(self, other: InmemoryTree) -> None:
        """
        For every size: the first, itself and three before; by the definition.

        Of pymerkle the roots are taken: its proofs end at other nodes than those of the RFC, and prove the same.
        """
        for new, old in _samples(range(1, 1_001), below=False):
            proof = consistency_proof(old, new, KEPT)

            assert proof == DEFINITION.proof(old, new)
            check_consistency(old, ROOTS[old], new, ROOTS[new], proof)
            verify_consistency(ROOTS[old], ROOTS[new], other.prove_consistency(old, new), old, new)

    @given(st.data())
    def test_in_larger_trees_too(self, data: st.DataObject) -> None:
        new = data.draw(st.integers(1_001, LARGE))
        old = data.draw(st.integers(1, new))
        proof = consistency_proof(old, new, KEPT)

        assert proof == DEFINITION.proof(old, new)
        check_consistency(old, DEFINITION.mth(old), new, DEFINITION.mth(new), proof)

    @pytest.mark.parametrize(("old", "new"), [(1, 2), (3, 7), (4, 7), (6, 7), (64, 100), (77, 100), (99, 100)])
    def test_fails_with_any_one_bit_flipped_in_roots_or_path(self, old: int, new: int) -> None:
        proof = consistency_proof(old, new, KEPT)

        assert _consistent(old, ROOTS[old], new, ROOTS[new], proof)
        for flipped in _flips(ROOTS[old]):
            assert not _consistent(old, flipped, new, ROOTS[new], proof)
        for flipped in _flips(ROOTS[new]):
            assert not _consistent(old, ROOTS[old], new, flipped, proof)
        for place, one in enumerate(proof):
            for flipped in _flips(one):
                assert not _consistent(old, ROOTS[old], new, ROOTS[new], (*proof[:place], flipped, *proof[place + 1 :]))

    @pytest.mark.parametrize(("old", "new"), [(1, 2), (3, 7), (4, 7), (6, 7), (64, 100), (77, 100)])
    def test_needs_exactly_its_path(self, old: int, new: int) -> None:
        proof = consistency_proof(old, new, KEPT)
        for path in ((), (*proof, bytes(32)), proof[1:], proof[:-1]):
            assert not _consistent(old, ROOTS[old], new, ROOTS[new], path)

    def test_binds_the_sizes_to_the_number_of_hashes(self) -> None:
        """The roots are those to which the hashes lead, and still: of trees of these sizes they are not."""
        beyond, proof = bytes(32), consistency_proof(3, 7, KEPT)
        longer = (node_hash(beyond, ROOTS[3]), node_hash(beyond, ROOTS[7]))

        with pytest.raises(NotProven, match="not as many hashes as one from 3 to 7"):
            check_consistency(3, longer[0], 7, longer[1], (*proof, beyond))
        with pytest.raises(NotProven, match="not as many hashes as one from 1 to 5"):
            check_consistency(1, ROOTS[1], 5, ROOTS[2], consistency_proof(1, 2, KEPT))

    def test_of_a_tree_that_was_rewritten_is_not_proven(self) -> None:
        """One leaf of the first hundred was another one when the old root was signed."""
        before = Kept([*LEAVES[:41], b"another entry", *LEAVES[42:100]])
        proof = consistency_proof(100, 150, KEPT)

        with pytest.raises(NotProven, match="not about the given root of the first 100 leaves"):
            check_consistency(100, root(100, before), 150, ROOTS[150], proof)

    def test_of_nothing_or_of_the_same_needs_no_proof_and_the_right_root(self) -> None:
        """The empty tree is the beginning of all, and each tree of itself."""
        assert consistency_proof(0, 7, KEPT) == consistency_proof(7, 7, KEPT) == ()
        check_consistency(0, EMPTY_ROOT, 7, ROOTS[7], ())
        check_consistency(7, ROOTS[7], 7, ROOTS[7], ())
        for old, old_root, new_root in ((0, ROOTS[1], ROOTS[7]), (7, ROOTS[6], ROOTS[7])):
            with pytest.raises(NotProven, match="is another one"):
                check_consistency(old, old_root, 7, new_root, ())
        with pytest.raises(NotProven, match="where none is needed"):
            check_consistency(0, EMPTY_ROOT, 7, ROOTS[7], (ROOTS[7],))

    @pytest.mark.parametrize(("old", "new"), [(8, 7), (-1, 7)])
    def test_of_what_is_no_beginning_is_none(self, old: int, new: int) -> None:
        with pytest.raises(NotProven, match="cannot be the beginning"):
            check_consistency(old, ROOTS[7], new, ROOTS[7], ())
        with pytest.raises(ValueError, match="not the beginning"):
            consistency_proof(old, new, KEPT)


class TestTheWayToAProof:
    @given(st.integers(2, 2**62 - 1), st.data())
    def test_of_any_length_is_one_read_of_few_nodes(self, size: int, data: st.DataObject) -> None:
        """Trees too large to hold, of equal leaves, so that every node of a level has the same hash."""
        index = data.draw(st.integers(0, size - 1))
        reads: list[int] = []

        def equal_leaves(nodes: Collection[Node]) -> Mapping[Node, bytes]:
            reads.append(len(nodes))
            return {node: LEVELS[node.level] for node in nodes}

        path = inclusion_proof(index, size, equal_leaves)
        proof = consistency_proof(index + 1, size, equal_leaves)
        assert len(reads) == (2 if index + 1 < size else 1)
        assert max(reads) <= 2 * size.bit_length()
        assert root_from_inclusion(LEVELS[0], index, size, path) == root(size, equal_leaves)
        check_consistency(index + 1, root(index + 1, equal_leaves), size, root(size, equal_leaves), proof)

    def test_ends_where_a_node_is_missing(self) -> None:
        """No proof is made up: what is missing is named."""
        with pytest.raises(TreeDiffers, match="level 3 over the offsets 8 to 15"):
            inclusion_proof(0, 100, Kept(LEAVES[:100]).without(Node(3, 1)))


def _levels() -> Iterator[bytes]:
    hash_ = bytes(32)
    for _ in range(63):
        yield hash_
        hash_ = node_hash(hash_, hash_)


LEVELS = list(_levels())


def _samples(sizes: Sequence[int], *, below: bool) -> Iterator[tuple[int, int]]:
    """Yield each size with numbers up to it: leaves (*below* it), or sizes (from 1 to itself)."""
    chance = Random(6962)  # noqa: S311 (repeatable on purpose)
    for size in sizes:
        low, high = (0, size - 1) if below else (1, size)
        for number in {low, high, *(chance.randint(low, high) for _ in range(3))}:
            yield size, number


def _flips(data: bytes) -> Iterator[bytes]:
    for bit in range(8 * len(data)):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        yield bytes(flipped)


def _proven(leaf_hash: bytes, index: int, size: int, proof: Sequence[bytes]) -> bool:
    with suppress(NotProven):
        return root_from_inclusion(leaf_hash, index, size, proof) == ROOTS[size]
    return False


def _consistent(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    with suppress(NotProven):
        check_consistency(old, old_root, new, new_root, proof)
        return True
    return False
