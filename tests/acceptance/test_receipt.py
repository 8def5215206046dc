"""An agency takes the receipt of an event home, and whoever it shows it to verifies it without the bus."""

import json
from base64 import b64encode
from pathlib import Path
from uuid import UUID

import pytest
from typer.testing import CliRunner

from tests.commands import run
from yisong.audit.replay import Replay
from yisong.audit.trails import open_trail
from yisong.cli.main import app
from yisong.desk.inbox import header_in
from yisong.embedded import Bus
from yisong.envelope.leaf import decode_leaf
from yisong.proof.receipt import parse_receipt

NOWHERE = "a folder without a bus"


def remembered(bus: Bus, replay: Replay) -> tuple[str, UUID]:
    """Return position and id of an event that was played and is remembered."""
    with open_trail(bus.running, "miit") as trail:
        for partition, offset in replay.played[0].positions:
            leaf = trail.rows("leaf", partition=partition, offset=offset)[0][0]
            header = header_in(leaf)
            if header is not None and decode_leaf(leaf).verdict == "admitted":
                return f"{partition}/{offset}", UUID(bytes=header.event_id)
    raise AssertionError("the history has no admitted event")


def test_a_receipt_verifies_far_from_the_bus(
    home: Bus, everything: Replay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that is needed is the file, and a policy that says whom one trusts."""
    position, event_id = remembered(home, everything)
    file, policy, vkeys = tmp_path / "event.tlog-proof", tmp_path / "policy", tmp_path / "vkeys"
    policy.write_text(run("keys", "policy"))
    said = json.loads(
        run("receipt", str(event_id), "-o", str(file), "--vkeys", str(vkeys), "--timeout", "120", "--json")
    )
    assert said["position"] == position
    assert said["recorded_by"] >= 3
    assert len(vkeys.read_text().splitlines()) == 4

    monkeypatch.setenv("YISONG_HOME", str(tmp_path / NOWHERE))
    shown = json.loads(run("verify", str(file), "--policy", str(policy), "--json"))

    assert shown["proven"]
    assert parse_receipt(file.read_bytes()).leaf_index == int(position.partition("/")[2])


def test_a_receipt_with_another_verdict_does_not_verify(home: Bus, everything: Replay, tmp_path: Path) -> None:
    """Whoever makes a refusal of an admission has another leaf, and that stands in no cosigned tree."""
    position, _ = remembered(home, everything)
    file = tmp_path / "event.tlog-proof"
    run("receipt", position, "-o", str(file), "--timeout", "120")
    made = parse_receipt(file.read_bytes())
    leaf = made.leaf.replace(b"admitted", b"admitteD")
    file.write_bytes(file.read_bytes().replace(b64encode(made.leaf), b64encode(leaf)))

    result = CliRunner().invoke(app, ["verify", str(file)])

    assert result.exit_code == 1
    assert "Not proven" in result.output


def test_every_node_gives_a_receipt_of_the_newest_event(home: Bus, everything: Replay) -> None:
    del home, everything
    for node in ("copyright", "cac", "miit", "police"):
        text = run("receipt", "--latest", "--node", node, "--timeout", "120")
        assert text.startswith("c2sp.org/tlog-proof@v1\n")


@pytest.mark.parametrize(
    ("event", "why"),
    [
        ("not-an-id", "is no event id (a UUID) and no position"),
        ("00000000-0000-4000-8000-000000000000", "remembers no event"),
        ("0/99999999", "has nothing at 0/99999999"),
    ],
)
def test_what_is_no_event_has_no_receipt(home: Bus, everything: Replay, event: str, why: str) -> None:
    del home, everything
    result = CliRunner().invoke(app, ["receipt", event])

    assert result.exit_code == 2
    assert why in " ".join(result.output.replace("│", " ").split())
