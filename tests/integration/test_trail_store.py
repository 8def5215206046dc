"""The trail over a real broker and a real database."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from psycopg import sql
from psycopg.errors import InsufficientPrivilege

from services.trail.follow import Trail
from tests.trails import COMPARED, Servers, digests
from yisong import postgres
from yisong.errors import LogReplaced, PositionLost, PositionTaken, TopicDiffers
from yisong.kafka.topics import check_case_events
from yisong.ledger import Law


@pytest.fixture(scope="module")
def recorded(trails: Servers) -> str:
    """Record three hundred events of a few dozen cases in one trail."""
    trails.send(trails.events(300, seed=1))
    dsn = trails.database()
    trails.record(dsn)
    return dsn


class TestWhatIsRecorded:
    def test_every_offset_has_one_entry_and_every_docket_its_newest_state(self, trails: Servers, recorded: str) -> None:
        """300 events of whole cases: 300 entries, all admitted, each docket as long as its entries are many."""
        with psycopg.connect(recorded) as connection:
            found = connection.execute("SELECT verdict, count(*) FROM entries GROUP BY verdict").fetchall()
            verdicts: dict[str, int] = dict(found)
            short = connection.execute(
                """SELECT case_id FROM dockets WHERE "index" <> (SELECT count(*) FROM entries WHERE docket = case_id)"""
            ).fetchall()

        assert sum(verdicts.values()) == sum(trails.ends().values())
        assert set(verdicts) <= {"admitted", "admitted-late"}
        assert short == []

    def test_the_leaves_of_a_docket_are_chained(self, recorded: str) -> None:
        """Leaf k names the hash of leaf k − 1 of its docket, and the first names none."""
        with psycopg.connect(recorded) as connection:
            broken = connection.execute(
                """SELECT now.docket, now.docket_index FROM entries AS now
                     LEFT JOIN entries AS before
                       ON before.docket = now.docket AND before.docket_index = now.docket_index - 1
                    WHERE now.docket_prev IS DISTINCT FROM before.leaf_hash"""
            ).fetchall()

        assert broken == []

    def test_views_say_what_the_dockets_hold(self, recorded: str) -> None:
        """Each docket is a case with a state, sent referrals name their sender, and clocks have ids."""
        with psycopg.connect(recorded) as connection:
            cases, dockets = (_count(connection, table) for table in ("cases", "dockets"))
            stateless = connection.execute("SELECT case_id FROM cases WHERE state IS NULL").fetchall()
            orphans = connection.execute("SELECT 1 FROM referrals WHERE state = 'sent' AND sender IS NULL").fetchall()
            clock = connection.execute("SELECT clock_id, timer, aggregate_id, number FROM clocks LIMIT 1").fetchone()

        assert cases == dockets > 0
        assert stateless == orphans == []
        assert clock is not None
        assert clock[0] == f"{clock[1]}/{clock[2]}/{clock[3]}"

    @pytest.mark.parametrize("most", [1, 7, 150])
    def test_any_batch_size_gives_the_same_rows(self, trails: Servers, recorded: str, most: int) -> None:
        """Batches of one, seven or many records, over one trail or two that share its partitions: the same rows."""
        dsn = trails.database()
        for share in ((0, 2, 4, 6, 8, 10), (1, 3, 5, 7, 9, 11)):
            with closing(trails.trail(dsn, partitions=share)) as trail:
                trail._log._consumer.config["max_poll_records"] = most
                ends = trails.ends()
                while any(trail.positions[partition] < ends[partition] for partition in share):
                    trail.step(timeout_ms=500)

        assert digests(dsn) == digests(recorded)


class TestEntriesAreAppendOnly:
    @pytest.mark.parametrize("statement", ["UPDATE entries SET verdict = 'admitted'", "DELETE FROM entries"])
    def test_the_service_may_only_insert_and_read(self, recorded: str, statement: str) -> None:
        """The role of the node's service has no right to change or delete an entry."""
        with psycopg.connect(recorded) as connection, pytest.raises(InsufficientPrivilege, match="permission denied"):
            connection.execute(sql.SQL(statement))

    @pytest.mark.parametrize(
        "statement", ["UPDATE entries SET verdict = 'admitted'", "DELETE FROM entries", "TRUNCATE entries"]
    )
    def test_even_the_owner_is_refused(self, trails: Servers, recorded: str, statement: str) -> None:
        """The owner of the database, who may do everything, runs into the trigger."""
        with (
            psycopg.connect(trails.owner_of(recorded)) as connection,
            pytest.raises(InsufficientPrivilege, match="append-only"),
        ):
            connection.execute(sql.SQL(statement))


