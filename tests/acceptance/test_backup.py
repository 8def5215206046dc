"""Does a node that lost its database go on from a backup, and is nothing put back that the log does not give?"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from typer.testing import CliRunner, Result

from tests.clues import own_case, story
from tests.gateways import token
from tests.trails import digests
from tests.waiting import until
from yisong import Publisher
from yisong.cli.main import app
from yisong.embedded import Bus
from yisong.errors import BusUnreachable
from yisong.home import Home

_KEPT = "SELECT count(*) FROM local_tokens"
# Whatever has become of them: deadlines of 2016 run out while we look.
_DUTIES = "SELECT case_id, name FROM local_duties WHERE name LIKE 'P-TRIAGE/%' ORDER BY 1, 2"


@pytest.fixture(scope="module")
def robbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bus]:
    """Give a bus of its own: what is done to it here nobody should share."""
    with Bus.start(Home(tmp_path_factory.mktemp("robbed"))) as bus:
        yield bus


@pytest.fixture(autouse=True)
def home(robbed: Bus, monkeypatch: pytest.MonkeyPatch) -> Bus:
    monkeypatch.setenv("YISONG_HOME", str(robbed.home.path))
    return robbed


def _yisong(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def _publish(bus: Bus, case: str) -> None:
    """Publish a clue and evidence, and wait until the desk of the copyright line has put the clue before an officer."""
    with Publisher(bus.home.path) as publisher:
        for header, body in story(case, length=3):
            publisher.publish_header(header, body, wait="verdict", timeout=120)
    until(lambda: case in {row[0] for row in _rows(bus, _DUTIES)}, "nobody is to look at the clue")


def _rows(bus: Bus, query: str) -> list[tuple[Any, ...]]:
    try:
        with closing(psycopg.connect(bus.running.admin_dsn["copyright"], autocommit=True)) as connection:
            return connection.execute(query).fetchall()
    except psycopg.OperationalError as fault:
        raise BusUnreachable("it is away just now") from fault


def _server(bus: Bus, statement: str) -> list[tuple[Any, ...]]:
    dsn = make_conninfo(bus.running.admin_dsn["copyright"], dbname="postgres")
    with closing(psycopg.connect(dsn, autocommit=True)) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def _name(bus: Bus) -> str:
    return str(conninfo_to_dict(bus.running.admin_dsn["copyright"])["dbname"])


def _asides(bus: Bus) -> list[str]:
    found = _server(bus, "SELECT datname FROM pg_database WHERE datname LIKE '%replaced%' ORDER BY 1")
    return [str(name) for (name,) in found]


def _caught_up(bus: Bus) -> None:
    """Wait until the trail of the copyright line is what that of the police is."""
    police = bus.running.dsn["police"]
    until(lambda: digests(bus.running.dsn["copyright"]) == digests(police), "the trail does not catch up")


class TestANodeThatLostItsDatabase:
    def test_has_back_what_was_not_on_the_log_and_reads_the_rest_from_it(self, home: Bus, tmp_path: Path) -> None:
        token("copyright", "V9801", "publish", system="kept-system")
        _publish(home, own_case(501))
        file = tmp_path / "copyright.backup"
        saved = _yisong("backup", str(file), "--agency", "copyright", "--json")
        assert (saved.exit_code, file.stat().st_mode & 0o777) == (0, 0o600)
        assert orjson.loads(saved.stdout)["entries"] >= 3
        _publish(home, own_case(502))
        before = _rows(home, _KEPT), _rows(home, _DUTIES)

        _server(home, f"DROP DATABASE {_name(home)} WITH (FORCE)")
        result = _yisong("restore", str(file), "--agency", "copyright")

        assert (result.exit_code, _asides(home)) == (0, []), result.output
        assert "are what the log and the rules give" in result.output
        _caught_up(home)
        until(lambda: _rows(home, _DUTIES) == before[1], "duties since the backup are not put before officers again")
        assert _rows(home, _KEPT) == before[0]
        checked = _yisong("fsck", "--agency", "copyright", "--from-kafka")
        assert checked.exit_code == 0, checked.output


class TestARestoreBesideALiveDatabase:
    def test_keeps_what_it_replaced_and_the_node_goes_on(self, home: Bus, tmp_path: Path) -> None:
        _publish(home, own_case(511))
        file = tmp_path / "copyright.backup"
        assert _yisong("backup", str(file), "--agency", "copyright").exit_code == 0

        result = _yisong("restore", str(file), "--agency", "copyright", "--json")

        assert result.exit_code == 0, result.output
        assert _asides(home) == [orjson.loads(result.stdout)["aside"]]
        _publish(home, own_case(512))
        _caught_up(home)

    def test_is_what_schema_sql_says_to_the_letter(self) -> None:
        """What PostgreSQL says of a trigger may come back in other words: then the doctor would see an alteration."""
        said = _yisong("doctor", "--json").stdout

        assert {one["state"] for one in orjson.loads(said) if one["check"] == "schema"} == {"good"}, said


class TestABackupThatIsNotToBeHad:
    def test_is_not_put_in_place_where_somebody_has_altered_it(self, home: Bus, tmp_path: Path) -> None:
        _publish(home, own_case(521))
        owner, file = home.running.admin_dsn["copyright"], tmp_path / "altered.backup"
        altered = f"docket = '{own_case(521)}' AND event_type = 'ClueFound'"
        with psycopg.connect(owner) as connection:
            connection.execute("ALTER TABLE entries DISABLE TRIGGER ALL")
            connection.execute(f"UPDATE entries SET log_time = log_time + 1 WHERE {altered}")  # noqa: S608
        assert _yisong("backup", str(file), "--agency", "copyright").exit_code == 0
        with psycopg.connect(owner) as connection:
            connection.execute(f"UPDATE entries SET log_time = log_time - 1 WHERE {altered}")  # noqa: S608
            connection.execute("ALTER TABLE entries ENABLE TRIGGER ALL")
        before = _asides(home)

        result = _yisong("restore", str(file), "--agency", "copyright")

        assert (result.exit_code, _asides(home)) == (3, before)
        assert "Nothing was put in place" in result.output
        assert "log_time" in result.output
        _caught_up(home)

    def test_is_named_and_nothing_is_changed(self, home: Bus, tmp_path: Path) -> None:
        file, others, none = tmp_path / "copyright.backup", tmp_path / "cac.backup", tmp_path / "none"
        none.write_bytes(b"no backup")
        assert _yisong("backup", str(file), "--agency", "copyright").exit_code == 0
        assert _yisong("backup", str(others), "--agency", "cac").exit_code == 0
        cut, short = tmp_path / "cut.backup", tmp_path / "short.backup"
        cut.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
        short.write_bytes(file.read_bytes()[:-100])
        before = _asides(home)

        for one in (none, cut):
            with pytest.raises(Exception, match="is no backup, or was cut short"):
                app_of("restore", str(one), "--agency", "copyright")
        with pytest.raises(Exception, match="is a backup of the database yisong_cac, not of yisong_copyright"):
            app_of("restore", str(others), "--agency", "copyright")
        with pytest.raises(Exception, match="pg_restore failed"):
            app_of("restore", str(short), "--agency", "copyright")
        with pytest.raises(Exception, match="never written over"):
            app_of("backup", str(file), "--agency", "copyright")
        assert _asides(home) == before
        assert _server(home, "SELECT 1 FROM pg_database WHERE datname LIKE '%restoring%'") == []
        assert _yisong("backup", str(tmp_path / "x"), "--agency", "nobody").exit_code == 2


def app_of(*arguments: str) -> None:
    """Run a command, and raise what it raises before it becomes an exit code."""
    result = _yisong(*arguments)
    assert result.exception is not None, result.output
    raise result.exception
