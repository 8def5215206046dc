from dataclasses import replace as with_

import orjson
import pytest
from typer.testing import CliRunner

from yisong.audit.history_file import History
from yisong.audit.replay import Replay, Stage, replay
from yisong.audit.timeline import timeline
from yisong.audit.trails import open_trail
from yisong.cli.main import app
from yisong.envelope.case_id import case_id
from yisong.home import AGENCIES


@pytest.fixture
def h1(everything: Replay) -> str:
    """Say under which number H1 was played."""
    return next(one.case_ids()[0] for one in everything.played if one.history.name == "H1")


class TestHistory:
    def test_tells_a_case_from_clue_to_judgment(self, command: CliRunner, h1: str) -> None:
        """Sixteen events with claim and log time, and ten clocks with both readings of their end."""
        result = command.invoke(app, ["history", h1])

        assert result.exit_code == 0
        due = "2016-08-06 24:00    │ 2016-08-08 24:00 │ by 11   │ on_time"
        for text in (
            " │ 2016-08-03 10:17:00 │ 2016-08-03 10:15:00 (−2 min) │ 案件移送 CriminalReferralSent",
            f"T-REF-07 决定是否立案 │ R-{h1}-1 │ P9801   │ 2016-08-03 11:02:00 by 10 │ {due}",
            f"case {h1}: closed",
        ):
            assert text in result.output

    def test_tells_it_as_it_was_known_at_an_instant(self, command: CliRunner, h1: str) -> None:
        """On 4 August the police had signed the receipt, and the decision was not due yet."""
        said = orjson.loads(command.invoke(app, ["history", h1, "--at", "2016-08-04", "--json"]).output)

        assert len(said["events"]) == 10
        assert {"kind": "case", "id": h1, "state": "criminal_pending"} in said["states"]
        assert [clock["timer"] for clock in said["clocks"] if clock["outcome"] == "running"] == [
            "P-FEEDBACK",
            "T-REF-07",
        ]

    def test_lets_clocks_run_out_up_to_that_instant(self, command: CliRunner, h1: str) -> None:
        """An hour after the sending nothing is late; two days before the receipt nobody knows of a referral."""
        before = orjson.loads(command.invoke(app, ["history", h1, "--at", "2016-08-01T08:00", "--json"]).output)
        sent = orjson.loads(command.invoke(app, ["history", h1, "--at", "2016-08-03T11:00:00+08:00", "--json"]).output)

        assert not any(state["kind"] == "referral" for state in before["states"])
        assert sent["clocks"][-1]["outcome"] == "running"

    def test_shows_a_correction_beside_what_was_published(self, command: CliRunner, everything: Replay) -> None:
        """The owner reads both amounts of the penalty in H7; the police read that there was a correction."""
        case = next(
            case
            for one in everything.played
            if one.history.name == "H7"
            for case in one.case_ids()
            if case.startswith("CRB-970200")
        )
        page = command.invoke(app, ["history", case, "--node", "copyright"]).output
        owner = orjson.loads(command.invoke(app, ["history", case, "--node", "copyright", "--json"]).output)
        police = orjson.loads(command.invoke(app, ["history", case, "--json"]).output)

        (one,) = owner["corrections"]
        (field,) = one["fields"]
        assert f"PenaltyDecided (monetary) [corrected by {one['by']}]" in page
        assert f"EventCorrected [of {one['of']}]" in page
        assert (field["field"], field["corrected"]) == ("business_amount_fen", "6210000")
        assert [event["corrected_by"] for event in owner["events"] if event["number"] == one["of"]] == [[one["by"]]]
        assert police["corrections"] == [{**one, "readable": False, "reason": None, "fields": None}]

    def test_is_the_same_from_every_node(self, command: CliRunner, h1: str) -> None:
        """Each agency tells the case from its own database."""
        told = [orjson.loads(command.invoke(app, ["history", h1, "--node", one, "--json"]).output) for one in AGENCIES]

        assert [one.pop("node") for one in told] == list(AGENCIES)
        assert told[1:] == told[:-1]

    @pytest.mark.parametrize(("case", "code"), [("CRB-980100-2016-000021-6", 2), (case_id("960300", 2031, 900000), 1)])
    def test_says_that_it_does_not_know_a_case(self, command: CliRunner, case: str, code: int) -> None:
        """A wrong check character is a slip of the pen; a case that nobody opened is not known."""
        assert command.invoke(app, ["history", case]).exit_code == code

    def test_of_a_thousand_events_is_told_whole(self, stage: Stage, histories: dict[str, History]) -> None:
        """Records are read, verified and folded again; how fast, says `bench/history.py`."""
        first, evidence = histories["H1"].lines[:2]
        lines = [first, *(with_(evidence, number=number, at=evidence.at + number) for number in range(2, 1001))]
        done = replay(stage, [History(name="long", lines=tuple(lines))], fresh=True)
        case_id = done.played[0].case_ids()[0]

        with open_trail(stage.running, "cac") as trail:
            seen = timeline(trail, case_id, stage.law, at=None, now=0)

        assert seen is not None
        assert len(seen.moments) == 1000
