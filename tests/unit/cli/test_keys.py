import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from yisong.cli.keys import app
from yisong.errors import KeyNotUsable


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("YISONG_HOME", str(tmp_path))
    return tmp_path


def run(*words: str) -> str:
    result = CliRunner().invoke(app, words, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


class TestKeys:
    def test_that_are_made_are_listed(self, home: Path) -> None:
        """A new key of 甲省一市 stands in the list, registered nowhere yet, and its private half only in its file."""
        made = json.loads(run("new", "V9801", "--json"))

        assert json.loads(run("list", "--json")) == made
        assert (made[0]["key_id"], made[0]["use"], made[0]["registered"]) == ("V9801#1", "sign", False)
        assert (home / "keys" / "V9801.1.key").exists()
        assert "V9801#1" in run("list")

    def test_of_an_unknown_organ_are_refused(self) -> None:
        """An organ that the directory does not have gets no key."""
        with pytest.raises(KeyNotUsable, match="X1234 is no organ of the directory"):
            run("new", "X1234")
