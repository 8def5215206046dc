"""Are the four nodes of a whole bus what their log gives, while they run?"""

from urllib.request import urlopen

import orjson
import pytest
from typer.testing import CliRunner

from yisong.audit.replay import Replay
from yisong.cli.main import app
from yisong.embedded import Bus


@pytest.mark.parametrize("source", [[], ["--from-kafka"]])
def test_all_four_nodes_are_what_their_entries_and_the_log_give(
    bus: Bus, everything: Replay, monkeypatch: pytest.MonkeyPatch, source: list[str]
) -> None:
    """Every history and every negative is on them: each reason of the rulebook, forgeries and noise."""
    monkeypatch.setenv("YISONG_HOME", str(bus.home.path))
    result = CliRunner().invoke(app, ["fsck", "--json", *source])

    assert result.exit_code == 0, result.output
    found = orjson.loads(result.output)
    assert [one["agency"] for one in found] == ["copyright", "cac", "miit", "police"]
    played = sum(len(one.positions) for one in everything.played)
    assert all(sum(one["upto"].values()) >= played and one["dockets"] and one["roots"] for one in found)


def test_an_agency_that_there_is_not_is_refused(bus: Bus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YISONG_HOME", str(bus.home.path))
    result = CliRunner().invoke(app, ["fsck", "--agency", "tax"])

    assert result.exit_code == 2
    assert "one of copyright, cac, miit, police" in result.output


def test_every_node_looks_for_alterations_by_itself(bus: Bus) -> None:
    for agency, port in bus.running.metrics.items():
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=60) as page:
            shown = page.read().decode()
        assert f'yisong_scrub_covered_seconds{{agency="{agency}"}}' in shown
