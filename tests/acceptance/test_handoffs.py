from time import monotonic
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from tests.waiting import PATIENCE
from yisong.audit.replay import Replay
from yisong.cli.main import app
from yisong.home import AGENCIES


@pytest.mark.usefixtures("everything")
class TestHandoffs:
    def test_shows_who_waits_for_whom(self, command: CliRunner, everything: Replay) -> None:
        """Nobody has receipted the referral of N04: it is pending, from the copyright organ of a city to its police."""
        case_id = next(one.case_ids()[0] for one in everything.played if one.history.name == "N04")
        said = orjson.loads(command.invoke(app, ["handoffs", "--json"]).output)
        (pending,) = (one for one in said["pending"] if one["case_id"] == case_id)

        assert (pending["sender"], pending["receiver"], pending["timer"]) == ("V9801", "P9801", "T-REF-03")
        assert pending["event_type"] == "CriminalReferralSent"

    def test_adds_up_and_says_the_same_on_every_node(self, command: CliRunner) -> None:
        """What was sent is receipted, pending or ended, and what was refused is beside it; each node counts alike."""
        until = monotonic() + PATIENCE
        while (said := _told_by_each(command))[1:] != said[:-1]:  # one node may be a moment behind another
            assert monotonic() < until, "the nodes do not count alike"
        cells = said[0]["cells"]
        assert all(one["sent"] == one["receipted"] + one["pending"] + one["ended"] for one in cells)
        assert sum(one["pending"] for one in cells) == len(said[0]["pending"])
        assert any(one["refused"] for one in cells)

    def test_names_the_organs_on_its_page(self, command: CliRunner) -> None:
        """A desk officer reads names, not codes."""
        page = command.invoke(app, ["handoffs"]).output

        assert "V9801 甲省一市文化市场行政执法支队" in page
        assert "案件移送 CriminalReferralSent" in page


def _told_by_each(command: CliRunner) -> list[dict[str, Any]]:
    return [orjson.loads(command.invoke(app, ["handoffs", "--json", "--node", one]).output) for one in AGENCIES]
