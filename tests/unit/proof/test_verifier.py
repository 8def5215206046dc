"""What does the verifier stand on, and what does it say of a leaf that a dishonest quorum signed?"""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.ledger.agreement import lines_of, told_of
from tests.unit.ledger.story import HISTORIES, NEGATIVES
from tests.vectors import proof_world as world
from tests.vectors.make_proofs import policies
from tests.vectors.proof_world import LEAVES, NOW, PARTITION, receipt
from yisong.envelope.header import Signature
from yisong.envelope.leaf import Leaf, decode_leaf, encode_leaf, leaf_hash
from yisong.errors import NotProven
from yisong.ledger import absent_entry
from yisong.proof.author import check_author, check_leaf
from yisong.proof.receipt import Receipt, receipt_bytes
from yisong.proof.verifier import verify

_FILES = sorted((*HISTORIES.glob("H*.jsonl"), *NEGATIVES.glob("*.jsonl")))
FILES = [path for path in _FILES if "tamper" not in path.read_text(encoding="utf-8")]
POLICY = policies()["three-of-four"]
KEYS = {key.key_id: key for key in world.KEYS}


def alone(leaf: bytes) -> bytes:
    """Return the receipt of a leaf that is a tree of its own, which all four nodes have cosigned."""
    return receipt_bytes(Receipt(leaf, 0, (), world.signed(NOW._replace(size=1, root=leaf_hash(leaf)))))


def changed(offset: int, **fields: object) -> Leaf:
    return decode_leaf(LEAVES[offset])._replace(**fields)  # type: ignore[arg-type]


def at_the_start(leaf: Leaf) -> bytes:
    fields = {**leaf._asdict(), "offset": 0}
    fields.pop("topic")
    return encode_leaf(**fields)


class TestVerifier:
    def test_needs_no_broker_database_or_service(self) -> None:
        """An auditor's machine has none of them, and the verifier does not even load what would speak to them."""
        code = "import sys, yisong.proof.verifier; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
        loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()

        assert not {"kafka", "psycopg", "faust", "services", "prometheus_client", "aiohttp"} & set(loaded)
        assert "yisong" in loaded

    @pytest.mark.parametrize(
        ("leaf", "why"),
        [
            (changed(3, verdict="recorded"), "its verdict is none"),
            (changed(6, reason=None), "a reason belongs to a refusal"),
            (changed(3, reason="malformed"), "a reason belongs to a refusal"),
            (changed(3, carried_hash=None), "both there or both not"),
            (changed(1, signatures=(Signature("V9801#1", "ed25519", bytes(64)),)), "signatures and no header"),
            (changed(3, docket_prev=None), "its place in the docket"),
            (changed(2, docket_prev=bytes(32)), "its place in the docket"),
            (changed(2, docket_index=-1), "below zero"),
            (changed(0, broker_time=1), "nothing but its place"),
            (changed(1, verdict="admitted", reason=None), "has a header that can be read"),
            (changed(3, header=b"\xc3\x01"), "has a header that can be read"),
            (changed(3, record_hash=None), "has a header that can be read"),
            (changed(3, key=b"CRB-970200-2016-000072-B"), "in the docket of its case"),
            (changed(3, docket_index=0, docket_prev=None), "in the docket of its case"),
        ],
    )
    def test_does_not_believe_a_quorum_that_contradicts_itself(self, leaf: Leaf, why: str) -> None:
        """All four cosigned a leaf that no honest fold makes: nothing is proven."""
        with pytest.raises(NotProven, match=f"Step 3.*{why}"):
            verify(alone(at_the_start(leaf)), policy=POLICY)

    def test_believes_the_same_leaf_unchanged(self) -> None:
        """So it was the change that failed, and not the tree of one leaf."""
        for offset in (1, 2, 3, 6):
            assert verify(alone(at_the_start(changed(offset))), policy=POLICY, keys=KEYS).facts["size"] == 1

    def test_wants_both_signatures_of_an_event_with_two(self) -> None:
        """Where the header names a countersigner, its signature is checked like the first."""
        leaf, head = decode_leaf(LEAVES[3]), check_leaf(decode_leaf(LEAVES[3]))
        assert head is not None
        countersigned = head._replace(countersignature="V9801")

        with pytest.raises(NotProven, match="keeps 1 signatures, and 2 are due"):
            check_author(leaf, countersigned, bus=world.BUS, keys=KEYS)
        twice = leaf._replace(signatures=leaf.signatures * 2)
        assert check_author(twice, countersigned, bus=world.BUS, keys=KEYS) == ("V9801#1", "V9801#1")
        with pytest.raises(NotProven, match="P9801 has no registered key"):
            check_author(twice, head._replace(countersignature="P9801"), bus=world.BUS, keys=KEYS)

    def test_says_which_step_failed(self) -> None:
        """An expired key is step 7, and what is said of it names key and organ."""
        with pytest.raises(NotProven, match=r"Step 7.*The key V9801#2 of V9801 was not valid at log time"):
            verify(receipt_bytes(receipt(world.EXPIRED)), policy=POLICY, keys=KEYS)
        with pytest.raises(NotProven, match=r"Step 7.*is not of this header on the bus conformance"):
            verify(receipt_bytes(receipt(world.REPLAYED)), policy=POLICY, keys=KEYS)

    @pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
    def test_believes_every_leaf_that_the_fold_makes(self, path: Path) -> None:
        """What the histories and the negatives come to, absent offsets included, contradicts itself nowhere."""
        leaves = [entry.leaf for one in told_of(lines_of(path)) for entry in one.story.entries]
        for leaf in (*leaves, absent_entry(4, 0).leaf):
            check_leaf(decode_leaf(leaf))
        assert leaves

    def test_world_is_in_the_partition_of_its_docket(self) -> None:
        """The log of these tests is one that could be."""
        assert {decode_leaf(leaf).partition for leaf in LEAVES} == {PARTITION}
