"""A node hands all of a case to a court in one file, and the court verifies it without the bus."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import yisong
from tests.cases import Case
from tests.clues import own_case
from tests.commands import run
from yisong.audit.trails import open_trail
from yisong.cli.main import app
from yisong.embedded import Bus
from yisong.ledger import Law
from yisong.proof.archive import read_archive
from yisong.proof.dossier import dossier_bytes, parse_dossier
from yisong.proof.refold import refold

CASE = own_case(71_101)


@pytest.fixture(scope="module")
def case(bus: Bus) -> str:
    """Tell a case of our own, from the clue to the receipt of the police, and name it."""
    with yisong.Publisher(bus.home) as publisher:
        Case(publisher, CASE).lines(*range(1, 11))
    return CASE


def test_a_dossier_verifies_far_from_the_bus(
    home: Bus, case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The court has the file, a policy and the hash of the rulebook; that it was handed over stands on the log."""
    file, policy = tmp_path / "case.zip", tmp_path / "policy"
    policy.write_text(run("keys", "policy"))
    said = json.loads(run("dossier", case, "-o", str(file), "--timeout", "120", "--json"))
    with open_trail(home.running, "police") as trail:
        docket = trail.docket(case)
    assert docket is not None
    assert docket.size >= said["records"] > 1
    assert said["bodies"] > 1

    monkeypatch.setenv("YISONG_HOME", str(tmp_path / "a folder without a bus"))
    argv = ("verify", str(file), "--policy", str(policy), "--json")
    shown = json.loads(run(*argv, "--rulebook", said["rulebook"]))
    unknown = json.loads(run(*argv))

    assert (shown["kind"], shown["rulebook_known"], shown["records"]) == ("dossier", True, said["records"])
    assert not unknown["rulebook_known"]
    history = read_archive(file.read_bytes())["history.html"]
    assert b"DossierIssued" in history
    assert not [word for word in (b"<script", b"<link", b"src=", b"href=", b"url(", b"@import") if word in history]


def test_being_read_moves_no_clock_of_a_case(home: Bus, case: str, tmp_path: Path) -> None:
    """The notice is admitted in every state; on a demo bus it has the log time of the docket that it closes."""
    file, law = tmp_path / "case.zip", Law(home.home.genesis())
    run("dossier", case, "-o", str(file), "--node", "cac", "--timeout", "120")

    *_, before, after = refold([record.leaf for record in parse_dossier(file.read_bytes()).records], law)

    assert after.entry.header is not None
    assert (after.entry.header.event_type, after.entry.header.publisher) == ("DossierIssued", "S-cac")
    assert after.docket.log_time == before.docket.log_time
    assert after.docket.clocks == before.docket.clocks
    assert after.docket.states == before.docket.states


def test_a_masked_dossier_leaves_bodies_out_and_still_verifies(home: Bus, case: str, tmp_path: Path) -> None:
    """What the telecoms authority may not see is not in it; the records are all there."""
    del home
    full, masked = tmp_path / "full.zip", tmp_path / "masked.zip"
    run("dossier", case, "-o", str(full), "--timeout", "120")
    said = json.loads(run("dossier", case, "-o", str(masked), "--mask", "miit", "--timeout", "120", "--json"))

    shown = json.loads(run("verify", str(masked), "--json"))

    assert shown["rulebook_known"]
    assert shown["mask"] == "miit"
    assert shown["bodies"] == said["bodies"] < said["records"]
    whole, cut = parse_dossier(full.read_bytes()), parse_dossier(masked.read_bytes())
    left_out = [one for one, other in zip(whole.records, cut.records, strict=False) if one.body and not other.body]
    assert left_out
    assert not any(one.body and one.body in masked.read_bytes() for one in left_out)


def test_a_dossier_from_which_a_record_was_withheld_is_refused(home: Bus, case: str, tmp_path: Path) -> None:
    del home
    file = tmp_path / "case.zip"
    run("dossier", case, "-o", str(file), "--timeout", "120")
    made = parse_dossier(file.read_bytes())
    file.write_bytes(dossier_bytes(made._replace(records=made.records[:2] + made.records[3:])))

    result = CliRunner().invoke(app, ["verify", str(file)])

    assert result.exit_code == 1
    assert "withheld" in result.output


@pytest.mark.parametrize(
    ("argv", "code", "why"),
    [
        (("CRB-980100-2016-000021-6",), 2, "is no case id"),
        (("CRB-970200-2016-000072-B",), 1, "knows nothing of"),
        (("CRB-970200-2016-000072-B", "--mask", "nobody"), 2, "no organ of the directory and no role"),
    ],
)
def test_what_is_no_case_has_no_dossier(home: Bus, tmp_path: Path, argv: tuple[str, ...], code: int, why: str) -> None:
    del home
    result = CliRunner().invoke(app, ["dossier", *argv, "-o", str(tmp_path / "none.zip")])

    assert result.exit_code == code
    assert why in " ".join(result.output.replace("│", " ").split())
    assert not (tmp_path / "none.zip").exists()
