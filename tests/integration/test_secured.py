"""A secured bus, as an agency would run it: whole, and what everybody is let do on it is what docs/security.md says."""

import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from shutil import copytree
from typing import NamedTuple
from urllib.parse import urlencode

import psycopg
import pytest
from kafka import KafkaAdminClient
from kafka.errors import KafkaError
from typer.testing import CliRunner

import yisong
from tests.attempts import allowed
from tests.commands import run
from tests.production import now
from tests.waiting import until
from yisong.bootstrap import SecuredBroker
from yisong.cli.main import app
from yisong.contract import folder
from yisong.doctor.world import broker
from yisong.embedded.database import programs_with_tls
from yisong.embedded.security import Security
from yisong.envelope.case_id import case_id
from yisong.errors import BusUnreachable, WiringFault, WorldFault
from yisong.home import AGENCIES, Home, Running
from yisong.kafka import acls, topics
from yisong.kafka.declared import topics_file
from yisong.kafka.inbox import look_into
from yisong.kafka.let_in import check_let_in
from yisong.kafka.rights import ADMIN, Right, rights, users
from yisong.kafka.rights_page import PAGE, read_table
from yisong.kafka.users import known_users, set_passwords
from yisong.postgres.connection import connect
from yisong.publishing.instants import to_text
from yisong.rulebook.model import BusProfile

CASE = case_id("980100", 2026, 905_001)


class Bus(NamedTuple):
    """What the tests know of the bus: where it is, and what it serves."""

    home: Home
    running: Running
    profile: BusProfile


@pytest.fixture(scope="module")
def bus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bus]:
    """Give a secured production bus, started as whoever runs one does; it belongs to this module."""
    try:
        programs_with_tls()
    except WorldFault as fault:
        pytest.skip(str(fault))
    home = Home(tmp_path_factory.mktemp("bus"))
    try:
        _command(home, "up", "--secure", "--profile", "production", "--detach")
        yield Bus(home, home.need_running(), home.bus())
    finally:
        _command(home, "down")


def _command(home: Home, *argv: str) -> None:
    done = _done(home, *argv)
    assert done.returncode == 0, (done.stdout + done.stderr).decode()


def _done(home: Home, *argv: str) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "YISONG_HOME": str(home.path)}
    return subprocess.run(
        (sys.executable, "-m", "yisong.cli", *argv), env=environment, capture_output=True, check=False
    )


@pytest.fixture
def home(bus: Bus, monkeypatch: pytest.MonkeyPatch) -> Home:
    """Give the bus's home, as whoever works at a terminal of it has it."""
    monkeypatch.setenv("YISONG_HOME", str(bus.home.path))
    return bus.home


def as_user(bus: Bus, user: str) -> SecuredBroker:
    broker = bus.home.broker(str(bus.running.bootstrap), user)
    assert isinstance(broker, SecuredBroker)
    return broker


class TestACase:
    def test_goes_its_whole_way_under_lock_and_key(self, bus: Bus, home: Home) -> None:
        """甲省一市版权局 sends a clue to 甲省网信办: four trails, one inbox, its desk, and a proof to take home."""
        with yisong.Publisher(home) as publisher:
            receipt = publisher.publish(
                "ClueFound", variant="feedback_wanted", publisher="V9801", case_id=CASE, to=["W98"],
                aggregate={"kind": "clue", "id": f"C-{CASE}-1"}, officers=["U-V9801-01"], occurred_at=to_text(now()),
                region_code="980100", pii_level="P1", wait="receipt", timeout=180,
                body={"source": "hotline_12318", "origin": "self", "targets": [], "work_types": ["literature"],
                      "platform_type": "website", "summary": "12318 举报", "company_complaint": False},
            )  # fmt: skip

        assert (receipt.verdict, receipt.recorded is not None) == ("admitted", True)
        for agency in AGENCIES:
            dsn = bus.running.dsn[agency]
            until(partial(_is_admitted, dsn), f"{agency} has not recorded it")
        until(lambda: _settled(bus.running.dsn["cac"]) > 0, "the desk of cac has not settled it")
        assert [one.key for one in look_into(as_user(bus, "desk-cac"), "inbox-cac", follow=False)] == [CASE.encode()]
        assert [one.header.event_type for one in yisong.read(dockets=[CASE], bus=home)] == ["ClueFound"]

    def test_is_looked_over_rebuilt_saved_and_put_back_as_on_an_open_bus(self, bus: Bus, tmp_path: Path) -> None:
        file = str(tmp_path / "police.backup")

        for argv in (["rebuild"], ["backup", file], ["restore", file]):
            _command(bus.home, *argv, "--agency", "police")
        # A gateway whose database was just exchanged finds the new one within seconds.
        until(lambda: _done(bus.home, "doctor").returncode == 0, "the doctor finds something to do")

    def test_asked_for_no_right_that_its_users_do_not_have(self, bus: Bus) -> None:
        """
        All services, and nobody has tried what he may not: the rights of topics.yaml are as wide as they must be.

        Kafka's client asks at every look at the cluster what else it may do with it, which is nothing.
        """
        log = (bus.home.logs / "kafka.log").read_text("utf-8")
        denied = set(re.findall(r"Principal = (User:\S+ is Denied .* for request = \w+)", log))
        assert {one for one in denied if not one.endswith("request = DescribeCluster")} == set()
        assert "The topics are as topics.yaml declares them." in _plan(bus)


