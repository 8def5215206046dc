"""A receipt stands and falls with every bit of it; a signature line falls alone."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vectors import proof_world as world
from tests.vectors.make_proofs import policies
from yisong.errors import NotProven, Unreadable
from yisong.proof.checkpoint import Signed
from yisong.proof.receipt import HEADER, Receipt, parse_receipt, receipt_bytes
from yisong.proof.verifier import verify

POLICY, ALL_FOUR = policies()["three-of-four"], policies()["all-four"]
GOOD = receipt_bytes(world.receipt())
#: Where the signature lines begin.
LINES = GOOD.rindex(b"\n\n") + 2


def flips(start: int, end: int) -> Iterator[bytes]:
    for place in range(start, end):
        for bit in range(8):
            yield GOOD[:place] + bytes([GOOD[place] ^ 1 << bit]) + GOOD[place + 1 :]


class TestReceipt:
    def test_is_read_and_written_byte_for_byte(self) -> None:
        """What is read is written again as it was, unknown lines included, in their order."""
        stranger = Signed(world.NOW, (world.STRANGER.line(world.NOW), *world.signed().signatures))
        for receipt in (world.receipt(), world.receipt(0), world.receipt(checkpoint=stranger)):
            data = receipt_bytes(receipt)

            assert parse_receipt(data) == receipt
            assert receipt_bytes(parse_receipt(data)) == data

    def test_fails_with_any_bit_of_leaf_index_path_or_checkpoint(self) -> None:
        """Every single bit in front of the signature lines, flipped: nothing is proven."""
        for flipped in flips(0, LINES):
            with pytest.raises(NotProven):
                verify(flipped, policy=POLICY)

    def test_loses_one_line_with_any_bit_of_it(self) -> None:
        """Every single bit of the signature lines, flipped: that node is lost and named; three of four are left."""
        for flipped in flips(LINES, len(GOOD)):
            statement = verify(flipped, policy=POLICY)

            assert statement.facts["have"] == 3
            assert statement.lost
            assert "3 of 4 cosigners" in statement.quorum[0]

    def test_fails_when_a_lost_line_costs_the_quorum(self) -> None:
        """Where all four are asked for, any bit of any line is one too many; the line is named."""
        for flipped in flips(LINES, len(GOOD)):
            with pytest.raises(NotProven, match=r"recorded by 3 of 4, and the policy asks for 4\.\n  - lost: "):
                verify(flipped, policy=ALL_FOUR)

    def test_cut_short_is_said_to_be(self) -> None:
        """Every beginning of the file: unreadable, or, where whole lines are left, recorded by fewer."""
        for end in range(len(GOOD)):
            whole = GOOD[LINES:end].count(b"\n") if GOOD[:end].endswith(b"\n") else 0
            if whole >= 3:
                assert verify(GOOD[:end], policy=POLICY).facts["have"] == whole
            elif whole and end > LINES:
                with pytest.raises(NotProven, match=f"recorded by {whole} of 4"):
                    verify(GOOD[:end], policy=POLICY)
            else:
                with pytest.raises(
                    Unreadable, match=r"empty|Cut short|exactly three lines|base64|does not say|31 bytes"
                ):
                    verify(GOOD[:end], policy=POLICY)

    @given(st.binary(max_size=300) | st.binary(max_size=300).map(lambda tail: HEADER + b"\n" + tail))
    def test_is_nothing_that_anybody_makes_up(self, data: bytes) -> None:
        """Whatever the bytes, there is an answer in words, and no other error."""
        with pytest.raises(Unreadable):
            verify(data, policy=POLICY)

    @given(st.data())
    def test_fails_whatever_is_done_to_it(self, data: st.DataObject) -> None:
        """Cutting out, doubling and moving parts of it in front of the signature lines proves nothing either."""
        start, end, to = sorted(data.draw(st.integers(0, LINES)) for _ in range(3))
        changed = data.draw(
            st.sampled_from(
                (
                    GOOD[:start] + GOOD[end:],
                    GOOD[:end] + GOOD[start:],
                    GOOD[:start] + GOOD[end:to] + GOOD[start:end] + GOOD[to:],
                )
            )
        )
        if changed == GOOD:
            return
        with pytest.raises(NotProven):
            verify(changed, policy=POLICY)

    @pytest.mark.parametrize("start", [0, GOOD.index(b"\n\n") + 2], ids=["whole", "checkpoint"])
    def test_said_twice_in_front_of_its_signature_lines_is_not_read(self, start: int) -> None:
        """What stands between a checkpoint and its signature lines would be read by some and passed over by others."""
        with pytest.raises(Unreadable, match="never one of them"):
            verify(GOOD[:LINES] + GOOD[start:], policy=POLICY)

    def test_of_every_leaf_holds_and_of_no_other(self) -> None:
        """Each leaf's receipt is proven; with any other leaf's bytes under the same index it is not."""
        for offset in range(world.SIZE):
            receipt = world.receipt(offset)
            assert verify(receipt_bytes(receipt), policy=POLICY).facts["offset"] == offset
            for other in range(world.SIZE):
                if other != offset:
                    with pytest.raises(NotProven, match="Step 3"):
                        verify(receipt_bytes(receipt._replace(leaf=world.LEAVES[other])), policy=POLICY)

    def test_of_a_tree_too_high_is_not_climbed(self) -> None:
        """A path longer than any tree is high is not read."""
        long = Receipt(world.LEAVES[3], 3, (bytes(32),) * 64, world.signed())
        with pytest.raises(Unreadable, match="no tree is higher than 63"):
            verify(receipt_bytes(long), policy=POLICY)
