"""What an auditor sees of a proof: three exit codes, and words."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from tests.vectors.make_proofs import FOLDER
from tests.vectors.proof_world import BUS, COSIGNERS, KEYS, NODES
from yisong.cli.keys import app as keys_app
from yisong.cli.verify import verify
from yisong.home import Home
from yisong.proof.policy_file import parse_policy
from yisong.rulebook.model import BusProfile

GOOD, FOUR = "receipts/an-admitted-event.tlog-proof", FOLDER / "policies/three-of-four.policy"

app = typer.Typer()
app.command()(verify)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("YISONG_HOME", str(tmp_path))
    return Home(tmp_path)


def run(file: str, *words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(FOLDER / file), *map(str, words)], catch_exceptions=False)


class TestVerify:
    def test_says_what_is_proven_what_rests_on_the_quorum_and_what_is_not_proven(self) -> None:
        """All three, and last how many have cosigned; the author was looked at because keys were given."""
        said = run(GOOD, "--policy", FOUR, "--keys", FOLDER / "keys.json")

        assert said.exit_code == 0
        for words in (
            "stands at offset 3 of conformance/case-events/4",
            "V9801 signed this header for this bus, with V9801#1.",
            "is the word of 4 of 4 cosigners, where the policy asks for 3",
            "What the body says: only its hash is on the log.",
            "Verified: recorded by 4 of 4, and the policy asks for 3.",
        ):
            assert words in said.stdout

    def test_says_that_the_author_was_not_checked_without_keys(self) -> None:
        """Nobody may take silence for a signature."""
        assert "that needs the directory's keys, and none were given" in run(GOOD, "--policy", FOUR).stdout

    def test_names_lost_lines(self) -> None:
        """A damaged line is shown, although three others are enough."""
        said = run("receipts/a-signature-with-a-bit-flipped.tlog-proof", "--policy", FOUR)

        assert said.exit_code == 0
        assert "Signature lines that are lost\n  - a line of conformance/police" in said.stdout
        assert "Verified: recorded by 3 of 4" in said.stdout

    @pytest.mark.parametrize(
        ("file", "code", "words"),
        [
            ("receipts/two-of-four.tlog-proof", 1, "recorded by 2 of 4, and the policy asks for 3"),
            ("receipts/a-swapped-leaf.tlog-proof", 1, "Step 3"),
            ("receipts/a-wrong-hash-in-the-middle-of-the-path.tlog-proof", 1, "Step 5"),
            ("receipts/no-receipt.tlog-proof", 2, "No proof of a kind that is known here"),
            ("receipts/another-version.tlog-proof", 2, "another version"),
            ("receipts/a-receipt-of-another-bus.tlog-proof", 2, "of another bus"),
            ("receipts/truncated-in-the-path.tlog-proof", 2, "Cut short"),
            ("receipts/an-empty-file.tlog-proof", 2, "empty"),
            ("checkpoints/a-checkpoint-of-two-nodes.checkpoint", 1, "recorded by 2 of 4"),
        ],
    )
    def test_never_says_verified_of_less(self, file: str, code: int, words: str) -> None:
        """1: it does not hold. 2: there is nothing to judge. The reason is told, to programs too."""
        said, told = run(file, "--policy", FOUR), run(file, "--policy", FOUR, "--json")

        assert (said.exit_code, told.exit_code) == (code, code)
        assert words in said.stdout
        assert "verified" not in said.stdout.lower()
        answer = json.loads(told.stdout)
        assert (answer["proven"], answer["readable"], words in answer["why"]) == (False, code == 1, True)

    def test_tells_programs_the_same(self) -> None:
        """--json has what was said, and the facts beside it."""
        answer = json.loads(run(GOOD, "--policy", FOUR, "--json").stdout)

        assert answer["proven"] is True
        assert (answer["offset"], answer["verdict"], answer["have"], answer["need"]) == (3, "admitted", 4, 3)
        assert answer["says"]["not_proven"]

    def test_takes_the_bus_of_the_home_where_no_policy_is_given(self, home: Home) -> None:
        """Whoever runs the bus has its cosigners and its keys; anybody else must say whom they trust."""
        assert "without a policy nobody can say" in run(GOOD).stdout
        assert run(GOOD).exit_code == 2

        keys = tuple(key for key in KEYS if key.key_id != "S-cac#4")
        home.save_bus(BusProfile(name=BUS, profile="demo", partitions=12, keys=keys))
        said = run(GOOD)

        assert (said.exit_code, "V9801 signed this header" in said.stdout) == (0, True)

    def test_says_whom_it_was_asked_to_trust(self, home: Home) -> None:
        """By a file, or because nobody was named; and how far it knows the versions of the rulebook."""
        named = run(GOOD, "--policy", FOUR).stdout
        keys = tuple(key for key in KEYS if key.key_id != "S-cac#4")
        home.save_bus(BusProfile(name=BUS, profile="demo", partitions=12, keys=keys))
        demo = json.loads(run(GOOD, "--json").stdout)["says"]["assumed"]
        home.save_bus(BusProfile(name=BUS, profile="production", partitions=12, keys=keys))
        stopped = run(GOOD).stdout

        assert "whom your policy names: 3 of 4 nodes of the bus conformance must have cosigned" in named
        assert "You named no policy, so the nodes of the bus in" in demo[0]
        assert "a demo bus has no other" in demo[1]
        assert "the bus does not run, so later versions could not be asked for" in stopped

    def test_of_a_policy_that_is_none_says_so(self, tmp_path: Path) -> None:
        """A policy cut short is not trusted in part."""
        (tmp_path / "cut").write_bytes(FOUR.read_bytes()[:-20])
        said = run(GOOD, "--policy", tmp_path / "cut")

        assert (said.exit_code, "The policy is empty or cut short" in said.stdout) == (2, True)

    @pytest.mark.parametrize("text", ["{}", "[1]", "[{}]", "not json", '[{"key_id": "V9801#1"}]'])
    def test_of_keys_that_are_none_says_so(self, tmp_path: Path, text: str) -> None:
        """A file that is no list of keys stops it, instead of leaving the author unchecked."""
        (tmp_path / "keys").write_text(text, encoding="utf-8")
        said = run(GOOD, "--policy", FOUR, "--keys", tmp_path / "keys")

        assert (said.exit_code, "The file of keys" in said.stdout) == (2, True)

    def test_does_not_take_a_key_that_nobody_registered(self, tmp_path: Path) -> None:
        """A row that the bus does not have counts as little as none."""
        rows = [{**row, "registered": False} for row in json.loads((FOLDER / "keys.json").read_bytes())]
        (tmp_path / "keys").write_text(json.dumps(rows), encoding="utf-8")
        said = run(GOOD, "--policy", FOUR, "--keys", tmp_path / "keys")

        assert (said.exit_code, "V9801 has no registered key" in said.stdout) == (1, True)


class TestKeysPolicy:
    def test_is_what_verify_takes(self, home: Home) -> None:
        """`yisong keys policy` writes whom to trust, for somebody who has no home."""
        cosigning = tuple(key for key in KEYS if key.org.startswith("S-") and key.key_id != "S-cac#4")
        home.save_bus(BusProfile(name=BUS, profile="demo", partitions=12, keys=cosigning))
        written = CliRunner().invoke(keys_app, ["policy", "--quorum", "2"], catch_exceptions=False).stdout_bytes
        policy = parse_policy(written)

        assert list(policy.witnesses.values()) == [COSIGNERS[node].key for node in NODES]
        assert policy.count(("cac", "miit")).reached
        assert not policy.count(("cac",)).reached