def _plan(bus: Bus) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("YISONG_HOME", str(bus.home.path))
        return run("topics", "plan")


class TestTheRights:
    def test_are_those_of_the_page_for_every_user_operation_and_topic(self, bus: Bus) -> None:
        """The walk: 20 users, 11 operations, every topic and one of nobody's, every group; the page says all of it."""
        declared = read_table((folder() / PAGE).read_text("utf-8"))
        names = [*topics_file().topics, "gossip"]
        groups = [*{one.name for one in declared if one.resource == "group"}, "desk-gossip"]
        found = {user: allowed(as_user(bus, user), names, groups) for user in users()}

        assert len(users()) == 20
        for user in users():
            assert found[user] == _with_implied(declared, user), user

    @pytest.mark.usefixtures("home")
    def test_too_many_or_too_few_are_seen_and_put_right(self, bus: Bus) -> None:
        """Somebody let the police's desk read the inbox of the copyright line, and took a right of cac away."""
        given = Right("desk-police", "topic", "inbox-copyright", "read")
        taken = Right("sdk-cac", "topic", "rulebook", "read")
        with topics.admin(as_user(bus, ADMIN)) as client:
            acls.apply(acls.plan((rights() | {given}) - {taken}, client) or (), client)
        assert ("topic", "inbox-copyright", "read") in allowed(as_user(bus, "desk-police"), ["inbox-copyright"], [])

        planned = CliRunner().invoke(app, ["topics", "plan"])
        said = planned.output
        assert planned.exit_code == 1
        assert re.search(r"withdraw desk-police +read topic inbox-copyright", said)
        assert re.search(r"allow +sdk-cac +read topic rulebook", said)
        seen = broker(as_user(bus, ADMIN), bus.profile, brokers="embedded")
        assert [one.where for one in seen if one.state == "fault"] == ["User:sdk-cac", "User:desk-police"]
        assert "withdraw" in run("topics", "apply")
        assert "The topics are as topics.yaml declares them." in run("topics", "plan")
        assert allowed(as_user(bus, "desk-police"), ["inbox-copyright"], []) == set()


def _with_implied(declared: frozenset[Right], user: str) -> set[tuple[str, str, str]]:
    own = {(one.resource, one.name, one.operation) for one in declared if one.user == user}
    return own | {(resource, name, "describe") for resource, name, what in own if what in ("read", "write")}


class TestWhoIsNotLetIn:
    def test_is_told_that_the_password_is_wrong(self, bus: Bus) -> None:
        sdk = as_user(bus, "sdk-police")
        wrong = SecuredBroker(address=sdk.address, user=sdk.user, password="guessed", ca=sdk.ca)  # noqa: S106
        with pytest.raises(WiringFault, match="does not know sdk-police by the password in this home"):
            check_let_in(wrong)
        with pytest.raises(WiringFault, match="does not know stranger by"):
            check_let_in(SecuredBroker(address=sdk.address, user="stranger", password=sdk.password, ca=sdk.ca))
        assert "Failed authentication" in (bus.home.logs / "kafka.log").read_text("utf-8")

    def test_never_speaks_to_a_broker_of_another_authority(self, bus: Bus, tmp_path: Path) -> None:
        """Its own CA is that of another bus: nothing is sent, and the error says whose file it is."""
        Security(Home(tmp_path), bus="another")
        sdk = as_user(bus, "sdk-police")
        other = SecuredBroker(address=sdk.address, user=sdk.user, password=sdk.password, ca=tmp_path / "tls" / "ca.pem")
        with pytest.raises(WiringFault, match="cannot show that it is a broker of this bus"):
            check_let_in(other)

    def test_has_no_way_past_tls_and_a_password(self, bus: Bus) -> None:
        with pytest.raises(KafkaError), closing(KafkaAdminClient(**_open(bus))):
            pass

    def test_of_the_database_is_who_comes_without_tls_or_to_another_one(self, bus: Bus, tmp_path: Path) -> None:
        Security(Home(tmp_path), bus="another")
        own = bus.running.dsn["police"]
        with psycopg.connect(own) as connection:
            found = connection.execute("SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()").fetchone()
        assert found == (True, "TLSv1.3")
        with pytest.raises(BusUnreachable, match=r"no pg_hba\.conf entry"):
            connect(own.replace("verify-full", "disable"))
        with pytest.raises(BusUnreachable, match=r"no pg_hba\.conf entry"):
            connect(own.replace("/yisong_police", "/yisong_copyright"))
        with pytest.raises(BusUnreachable, match="certificate verify failed"):
            connect(
                own.partition("?")[0]
                + "?"
                + urlencode({"sslmode": "verify-full", "sslrootcert": tmp_path / "tls/ca.pem"})
            )


