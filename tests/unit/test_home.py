import os
from pathlib import Path

import pytest

from yisong.errors import BusNotFound, KeyNotUsable
from yisong.home import Home, Running
from yisong.rulebook.model import BusProfile, Key

KEY = Key(
    key_id="V9801#1",
    org="V9801",
    use="sign",
    algorithm="ed25519",
    public=bytes(range(32)),
    valid_from=946656000000,
    valid_to=None,
    revoked_from=None,
)
BUS = BusProfile(name="demo-1", profile="demo", partitions=12, keys=(KEY,))


def running(pid: int) -> Running:
    return Running(
        bootstrap="127.0.0.1:1",
        dsn={},
        admin_dsn={},
        metrics={},
        desks={},
        pids={"kafka": 1},
        pid=pid,
        ready=True,
        nodes=True,
    )


class TestFind:
    def test_takes_the_folder_that_the_environment_names(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """YISONG_HOME decides."""
        monkeypatch.setenv("YISONG_HOME", str(tmp_path / "bus"))

        assert Home.find().path == tmp_path / "bus"

    def test_takes_the_folder_beside_one_otherwise(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Without YISONG_HOME the bus is in `.yisong` of the current folder."""
        monkeypatch.delenv("YISONG_HOME", raising=False)
        monkeypatch.chdir(tmp_path)

        assert Home.find().path == tmp_path / ".yisong"


class TestBus:
    def test_is_read_as_it_was_saved(self, tmp_path: Path) -> None:
        """Name, profile, partitions and every public key come back, so that every node computes the same hash."""
        home = Home(tmp_path / "bus")

        home.save_bus(BUS)

        assert home.bus() == BUS

    def test_is_not_found_in_an_empty_folder(self, tmp_path: Path) -> None:
        """The message says how to start one."""
        with pytest.raises(BusNotFound, match="yisong up"):
            Home(tmp_path).bus()


class TestRunning:
    def test_is_nothing_where_nobody_holds_the_lock(self, tmp_path: Path) -> None:
        """What a killed bus left written down is not believed, even if its process id is in use again."""
        home = Home(tmp_path)
        home.save_running(running(os.getpid()))
        (home.run / "lock").touch()

        assert home.running() is None
        with pytest.raises(BusNotFound, match="No bus runs"):
            home.need_running()

    def test_is_written_for_its_owner_alone(self, tmp_path: Path) -> None:
        """It holds connection strings with passwords."""
        home = Home(tmp_path)

        home.save_running(running(os.getpid()))

        assert (home.run / "state.json").stat().st_mode & 0o077 == 0


def test_keys_made_with_a_passphrase_open_only_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An agency that sets YISONG_PASSPHRASE has its keys encrypted at rest; without it they stay shut."""
    monkeypatch.setenv("YISONG_PASSPHRASE", "one for the test")
    key = Home(tmp_path).keystore().new("V9801", "sign", valid_from=0)
    private = Home(tmp_path).keystore().private(key.key_id)
    assert not [file for file in Home(tmp_path).keys.rglob("*") if file.is_file() and private[:32] in file.read_bytes()]

    monkeypatch.delenv("YISONG_PASSPHRASE")
    with pytest.raises(KeyNotUsable, match="passphrase"):
        Home(tmp_path).keystore().private(key.key_id)
