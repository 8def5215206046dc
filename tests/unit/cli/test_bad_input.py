"""A broken topics.yaml, rulebook, directory or policy: every fault with file and line, exit code 2, nothing applied."""

import shutil
import sys
from pathlib import Path

import pytest

from yisong import contract
from yisong.cli import main as command_line
from yisong.desk.policy import policy_of
from yisong.embedded.genesis import ensure_bus
from yisong.errors import ContractFault, WiringFault
from yisong.home import Home
from yisong.kafka.declared import topics_file
from yisong.ledger import Law
from yisong.rulebook import load
from yisong.rulebook.model import BusProfile
from yisong.schemas import registry


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """Copy the contract, so that a test may break it."""
    for folder in ("rulebook", "schemas"):
        shutil.copytree(contract.folder() / folder, tmp_path / folder)
    shutil.copy(contract.folder() / "topics.yaml", tmp_path)
    return tmp_path


def _line(file: Path, text: str) -> int:
    """Return the line of *file* that holds *text*."""
    return next(number for number, one in enumerate(file.read_text("utf-8").splitlines(), start=1) if text in one)


def _profile() -> BusProfile:
    return BusProfile(name="demo.example", profile="demo", partitions=12, keys=())


def _break(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def test_topics(broken: Path) -> None:
    """Two faults of meaning, both named at once, each on the line of its topic."""
    file = broken / "topics.yaml"
    _break(file, "retention: forever", "retention: 7d")
    _break(file, "value: envelope.v1", "value: envelop.v1")

    with pytest.raises(ContractFault, match="correct the lines named") as raised:
        topics_file(broken)

    topic = _line(file, "case-events:")
    named = [int(fault.split(":")[1]) for fault in raised.value.faults if fault.startswith("topics.yaml:")]
    assert len(named) == len(raised.value.faults) >= 2
    assert all(topic <= line <= topic + 25 for line in named)


def test_a_key_that_nobody_knows_in_topics(broken: Path) -> None:
    file = broken / "topics.yaml"
    _break(file, "retention: forever", "retention: forever\n    color: red")

    with pytest.raises(ContractFault, match=rf"topics\.yaml:{_line(file, 'color: red')}: .*color: unknown key"):
        topics_file(broken)


def test_the_directory_and_the_catalogue_at_once(broken: Path) -> None:
    events, organs = broken / "rulebook" / "events.yaml", broken / "rulebook" / "directory.yaml"
    _break(events, "enum:urgency", "enum:haste")
    _break(organs, "level: city,     uscc: 11980100FAKE90055H", "level: town,     uscc: 11980100FAKE90055H")

    with pytest.raises(ContractFault, match="correct the places named") as raised:
        load(broken, bus=_profile(), schema_event_types=registry().event_types)

    said = "\n".join(raised.value.faults)
    assert f"directory.yaml:{_line(organs, 'level: town')}: " in said
    assert f"events.yaml:{_line(events, 'enum:haste')}: " in said


def test_what_is_no_yaml_at_all(broken: Path) -> None:
    _break(broken / "rulebook" / "reasons.yaml", "version: 1", "version: [1")

    with pytest.raises(ContractFault, match=r"reasons\.yaml:\d+: while parsing"):
        load(broken, bus=_profile(), schema_event_types=registry().event_types)


def test_the_policy_of_a_desk(tmp_path: Path) -> None:
    home = Home(tmp_path)
    ensure_bus(home, profile="demo")
    (tmp_path / "policy.yaml").write_text("version: 1\nagencies:\n  police:\n    Receipted: U-1\n")

    with pytest.raises(ContractFault, match=r"policy\.yaml:4: police: Receipted is no event type"):
        policy_of(home, "police", Law(home.genesis()))


def test_a_command_says_so_and_ends_with_2(
    broken: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No key is made for an organ of a rulebook that contradicts itself."""
    _break(broken / "rulebook" / "events.yaml", "enum:urgency", "enum:haste")
    monkeypatch.setattr(sys.modules["yisong.schemas.genesis"], "folder", lambda: broken)
    monkeypatch.setattr(sys, "argv", ["yisong", "keys", "new", "V9801"])
    monkeypatch.setenv("YISONG_HOME", str(broken / "home"))

    with pytest.raises(SystemExit) as ended:
        command_line.main()

    assert ended.value.code == 2
    assert "events.yaml:" in capsys.readouterr().err
    assert not (broken / "home").exists()


def test_the_settings_of_a_bus(tmp_path: Path) -> None:
    """Each fault of bus.yaml with its line, at once."""
    home = Home(tmp_path)
    home.save_bus(_profile())
    _break(home.bus_file, "partitions: 12", "partitions: twelve\ncolour: red")

    with pytest.raises(WiringFault, match="cannot be read as a bus profile") as raised:
        home.bus()

    assert f"bus.yaml:{_line(home.bus_file, 'twelve')}: partitions: " in str(raised.value)
    assert f"bus.yaml:{_line(home.bus_file, 'red')}: colour: unknown key" in str(raised.value)
