"""Whom does a reader trust, and who of them has signed?"""

import pytest

from tests.vectors import proof_world as world
from tests.vectors.make_proofs import policies
from tests.vectors.proof_world import BUS, COSIGNERS, KEYS, NODES, NOW, OLD_CAC, QUANTUM, SIGNED_AT, signed
from yisong.errors import KeyNotUsable, Unreadable
from yisong.proof.checkpoint import After, Checkpoint, Signed, origin_of, parse_origin
from yisong.proof.cosignature import cosign, cosigned_at
from yisong.proof.cosigners import cosigners
from yisong.proof.policy import Count, policy_of
from yisong.proof.policy_file import parse_policy
from yisong.proof.tally import tally
from yisong.rulebook.model import BusProfile
from yisong.schemas import genesis

FOUR = policies()["three-of-four"]


class TestPolicy:
    def test_is_written_and_read_back(self) -> None:
        """Every policy of the kit comes back as it was."""
        for policy in policies().values():
            assert parse_policy(policy.text) == policy

    def test_may_have_comments_blanks_and_addresses(self) -> None:
        """What an auditor's editor leaves in it does no harm."""
        lines = FOUR.text.replace(b"\n", b"\t \n\n  # \xe5\xae\xa1\xe8\xae\xa1\n").replace(b" ", b" \t")
        with_url = lines.replace(b"\t \n", b" https://police.example/\n", 1)

        assert parse_policy(with_url) == FOUR

    def test_counts_members_and_not_lines(self) -> None:
        """Three of four are three nodes."""
        assert FOUR.count(()) == Count(0, 3, 4)
        assert FOUR.count(("cac", "miit", "police")).reached
        assert not FOUR.count(("cac", "miit")).reached

    def test_counts_a_node_once_whichever_key_it_used(self) -> None:
        """A node that changed its key stands behind one member, by its old key, its new one, or both."""
        policy = policy_of([*(COSIGNERS[node].key for node in NODES), OLD_CAC.key], quorum=2)

        assert policy.count(("cac-1", "cac-2")) == Count(1, 2, 4)
        assert policy.count(("cac-2", "police")) == Count(2, 2, 4)
        assert parse_policy(policy.text) == policy

    def test_may_ask_for_two_lines_of_a_node(self) -> None:
        """Ed25519 and ML-DSA-44 both, where a policy says so: one of them is not that node."""
        lines = [f"witness {n} {key.text}\n" for n, key in enumerate((COSIGNERS["police"].key, QUANTUM.key))]
        policy = parse_policy("".join((*lines, "group police all 0 1\ngroup q 1 police\nquorum q\n")).encode())

        assert policy.count(("0",)) == policy.count(("1",)) == Count(0, 1, 1)
        assert policy.count(("0", "1")).reached

    def test_of_a_bus_names_its_cosigners(self) -> None:
        """A bus of the rulebook has the keys of its nodes to cosign, and no others."""
        profile = BusProfile(name=BUS, profile="demo", partitions=12, keys=KEYS)

        assert cosigners(genesis(profile)) == (*(COSIGNERS[node].key for node in NODES), OLD_CAC.key)

    def test_for_more_than_there_are_is_none(self) -> None:
        """Five of four cannot be had, and nobody may think that it was."""
        with pytest.raises(Unreadable, match="asks for 5 of 4"):
            policy_of([COSIGNERS[node].key for node in NODES], quorum=5)


