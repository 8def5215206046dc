"""Is a node's database made again from the log beside the live one, and swapped when equal, whatever happens?"""

import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Event, Thread
from typing import Any, Self

import psycopg
import pytest
from psycopg import sql

from services.trail.follow import Trail
from services.trail.rebuild import Rebuilding, Rebuilt, rebuild
from tests.clues import clue_found, own_case
from tests.trails import Servers, digests
from tests.waiting import until
from yisong import Publisher
from yisong.errors import BusUnreachable, WiringFault
from yisong.postgres.statements import tables
from yisong.postgres.tables import DERIVED, KEPT


@pytest.fixture(scope="module")
def database(trails: Servers) -> str:
    """Make the database of a trail of the police; each test leaves it as the log gives it."""
    trails.send(trails.events(400, seed=41))
    return trails.database()


@pytest.fixture
def dsn(trails: Servers, database: str) -> str:
    """Give that database, once its trail has read all of the log and nothing stands beside it."""
    trails.record(database)
    for schema in _schemas(database):
        _change(trails, database, sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(schema)))
    return database


def _rebuild(trails: Servers, dsn: str, **how: Any) -> Rebuilt:
    owner, bootstrap = trails.owner_of(dsn), trails.bus.running.bootstrap
    return rebuild(Rebuilding("police", owner, bootstrap, trails.law), **how)


def _change(trails: Servers, dsn: str, *statements: str | sql.Composed) -> None:
    """Alter a database as its owner can, who takes the triggers away first."""
    with psycopg.connect(trails.owner_of(dsn)) as connection:
        for table in ("entries", "tree_nodes"):
            connection.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER ALL").format(sql.Identifier(table)))
        for statement in statements:
            connection.execute(statement)
        for table in ("entries", "tree_nodes"):
            connection.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER ALL").format(sql.Identifier(table)))


