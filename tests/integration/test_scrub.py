"""Whoever alters a node's database behind its back is found by the node itself, and by `fsck`."""

import logging
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from threading import Event
from types import SimpleNamespace
from typing import LiteralString

import orjson
import psycopg
import pytest
from typer.testing import CliRunner

from services.trail.scrub import Pace, Scrub
from tests.signers import Signer
from tests.trails import Servers
from yisong.audit.fsck import Checked, open_node
from yisong.cli.main import app
from yisong.envelope.leaf import decode_leaf, encode_leaf, leaf_hash
from yisong.kafka.log import reread
from yisong.postgres import connect
from yisong.postgres.tree import build_tree

Alter = Callable[[psycopg.Connection], tuple[int, int]]
"""Alters something as a superuser can, and returns the position at which that must be found."""


@pytest.fixture(scope="module")
def police(trails: Servers) -> Iterator[Signer]:
    """Record two hundred events of whole cases, garbage among them, and sign them."""
    events = trails.events(200, seed=21)
    trails.send(events[:100])
    trails.send([SimpleNamespace(partition=1, key=b"noise", value=None, at=events[99].at)])  # type: ignore[list-item]
    trails.send([SimpleNamespace(partition=1, key=None, value=b"noise", at=events[99].at)])  # type: ignore[list-item]
    large = b"\xc3\x01" + bytes((1 << 20) + 9)
    trails.send([SimpleNamespace(partition=1, key=None, value=large, at=events[99].at)])  # type: ignore[list-item]
    trails.send(events[100:])
    trails.send(events[:3])
    signer = Signer(trails, "police")
    signer.record()
    signer.round()
    signer.round()
    yield signer
    signer.close()


_TABLES = ("entries", "tree_nodes", "bodies", "dockets", "local_signed")


@contextmanager
def _altered(signer: Signer, alter: Alter) -> Iterator[tuple[int, int]]:
    """Alter the database with its triggers disabled, and put back what was there."""
    with psycopg.connect(signer.servers.owner_of(signer.dsn)) as owner:
        for table in _TABLES:
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            owner.execute(f"CREATE TABLE kept_{table} AS SELECT * FROM {table}")  # noqa: S608 (ours)
        position = alter(owner)
        owner.commit()
        try:
            yield position
        finally:
            for table in _TABLES:
                owner.execute(f"DELETE FROM {table}")  # noqa: S608 (ours)
                owner.execute(f"INSERT INTO {table} SELECT * FROM kept_{table}")  # noqa: S608 (ours)
                owner.execute(f"DROP TABLE kept_{table}")
                owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            owner.commit()  # whatever the test says of it


def _fsck(signer: Signer, *, from_kafka: bool = False) -> Checked:
    bootstrap = signer.servers.bus.running.bootstrap
    with open_node(signer.dsn, "police") as node:
        read = (lambda at, end: reread(bootstrap, spans={at: (0, end)})) if from_kafka else None
        return node.fsck(signer.law, read=read)


@contextmanager
def _scrub(signer: Signer) -> Iterator[Scrub]:
    with closing(connect(signer.dsn, autocommit=True)) as connection:
        pace = Pace(Event(), pass_seconds=0)
        yield Scrub(connection, range(12), signer.metrics, pace=pace, law=lambda: signer.law)


def _look_through(signer: Signer) -> bool:
    with _scrub(signer) as scrub:
        return scrub.look_through()


def _open_faults(signer: Signer) -> list[tuple[int, int, str]]:
    with psycopg.connect(signer.dsn) as connection:
        return connection.execute(
            'SELECT "partition", "offset", what FROM local_faults WHERE settled_at IS NULL ORDER BY serial'
        ).fetchall()


_BUSY: LiteralString = """
SELECT "partition", "offset" FROM entries
 WHERE docket_index = 3
   AND EXISTS (SELECT 1 FROM entries AS next WHERE next.docket = entries.docket AND next.docket_index = 4)
 ORDER BY 1, 2 LIMIT 1"""


def _place(owner: psycopg.Connection) -> tuple[int, int]:
    """Name a position with others before and behind it, of its docket too."""
    row = owner.execute(_BUSY).fetchone()
    assert row is not None
    return row[0], row[1]


def _at(statement: LiteralString) -> Alter:
    def alter(owner: psycopg.Connection) -> tuple[int, int]:
        place = _place(owner)
        found = owner.execute(statement + ' WHERE "partition" = %s AND "offset" = %s', place)
        assert found.rowcount == 1
        return place

    return alter


