import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from yisong.cli.keys import app
from yisong.errors import KeyNotUsable
from yisong.proof.cosignature import ml_dsa_44_public
from yisong.signing.keystore import Keystore


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

    def test_to_cosign_may_be_of_ml_dsa_44(self, home: Path) -> None:
        """A node's second line; nobody signs events with it."""
        (made,) = json.loads(run("new", "S-cac", "--use", "cosign", "--algorithm", "ml-dsa-44", "--json"))

        assert (made["algorithm"], len(bytes.fromhex(made["public"]))) == ("ml-dsa-44", 1312)
        assert Keystore(home / "keys").private("S-cac#1") not in bytes.fromhex(made["public"])
        assert ml_dsa_44_public(Keystore(home / "keys").private("S-cac#1")).hex() == made["public"]
        with pytest.raises(KeyNotUsable, match="A key to sign is ed25519, not ml-dsa-44"):
            run("new", "V9801", "--algorithm", "ml-dsa-44")

    def test_of_an_unknown_organ_are_refused(self) -> None:
        """An organ that the directory does not have gets no key."""
        with pytest.raises(KeyNotUsable, match="X1234 is no organ of the directory"):
            run("new", "X1234")
