import orjson
import psycopg
import pytest
from typer.testing import CliRunner

from tests.waiting import until
from yisong.audit.replay import Replay
from yisong.cli.main import app
from yisong.embedded import Bus
from yisong.home import AGENCIES, Agency


@pytest.fixture
def command(bus: Bus, everything: Replay, monkeypatch: pytest.MonkeyPatch) -> CliRunner:  # noqa: ARG001 (what was replayed)
    """Give the command line, on the shared bus, whose inboxes hold all that was recorded."""
    monkeypatch.setenv("YISONG_HOME", str(bus.home.path))
    until(lambda: not any(map(_waiting, bus.running.dsn.values())), "the inboxes were not filled")
    return CliRunner()


def _waiting(dsn: str) -> bool:
    with psycopg.connect(dsn) as connection:
        return connection.execute("SELECT 1 FROM local_relay LIMIT 1").fetchone() is not None


def lines(command: CliRunner, agency: Agency) -> list[dict[str, object]]:
    """Return what `yisong inbox` says for programs."""
    said = command.invoke(app, ["inbox", agency, "--json"])
    assert said.exit_code == 0, said.output
    return [orjson.loads(line) for line in said.output.splitlines()]


class TestInbox:
    def test_of_the_police_begins_with_the_referral(self, command: CliRunner, everything: Replay) -> None:
        """Of H1 the police get what they must act on or said themselves, with body and states as of then."""
        case_id = next(one.case_ids()[0] for one in everything.played if one.history.name == "H1")
        told = [one for one in lines(command, "police") if one["case_id"] == case_id]

        assert [one["event_type"] for one in told] == [
            "CriminalReferralSent",
            "ReferralReceipted",
            "CriminalCaseFiled",
            "CaseItemsHandedOver",
            "CriminalOutcomeNotified",
            "CriminalOutcomeNotified",
        ]
        referral = told[0]
        assert (referral["publisher"], referral["to"], referral["verdict"]) == ("V9801", ["P9801"], "admitted")
        assert {"kind": "case", "id": case_id, "state": "criminal_pending"} in referral["states"]  # type: ignore[operator]
        assert (referral["sealing"], referral["body_fault"]) == ("clear", None)
        assert referral["body"]

    def test_shows_each_event_once_in_the_order_of_log_time(self, command: CliRunner) -> None:
        for agency in AGENCIES:
            told = lines(command, agency)
            positions = [(one["partition"], one["offset"]) for one in told]
            assert len(set(positions)) == len(positions)
            assert [str(one["log_time"]) for one in told] == sorted(str(one["log_time"]) for one in told)

    def test_on_a_page_says_what_it_asks_of_whom(self, command: CliRunner, everything: Replay) -> None:
        """An officer sees whether his organ must act, is told, or said it itself; values of bodies are not shown."""
        case_id = next(one.case_ids()[0] for one in everything.played if one.history.name == "H3")
        page = command.invoke(app, ["inbox", "police"]).output
        told = [line for line in page.splitlines() if case_id in line]

        assert "Inbox 收件箱 of police 公安" in page
        assert "act P9801" in told[0]
        assert "案件移送 CriminalReferralSent" in told[0]
        assert "readable" in told[0]
        assert any("act P9702" in line for line in told)

    def test_of_nobody_is_refused(self, command: CliRunner) -> None:
        assert command.invoke(app, ["inbox", "customs"]).exit_code == 2
