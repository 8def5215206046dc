"""What one sees of a check: how far it is, and what was found."""

from types import SimpleNamespace

import pytest

from yisong.audit.fsck import Checked
from yisong.cli.fsck import _bar, said
from yisong.postgres.kept import Unlike


@pytest.mark.parametrize(("terminal", "shown"), [("1", True), ("0", False)])
def test_a_terminal_shows_how_far_a_node_is_and_a_pipe_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, terminal: str, *, shown: bool
) -> None:
    monkeypatch.setenv("TTY_COMPATIBLE", terminal)
    with _bar(SimpleNamespace(agency="police", entries=200)) as bar:  # type: ignore[arg-type]
        bar.advance(bar.task_ids[0], 200)

    said_of_it = capsys.readouterr()
    assert ("200/200" in said_of_it.err) is shown
    assert said_of_it.out == ""


def test_what_a_stranger_wrote_into_a_row_cannot_move_the_cursor() -> None:
    """A superuser may write anything into a column; the difference is read on a terminal."""
    difference = Unlike("event_type", 3, 17, "\x1b[2J[red]" + "x" * 200, "CaseOpened")
    text = said(Checked(agency="miit", upto={3: 18}, dockets=1, roots=0, difference=difference))

    assert "\x1b" not in text
    assert "partition 3, offset 17: event_type" in text
    assert "x" * 121 not in text
