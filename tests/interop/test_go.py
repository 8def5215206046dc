"""
What do other people's libraries say of our proofs? Go's sumdb/note, and formats and merkle of transparency-dev.

Runs where Go is installed and its modules can be had, and says why where not.
"""

import json
import os
import shutil
import subprocess
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.vectors import proof_world as world
from tests.vectors.make_proofs import FOLDER, policies
from tests.vectors.proof_world import NOW, SIGNED_AT, SIZE, THEN, TREE, receipt, signed
from yisong.proof.checkpoint import Checkpoint, Signed
from yisong.proof.receipt import receipt_bytes

HERE = Path(__file__).parent
MANIFEST = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
FOUR = policies()["three-of-four"].text.decode()

Ask = Callable[[list[Mapping[str, object]]], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """Build the Go program, and return what asks it."""
    go = shutil.which("go") or shutil.which("go", path="/usr/local/go/bin")
    if go is None:
        pytest.skip("Go is not installed here")
    env = {**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly -buildvcs=false"}
    got = subprocess.run([go, "mod", "download"], cwd=HERE, env=env, capture_output=True, text=True, check=False)
    if got.returncode:
        pytest.skip(f"the Go modules cannot be had here: {got.stderr.strip()[-300:]}")
    program = tmp_path_factory.mktemp("go") / "verify"
    subprocess.run([go, "build", "-o", program, "./verify"], cwd=HERE, env=env, check=True)

    def answers(asked: list[Mapping[str, object]]) -> list[dict[str, Any]]:
        lines = "\n".join(json.dumps(one) for one in asked)
        told = subprocess.run([program], input=lines, capture_output=True, text=True, check=True)
        return [json.loads(line) for line in told.stdout.splitlines()]

    return answers


def asked(kind: str, data: bytes, *, policy: str = FOUR, **more: object) -> Mapping[str, object]:
    return {"kind": kind, "data": b64encode(data).decode(), "policy": policy, **more}


class TestGo:
    def test_says_of_the_conformance_kit_what_the_kit_expects(self, ask: Ask) -> None:
        """What is proven with no line lost is accepted there; what needs no knowledge of the bus is rejected there."""
        rows = [row for row in MANIFEST["files"] if "go" in row]
        questions = [
            asked(
                "receipt" if row["file"].startswith("receipts/") else "checkpoint",
                (FOLDER / row["file"]).read_bytes(),
                policy=(FOLDER / row["policy"]).read_text(encoding="utf-8"),
            )
            for row in rows
        ]
        told = {row["name"]: answer["accepted"] for row, answer in zip(rows, ask(questions), strict=True)}

        assert told == {row["name"]: row["go"] == "accepts" for row in rows}
        assert not [row for row in rows if row["expect"] == "proven" and not row["lost"] and row["go"] != "accepts"]

    def test_verifies_every_receipt_of_a_log(self, ask: Ask) -> None:
        """Each leaf under each checkpoint, with whom and when; and their library writes the file as ours does."""
        for checkpoint in (NOW, THEN):
            files = [receipt_bytes(receipt(leaf, checkpoint=signed(checkpoint))) for leaf in range(checkpoint.size)]
            for file, answer in zip(files, ask([asked("receipt", file) for file in files]), strict=True):
                assert answer["accepted"], answer["why"]
                assert answer["cosigned"] == [f"{world.BUS}/{node}" for node in world.NODES]
                assert answer["times"] == [SIGNED_AT] * 4
                assert b64decode(answer["again"]) == file

    def test_verifies_a_fresh_line_of_ml_dsa_44(self, ask: Ask) -> None:
        """Beside three lines of Ed25519, where the policy has the new key of the police."""
        note = Signed(NOW, (*signed(by=world.NODES[:2]).signatures, world.QUANTUM.line(NOW))).note
        wrong = Signed(NOW, (*signed(by=world.NODES[:2]).signatures, world.QUANTUM.line(THEN))).note
        policy = policies()["ml-dsa-44"].text.decode()
        good, bad = ask([asked("checkpoint", one, policy=policy) for one in (note, wrong)])

        assert (good["accepted"], good["cosigned"][-1]) == (True, f"{world.BUS}/police")
        assert (bad["accepted"], "invalid signature" in bad["why"]) == (False, True)

    def test_counts_the_quorum_as_we_do(self, ask: Ask) -> None:
        """Two of four are not enough there either, and a policy of four asks for all."""
        notes = [signed(by=world.NODES[:count]).note for count in (2, 3, 4)]
        for name, enough in (("three-of-four", [False, True, True]), ("all-four", [False, False, True])):
            policy = policies()[name].text.decode()
            assert [one["accepted"] for one in ask([asked("checkpoint", n, policy=policy) for n in notes])] == enough

    def test_verifies_that_checkpoints_continue_each_other(self, ask: Ask) -> None:
        """From every size of the log to every later one; and not with a hash changed."""
        notes = {size: signed(Checkpoint(NOW.origin, size, TREE.mth(size))).note for size in range(1, SIZE + 1)}
        pairs = [(old, new) for new in notes for old in notes if old < new]

        def question(old: int, new: int, proof: tuple[bytes, ...]) -> Mapping[str, object]:
            encoded = [b64encode(one).decode() for one in proof]
            return asked("continues", notes[old], newer=b64encode(notes[new]).decode(), proof=encoded)

        good = ask([question(old, new, TREE.proof(old, new)) for old, new in pairs])
        bad = ask([question(old, new, (bytes(32), *TREE.proof(old, new)[1:])) for old, new in pairs])
        assert [one["accepted"] for one in good] == [True] * len(pairs)
        assert [one["accepted"] for one in bad] == [False] * len(pairs)
