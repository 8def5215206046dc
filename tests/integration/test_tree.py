"""The trees of a trail over a real broker and a real database."""

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from kafka import KafkaProducer
from psycopg import sql
from psycopg.errors import InsufficientPrivilege

from services.trail import trees
from services.trail.follow import Trail
from services.trail.store import Store
from tests.trails import Servers, digests
from tests.unit.proof.rfc6962 import Definition
from yisong.errors import TreeDiffers
from yisong.kafka.log import TOPIC
from yisong.postgres import tree_check
from yisong.postgres.tree import tree_reader, tree_size
from yisong.postgres.tree_check import check_tree, stored_leaves
from yisong.proof.consistency import check_consistency, consistency_proof
from yisong.proof.inclusion import inclusion_proof, root_from_inclusion
from yisong.proof.tree import Node, root

_PATIENCE = 120


@pytest.fixture(scope="module")
def holed(trails: Servers) -> int:
    """Begin a log in which one partition has an offset without a record, and return that partition."""
    first, *_ = trails.events(1, seed=99)
    producer = KafkaProducer(bootstrap_servers=trails.bus.running.bootstrap, transactional_id="stranger")
    producer.init_transactions()
    producer.begin_transaction()
    producer.send(TOPIC, key=first.key, value=first.value, partition=first.partition, timestamp_ms=first.at)
    producer.flush()
    producer.abort_transaction()  # its marker takes an offset
    producer.close()
    return first.partition


@pytest.fixture(scope="module")
def recorded(trails: Servers, holed: int) -> str:
    """Record three hundred events of a few dozen cases, and an absent offset, in one trail."""
    trails.send(trails.events(300, seed=1))
    dsn = trails.database()
    trails.record(dsn)
    with psycopg.connect(dsn) as connection:
        absent = connection.execute("""SELECT "partition" FROM entries WHERE verdict = 'absent'""").fetchall()
    assert absent == [(holed,)]
    return dsn


class TestTheTreeOfAPartition:
    def test_has_the_root_of_its_leaves_by_the_definition(self, recorded: str) -> None:
        """Every partition, also the one with an absent offset: leaf index is offset, and its bytes are the entry's."""
        with psycopg.connect(recorded) as connection:
            for partition, leaves in _leaves(connection).items():
                size = tree_size(connection, partition)

                assert size == len(leaves)
                assert root(size, tree_reader(connection, partition)) == Definition(leaves).mth(size)

    def test_proves_every_entry_and_every_earlier_tree(self, recorded: str) -> None:
        """All offsets of three partitions, and all sizes before the last, from what PostgreSQL holds."""
        with psycopg.connect(recorded) as connection:
            for partition, leaves in list(_leaves(connection).items())[:3]:
                reader, size = tree_reader(connection, partition), len(leaves)
                whole = root(size, reader)
                for offset, leaf in enumerate(leaves):
                    leaf_hash = sha256(b"\x00" + leaf).digest()
                    proof = inclusion_proof(offset, size, reader)
                    assert root_from_inclusion(leaf_hash, offset, size, proof) == whole
                    check_consistency(
                        offset, root(offset, reader), size, whole, consistency_proof(offset, size, reader)
                    )

    def test_can_prove_nothing_beyond_the_trail(self, recorded: str) -> None:
        with psycopg.connect(recorded) as connection, pytest.raises(TreeDiffers, match="fewer leaves than was asked"):
            root(tree_size(connection, 0) + 1, tree_reader(connection, 0))

    def test_of_a_partition_without_entries_is_empty(self, trails: Servers) -> None:
        with psycopg.connect(trails.database()) as connection:
            assert tree_size(connection, 3) == 0
            assert root(0, tree_reader(connection, 3)) == sha256(b"").digest()


class TestTheTransaction:
    def test_that_fails_at_its_end_leaves_no_tree_and_the_next_one_all_of_it(
        self, trails: Servers, recorded: str
    ) -> None:
        """The last statement of the batch is refused: tree, entries and position are as before."""
        dsn = trails.database()
        role = sql.Identifier("trail_police")
        with psycopg.connect(trails.owner_of(dsn), autocommit=True) as owner:
            owner.execute(sql.SQL("REVOKE INSERT ON local_batches FROM {}").format(role))
            with closing(trails.trail(dsn)) as trail, pytest.raises(InsufficientPrivilege, match="local_batches"):
                _record(trail)
            before = digests(dsn)
            owner.execute(sql.SQL("GRANT INSERT ON local_batches TO {}").format(role))
        trails.record(dsn)

        assert before["tree_nodes"][0] == before["entries"][0] == 0
        assert digests(dsn) == digests(recorded)

    def test_refuses_a_node_that_somebody_else_has_written(self, trails: Servers, holed: int) -> None:
        """A node over offsets to come is there already when the trail wants to write it: nothing is written."""
        dsn = trails.database()
        with psycopg.connect(dsn) as connection:
            connection.execute(_FORGED, {"partition": holed, "level": 2})
        with closing(trails.trail(dsn)) as trail, pytest.raises(TreeDiffers, match="somebody else has"):
            _record(trail)

        assert digests(dsn)["entries"][0] == 0

    @pytest.mark.parametrize("statement", ["UPDATE tree_nodes SET hash = hash", "DELETE FROM tree_nodes"])
    def test_is_the_only_way_in(self, trails: Servers, recorded: str, statement: LiteralString) -> None:
        """The node's service has no right to change a node, and the owner runs into the trigger."""
        with psycopg.connect(recorded) as service, pytest.raises(InsufficientPrivilege, match="permission denied"):
            service.execute(statement)
        with (
            psycopg.connect(trails.owner_of(recorded)) as owner,
            pytest.raises(InsufficientPrivilege, match="tree_nodes are append-only"),
        ):
            owner.execute(statement)