class TestCosignature:
    @pytest.mark.parametrize("cosigner", [COSIGNERS["police"], QUANTUM], ids=["Ed25519", "ML-DSA-44"])
    def test_holds_for_its_checkpoint_name_and_time_only(self, cosigner: world.Cosigner) -> None:
        """Another origin, size, root, time, key or name: none of them was signed."""
        line = cosigner.line(NOW)

        assert cosigned_at(NOW, line, key=cosigner.key) == SIGNED_AT
        for other in (
            NOW._replace(origin=origin_of(BUS, 5)),
            NOW._replace(size=NOW.size + 1),
            NOW._replace(root=bytes(32)),
            NOW._replace(origin="x" * 300),
        ):
            assert cosigned_at(other, line, key=cosigner.key) is None
        later = line._replace(signature=(SIGNED_AT + 1).to_bytes(8, "big") + line.signature[8:])
        for wrong in (later, line._replace(signature=b""), line._replace(signature=line.signature[:-1])):
            assert cosigned_at(NOW, wrong, key=cosigner.key) is None
        assert cosigned_at(NOW, line, key=cosigner.key._replace(name=f"{BUS}/cac")) is None

    def test_is_made_with_the_key_of_its_name_only(self) -> None:
        """A node that takes the wrong private key is stopped before it signs what nobody could verify."""
        with pytest.raises(KeyNotUsable, match="is not of the cosigner conformance/police"):
            cosign(NOW, key=COSIGNERS["police"].key, private=COSIGNERS["cac"].seed, time=SIGNED_AT)

    def test_has_a_time_below_the_limit_of_the_specification(self) -> None:
        """Seconds since 1970, below 2^63."""
        with pytest.raises(ValueError, match="in seconds"):
            COSIGNERS["police"].line(NOW, time=2**63)


class TestTally:
    def test_says_nothing_of_the_second_line_of_a_node_that_the_policy_does_not_ask_for(self) -> None:
        """Where a node also signs with ML-DSA-44 and the policy knows its Ed25519 key, the second line is ignored."""
        found = tally(Signed(NOW, (*signed().signatures, QUANTUM.line(NOW))), policy=FOUR)

        assert (found.quorum, found.lost, found.ignored) == (Count(4, 3, 4), (), 1)

    def test_never_writes_on_a_terminal(self) -> None:
        """What a stranger put in the place of a line is shown harmlessly and short."""
        found = tally(Signed(NOW, (), (b"\x1b[2J" + b"x" * 1000,)), policy=FOUR)

        assert found.lost == ("a line that is none: \ufffd[2J" + "x" * 76 + "…",)


class TestOrigin:
    def test_names_bus_and_partition(self) -> None:
        """It reads as it is written."""
        origin = parse_origin(origin_of(BUS, 11))

        assert (origin.bus, origin.partition, str(origin)) == (BUS, 11, "conformance/case-events/11")

    def test_names_the_last_of_the_one_before_where_all_nodes_have_restated_that(self) -> None:
        after = After(2, 13, b"\xab" * 32)
        origin = parse_origin(origin_of(BUS, 11, after))

        assert (origin.bus, origin.partition, origin.after) == (BUS, 11, after)
        assert str(origin) == f"conformance/case-events/11/2/after/13/{'ab' * 32}"

    @pytest.mark.parametrize("text", [
        "", "a/b", "a/case-events/", "a/case-events/01", "a/case-events/-1", "A/case-events/1", "a/rulebook/0",
        f"a/case-events/1/1/after/13/{'ab' * 32}", f"a/case-events/1/02/after/13/{'ab' * 32}",
        f"a/case-events/1/2/after/0/{'ab' * 32}", f"a/case-events/1/2/after/13/{'AB' * 32}",
        f"a/case-events/1/2/after/13/{'ab' * 31}", f"a/case-events/1/2/after/13/{'ab' * 32}/", "a/case-events/1/2",
    ])  # fmt: skip
    def test_is_nothing_else(self, text: str) -> None:
        """Only partitions of case-events of a bus have checkpoints."""
        with pytest.raises(Unreadable, match="no partition of case-events"):
            parse_origin(text)

    def test_makes_three_lines(self) -> None:
        """The text of a checkpoint is what C2SP tlog-checkpoint shows."""
        checkpoint = Checkpoint("example.com/behind-the-sofa", 20852163, bytes(32))

        assert checkpoint.text == b"example.com/behind-the-sofa\n20852163\n" + b"A" * 43 + b"=\n"