def _open(bus: Bus) -> dict[str, object]:
    return {"bootstrap_servers": str(bus.running.bootstrap), "bootstrap_timeout_ms": 2_000}


class TestSecrets:
    def test_lie_in_files_that_nobody_else_may_read(self, bus: Bus) -> None:
        secret = [*(bus.home.path / "users").iterdir(), bus.home.passwords, bus.home.run / "state.json"]
        secret += [bus.home.tls / name for name in ("ca.key", "kafka.pem", "postgres.key")]
        assert {stat.S_IMODE(file.stat().st_mode) for file in secret} == {0o600}
        assert len(list((bus.home.path / "users").iterdir())) == 1 + len(users())

    def test_stand_on_no_command_line_and_in_no_log(self, bus: Bus) -> None:
        passwords = [file.read_text("utf-8").strip() for file in (bus.home.path / "users").iterdir()]
        logs = "".join(file.read_text("utf-8", errors="replace") for file in bus.home.logs.iterdir())
        lines = "".join(Path(f"/proc/{pid}/cmdline").read_text() for pid in bus.running.pids.values())
        assert not [one for one in passwords if one in logs or one in lines]

    def test_that_others_may_read_are_not_used(self, home: Home) -> None:
        file = home.password_of("sdk-copyright")
        file.chmod(0o644)
        try:
            with pytest.raises(WiringFault, match=r"its mode is 0644.*\n?.*chmod 600"):
                home.need_running()
        finally:
            file.chmod(0o600)

    def test_are_changed_by_taking_the_file_away(self, bus: Bus) -> None:
        """A clock's password was lost: the next start makes another one, and the lost one opens nothing any more."""
        lost = as_user(bus, "clocks-miit")
        bus.home.password_of("clocks-miit").unlink()
        with topics.admin(as_user(bus, ADMIN)) as client:
            set_passwords(client, {"stranger": "whom nobody declared"})
            until(lambda: "stranger" in known_users(client), "the stranger is not known")
            Security(bus.home, bus=bus.profile.name).tell_broker(as_user(bus, ADMIN))
            until(lambda: known_users(client) == {ADMIN, *users()}, "the stranger is still known")

        with pytest.raises(WiringFault, match="does not know clocks-miit"):
            check_let_in(lost)
        check_let_in(as_user(bus, "clocks-miit"))


class TestAHome:
    def test_that_ran_open_is_not_closed_afterwards(self, tmp_path: Path) -> None:
        home = Home(tmp_path)
        home.data.mkdir()
        with pytest.raises(WiringFault, match="has run without a password so far"):
            Security.of(home, bus="demo", asked_for=True)

    def test_that_lost_the_admins_password_gets_no_other(self, bus: Bus, tmp_path: Path) -> None:
        """The broker would not know it; so the error asks for the copy, before anything is started."""
        copytree(bus.home.tls, tmp_path / "tls")
        (tmp_path / "data" / "kafka").mkdir(parents=True)
        (tmp_path / "data" / "kafka" / "meta.properties").touch()
        with pytest.raises(WiringFault, match=r"admin\.password must hold a secret, and is not there"):
            Security(Home(tmp_path), bus=bus.profile.name)

    def test_that_was_secured_is_started_no_other_way(self, bus: Bus, tmp_path: Path) -> None:
        copytree(bus.home.tls, tmp_path / "tls")
        assert Security.of(Home(tmp_path), bus=bus.profile.name, asked_for=False) is not None


def _is_admitted(dsn: str) -> bool:
    with psycopg.connect(dsn) as connection:
        found = connection.execute("SELECT verdict FROM entries WHERE docket = %s", (CASE,)).fetchall()
    return found == [("admitted",)]


def _settled(dsn: str) -> int:
    with psycopg.connect(dsn) as connection:
        ((count,),) = connection.execute("SELECT count(*) FROM local_settled").fetchall()
    return int(count)