def _swap(owner: psycopg.Connection) -> tuple[int, int]:
    """Have two neighbours change places."""
    partition, offset = _place(owner)
    for old, new in ((offset, -1), (offset - 1, offset), (-1, offset - 1)):
        for table in ("entries", "bodies"):
            change = f'UPDATE {table} SET "offset" = %s WHERE "partition" = %s AND "offset" = %s'  # noqa: S608 (ours)
            owner.execute(change, (new, partition, old))
    return partition, offset - 1


def _node(owner: psycopg.Connection) -> tuple[int, int]:
    partition, offset = _place(owner)
    change = 'UPDATE tree_nodes SET hash = sha256(hash) WHERE level = 1 AND "partition" = %s AND "index" = %s'
    assert owner.execute(change, (partition, offset // 2)).rowcount == 1
    return partition, offset // 2 * 2


_BYTES: LiteralString = (
    "UPDATE entries SET leaf = set_byte(leaf, length(leaf) - 3, get_byte(leaf, length(leaf) - 3) # 1)"
)
ALTERATIONS: dict[str, tuple[Alter, str]] = {
    "verdict": (_at("UPDATE entries SET verdict = 'admitted-late'"), "verdict"),
    "bytes of the leaf": (_at(_BYTES), "record"),
    "leaf hash": (_at("UPDATE entries SET leaf_hash = sha256(leaf)"), "leaf_hash"),
    "bytes that travelled": (_at("UPDATE bodies SET carried = carried || '\\x00'::bytea"), "record"),
    "order": (_swap, "leaf"),
    "a missing row": (_at("DELETE FROM entries"), "entry"),
    "a body that is gone": (_at("DELETE FROM bodies"), "record"),
    "a tree hash": (_node, "tree node"),
}


@pytest.mark.parametrize("name", ALTERATIONS)
def test_an_alteration_is_found_by_scrub_and_fsck_and_stops_the_cosigner(
    police: Signer, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    alter, what = ALTERATIONS[name]
    with _altered(police, alter) as (partition, offset):
        with caplog.at_level(logging.CRITICAL):
            assert not _look_through(police)
            assert not _look_through(police)
        ((at, first, said),) = _open_faults(police)
        own, log = _fsck(police), _fsck(police, from_kafka=True)
        alarms = [one.getMessage() for one in caplog.records if "behind this node's back" in one.getMessage()]
        police.round()
        halted = police.metric("yisong_checkpoint_halts", why="altered")
        faults = police.metric("yisong_scrub_faults")

    assert (at, first) == (partition, offset)
    assert said.partition(" of level")[0] == what
    assert len(alarms) == 1
    assert f"partition {partition}, offset {offset}" in alarms[0]
    assert halted == faults == 1
    for found in (own, log):
        assert found.difference is not None
        assert found.difference[1:3] == (partition, offset)

    assert _look_through(police)
    assert _open_faults(police) == []
    police.round()
    assert police.metric("yisong_checkpoint_halts", why="altered") == 0
    assert _fsck(police).difference is None


def _rejudge(owner: psycopg.Connection, partition: int, offset: int) -> None:
    """Refuse what was admitted, in leaf, hash, columns and tree alike."""
    row = owner.execute(
        'SELECT leaf FROM entries WHERE "partition" = %s AND "offset" = %s', (partition, offset)
    ).fetchone()
    assert row is not None
    said = {**decode_leaf(row[0])._asdict(), "verdict": "refused", "reason": "malformed"}
    said.pop("topic")
    made = encode_leaf(**said)
    owner.execute(
        """UPDATE entries SET verdict = 'refused', reason = 'malformed', leaf = %s, leaf_hash = %s
            WHERE "partition" = %s AND "offset" = %s""",
        (made, leaf_hash(made), partition, offset),
    )
    owner.execute('DELETE FROM tree_nodes WHERE "partition" = %s', (partition,))
    build_tree(owner, partition, most=1_000_000)


def _judged_otherwise(owner: psycopg.Connection) -> tuple[int, int]:
    """Rewrite the verdict on the newest record of a docket with all that hangs on it: nothing contradicts itself."""
    row = owner.execute(
        """SELECT entries."partition", "offset", docket FROM entries JOIN dockets ON case_id = docket
            WHERE last_offset = "offset" AND verdict = 'admitted' ORDER BY 1, 2 LIMIT 1"""
    ).fetchone()
    assert row is not None
    _rejudge(owner, row[0], row[1])
    owner.execute(
        """UPDATE dockets SET prev_leaf = (SELECT leaf_hash FROM entries WHERE "partition" = %s AND "offset" = %s)
            WHERE case_id = %s""",
        row,
    )
    return row[0], row[1]


def _state(owner: psycopg.Connection) -> tuple[int, int]:
    row = owner.execute(
        """UPDATE dockets SET state = jsonb_set(state, '{aggregates,0,state}', '"closed_by_nobody"')
            WHERE case_id = (SELECT docket FROM entries WHERE docket_index = 3 ORDER BY "partition", "offset" LIMIT 1)
        RETURNING "partition", last_offset"""
    ).fetchone()
    assert row is not None
    return row[0], row[1]


def _clock(owner: psycopg.Connection) -> tuple[int, int]:
    row = owner.execute(
        """UPDATE dockets SET state = jsonb_set(state, '{clocks,0,due_rolled}', '1')
            WHERE case_id = (SELECT case_id FROM clocks ORDER BY case_id LIMIT 1) RETURNING "partition", last_offset"""
    ).fetchone()
    assert row is not None
    return row[0], row[1]


def _row_of_a_docket(owner: psycopg.Connection, change: LiteralString) -> tuple[int, int]:
    row = owner.execute('SELECT case_id, "partition", last_offset FROM dockets ORDER BY case_id LIMIT 1').fetchone()
    assert row is not None
    owner.execute(f"UPDATE dockets SET {change} WHERE case_id = %s", (row[0],))  # noqa: S608 (ours)
    return row[1], row[2]


def _no_docket(owner: psycopg.Connection) -> tuple[int, int]:
    row = owner.execute(
        """DELETE FROM dockets WHERE case_id = (SELECT min(case_id) FROM dockets) RETURNING "partition", last_offset"""
    ).fetchone()
    assert row is not None
    return row[0], row[1]


def _stray_docket(owner: psycopg.Connection) -> tuple[int, int]:
    row = owner.execute(
        """INSERT INTO dockets SELECT 'CRB-980100-2016-999999-X', "partition", last_offset, log_time, "index",
                  prev_leaf, next_due, state FROM dockets ORDER BY case_id LIMIT 1
           RETURNING "partition", last_offset"""
    ).fetchone()
    assert row is not None
    return row[0], row[1]


def _root(owner: psycopg.Connection) -> tuple[int, int]:
    row = owner.execute(
        """UPDATE local_signed SET root = sha256(root) WHERE ("partition", size) IN
           (SELECT "partition", size FROM local_signed ORDER BY 1, 2 LIMIT 1) RETURNING "partition", size"""
    ).fetchone()
    assert row is not None
    return row[0], row[1] - 1


def _one_of_a_docket(owner: psycopg.Connection) -> tuple[int, int]:
    """Rewrite the verdict on a record that others of its docket follow, and return where the next of them lies."""
    partition, offset = _place(owner)
    _rejudge(owner, partition, offset)
    row = owner.execute(
        """SELECT "offset" FROM entries WHERE docket_index = 4 AND docket =
           (SELECT docket FROM entries WHERE "partition" = %s AND "offset" = %s)""",
        (partition, offset),
    ).fetchone()
    assert row is not None
    return partition, row[0]


def test_a_record_that_does_not_follow_the_one_before_it_is_found(police: Signer) -> None:
    """Whoever rewrites a record with its hash and the tree must rewrite its docket from there on."""
    with _altered(police, _one_of_a_docket) as (partition, next_offset):
        assert not _look_through(police)
        ((at, offset, what),) = _open_faults(police)

    assert (at, offset, what) == (partition, next_offset, "docket chain")
    assert _look_through(police)


@pytest.mark.parametrize(
    ("alter", "what"),
    [
        (_judged_otherwise, "docket state"),
        (_state, "docket state"),
        (_clock, "docket state"),
        (_no_docket, "docket"),
        (_stray_docket, "docket"),
        (lambda owner: _row_of_a_docket(owner, "log_time = log_time - 1"), "docket log_time"),
        (lambda owner: _row_of_a_docket(owner, '"index" = "index" + 1'), "docket index"),
        (lambda owner: _row_of_a_docket(owner, "last_offset = last_offset - 1"), "docket"),
    ],
)
def test_scrub_derives_every_docket_from_its_records(police: Signer, alter: Alter, what: str) -> None:
    """A state, a clock, a verdict with all that hangs on it, a column, a missing row and one too many."""
    with _altered(police, alter) as position:
        assert not _look_through(police)
        ((at, offset, said),) = _open_faults(police)

    assert ((at, offset), said) == (position, what)
    assert _look_through(police)
    assert _open_faults(police) == []


def test_of_a_docket_with_very_many_records_its_row_is_compared(
    police: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not its state: folding so many records again is for `fsck`."""
    monkeypatch.setattr("services.trail.scrub_dockets._MOST", 0)
    assert _look_through(police)
    with _altered(police, lambda owner: _row_of_a_docket(owner, "prev_leaf = sha256(prev_leaf)")) as position:
        assert not _look_through(police)
        ((at, offset, said),) = _open_faults(police)

    assert ((at, offset), said) == (position, "docket prev_leaf")
    assert _look_through(police)


@pytest.mark.parametrize(
    ("alter", "what"),
    [
        (_judged_otherwise, "verdict"),
        (_state, "aggregates 1, state"),
        (_clock, "clocks 1, due_rolled"),
        (_root, "signed checkpoint"),
    ],
)
def test_fsck_derives_what_no_hash_in_the_database_tells(police: Signer, alter: Alter, what: str) -> None:
    """A verdict rewritten with all that hangs on it, the state of a docket, a due instant, a root that was signed."""
    with _altered(police, alter) as (partition, offset):
        own, log = _fsck(police), _fsck(police, from_kafka=True)

    for found in (own, log):
        assert found.difference is not None
        assert found.difference[1:3] == (partition, offset)
        assert what in found.difference.what


def _another_record(owner: psycopg.Connection) -> tuple[int, int]:
    """Put other noise in the place of noise, with leaf, hash and tree; then there is nothing but the log to tell."""
    row = owner.execute(
        """SELECT "partition", "offset", leaf FROM entries JOIN bodies USING ("partition", "offset")
            WHERE docket IS NULL AND carried = 'noise' """
    ).fetchone()
    assert row is not None
    partition, offset, leaf = row
    said = {**decode_leaf(leaf)._asdict(), "record_hash": sha256(b"other").digest()}
    said.pop("topic")
    made = encode_leaf(**said)
    where = 'WHERE "partition" = %s AND "offset" = %s'
    owner.execute(f"UPDATE bodies SET carried = 'other' {where}", (partition, offset))  # noqa: S608 (ours)
    change = f"UPDATE entries SET leaf = %s, leaf_hash = %s {where}"  # noqa: S608 (ours)
    owner.execute(change, (made, leaf_hash(made), partition, offset))
    owner.execute('DELETE FROM tree_nodes WHERE "partition" = %s', (partition,))
    build_tree(owner, partition, most=1_000_000)
    return partition, offset


def test_only_the_log_tells_where_a_record_was_exchanged_for_another(police: Signer) -> None:
    """By itself the node still sees that its tree is not the one that it signed."""
    with _altered(police, _another_record) as (partition, offset):
        own, log = _fsck(police), _fsck(police, from_kafka=True)

    assert own.difference is not None
    assert own.difference.what.startswith("signed checkpoint of size")
    assert log.difference is not None
    assert log.difference[:3] == ("record", partition, offset)


def test_fsck_of_a_sound_node_has_compared_everything(police: Signer) -> None:
    """Empty values, garbage, records too large to be kept whole and duplicates, too; and it tells how far it is."""
    told: list[int] = []
    with open_node(police.dsn, "police") as node:
        found = node.fsck(police.law, progress=told.append)

    assert found.difference is None
    assert sum(told) == node.entries == sum(police.servers.ends().values())
    with psycopg.connect(police.dsn) as connection:
        counted = connection.execute("SELECT count(*) FROM dockets").fetchone()
    assert counted == (found.dockets,)
    assert found.roots > 0


def test_the_command_names_the_first_difference_and_exits_with_3(
    police: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a bus whose nodes stand still, the police has recorded the log."""
    bus = police.servers.bus
    monkeypatch.setenv("YISONG_HOME", str(bus.home.path))
    police.servers.record(bus.running.dsn["police"])
    argv = ["fsck", "--agency", "police"]
    before = CliRunner().invoke(app, [*argv, "--json"])
    with psycopg.connect(bus.running.admin_dsn["police"]) as owner:
        owner.execute("ALTER TABLE entries DISABLE TRIGGER USER")
        partition, offset = _at("UPDATE entries SET log_time = log_time + 1")(owner)
        owner.execute("ALTER TABLE entries ENABLE TRIGGER USER")
    after, in_json = CliRunner().invoke(app, argv), CliRunner().invoke(app, [*argv, "--from-kafka", "--json"])

    assert before.exit_code == 0
    assert orjson.loads(before.output)[0]["difference"] is None
    assert after.exit_code == in_json.exit_code == 3
    assert f"the first difference is at partition {partition}, offset {offset}: log_time" in after.output
    (said,) = orjson.loads(in_json.output)
    assert (said["difference"]["partition"], said["difference"]["offset"]) == (partition, offset)
    assert int(said["difference"]["kept"]) == int(said["difference"]["derived"]) + 1
