"""The commands that show and correct checkpoints, on a bus whose four nodes run."""

import json
import time

import pytest
from typer.testing import CliRunner

from yisong.audit.replay import Replay
from yisong.cli.main import app
from yisong.embedded import Bus
from yisong.errors import NotPublishable

_PATIENCE = 120


@pytest.fixture
def proven(bus: Bus, everything: Replay, monkeypatch: pytest.MonkeyPatch) -> int:
    """Wait until all that was played in one partition is cosigned on every trail, and return the partition."""
    monkeypatch.setenv("YISONG_HOME", str(bus.home.path))
    partition, offset = max(one for played in everything.played for one in played.positions)
    deadline = time.monotonic() + _PATIENCE
    while True:
        shown = json.loads(CliRunner().invoke(app, ["status", "--json"]).output)["checkpoints"]
        if all(rows.get(str(partition), {"cosigned": 0})["cosigned"] > offset for rows in shown.values()):
            assert set(shown) == {"copyright", "cac", "miit", "police"}
            return int(partition)
        assert time.monotonic() < deadline, "the end of the log was not cosigned"
        time.sleep(0.5)


def test_status_shows_how_much_of_each_trail_is_cosigned(proven: int) -> None:
    result = CliRunner().invoke(app, ["status"])

    assert "Entries that 3 of 4 nodes have cosigned" in result.output
    assert any(line.split("│")[1].strip() == str(proven) for line in result.output.splitlines() if line.count("│") == 6)


def test_restate_refuses_where_nothing_was_signed_wrongly(proven: int) -> None:
    """A node whose tree is the one that it signed has nothing to take back."""
    argv = ["restate", "--agency", "police", "--partition", str(proven), "--why", "an exercise"]
    result = CliRunner().invoke(app, argv)

    assert isinstance(result.exception, NotPublishable)
    assert "is the one that this node has signed" in str(result.exception)


def test_restate_refuses_an_agency_that_there_is_not(proven: int) -> None:
    del proven
    result = CliRunner().invoke(app, ["restate", "--agency", "tax", "--partition", "0", "--why", "an exercise"])

    assert result.exit_code == 2
    assert "one of copyright, cac, miit, police" in result.output