class TestThePosition:
    @pytest.mark.usefixtures("recorded")
    def test_of_two_trails_on_one_partition_the_second_writes_nothing(self, trails: Servers) -> None:
        """Both read the same batch; the first moves the position, the second rolls back and says so."""
        dsn = trails.database()
        ours = {"partitions": [4]}  # of all twelve they need not read the same ones first
        with closing(trails.trail(dsn, **ours)) as first, closing(trails.trail(dsn, **ours)) as second:
            _record(first)
            before = digests(dsn)
            with pytest.raises(PositionTaken, match="Another process has moved"):
                _record(second)

        assert digests(dsn) == before

    def test_beyond_the_end_of_the_log_stops_the_trail(self, trails: Servers, recorded: str) -> None:
        """A log that was cut below the position: the node stops and its trail stays as it is."""
        dsn = _copy(trails, recorded)
        with psycopg.connect(dsn) as connection:
            connection.execute('UPDATE positions SET next_offset = next_offset + 100000 WHERE "partition" = 3')

        with pytest.raises(PositionLost, match="no longer serves the position"):
            trails.trail(dsn)

    def test_over_records_that_were_replaced_stops_the_trail(self, trails: Servers, recorded: str) -> None:
        """One of the last hundred records is not the one that was judged: the log was replaced."""
        dsn = _copy(trails, recorded)
        with psycopg.connect(trails.owner_of(dsn)) as connection:
            connection.execute("ALTER TABLE entries DISABLE TRIGGER entries_append_only")
            # As if record 5 of partition 3 had been another one: its entry says what entry 4 says.
            connection.execute(
                """UPDATE entries SET leaf = (SELECT leaf FROM entries WHERE "partition" = 3 AND "offset" = 4)
                    WHERE "partition" = 3 AND "offset" = 5"""
            )

        with pytest.raises(LogReplaced, match="partition 3, offset 5"):
            trails.trail(dsn)


class TestTheTopic:
    def test_of_another_timestamp_type_than_the_bus_demands_keeps_the_node_from_starting(self, trails: Servers) -> None:
        """A production bus has LogAppendTime; this topic has CreateTime, where anybody may write any date."""
        bus = replace(trails.law.bus, profile="production")
        law = Law(replace(trails.law.rulebook, bus=bus))

        with pytest.raises(TopicDiffers, match="CreateTime"):
            check_case_events(trails.bus.running.bootstrap, law.bus)
        with pytest.raises(TopicDiffers, match="topics plan"):
            Servers.trail(SimpleNamespace(bus=trails.bus, law=law), trails.database())  # type: ignore[arg-type]


class TestMigrations:
    def test_lead_to_the_schema(self, trails: Servers) -> None:
        """A database that was migrated step by step has the catalogue of one made from schema.sql."""
        migrated = trails.owner_of(trails.database())
        whole = trails.owner_of(_empty(trails))
        with psycopg.connect(whole) as connection:
            connection.execute((Path(postgres.__file__).parent / "schema.sql").read_bytes())

        assert _catalogue(migrated) == _catalogue(whole)

    def test_run_a_second_time_do_nothing(self, trails: Servers) -> None:
        """Whoever starts a node again migrates again, and nothing happens."""
        assert postgres.migrate(trails.owner_of(trails.database()), "police") == ()


def _record(trail: Trail) -> None:
    """Take steps until one of them has recorded something."""
    while not trail.step(timeout_ms=500):
        pass


def _count(connection: psycopg.Connection, table: str) -> int:
    row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
    assert row is not None
    return int(row[0])


def _empty(trails: Servers) -> str:
    dsn = trails.database()
    with psycopg.connect(trails.owner_of(dsn)) as connection:
        connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    return dsn


def _copy(trails: Servers, dsn: str) -> str:
    """Record the log once more, so that a test may spoil the trail."""
    copy = trails.database()
    trails.record(copy)
    assert digests(copy)["entries"][0] >= digests(dsn)["entries"][0]
    assert set(digests(copy)) == set(COMPARED)
    return copy


def _catalogue(dsn: str) -> list[tuple[object, ...]]:
    """Everything that the schema public holds: columns, constraints, indexes, triggers, views and functions."""
    with psycopg.connect(dsn) as connection:
        return connection.execute(
            """
            SELECT 'column', table_name, column_name, data_type || coalesce(column_default, '') || is_nullable
              FROM information_schema.columns WHERE table_schema = 'public'
            UNION ALL SELECT 'storage', attrelid::regclass::text, attname, attstorage::text FROM pg_attribute
              WHERE attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace) AND attnum > 0
            UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
              FROM pg_constraint WHERE connamespace = 'public'::regnamespace
            UNION ALL SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
            UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid)
              FROM pg_trigger WHERE NOT tgisinternal
            UNION ALL SELECT 'view', viewname, '', definition FROM pg_views WHERE schemaname = 'public'
            UNION ALL SELECT 'function', proname, '', pg_get_functiondef(oid)
              FROM pg_proc WHERE pronamespace = 'public'::regnamespace
            ORDER BY 1, 2, 3, 4"""
        ).fetchall()
