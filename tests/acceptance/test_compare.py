from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from psycopg import sql
from typer.testing import CliRunner

from yisong.audit.compare import Comparison, compare
from yisong.audit.played import Position
from yisong.audit.replay import Replay, Stage
from yisong.audit.trails import open_trails, snapshots
from yisong.cli.main import app
from yisong.embedded import Bus
from yisong.envelope.leaf import decode_leaf, encode_leaf, leaf_hash
from yisong.postgres.tree import build_tree

COMPARED = {
    *("partition", "offset", "broker_time", "log_time", "docket", "docket_index", "docket_prev", "event_id"),
    *("event_type", "variant", "publisher", "organ", "aggregate_kind", "aggregate_id", "header_hash", "verdict"),
    *("reason", "remembered", "leaf_hash"),
}
_LEAF = 'SELECT leaf FROM entries WHERE "partition" = %s AND "offset" = %s'
AS_ITS_HASH = {"leaf"}  # its hash is computed anew


@contextmanager
def _owner(stage: Stage, agency: str) -> Iterator[psycopg.Connection]:
    """Do what the owner of a database can do: take the trigger away, rewrite the trail, put it back."""
    with psycopg.connect(stage.running.admin_dsn[agency]) as owner:
        owner.execute("ALTER TABLE entries DISABLE TRIGGER ALL")
        yield owner
        owner.execute("ALTER TABLE entries ENABLE TRIGGER ALL")


@contextmanager
def _rewritten(stage: Stage, position: Position, column: str, value: object) -> Iterator[None]:
    """Have *value* in one row of the trail of cac for a while."""
    where = sql.SQL('WHERE "partition" = %s AND "offset" = %s')
    name = sql.Identifier(column)
    with _owner(stage, "cac") as owner:
        row = owner.execute(sql.SQL("SELECT {} FROM entries {}").format(name, where), position).fetchone()
        assert row is not None
        owner.execute(sql.SQL("UPDATE entries SET {} = %s {}").format(name, where), (value, *position))
    try:
        yield
    finally:
        with _owner(stage, "cac") as owner:
            owner.execute(sql.SQL("UPDATE entries SET {} = %s {}").format(name, where), (row[0], *position))


@contextmanager
def _tree_of(stage: Stage, agency: str, partition: int) -> Iterator[psycopg.Connection]:
    """Let the owner rewrite entries and tree of a partition, and put back afterwards what was there."""
    with psycopg.connect(stage.running.admin_dsn[agency]) as owner:
        for table in ("entries", "tree_nodes"):
            owner.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(sql.Identifier(table)))
        owner.execute('CREATE TABLE kept AS SELECT * FROM entries WHERE "partition" = %s', (partition,))
        owner.commit()
        try:
            yield owner
        finally:
            owner.rollback()
            owner.execute(_HOLD, (partition,))
            owner.execute(
                "UPDATE entries SET leaf = kept.leaf, leaf_hash = kept.leaf_hash FROM kept "
                'WHERE entries."partition" = kept."partition" AND entries."offset" = kept."offset"'
            )
            _build_anew(owner, partition)
            owner.execute("DROP TABLE kept")
            for table in ("entries", "tree_nodes"):
                owner.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(sql.Identifier(table)))


def _build_anew(owner: psycopg.Connection, partition: int) -> None:
    """Build the tree of a partition over its leaves as they are; its trail waits meanwhile."""
    owner.execute(_HOLD, (partition,))
    owner.execute('DELETE FROM tree_nodes WHERE "partition" = %s', (partition,))
    build_tree(owner, partition, most=1_000_000)


_HOLD = 'SELECT next_offset FROM positions WHERE "partition" = %s FOR UPDATE'


def _compared(stage: Stage) -> Comparison:
    with open_trails(stage.running) as trails, snapshots(trails):
        return compare(trails)


@pytest.fixture
def position(everything: Replay) -> Position:
    """Say where the receipt of H1 lies."""
    return next(one for one in everything.played if one.history.name == "H1").positions[9]