class TestEntriesFromBeforeThereWereTrees:
    def test_get_theirs_when_the_trail_starts(
        self, trails: Servers, recorded: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Piece by piece, each a transaction and a line in the log; then the trail goes on amid a partition."""
        dsn = trails.database()
        with closing(trails.trail(dsn)) as trail:
            trail._log._consumer.config["max_poll_records"] = 7
            for _ in range(4):
                _record(trail)
        _tamper(trails, dsn, "DELETE FROM tree_nodes")
        partition, leaves = _longest(dsn)
        assert leaves < _longest(recorded)[1]
        monkeypatch.setattr(trees, "_AT_A_TIME", 8)
        with caplog.at_level("INFO", logger="services.trail.trees"):
            trails.record(dsn)

        assert f"building the tree of partition {partition}: 8 of {leaves} entries" in caplog.text
        assert caplog.text.count(f"building the tree of partition {partition}:") == -(-(leaves // 2) // 4)
        assert digests(dsn) == digests(recorded)

    def test_get_theirs_although_the_trail_is_killed_meanwhile(self, trails: Servers, recorded: str) -> None:
        """
        Killed inside a transaction, in the middle of a partition: of that one nothing is left, of those before all.

        What can be proven meanwhile is true, and the next start builds the rest.
        """
        dsn = _without_trees(trails)
        here, entries = _longest(dsn)
        assert entries > 12
        with _held_up_at(dsn, Node(1, 5), partition=here):
            _kill_when_held_up(dsn)
        with psycopg.connect(dsn) as connection:
            leaves = _leaves(connection)
            built = {partition: tree_size(connection, partition) for partition in leaves}
            roots = {one: root(size, tree_reader(connection, one)) for one, size in built.items()}

        # Offsets 8 to 11 were under way: a tree of the first eight is complete, and a ninth leaf needs no node.
        expected = {one: len(of) if one < here else min(len(of), 9 if one == here else 1) for one, of in leaves.items()}
        assert built == expected
        assert roots == {one: Definition(leaves[one]).mth(size) for one, size in built.items()}
        with closing(trails.trail(dsn)) as trail:
            while digests(dsn)["tree_nodes"][0] < digests(recorded)["tree_nodes"][0]:
                assert trail.step(timeout_ms=1) == 0
        assert digests(dsn) == digests(recorded)

    def test_get_none_where_the_tree_is_ahead(self, trails: Servers, holed: int) -> None:
        """No trail writes a tree over offsets to which it has not come: it stops, and repairs nothing."""
        dsn = trails.database()
        with psycopg.connect(dsn) as connection:
            connection.execute(_FORGED, {"partition": holed, "level": 1})
        with closing(trails.trail(dsn)) as trail, pytest.raises(TreeDiffers, match="stands over 2 offsets"):
            trail.step(timeout_ms=500)

    def test_get_none_where_an_entry_is_gone(self, trails: Servers) -> None:
        dsn = _without_trees(trails)
        _tamper(trails, dsn, 'DELETE FROM entries WHERE "partition" = 4 AND "offset" = 7')
        with closing(Store(dsn, partitions=[4])) as store, pytest.raises(TreeDiffers, match="Offset 7 of partition 4"):
            store.build_trees()


class TestTheCheckOfATree:
    def test_finds_nothing_in_one_that_nobody_touched(self, recorded: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """It computes the root that is proven against, and needs not look at single nodes, which takes long."""
        monkeypatch.delattr(tree_check, "completed_nodes")
        with psycopg.connect(recorded) as connection:
            for partition in range(12):
                told: list[int] = []
                checked = check_tree(connection, partition, stored_leaves(connection, partition), progress=told.append)

                assert checked.difference is None
                assert checked.size == sum(told) == tree_size(connection, partition)
                assert checked.root == root(checked.size, tree_reader(connection, partition))

    @pytest.mark.parametrize(
        ("tampering", "first", "said"),
        [
            ("UPDATE tree_nodes SET hash = sha256(hash) WHERE {node}", Node(2, 1), "over the offsets 4 to 7"),
            ("UPDATE tree_nodes SET hash = sha256(hash) WHERE {here}", Node(1, 0), "over the offsets 0 to 1"),
            ("DELETE FROM tree_nodes WHERE {node}", Node(2, 1), "nothing is stored"),
            ("UPDATE entries SET leaf_hash = sha256(leaf_hash) WHERE {leaf}", Node(1, 2), "over the offsets 4 to 5"),
            (
                "INSERT INTO tree_nodes SELECT 4, 3, 900, hash FROM tree_nodes LIMIT 1",
                Node(3, 900),
                "nothing is computed",
            ),
        ],
        ids=["a node", "every node", "a missing node", "a leaf", "a node too many"],
    )
    def test_names_the_first_difference(
        self, trails: Servers, recorded: str, tampering: LiteralString, first: Node, said: str
    ) -> None:
        """Whoever has the database may take the trigger away; the tree does not fit its leaves then."""
        there = {"node": sql.SQL('"partition" = 4 AND level = 2 AND "index" = 1'), "here": sql.SQL('"partition" = 4')}
        there["leaf"] = sql.SQL('"partition" = 4 AND "offset" = 5')
        with _tampered(trails, recorded, sql.SQL(tampering).format(**there)) as connection:
            checked = check_tree(connection, 4, stored_leaves(connection, 4))

            assert checked.difference is not None
            assert checked.difference.node == first
            assert said in str(checked.difference)
            assert check_tree(connection, 5, stored_leaves(connection, 5)).difference is None

    def test_names_the_offset_whose_entry_is_gone(self, trails: Servers, recorded: str) -> None:
        gone = sql.SQL('DELETE FROM entries WHERE "partition" = 4 AND "offset" = 7')
        with (
            _tampered(trails, recorded, gone) as connection,
            pytest.raises(TreeDiffers, match="Offset 7 of partition 4 has no entry"),
        ):
            check_tree(connection, 4, stored_leaves(connection, 4))


_FORGED = """INSERT INTO tree_nodes VALUES (%(partition)s, %(level)s, 0, sha256(''))"""
_KEPT_FROM_CHANGE = ("entries", "tree_nodes")


def _record(trail: Trail) -> None:
    """Take steps until one of them has recorded something."""
    while not trail.step(timeout_ms=500):
        pass


def _leaves(connection: psycopg.Connection) -> Mapping[int, list[bytes]]:
    """Return the leaves of each partition, as their bytes."""
    leaves: dict[int, list[bytes]] = {}
    for partition, offset, leaf in connection.execute('SELECT "partition", "offset", leaf FROM entries ORDER BY 1, 2'):
        assert offset == len(leaves.setdefault(partition, []))
        leaves[partition].append(leaf)
    return leaves


def _longest(dsn: str) -> tuple[int, int]:
    """Return the partition that has most entries, and how many."""
    with psycopg.connect(dsn) as connection:
        return max(((one, len(leaves)) for one, leaves in _leaves(connection).items()), key=lambda one: one[1])


def _without_trees(trails: Servers) -> str:
    """Record the log in a database that has never heard of trees."""
    dsn = trails.database()
    trails.record(dsn)
    _tamper(trails, dsn, "DELETE FROM tree_nodes")
    return dsn


def _tamper(trails: Servers, dsn: str, statement: LiteralString) -> None:
    """Do as a superuser what the triggers refuse."""
    with psycopg.connect(trails.owner_of(dsn)) as connection:
        _disarm(connection)
        connection.execute(statement)
        for table in _KEPT_FROM_CHANGE:
            connection.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(sql.Identifier(table)))


@contextmanager
def _tampered(trails: Servers, dsn: str, statement: sql.Composed | sql.SQL) -> Iterator[psycopg.Connection]:
    """Show the trail as it would be after *statement*, and leave it as it is."""
    with psycopg.connect(trails.owner_of(dsn)) as connection:
        _disarm(connection)
        connection.execute(statement)
        yield connection
        connection.rollback()


def _disarm(connection: psycopg.Connection) -> None:
    for table in _KEPT_FROM_CHANGE:
        connection.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(sql.Identifier(table)))


@contextmanager
def _held_up_at(dsn: str, node: Node, *, partition: int) -> Iterator[None]:
    """Keep whoever writes *node* waiting inside: here it is written too, and not yet committed, and never will be."""
    with psycopg.connect(dsn) as connection:
        connection.execute(
            "INSERT INTO tree_nodes VALUES (%s, %s, %s, sha256(''))", (partition, node.level, node.index)
        )
        yield
        connection.rollback()


def _kill_when_held_up(dsn: str) -> None:
    """Build trees in a process of its own, and kill it with SIGKILL once it waits for somebody else's transaction."""
    script = Path(__file__).with_name("build_trees.py")
    with subprocess.Popen([sys.executable, "-m", f"tests.integration.{script.stem}"], stdin=subprocess.PIPE) as child:
        assert child.stdin is not None
        child.stdin.write(dsn.encode() + b"\n")
        child.stdin.flush()
        deadline = time.monotonic() + _PATIENCE
        with psycopg.connect(dsn, autocommit=True) as connection:
            while not connection.execute(_WAITING).fetchall():
                assert child.poll() is None, "the trees were built without waiting"
                assert time.monotonic() < deadline
                time.sleep(0.05)
        child.kill()


_WAITING = """
SELECT 1 FROM pg_stat_activity
 WHERE datname = current_database() AND application_name = 'yisong-trail' AND wait_event_type = 'Lock'"""
