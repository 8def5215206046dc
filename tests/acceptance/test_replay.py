from dataclasses import replace as with_
from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

from yisong.audit.expected_file import Expected
from yisong.audit.fresh import renumbered
from yisong.audit.history_file import History
from yisong.audit.replay import Replay, Stage, replay
from yisong.cli.main import app
from yisong.embedded import Bus
from yisong.errors import BusNotFound, NotPublishable, TimedOut
from yisong.home import Home

HISTORIES = Path(__file__).parents[2] / "examples" / "histories"


class TestReplay:
    def test_is_as_expected_where_the_expected_file_is_right(self, command: CliRunner) -> None:
        """A referral that is passed on from 甲省一市 to 乙省二市, over the Mid-Autumn holiday."""
        files = [str(HISTORIES / "H3.jsonl"), "--expect", str(HISTORIES / "H3.expected.yaml")]
        result = command.invoke(app, ["replay", *files, "--fresh"])

        assert "As expected on all four trails." in result.output
        assert result.exit_code == 0

    def test_fails_with_the_differences_where_it_is_not(self, command: CliRunner, tmp_path: Path) -> None:
        """Whoever expects the case to be closed learns that it is criminal, once for all four trails."""
        wrong = (HISTORIES / "H3.expected.yaml").read_text().replace("state: criminal}", "state: closed}")
        (file := tmp_path / "H3.expected.yaml").write_text(wrong)
        result = command.invoke(app, ["replay", str(HISTORIES / "H3.jsonl"), "--expect", str(file), "--fresh"])

        said = "state of case CRB-980100-2016-000048-K · expected state closed · found state criminal"
        assert f"  - {said} · on all four trails" in result.output
        assert result.exit_code == 1

    def test_says_where_each_line_lies(self, command: CliRunner) -> None:
        """For programs: position and verdict of each line, and the number of each case."""
        result = command.invoke(app, ["replay", str(HISTORIES / "H5.jsonl"), "--fresh", "--json"])
        (played,) = orjson.loads(result.output)["files"]

        assert [line["verdict"] for line in played["lines"]].count("admitted-late") == 1
        assert list(played["renumbered"]) == ["CRB-980100-2016-000033-Y"]

    def test_names_the_node_that_is_missing(self, bus: Bus, stage: Stage, histories: dict[str, History]) -> None:
        """While the node of the telecom authority is down, nobody can say that four trails agree."""
        bus.kill_node("miit")
        try:
            with pytest.raises(TimedOut, match=r"the node of miit is missing: partition \d+ stands at \d+ of \d+"):
                replay(stage, [histories["H3"]], fresh=True, timeout=10)
        finally:
            bus.start_node("miit")

        assert replay(stage, [histories["H3"]], fresh=True).as_expected

    def test_goes_on_with_a_docket_that_is_on_the_bus(self, stage: Stage, histories: dict[str, History]) -> None:
        """A case whose second half is played later has there the numbers that its chains expect."""
        half = History(name="half", lines=histories["H5"].lines[:5])
        begun = replay(stage, [half], fresh=True).played[0]
        line = renumbered(histories["H5"], begun.table)[6]
        done = replay(stage, [History(name="rest", lines=(with_(line, number=1),))])

        assert done.continued == set(begun.case_ids())
        assert [str(one.judged[done.played[0].positions[0]].verdict) for one in done.found] == ["admitted"] * 4

    def test_refuses_two_files_of_one_name(self, stage: Stage, histories: dict[str, History]) -> None:
        """In what is reported nobody could tell them apart."""
        with pytest.raises(NotPublishable, match=r"H3\.jsonl is named twice"):
            replay(stage, [histories["H3"], histories["H3"]])

    def test_refuses_an_expected_file_of_another_history(self, command: CliRunner) -> None:
        """What is expected of H4 is compared with nothing where H3 and H5 are played."""
        files = [str(HISTORIES / f"{name}.jsonl") for name in ("H3", "H5")]
        result = command.invoke(app, ["replay", *files, "--expect", str(HISTORIES / "H4.expected.yaml"), "--fresh"])

        assert isinstance(result.exception, NotPublishable)
        assert "H4 is not among H3, H5" in str(result.exception)

    def test_needs_a_bus(self, tmp_path: Path) -> None:
        """Where none runs, it says how to start one."""
        with pytest.raises(BusNotFound, match="yisong up"):
            Stage.of(Home(tmp_path))

    def test_compares_several_files_each_with_its_own_expectations(
        self, everything: Replay, expected: dict[str, Expected], histories: dict[str, History]
    ) -> None:
        """Merged by time and played at once, all of them are as expected."""
        assert everything.differences == ()
        assert {one.history.name for one in everything.played} == set(histories) >= set(expected)