@pytest.mark.usefixtures("everything")
class TestFourTrails:
    def test_agree(self, bus: Bus, monkeypatch: pytest.MonkeyPatch) -> None:
        """After all that was played, each partition and all dockets have one digest on every trail."""
        monkeypatch.setenv("YISONG_HOME", str(bus.home.path))
        result = CliRunner().invoke(app, ["compare"])

        assert "4 of 4 trails agree" in result.output
        assert result.exit_code == 0

    @pytest.mark.parametrize(
        ("column", "value"), [("verdict", "admitted-late"), ("log_time", 1_470_000_000_000), ("leaf", b"\x00")]
    )
    def test_that_do_not_agree_are_told_apart_at_the_first_difference(
        self, stage: Stage, position: Position, column: str, value: object
    ) -> None:
        """Whoever rewrites one row of one trail, and be it by hand in the database, is found at its position."""
        with _rewritten(stage, position, column, value):
            found = _compared(stage)

        (unlike,) = found.differences
        assert found.agreeing == 3
        assert unlike.where == f"entry {position}"
        assert list(unlike.fields) == ["leaf_hash_now" if column == "leaf" else column]

    def test_are_shown_with_what_each_of_them_has(
        self, bus: Bus, stage: Stage, position: Position, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The page names the position and, column by column, who says what; the exit code says that it is serious."""
        monkeypatch.setenv("YISONG_HOME", str(bus.home.path))
        with _rewritten(stage, position, "verdict", "admitted-late"):
            result = CliRunner().invoke(app, ["compare"])

        assert f"first difference: entry {position}" in result.output
        assert "verdict: copyright admitted · cac admitted-late · miit admitted · police admitted" in result.output
        assert "3 of 4 trails agree" in result.output
        assert result.exit_code == 1

    def test_whose_leaves_differ_are_told_apart_by_their_roots(self, stage: Stage, position: Position) -> None:
        """Another verdict in the leaf, and the tree built anew: both leaves are shown, decoded."""
        partition, offset = position
        with _tree_of(stage, "cac", partition) as owner:
            owner.execute(_HOLD, (partition,))
            (leaf,) = owner.execute(_LEAF, position).fetchone() or (b"",)
            other = _leaf_with(leaf, verdict="duplicate")
            owner.execute(
                'UPDATE entries SET leaf = %s, leaf_hash = %s WHERE "partition" = %s AND "offset" = %s',
                (other, leaf_hash(other), partition, offset),
            )
            _build_anew(owner, partition)
            owner.commit()
            found = _compared(stage)

        (unlike,) = found.differences
        assert found.agreeing == 3
        assert unlike.where == f"entry {position}"
        assert list(unlike.fields) == ["leaf_hash", "leaf_hash_now", "leaf.verdict"]
        assert unlike.fields["leaf.verdict"]["cac"] == "duplicate"
        assert unlike.fields["leaf.verdict"]["police"] == "admitted"

    def test_of_which_one_has_another_hash_in_its_tree_are_told_apart_too(
        self, stage: Stage, position: Position
    ) -> None:
        """No entry differs; the place in the tree is named."""
        with _tree_of(stage, "cac", position.partition) as owner:
            owner.execute(
                'UPDATE tree_nodes SET hash = sha256(hash) WHERE "partition" = %s AND level = 3 AND "index" = 0',
                (position.partition,),
            )
            owner.execute(  # so that the root shows it
                'UPDATE tree_nodes SET hash = sha256(hash) WHERE "partition" = %s AND level > 3 AND "index" = 0',
                (position.partition,),
            )
            owner.commit()
            found = _compared(stage)

        (unlike,) = found.differences
        assert found.agreeing == 3
        assert unlike.where == f"tree of partition {position.partition}, level 3 over the offsets 0 to 7"
        assert list(unlike.fields) == ["hash"]

    def test_that_lack_a_row_say_who_lacks_it(self, stage: Stage, position: Position) -> None:
        """A row that was taken away is missing at its position, and nowhere else."""
        with _owner(stage, "miit") as owner:
            owner.execute("CREATE TABLE kept (LIKE entries)")
            owner.execute(
                'WITH gone AS (DELETE FROM entries WHERE "partition" = %s AND "offset" = %s RETURNING *) '
                "INSERT INTO kept SELECT * FROM gone",
                position,
            )
        try:
            found = _compared(stage)
        finally:
            with _owner(stage, "miit") as owner:
                owner.execute("INSERT INTO entries SELECT * FROM kept")
                owner.execute("DROP TABLE kept")

        assert [(one.where, one.missing) for one in found.differences] == [(f"entry {position}", ("miit",))]

    def test_whose_dockets_differ_are_told_apart_too(self, stage: Stage, everything: Replay) -> None:
        """A docket's state is compared beside the entries, because views stand on it."""
        case_id = next(one.case_ids()[0] for one in everything.played if one.history.name == "H1")
        change = "UPDATE dockets SET log_time = log_time + %s WHERE case_id = %s"
        with _owner(stage, "police") as owner:
            owner.execute(change, (1, case_id))
        try:
            found = _compared(stage)
        finally:
            with _owner(stage, "police") as owner:
                owner.execute(change, (-1, case_id))

        assert [one.where for one in found.differences] == [f"docket {case_id}"]

    def test_are_compared_in_every_column(self, stage: Stage) -> None:
        """A column that comes to the table must come to the digests."""
        with psycopg.connect(stage.running.dsn["cac"]) as connection:
            rows = connection.execute("SELECT column_name FROM information_schema.columns WHERE table_name = 'entries'")
            columns = {row[0] for row in rows}

        assert columns - AS_ITS_HASH == COMPARED


def _leaf_with(leaf: bytes, **changes: str) -> bytes:
    fields = {**decode_leaf(leaf)._asdict(), **changes}
    del fields["topic"]
    return encode_leaf(**fields)
