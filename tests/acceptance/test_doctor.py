"""Does the doctor find what is wrong with a bus, say what it means, and name the cure?"""

import time
from collections.abc import Iterator
from pathlib import Path

import orjson
import psycopg
import pytest
from kafka.admin import ConfigResource, ConfigResourceType
from typer.testing import CliRunner

from tests.clues import own_case, story
from yisong import Publisher
from yisong.cli.main import app
from yisong.doctor import Finding, examine, worst
from yisong.embedded import Bus
from yisong.home import Home
from yisong.kafka import topics

_HOUR = 3_600_000


@pytest.fixture(scope="module")
def sick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bus]:
    """Give a bus of its own: what is done to it here nobody should share."""
    with Bus.start(Home(tmp_path_factory.mktemp("sick"))) as bus:
        yield bus


def _found(bus: Bus, *, later: int = 0) -> list[Finding]:
    return list(examine(bus.home, now=time.time_ns() // 1_000_000 + later))


def _sick(bus: Bus, *, later: int = 0) -> dict[tuple[str, str], Finding]:
    return {(one.check, one.where): one for one in _found(bus, later=later) if one.state != "good"}


def _owner(bus: Bus, agency: str, statement: str) -> None:
    with psycopg.connect(bus.running.admin_dsn[agency]) as connection:
        connection.execute(statement)


def _retain(bus: Bus, topic: str, milliseconds: str) -> None:
    with topics.admin(bus.running.bootstrap) as client:
        client.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, configs={"retention.ms": milliseconds})])


class TestABusThatIsWell:
    def test_has_nothing_to_do_and_exit_code_0(self, sick: Bus, monkeypatch: pytest.MonkeyPatch) -> None:
        """Everything is looked at: each agency's database and processes, broker, topics, keys, calendar, disk."""
        monkeypatch.setenv("YISONG_HOME", str(sick.home.path))
        result = CliRunner().invoke(app, ["doctor", "--json"])
        found = [Finding(**row) for row in orjson.loads(result.output)]

        # How full the disk of this machine is, and how late in its year we are, says nothing of the bus.
        ours = [one for one in found if one.check not in ("disk", "calendar")]
        assert [one for one in ours if one.state != "good"] == []
        assert result.exit_code == worst(found)
        assert {one.check for one in ours} >= {
            *("home", "bus", "secrets", "keys", "evidence", "broker", "topics", "processes", "rulebook", "postgres"),
            *("migrations", "schema", "grants", "altered", "agreement", "parked", "trail"),
        }

    def test_that_does_not_run_is_told_to_start(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("YISONG_HOME", str(tmp_path))
        result = CliRunner().invoke(app, ["doctor"])

        assert result.exit_code == 2
        assert "To do: Restore bus.yaml from a copy" in result.output


class TestAFault:
    """Ten things that somebody has done to one bus, each found by name with its cure; then none of the other kind."""

    def test_is_found_with_its_cure(self, sick: Bus, monkeypatch: pytest.MonkeyPatch) -> None:
        home = sick.home
        with Publisher(home.path) as publisher:
            for header, body in story(own_case(901), length=2):
                publisher.publish_header(header, body, wait="verdict", timeout=120)
        key = next(iter(sorted(home.keys.glob("P9801.1.key"))))
        kept = key.read_bytes()

        _owner(sick, "copyright", "ALTER TABLE entries DISABLE TRIGGER entries_append_only")
        _owner(sick, "cac", "GRANT DELETE ON entries TO trail_cac")
        _owner(sick, "police", "DELETE FROM local_migrations WHERE name LIKE '0020%'")
        _owner(sick, "copyright", _PARKED)
        _owner(sick, "miit", "CREATE SCHEMA rebuilding")
        _retain(sick, "case-events", "86400000")
        home.passwords.chmod(0o644)
        key.unlink()
        (home.path / "evidence").mkdir(exist_ok=True)
        (home.path / "evidence" / "miit").write_text("no folder")
        sick.stop_desk("miit")
        sick.stop_node("miit")
        _owner(sick, "miit", _ALTERED)  # a node that runs looks again, and finds that it was put right
        found = _sick(sick, later=_HOUR)
        monkeypatch.setenv("YISONG_HOME", str(home.path))
        result = CliRunner().invoke(app, ["doctor"])
        key.write_bytes(kept)

        assert {where: _cured(found, *where, cure=cure) for where, cure in _CURES.items()} == dict.fromkeys(
            _CURES, True
        )
        assert result.exit_code == 2
        assert "To do: `yisong topics plan` shows it all" in result.output

    def test_of_a_table_that_the_log_gives_is_cured_by_a_rebuild_while_the_node_runs(
        self, sick: Bus, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("YISONG_HOME", str(sick.home.path))
        _owner(sick, "copyright", "ALTER TABLE entries DISABLE TRIGGER entries_append_only")
        _owner(sick, "copyright", "DROP INDEX entries_of_docket")
        assert "entries_append_only is changed" in _sick(sick)["schema", "copyright"].found

        result = CliRunner().invoke(app, ["rebuild", "--agency", "copyright"])

        assert result.exit_code == 0, result.output
        assert "the new tables are in place" in result.output
        assert ("schema", "copyright") not in _sick(sick)

    def test_of_broker_and_database_is_told_from_those_of_everything_that_stands_on_them(self, sick: Bus) -> None:
        sick.kill_broker()
        found = _sick(sick)
        sick.start_broker()

        assert "See that Kafka runs" in found["broker", "kafka"].do
        assert ("postgres", "police") not in found


_ALTERED = 'INSERT INTO local_faults ("partition", "offset", what, found_at) VALUES (0, 7, \'leaf\', 1)'
_PARKED = """INSERT INTO local_parked ("partition", "offset", case_id, reason, detail, value)
             VALUES (0, 1, 'CRB-980100-2026-000001-0', 'unreadable', '', '')"""
_CURES = {
    ("schema", "copyright"): "puts back what schema.sql says",
    ("grants", "cac"): "REVOKE what is too much from trail_cac",
    ("migrations", "police"): "`yisong up`",
    ("parked", "copyright"): "yisong dead-letters list copyright",
    ("altered", "miit"): "yisong rebuild --agency miit --repair",
    ("rebuild", "miit"): "yisong rebuild --agency miit",
    ("topics", "case-events"): "yisong topics apply",
    ("secrets", "passwords.json"): "chmod 600",
    ("keys", "P9801"): "Restore keys/P9801.1.key from the backup",
    ("evidence", "miit"): "folder that the gateway's user may write",
    ("processes", "desk-miit"): "logs/desk-miit.log",
    ("processes", "node-miit"): "logs/node-miit.log",
    ("peers", "police"): "Start the node of",
}


def _cured(found: dict[tuple[str, str], Finding], check: str, where: str, *, cure: str) -> bool:
    one = found.get((check, where))
    return one is not None and cure in one.do and bool(one.means)