def _rows(dsn: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(dsn) as connection:
        return connection.execute(query).fetchall()


def _follow(trail: Trail) -> None:
    for _ in range(100):
        trail.step(timeout_ms=500)


def _oids(dsn: str) -> dict[str, int]:
    return dict(_rows(dsn, "SELECT relname, oid FROM pg_class WHERE relnamespace = 'public'::regnamespace"))


def _schemas(dsn: str) -> set[str]:
    return {row[0] for row in _rows(dsn, "SELECT nspname FROM pg_namespace WHERE nspname ~ '^(rebuilding|replaced_)'")}


def test_every_table_is_either_given_by_the_log_or_kept() -> None:
    assert sorted((*DERIVED, *KEPT)) == sorted(tables())


def test_a_node_that_is_what_the_log_gives_gets_new_tables_and_loses_nothing(trails: Servers, dsn: str) -> None:
    """Outbox, accounts and all the rest stay the very tables they were; only what the log gives is new."""
    before, oids, batches = digests(dsn), _oids(dsn), _rows(dsn, "SELECT * FROM local_batches ORDER BY 1")

    found = _rebuild(trails, dsn)

    assert (found.difference, found.in_place, found.entries) == (None, True, before["entries"][0])
    assert digests(dsn) == before
    assert _rows(dsn, "SELECT * FROM local_batches ORDER BY 1") == batches
    assert {name for name, oid in _oids(dsn).items() if oids.get(name) != oid and name in tables()} == set(DERIVED)
    assert _oids(dsn).keys() == oids.keys()
    assert _schemas(dsn) == set()
    assert _rows(dsn, "SELECT count(*) FROM cases")[0][0] == _rows(dsn, "SELECT count(*) FROM dockets")[0][0]


def test_a_trail_that_runs_goes_on_as_if_nothing_had_been(trails: Servers, dsn: str) -> None:
    """It is not stopped, learns nothing of it, and what comes afterwards continues its trees and dockets."""
    with closing(trails.trail(dsn)) as trail:
        trail.step(timeout_ms=100)
        assert _rebuild(trails, dsn).in_place
        trails.send(trails.events(300, seed=42))
        while any(trail.positions[partition] < end for partition, end in trails.ends().items()):
            trail.step(timeout_ms=500)
    undisturbed = trails.database()
    trails.record(undisturbed)

    assert digests(dsn) == digests(undisturbed)


def test_the_service_may_do_with_the_new_tables_what_it_may_do_with_the_old_and_no_more(
    trails: Servers, dsn: str
) -> None:
    _rebuild(trails, dsn)

    for statement in ("UPDATE entries SET verdict = 'admitted'", "DELETE FROM tree_nodes", "TRUNCATE dockets"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), psycopg.connect(dsn) as connection:
            connection.execute(statement)
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
        _rows(trails.owner_of(dsn), "DELETE FROM entries RETURNING 1")


class Threads:
    """What goes on beside a rebuild, until the end of the block, and what went wrong there."""

    def __init__(self) -> None:
        self.stop, self.faults = Event(), list[BaseException]()
        self._threads: list[Thread] = []

    def start(self, work: Callable[[], object]) -> Thread:
        def run() -> None:
            try:
                work()
            except BaseException as fault:  # noqa: BLE001 (whatever it is, the test must see it)
                self.faults.append(fault)

        thread = Thread(target=run)
        self._threads.append(thread)
        thread.start()
        return thread

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        for thread in self._threads:
            thread.join()


def test_while_others_publish_and_read_it_is_equal_at_the_end(trails: Servers, dsn: str) -> None:
    """A trail runs beside it, records come all the time, and a reader asks again and again and is never refused."""
    read: list[int] = []

    def follow() -> None:
        with closing(trails.trail(dsn)) as trail:
            trail.follow(stopped=beside.stop.is_set)

    def ask() -> None:
        with psycopg.connect(dsn, autocommit=True) as connection:
            while not beside.stop.wait(0.02):
                row = connection.execute("SELECT count(*) FROM entries JOIN dockets ON case_id = docket").fetchone()
                read.append(0 if row is None else row[0])

    def publish() -> None:
        for number in range(20):
            trails.send(trails.events(20, seed=100 + number))

    with Threads() as beside:
        beside.start(follow)
        beside.start(ask)
        publishing = beside.start(publish)
        found = _rebuild(trails, dsn)
        publishing.join()
        until(lambda: dict(_rows(dsn, "SELECT * FROM positions")) == trails.ends(), "the trail does not go on")
    undisturbed = trails.database()
    trails.record(undisturbed)

    assert beside.faults == []
    assert (found.difference, found.in_place) == (None, True)
    assert digests(dsn) == digests(undisturbed)
    assert read == sorted(read)  # nobody ever saw less than before


@pytest.mark.parametrize("step", ["begin", "follow", "freeze", "swap", "end"])
def test_killed_after_any_step_the_node_is_whole_and_the_next_try_does_it(trails: Servers, dsn: str, step: str) -> None:
    before, oids = digests(dsn), _oids(dsn)
    argv = [sys.executable, "-m", "tests.integration.rebuild_and_die", str(trails.bus.home.path)]
    died = subprocess.run([*argv, trails.owner_of(dsn), step], check=False, capture_output=True, text=True)

    assert died.returncode == -9, died.stderr
    assert digests(dsn) == before
    assert (_oids(dsn)["entries"] != oids["entries"]) == (step == "end")
    until(lambda: not _rows(trails.owner_of(dsn), _LEFT), "the killed process still holds its connection")
    assert _rebuild(trails, dsn).in_place
    assert (digests(dsn), _schemas(dsn)) == (before, set())


_LEFT = (
    "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'yisong-rebuild'"
    " AND pid <> pg_backend_pid()"
)
_ADMITTED = 'SELECT "partition", "offset" FROM entries WHERE verdict = \'admitted\' LIMIT 1'
_ALTERED = {
    "verdict": 'UPDATE entries SET verdict = \'duplicate\' WHERE ("partition", "offset") = ({})',
    "record": 'UPDATE bodies SET carried = \'\\x00\' WHERE ("partition", "offset") = ({})',
    "entry": 'DELETE FROM entries WHERE ("partition", "offset") = ({})',
    "tree node": 'UPDATE tree_nodes SET hash = sha256(hash) WHERE level = 1 AND "index" = 0',
    "clocks": "UPDATE dockets SET state = jsonb_set(state, '{{clocks}}', '[]') WHERE state->'clocks' <> '[]'",
    "line of the inbox": "DELETE FROM local_inbox",
    "entry ": "UPDATE positions SET next_offset = next_offset - 1 WHERE next_offset > 0",
}


@pytest.mark.parametrize("what", _ALTERED)
def test_an_altered_node_is_named_and_left_and_repaired_only_when_asked(trails: Servers, dsn: str, what: str) -> None:
    """What was altered stays as evidence beside it; the node then is what an undisturbed one is."""
    before = digests(dsn)
    _change(trails, dsn, _ALTERED[what].format(_ADMITTED))
    altered = digests(dsn)

    named = _rebuild(trails, dsn)
    assert (named.in_place, digests(dsn), _schemas(dsn)) == (False, altered, set())
    assert named.difference is not None
    assert what.strip() in named.difference.what

    repaired = _rebuild(trails, dsn, repair=True)
    assert repaired.in_place
    assert len(_schemas(dsn)) == 1
    with closing(trails.trail(dsn)) as trail:
        while any(trail.positions[partition] < end for partition, end in trails.ends().items()):
            trail.step(timeout_ms=500)
    assert digests(dsn) == before


def test_what_an_altered_node_never_told_its_desk_is_told_after_the_repair(trails: Servers, dsn: str) -> None:
    """Somebody has deleted what waited for the inbox, and the note that it belongs there."""
    count = _rows(dsn, 'SELECT count(*) FROM (SELECT DISTINCT "partition", "offset" FROM local_inbox) AS one')[0][0]
    _change(trails, dsn, "DELETE FROM local_inbox", "DELETE FROM local_relay")

    _rebuild(trails, dsn, repair=True)

    assert _rows(dsn, "SELECT count(*) FROM local_relay") == [(count,)]


def test_a_trail_that_holds_what_was_altered_begins_anew_from_what_is_stored(trails: Servers, dsn: str) -> None:
    """In memory it has dockets as it wrote them last; after a repair it must not go on from those."""
    with closing(trails.trail(dsn)) as trail:
        trail.step(timeout_ms=100)
        _change(trails, dsn, _ALTERED["clocks"].format())
        _rebuild(trails, dsn, repair=True)
        trails.send(trails.events(100, seed=43))
        with pytest.raises(BusUnreachable, match="PostgreSQL went away"):
            _follow(trail)


def test_a_body_that_its_publisher_has_erased_does_not_come_back(trails: Servers, dsn: str, tmp_path: Path) -> None:
    """The log holds what travelled for ever. Whether a node has deleted it already is no difference."""
    erased = _erase_a_body(trails, tmp_path)
    trails.record(dsn)
    bodies = f'SELECT count(*) FROM bodies WHERE ("partition", "offset") = ({erased[0]}, {erased[1]})'  # noqa: S608
    assert _rows(dsn, bodies) == [(1,)]

    found = _rebuild(trails, dsn)

    assert (found.difference, found.in_place) == (None, True)
    assert _rows(dsn, bodies) == [(0,)]
    assert _rebuild(trails, dsn).difference is None


def _erase_a_body(trails: Servers, folder: Path) -> tuple[int, int]:
    """Publish a clue, and then that its body is erased; return where the clue lies."""
    header, body = clue_found(own_case(77_001), 1)
    with Publisher(trails.bus.home.path, store=folder / "outbox.db") as publisher:
        clue = publisher.publish_header(header, body, wait="verdict", timeout=120)
        cites = [{"kind": "event", "id": str(clue.event_id)}]
        said = {**header, "event_type": "BodyErased", "cites": cites, "approver": "U-1", "pii_level": "P1"}
        said = {name: value for name, value in said.items() if name not in ("aggregate", "variant")}
        erased = publisher.publish_header(said, {"reason": "过期", "keys_removed": 0}, wait="verdict", timeout=120)
    assert erased.verdict == "admitted", erased
    assert clue.position is not None
    return clue.position.partition, clue.position.offset


def test_one_rebuild_at_a_time(trails: Servers, dsn: str) -> None:
    begun: list[str] = []

    def another(done: str) -> None:
        if done == "begin":
            with pytest.raises(WiringFault, match="Another rebuild of this database is under way"):
                _rebuild(trails, dsn)
            begun.append(done)

    assert _rebuild(trails, dsn, step=another).in_place
    assert begun == ["begin"]


def test_who_reads_the_whole_database_is_waited_for(trails: Servers, dsn: str) -> None:
    """An audit reads in one transaction for long: it sees one moment to its end, and the swap comes after it."""
    audit = psycopg.connect(dsn)
    audit.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    audit.execute("SELECT count(*) FROM entries")
    tries: list[str] = []

    def step(done: str) -> None:
        tries.append(done)
        if tries.count("freeze") == 2:
            audit.close()

    assert _rebuild(trails, dsn, step=step).in_place
    assert tries.count("freeze") >= 2
