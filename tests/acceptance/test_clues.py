import orjson
import pytest
from typer.testing import CliRunner

from yisong.audit.replay import Replay
from yisong.cli.main import app


@pytest.mark.usefixtures("everything")
class TestClues:
    def test_shows_those_that_nobody_took_up(self, command: CliRunner, everything: Replay) -> None:
        """H1's clue became a case; that of a negative that ends with it has been waiting since."""
        said = orjson.loads(command.invoke(app, ["clues", "--json"]).output)
        waiting = {one["case_id"] for one in said}
        taken_up = {one for played in everything.played if played.history.name == "H1" for one in played.case_ids()}

        assert waiting
        assert not waiting & taken_up

    def test_counts_them_by_age_and_source(self, command: CliRunner) -> None:
        """In 2026 all of them are older than a month, and late."""
        arguments = ["clues", "--ageing", "--at", "2026-01-01T00:00:00+08:00", "--json"]
        counted = orjson.loads(command.invoke(app, arguments).output)
        one_by_one = orjson.loads(command.invoke(app, ["clues", *arguments[2:]]).output)

        assert sum(one["over_30_days"] for one in counted) == len(one_by_one)
        assert "举报电话" in command.invoke(app, ["clues", "--ageing"]).output

    def test_says_what_is_wrong_with_an_instant(self, command: CliRunner) -> None:
        said = command.invoke(app, ["clues", "--at", "yesterday"])

        assert said.exit_code == 2
        assert "2016-08-03T12:00:00+08:00" in said.output
