"""What a court sees of a dossier: which rulebook it rests on is for the court to say."""

from dataclasses import replace
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from tests.unit.proof.dossier_world import POLICY, good, law, profile
from yisong.cli.verify import verify
from yisong.home import Home
from yisong.proof.dossier import dossier_bytes

app = typer.Typer()
app.command()(verify)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "policy").write_bytes(POLICY.text)
    (tmp_path / "case.zip").write_bytes(dossier_bytes(good()))
    return tmp_path / "case.zip"


def run(file: Path, *words: str) -> Result:
    return CliRunner().invoke(app, [str(file), "--policy", str(file.with_name("policy")), *words])


class TestVerifyDossier:
    def test_says_whether_the_rulebook_is_known(self, file: Path) -> None:
        known, unknown = run(file, "--rulebook", law().rulebook.hash.hex()), run(file, "--rulebook", "00" * 32)

        assert known.exit_code == unknown.exit_code == 0
        assert "That rulebook is one that you know." in known.stdout
        assert "its hash is nothing to go by until you compare it" in unknown.stdout

    def test_does_not_take_the_policy_that_lies_inside(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """It would prove itself: without another policy nothing is judged, and the way to one is told."""
        monkeypatch.setenv("YISONG_HOME", str(file.with_name("nowhere")))
        said = CliRunner().invoke(app, [str(file)])

        assert said.exit_code == 2
        assert "The policy inside the dossier is only what its maker suggests" in said.stdout

    def test_takes_the_rulebook_of_the_home_for_known(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Whoever runs the bus need not compare hashes; a home of another bus is no help."""
        home = Home(file.with_name("home"))
        monkeypatch.setenv("YISONG_HOME", str(home.path))
        home.save_bus(profile())
        ours = CliRunner().invoke(app, [str(file)])
        home.save_bus(replace(profile(), name="another"))
        others = CliRunner().invoke(app, [str(file)])

        assert (ours.exit_code, others.exit_code) == (0, 2)
        assert "You named no policy" in ours.stdout
        assert "of another bus" in others.stdout

    def test_refuses_a_hash_that_is_none(self, file: Path) -> None:
        said = run(file, "--rulebook", "version 1")

        assert said.exit_code == 2
        assert "is no hash of a rulebook" in said.output

    def test_is_not_proven_where_a_record_was_withheld(self, file: Path) -> None:
        file.write_bytes(dossier_bytes(good()._replace(records=good().records[1:])))

        said = run(file)

        assert said.exit_code == 1
        assert "withheld" in said.stdout
        assert "Verified" not in said.stdout
