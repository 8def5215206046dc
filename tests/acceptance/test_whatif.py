"""What would other clock rules have changed, on the trails of a whole bus?"""

from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

from yisong.audit.replay import Replay, Stage
from yisong.cli.main import app
from yisong.contract import folder


def _h1(everything: Replay) -> str:
    return next(one for one in everything.played if one.history.name == "H1").case_ids()[0]


@pytest.fixture
def one_day(tmp_path: Path) -> Path:
    """Give the police one day to decide on a referral, instead of three."""
    rows = (folder() / "rulebook" / "timers.yaml").read_text(encoding="utf-8").split("- {id: ")
    changed = [row.replace("n: 3,", "n: 1,") if row.startswith("T-REF-07,") else row for row in rows]
    file = tmp_path / "timers.yaml"
    file.write_text("- {id: ".join(changed), encoding="utf-8")
    return file


def test_lists_the_cases_with_another_outcome(
    stage: Stage, everything: Replay, one_day: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """H1 was filed within three days, not within one; H4 knows no referral, and nothing of it changes."""
    monkeypatch.setenv("YISONG_HOME", str(stage.home.path))
    h4 = next(one for one in everything.played if one.history.name == "H4").case_ids()[0]

    result = CliRunner().invoke(app, ["whatif", "--timers", str(one_day), "--json"])

    found = orjson.loads(result.output)
    cases = {case["case_id"]: case["differences"] for case in found["cases"]}
    clock = f"T-REF-07/R-{_h1(everything)}-1/1"
    assert {"what": "clock", "of": clock, "actual": "on_time", "instead": "late"} in cases[_h1(everything)]
    assert h4 not in cases
    assert found["dockets"] >= len(everything.played)
    assert result.exit_code == 0


def test_says_so_where_nothing_differs(stage: Stage, everything: Replay, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under the rules that are in force every trail is what it is."""
    monkeypatch.setenv("YISONG_HOME", str(stage.home.path))
    timers = folder() / "rulebook" / "timers.yaml"

    result = CliRunner().invoke(app, ["whatif", "--timers", str(timers), "--node", "miit"])

    assert everything.played
    assert "No case would have another outcome." in result.output
    assert "from the trail of miit; nothing was written." in result.output
