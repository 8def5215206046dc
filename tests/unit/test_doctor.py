"""What does the doctor make of a disk, of clocks, of keys and of a calendar?"""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.proof.dossier_world import law
from yisong.doctor import Finding, worst
from yisong.doctor.machine import calendar, disk, keys, secrets
from yisong.doctor.world import clock
from yisong.home import Home
from yisong.ledger import Law
from yisong.publishing.instants import to_ms
from yisong.rulebook.model import Key
from yisong.signing.keystore import Keystore

NOW = to_ms("2026-03-01T12:00:00+08:00")
_DAY = 86_400_000


def test_the_worst_of_all_is_the_exit_code() -> None:
    said = {state: Finding("disk", "/", state, "") for state in ("good", "warning", "fault")}

    assert worst([]) == worst([said["good"]]) == 0
    assert (worst([said["warning"], said["good"]]), worst(said.values())) == (1, 2)


@pytest.mark.parametrize(("free", "state"), [(50, "good"), (10, "good"), (9, "warning"), (3, "fault"), (0, "fault")])
def test_a_disk_is_told_while_there_is_time_and_room(free: int, state: str) -> None:
    found = disk("/data", total=100 << 30, free=free << 30)

    assert found.state == state
    assert state == "good" or "more room" in found.do


@pytest.mark.parametrize(
    ("ahead", "state"),
    [(0.0, "good"), (0.9, "good"), (1.0, "warning"), (-1.5, "warning"), (60.0, "fault"), (-70.0, "fault")],
)
def test_clocks_a_second_apart_are_a_warning_and_a_minute_is_a_fault(ahead: float, state: str) -> None:
    """From a minute on nothing is sent any more."""
    found = clock("node-police", ahead=ahead)

    assert found.state == state
    assert state == "good" or "NTP" in found.do
    assert ("sends nothing" in found.means) == (state != "good")


@pytest.mark.parametrize(
    ("at", "state"),
    [
        ("2026-11-30T12:00:00+08:00", "good"),
        ("2026-12-05T12:00:00+08:00", "warning"),
        ("2031-01-01T00:00:00+08:00", "fault"),
    ],
)
def test_a_calendar_that_ends_soon_or_has_ended_is_told(at: str, state: str) -> None:
    assert calendar(law(), now=to_ms(at)).state == state


def _with(rows: list[Key]) -> Law:
    return Law(replace(law().rulebook, keys={row.key_id: row for row in rows}))


class TestKeys:
    def test_of_which_one_ends_soon_one_has_ended_and_one_is_not_here_are_told_apart(self, tmp_path: Path) -> None:
        store, away = Keystore(tmp_path / "home" / "keys"), Keystore(tmp_path / "elsewhere")
        rows = [
            store.new("V9801", valid_from=0, valid_to=NOW + 10 * _DAY),
            store.new("P9801", valid_from=0, valid_to=NOW - _DAY),
            store.new("T98", valid_from=0),
            away.new("W98", valid_from=0),
        ]
        found = {one.where: one for one in keys(Home(tmp_path / "home"), _with(rows), now=NOW)}

        assert {organ: one.state for organ, one in found.items()} == {
            "V9801": "warning",
            "P9801": "fault",
            "W98": "fault",
        }
        assert "yisong keys new V9801 --use sign" in found["V9801"].do
        assert "no key to sign that may be used" in found["P9801"].found
        assert "Restore keys/W98.1.key" in found["W98"].do

    def test_that_others_may_read_are_told(self, tmp_path: Path) -> None:
        home = Home(tmp_path)
        Keystore(home.keys).new("V9801", valid_from=0)
        assert [one.state for one in secrets(home)] == ["good"]

        (home.keys / "V9801.1.key").chmod(0o640)
        (one,) = secrets(home)
        assert (one.where, one.state) == ("keys/V9801.1.key", "fault")
        assert "chmod 600" in one.do
