"""What becomes of `yisong replay` where its files are not what they should be? Nothing is sent, no bus is sought."""

import shutil
from pathlib import Path

import pytest

from tests.shifted import GIVEN
from yisong.audit.expected_file import read_expected
from yisong.audit.history_file import read_history
from yisong.cli.main import FAULT, main
from yisong.cli.replay import matched
from yisong.errors import NotPublishable


def _replay(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    """Run the command as a shell would, and return its exit code."""
    monkeypatch.setattr("sys.argv", ["yisong", "replay", *map(str, arguments)])
    with pytest.raises(SystemExit) as left:
        main()
    assert isinstance(left.value.code, int)
    return left.value.code


class TestBadFiles:
    def test_are_all_named_with_all_their_faults(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Two histories and an expected file, each with faults of its own: exit code 2, and one list of everything."""
        (one := tmp_path / "X1.jsonl").write_text('{"at": 1}\n{')
        (two := tmp_path / "X2.jsonl").write_text("")
        (three := tmp_path / "X1.expected.yaml").write_text("history: X1\ntimers: 5")
        code = _replay(monkeypatch, one, two, GIVEN / "H1.jsonl", "--expect", three)

        said = capsys.readouterr().err
        assert code == FAULT
        for fault in (
            f"{one}: line 1: lacks header",
            f"{one}: line 1: lacks body",
            f"{one}: line 1: at: must be an instant",
            f"{one}: line 2: is no JSON",
            f"{two}: it has no line",
            f"{three}: lacks as_of",
            f"{three}: timers: must be a list",
        ):
            assert f"  - {fault}" in said
        assert "H1.jsonl" not in said
        assert "Traceback" not in said

    def test_that_are_no_files_are_named(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for path in (tmp_path, tmp_path / "absent.jsonl"):
            assert _replay(monkeypatch, path) == FAULT
        said = " ".join(capsys.readouterr().err.replace("│", " ").split())  # out of its box

        assert "is a directory" in said
        assert "does not exist" in said

    def test_of_noise_are_no_histories(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (noise := tmp_path / "X.jsonl").write_bytes(bytes(range(256)))

        assert _replay(monkeypatch, noise) == FAULT
        assert "is no JSON" in capsys.readouterr().err


class TestExpectedFiles:
    def test_of_a_copy_under_another_name_belongs_to_the_only_history_there_is(self, tmp_path: Path) -> None:
        copy = shutil.copy(GIVEN / "H3.jsonl", tmp_path / "mine.jsonl")

        assert set(matched([read_history(Path(copy))], [read_expected(GIVEN / "H3.expected.yaml")])) == {"mine"}

    def test_that_belong_to_one_history_or_to_none_are_refused(self) -> None:
        """Which of the two counts nobody could say."""
        histories = [read_history(GIVEN / f"{name}.jsonl") for name in ("H1", "H3")]
        h3, h5 = (read_expected(GIVEN / f"{name}.expected.yaml") for name in ("H3", "H5"))
        with pytest.raises(NotPublishable) as caught:
            matched(histories, [h3, h3, h5])

        assert caught.value.faults == ("H5 is not among H1, H3", "H3 has 2 expected files")
