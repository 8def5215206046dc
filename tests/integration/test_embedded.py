import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import psycopg
import pytest

from yisong.embedded import Bus, node, ports
from yisong.embedded.genesis import ensure_bus
from yisong.errors import WiringFault, WorldFault, YisongError
from yisong.home import AGENCIES, Home, Running
from yisong.kafka import topics

PROCESSES = {
    "kafka",
    "postgres",
    "keeper",
    node.CLOCKS,
    *map(node.name, AGENCIES),
    *map(node.desk_name, AGENCIES),
}
GATEWAYS = set(map(node.gateway_name, AGENCIES))
"""Whoever shares this bus may have started some."""


def yisong(home: Home, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line on *home* and wait for its end."""
    return subprocess.run(
        [sys.executable, "-m", "yisong.cli", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "YISONG_HOME": str(home.path), "COLUMNS": "200", **environment},
    )


@contextmanager
def up(home: Home, *arguments: str) -> Iterator[tuple[subprocess.Popen[bytes], Running]]:
    """Run ``yisong up`` on *home* and give its process once the bus is ready."""
    # Whoever was started in the background by a shell would hand down that Ctrl-C is ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    argv = [sys.executable, "-m", "yisong.cli", "up", *arguments]
    with subprocess.Popen(
        argv, env={**os.environ, "YISONG_HOME": str(home.path)}, stdout=subprocess.DEVNULL
    ) as process:
        try:
            yield process, until_ready(home, process)
        finally:
            process.terminate()


def until_ready(home: Home, process: subprocess.Popen[bytes]) -> Running:
    until = time.monotonic() + 240
    while time.monotonic() < until and process.poll() is None:
        running = home.running()
        if running is not None and running.ready:
            return running
        time.sleep(0.1)
    raise AssertionError("the bus did not come up")


def port_numbers(home: Home) -> list[int]:
    numbers: dict[str, int] = json.loads((home.run / "ports.json").read_text())
    return list(numbers.values())


def left_running(home: Home) -> list[str]:
    """Return what still runs with its working folder in *home*: Kafka, PostgreSQL and its children, nodes."""
    left = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink().is_relative_to(home.path):
                left.append((process / "cmdline").read_text()[:100])
        except OSError:
            continue
    return left


def runs(pid: int) -> bool:
    """Hold while a process runs; one that has ended and waits to be noticed by its parent does not."""
    shown = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)  # noqa: S607
    return shown.stdout.strip() != "" and not shown.stdout.startswith("Z")


def assert_nothing_is_left(home: Home, running: Running, *, within: float) -> None:
    until = time.monotonic() + within
    while time.monotonic() < until and (home.locked() or left_running(home)):
        time.sleep(0.1)
    assert left_running(home) == []
    assert [port for port in port_numbers(home) if ports.listening(port)] == []
    assert not home.locked()
    assert home.running() is None
    while time.monotonic() < until and any(map(runs, running.pids.values())):
        time.sleep(0.1)
    assert [name for name, pid in running.pids.items() if runs(pid)] == []


class TestARunningBus:
    def test_has_every_process_and_every_topic(self, bus: Bus) -> None:
        """Everything runs, and the log has the partitions and the time that a demo bus demands."""
        running = bus.home.need_running()

        assert set(running.pids) - GATEWAYS == PROCESSES
        assert [bus.code(name) for name in PROCESSES - {"keeper"}] == [None] * (len(PROCESSES) - 1)
        topics.check_case_events(running.bootstrap, bus.home.bus())

    def test_lets_an_agency_into_its_own_database_only(self, bus: Bus) -> None:
        """The police's service reads the police's trail, and cannot even enter that of the copyright line."""
        own = bus.running.dsn["police"]

        with psycopg.connect(own) as connection:
            assert connection.execute("SELECT count(*) FROM positions").fetchone() is not None
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(own.replace("/yisong_police", "/yisong_copyright"))

    def test_lets_nobody_in_without_a_password(self, bus: Bus) -> None:
        """Another user of the same machine cannot read the trail."""
        password = bus.running.dsn["police"].split(":")[2].split("@")[0]

        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(bus.running.dsn["police"].replace(password, "guessed"))

    def test_keeps_its_secrets_to_its_owner(self, bus: Bus) -> None:
        """Private keys, passwords and the connection strings can be read by their owner alone."""
        secret = [bus.home.passwords, bus.home.run / "state.json", *bus.home.keys.iterdir()]

        assert {file.stat().st_mode & 0o077 for file in secret} == {0}

    def test_is_found_by_a_second_up(self, bus: Bus) -> None:
        """Whoever types `yisong up` twice sees the first bus, and starts nothing."""
        second = yisong(bus.home, "up")

        assert second.returncode == 0
        assert "already runs" in second.stdout
        assert bus.home.need_running().pid == os.getpid()

    def test_shows_its_status_to_programs_without_a_password(self, bus: Bus) -> None:
        """`yisong status --json` says what answers where, and gives no secret away."""
        shown = yisong(bus.home, "status", "--json")

        status = json.loads(shown.stdout)
        assert shown.returncode == 0
        answers = {row["process"]: row["answers"] for row in status["processes"] if row["process"] not in GATEWAYS}
        assert answers == dict.fromkeys(PROCESSES - {"keeper"}, True)
        assert not any(password in shown.stdout for password in json.loads(bus.home.passwords.read_text()).values())

    def test_shows_what_the_clocks_of_each_agency_do(self, bus: Bus) -> None:
        """One process, one page: the figures of all four stand on it."""
        with urlopen(f"http://127.0.0.1:{bus.running.clocks}/metrics", timeout=60) as page:
            figures = page.read().decode()

        for agency in AGENCIES:
            assert f'yisong_clocks_watched{{agency="{agency}"}}' in figures

    def test_is_refused_to_a_second_owner(self, bus: Bus, monkeypatch: pytest.MonkeyPatch) -> None:
        """Two buses never run from one home: the second start is refused, and the first goes on."""
        monkeypatch.setattr("yisong.embedded.lock.PATIENCE", 0.2)

        with pytest.raises(WiringFault, match="Another bus holds"):
            Bus.start(bus.home, nodes=False)

        assert bus.home.need_running().pid == os.getpid()

    def test_gets_a_killed_node_back(self, bus: Bus) -> None:
        """A node that was killed is seen as gone, and after its start it is well again."""
        bus.kill_node("miit")
        assert bus.code(node.name("miit")) == -signal.SIGKILL
        assert not node.healthy(bus.running.metrics["miit"])

        bus.start_node("miit")

        assert node.healthy(bus.running.metrics["miit"])

    def test_has_one_process_of_a_name_however_often_it_is_started(self, bus: Bus) -> None:
        """The keeper stops one process a name: a second one would outlive the bus."""
        bus.start_gateway("miit")
        first = bus.running.pids[node.gateway_name("miit")]
        bus.start_gateway("miit")
        second = bus.running.pids[node.gateway_name("miit")]

        assert (runs(first), runs(second)) == (False, True)

    def test_gets_a_killed_desk_back(self, bus: Bus) -> None:
        """So it is with a desk, which is well once it reads its inbox again."""
        bus.kill_desk("miit")
        assert bus.code(node.desk_name("miit")) == -signal.SIGKILL
        assert not node.healthy(bus.running.desks["miit"])

        bus.start_desk("miit")

        assert node.healthy(bus.running.desks["miit"])


class TestAStop:
    def test_by_ctrl_c_leaves_nothing_and_the_next_start_finds_everything(self, tmp_path: Path) -> None:
        """After a Ctrl-C nothing runs; the next start is the same bus, on the same ports."""
        home = Home(tmp_path / "bus")
        with up(home) as (process, running):
            process.send_signal(signal.SIGINT)
            assert process.wait(120) == 0
        assert_nothing_is_left(home, running, within=60)
        name = home.bus().name

        with up(home) as (_, again):
            assert (home.bus().name, again.bootstrap, again.dsn) == (name, running.bootstrap, running.dsn)
        assert_nothing_is_left(home, again, within=60)

    def test_by_kill_9_of_the_parent_leaves_no_process_and_no_port(self, tmp_path: Path) -> None:
        """Whoever kills `yisong up` with SIGKILL leaves no orphan behind; a new start needs no help."""
        home = Home(tmp_path / "bus")
        with up(home) as (process, running):
            process.kill()
            process.wait(60)
            assert_nothing_is_left(home, running, within=60)

        with Bus.start(home, nodes=False):
            assert home.running() is not None

    def test_by_kill_9_of_the_keeper_is_a_stop_with_a_reason(self, tmp_path: Path) -> None:
        """If somebody kills the keeper itself, the bus says that it has lost it."""
        home = Home(tmp_path / "bus")
        with Bus.start(home, nodes=False) as bus:
            pids = dict(bus.running.pids)
            os.kill(pids["keeper"], signal.SIGKILL)
            with pytest.raises(WorldFault, match="keeper"):
                bus.kill_broker()
        assert_nothing_is_left(home, bus.running, within=60)

    def test_by_down_ends_a_detached_bus(self, tmp_path: Path) -> None:
        """`yisong up --detach` returns when all is well, and `yisong down` when nothing is left."""
        home = Home(tmp_path / "bus")
        assert yisong(home, "up", "--detach", "--no-nodes").returncode == 0
        running = home.need_running()

        stopped = yisong(home, "down")

        assert (stopped.returncode, stopped.stdout) == (0, "The bus has stopped.\n")
        assert_nothing_is_left(home, running, within=60)
        assert yisong(home, "status").returncode == 1


class TestABrokenHome:
    @pytest.fixture
    def home(self, tmp_path: Path) -> Home:
        home = Home(tmp_path / "bus")
        ensure_bus(home, profile="demo")
        return home

    @pytest.mark.parametrize("damaged", ["", "name: [", "- a list", "\0"])
    def test_with_an_unreadable_profile_is_refused(self, home: Home, damaged: str) -> None:
        """A damaged bus.yaml is never replaced by a new one, whose keys nobody's events would fit."""
        home.bus_file.write_text(damaged)

        with pytest.raises(WiringFault, match=r"bus\.yaml cannot be read"):
            Bus.start(home)

    def test_with_a_profile_of_another_shape_is_refused(self, home: Home) -> None:
        """A bus.yaml of another program is no bus profile."""
        home.bus_file.write_text("{name: x, keys: [{}], volume: 11}")

        with pytest.raises(WiringFault, match=r"bus\.yaml cannot be read"):
            Bus.start(home)

    def test_without_its_profile_is_refused(self, home: Home) -> None:
        """Keys without a bus.yaml belong to a bus that nobody can name."""
        home.bus_file.unlink()

        with pytest.raises(WiringFault, match=r"no bus\.yaml"):
            Bus.start(home)

    def test_without_its_keys_is_refused(self, home: Home) -> None:
        """A bus that cannot sign does not start."""
        shutil.rmtree(home.keys)

        with pytest.raises(WiringFault, match="can no longer sign"):
            Bus.start(home)

    def test_of_another_profile_is_refused(self, home: Home) -> None:
        """A demo bus never becomes a production bus."""
        with pytest.raises(WiringFault, match="keeps its profile for ever"):
            Bus.start(home, profile="production")

    def test_that_is_a_file_is_refused(self, tmp_path: Path) -> None:
        """YISONG_HOME may not name a file."""
        (tmp_path / "file").write_text("")

        with pytest.raises(WiringFault, match="cannot be the folder of a bus"):
            Bus.start(Home(tmp_path / "file"))

    def test_whose_log_is_damaged_says_which_process_failed_and_leaves_nothing(self, tmp_path: Path) -> None:
        """Kafka does not start on storage that is not its own; the message shows the end of its log."""
        home = Home(tmp_path / "bus")
        with Bus.start(home, nodes=False) as bus:
            pass
        (home.data / "kafka" / "meta.properties").write_text("version=1\nnode.id=7\ncluster.id=other\n")

        said = yisong(home, "up")

        assert said.returncode == 2
        assert "kafka ended while it was starting" in said.stderr
        assert "Traceback" not in said.stderr
        assert_nothing_is_left(home, bus.running, within=60)


class TestAMachineWithoutANetwork:
    @pytest.fixture(autouse=True)
    def no_network(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("YISONG_CACHE", str(tmp_path / "cache"))
        monkeypatch.setenv("YISONG_MAVEN_REPOSITORY", "http://127.0.0.1:1/maven")

    def test_is_told_what_to_do(self, tmp_path: Path) -> None:
        """The first start needs the network once; without it the message names three ways out, and nothing is left."""
        home = Home(tmp_path / "bus")

        said = yisong(home, "up")

        assert said.returncode == 2
        for way_out in ("Connect this machine to the network", "YISONG_MAVEN_REPOSITORY", "or copy"):
            assert way_out in said.stderr
        assert "Traceback" not in said.stderr
        assert left_running(home) == []

    def test_starts_once_it_has_the_network_again(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A start that failed leaves a home from which the next one goes on."""
        home = Home(tmp_path / "bus")
        with pytest.raises(YisongError, match="Connect this machine"):
            Bus.start(home, nodes=False)
        monkeypatch.delenv("YISONG_CACHE")
        monkeypatch.delenv("YISONG_MAVEN_REPOSITORY")

        with Bus.start(home, nodes=False):
            assert home.running() is not None
