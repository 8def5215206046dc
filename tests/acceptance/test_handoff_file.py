"""An organ proves to anybody that its referral was receipted, or that it lay unanswered for 24 hours."""

import json
from pathlib import Path
from time import monotonic, sleep

import pytest
from typer.testing import CliRunner

import yisong
from tests.cases import Case
from tests.clues import own_case
from tests.commands import run
from tests.waiting import PATIENCE
from yisong.cli.main import app
from yisong.embedded import Bus
from yisong.proof.handoff import handoff_bytes, parse_handoff

CASE = own_case(71_001)
REFERRAL = f"R-{CASE}-1"


def proof(file: Path, *argv: str) -> dict[str, object]:
    """Return what is proven as soon as the handoff has come to an end."""
    deadline = monotonic() + PATIENCE
    while CliRunner().invoke(app, ["handoff", REFERRAL, "-o", str(file), "--timeout", "120", *argv]).exit_code == 1:
        assert monotonic() < deadline, "no node said that the receipt clock ran out"
        sleep(0.2)
    said: dict[str, object] = json.loads(run("verify", str(file), "--json"))
    return said


def test_a_referral_is_proven_unanswered_and_later_receipted_late(home: Bus, tmp_path: Path) -> None:
    """
    The police say nothing for 24 hours, and a node says so; later they receipt it after all.

    Both files verify, and neither proves more than it says; without the record between, the first proves nothing.
    """
    first, second = tmp_path / "unanswered.json", tmp_path / "receipted.json"
    with yisong.Publisher(home.home) as publisher:
        case = Case(publisher, CASE)
        case.lines(1, 2, 3, 6, 7, 8, 9)
        assert CliRunner().invoke(app, ["handoff", REFERRAL, "-o", str(first)]).exit_code == 1
        assert not first.exists()
        for number in (2, 3):
            at = f"2016-08-0{number + 4}T09:00:00+08:00"
            case.line(2, at=at, occurred_at=at, aggregate=case.of("evidence", "E", number))
        unanswered = proof(first)
        case.line(10, at="2016-08-09T09:00:00+08:00")
    receipted = proof(second, "--node", "police")

    assert (unanswered["kind"], unanswered["receipted"], unanswered["late"]) == ("non-receipt", False, True)
    assert (receipted["kind"], receipted["receipted"], receipted["late"]) == ("handoff", True, True)
    assert receipted["sent_at"] == unanswered["sent_at"]
    made = parse_handoff(first.read_bytes())
    assert "24 h after it was offered" in made.says
    assert len(made.links) > 2
    first.write_bytes(handoff_bytes(made._replace(links=(made.links[0], *made.links[2:]))))
    result = CliRunner().invoke(app, ["verify", str(first)])
    assert result.exit_code == 1
    assert "withheld" in result.output


@pytest.mark.parametrize(
    ("referral", "code", "why"),
    [
        ("R-CRB-980100-2016-000021-6-1", 2, "is no id of a referral"),
        ("CRB-980100-2016-000021-5", 2, "is no id of a referral"),
        ("R-CRB-970200-2016-000072-B-9", 1, "nothing to prove yet"),
    ],
)
def test_what_was_never_sent_has_no_proof(home: Bus, tmp_path: Path, referral: str, code: int, why: str) -> None:
    del home
    result = CliRunner().invoke(app, ["handoff", referral, "-o", str(tmp_path / "none.json")])

    assert result.exit_code == code
    assert why in " ".join(result.output.replace("│", " ").split())
