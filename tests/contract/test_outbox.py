"""What must every outbox hold to, in a node's PostgreSQL and in an agency system's SQLite file?"""

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import count
from pathlib import Path
from threading import Barrier

import psycopg
import pytest

from tests.waiting import until
from yisong.postgres import connect
from yisong.publishing.compose import Content, Place, SealedBody
from yisong.publishing.outbox import ChainKey, Draft, Logged, Outbox, Position, Row, Sent, Settled, Signed, Wrap
from yisong.publishing.stores import PostgresOutbox, SqliteOutbox

CASE, OTHER_CASE = "CRB-980100-2016-000021-5", "CRB-970200-2016-000072-B"
_ids = count(1)

Open = Callable[[], Outbox]


@pytest.fixture(params=["postgres", "sqlite"])
def open_outbox(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Give a way to open the same, empty outbox again and again, as a restarted process does."""
    opened: list[Outbox] = []
    if request.param == "sqlite":
        make: Open = lambda: SqliteOutbox(tmp_path / "outbox.db")  # noqa: E731 (two ways to say the same)
    else:
        service, admin = request.getfixturevalue("police_dsn")
        with psycopg.connect(admin, autocommit=True) as owner:
            owner.execute("TRUNCATE local_outbox, local_wraps RESTART IDENTITY CASCADE")
        make = lambda: PostgresOutbox(connect(service, autocommit=True))  # noqa: E731

    def open_one() -> Outbox:
        opened.append(make())
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


@pytest.fixture
def outbox(open_outbox: Open) -> Outbox:
    return open_outbox()


def draft(
    *, case_id: str = CASE, publisher: str = "V9801", event_id: bytes | None = None, digest: bytes = b"d" * 32
) -> Draft:
    fields = {"event_type": "ReferralDecided", "case_id": case_id, "publisher": publisher, "to": []}
    said = Content(event_id or next(_ids).to_bytes(16), fields, b"f" * 8, b"s" * 16)
    return Draft(said=said, digest=digest, at=None)


def signed(outbox: Outbox, *drafts: Draft) -> list[Row]:
    """Submit *drafts* of one chain and number them from 1."""
    rows = [outbox.submit(one) for one in drafts]
    outbox.sign([Signed(row.serial, n, bytes([n]) * 32, b"value %d" % n) for n, row in enumerate(rows, start=1)])
    return [again(outbox, row) for row in rows]


def again(outbox: Outbox, row: Row) -> Row:
    found = outbox.row_of(row.draft.said.event_id)
    assert found is not None
    return found


class TestSubmit:
    def test_keeps_everything_that_the_author_stated(self, outbox: Outbox) -> None:
        """A restarted sender must compose the very same event from the row."""
        said = draft()

        row = outbox.submit(said)

        assert row.draft == said
        assert (row.state, row.attempts, row.value, row.verdict) == ("waiting", 0, None, None)

    def test_survives_the_process(self, open_outbox: Open) -> None:
        row = open_outbox().submit(draft())

        assert open_outbox().row_of(row.draft.said.event_id) == row

    def test_of_an_id_that_is_there_returns_the_row_that_is_there(self, outbox: Outbox) -> None:
        first = outbox.submit(draft(digest=b"a" * 32))

        second = outbox.submit(draft(event_id=first.draft.said.event_id, digest=b"b" * 32))

        assert second == first

    def test_rows_wait_in_the_order_in_which_they_were_submitted(self, outbox: Outbox) -> None:
        rows = [outbox.submit(draft(publisher=publisher)) for publisher in ("V9801", "P9801", "V9801")]

        assert outbox.rows_in("waiting", limit=2) == rows[:2]


class TestWhoWaits:
    def test_sees_in_which_states_there_is_something_to_do(self, outbox: Outbox) -> None:
        assert outbox.open_states() == set()
        first, _ = signed(outbox, draft(), draft())
        outbox.submit(draft(case_id=OTHER_CASE))
        outbox.log([Logged(first.serial, Position(0, 7), 1_000)])
        assert outbox.open_states() == {"waiting", "signed", "logged"}

    def test_sees_nothing_to_do_where_everything_has_its_verdict(self, outbox: Outbox) -> None:
        (row,) = signed(outbox, draft())
        outbox.settle([Settled(row.serial, Position(0, 7), 1_000, "admitted", None)])
        outbox.park(outbox.submit(draft(publisher="P9801")), reason="wrong-key")
        assert outbox.open_states() == set()

    @pytest.mark.parametrize("open_outbox", ["postgres"], indirect=True)
    def test_is_told_by_the_database(self, open_outbox: Open, police_dsn: tuple[str, str]) -> None:
        """The sender of what is to be published and of verdicts of the trail, a gateway of verdicts on what it sent."""
        outbox = open_outbox()
        with closing(psycopg.connect(police_dsn[0], autocommit=True)) as listening:
            listening.execute("LISTEN yisong_sender")
            listening.execute("LISTEN yisong_verdicts")
            with closing(listening.notifies(timeout=120)) as told:
                (row,) = signed(outbox, draft())
                assert next(told).channel == "yisong_sender"
                outbox.settle([Settled(row.serial, Position(0, 7), 1_000, "admitted", None)])
                assert next(told).channel == "yisong_verdicts"
                outbox.park(outbox.submit(draft(publisher="P9801")), reason="wrong-key")
                assert (next(told).channel, next(told).channel) == ("yisong_sender", "yisong_verdicts")
                with psycopg.connect(police_dsn[0], autocommit=True) as trail:
                    trail.execute(
                        'INSERT INTO local_batches ("partition", first_offset, next_offset, received_at) '
                        "VALUES (0, 0, 1, 1000)"
                    )
                assert next(told).channel == "yisong_sender"


class TestManyAtOnce:
    @pytest.mark.parametrize("open_outbox", ["postgres"], indirect=True)
    def test_are_submitted_as_one_after_the_other(self, open_outbox: Open) -> None:
        outbox = open_outbox()
        assert isinstance(outbox, PostgresOutbox)
        old = outbox.submit(draft(digest=b"a" * 32))
        again_otherwise = draft(event_id=old.draft.said.event_id, digest=b"b" * 32)
        new = [draft(publisher=publisher) for publisher in ("V9801", "P9801", "V9801")]

        rows = outbox.submit_all([new[0], again_otherwise, *new[1:]])

        assert rows[old.draft.said.event_id] == old
        assert [row.draft for row in outbox.rows_in("waiting", limit=9)] == [old.draft, *new]
        assert outbox.rows_of([new[2].said.event_id, b"?" * 16]) == {
            new[2].said.event_id: again(outbox, rows[new[2].said.event_id])
        }


class TestNumbers:
    def test_the_head_of_a_chain_is_its_newest_number(self, outbox: Outbox) -> None:
        signed(outbox, draft(), draft())
        signed(outbox, draft(publisher="P9801"))
        outbox.submit(draft(case_id=OTHER_CASE))
        chains = [ChainKey(CASE, "V9801"), ChainKey(CASE, "P9801"), ChainKey(OTHER_CASE, "V9801")]

        assert outbox.heads(chains) == {chains[0]: Place(2, b"\2" * 32), chains[1]: Place(1, b"\1" * 32)}

    def test_bytes_once_given_do_not_change(self, outbox: Outbox) -> None:
        (row,) = signed(outbox, draft())

        outbox.sign([Signed(row.serial, 9, b"9" * 32, b"other")])

        assert again(outbox, row) == row

    def test_are_taken_back_from_an_event_and_all_behind_it_in_its_chain(self, outbox: Outbox) -> None:
        first, second, third = signed(outbox, draft(), draft(), draft())
        (stranger,) = signed(outbox, draft(publisher="P9801"))

        outbox.renumber(second)

        assert [again(outbox, row).state for row in (first, second, third, stranger)] == [
            "signed",
            "waiting",
            "waiting",
            "signed",
        ]
        assert again(outbox, third).value is None
        assert again(outbox, third).attempts == 1

    def test_are_not_taken_back_from_what_has_a_verdict(self, outbox: Outbox) -> None:
        first, second = signed(outbox, draft(), draft())
        outbox.settle([Settled(second.serial, Position(4, 8), 1, "admitted", None)])

        outbox.renumber(first)

        assert again(outbox, second).state == "settled"


class TestPark:
    def test_takes_the_numbers_back_from_what_is_behind(self, outbox: Outbox) -> None:
        first, second = signed(outbox, draft(), draft())
        outbox.log([Logged(second.serial, Position(4, 8), 1)])

        outbox.park(first, reason="key-not-valid")

        assert (again(outbox, first).state, again(outbox, first).reason) == ("parked", "key-not-valid")
        assert (again(outbox, second).state, again(outbox, second).position) == ("waiting", None)

    def test_of_an_event_without_a_number_leaves_the_others_alone(self, outbox: Outbox) -> None:
        (first,) = signed(outbox, draft())
        waiting = outbox.submit(draft())

        outbox.park(waiting, reason="it cannot be signed")

        assert again(outbox, first) == first

    def test_frees_the_number(self, outbox: Outbox) -> None:
        first, second = signed(outbox, draft(), draft())

        outbox.park(second, reason="bad-signature")

        assert outbox.heads([ChainKey(CASE, "V9801")]) == {ChainKey(CASE, "V9801"): Place(1, first.header_hash)}


class TestSettle:
    def test_notes_position_log_time_and_verdict(self, outbox: Outbox) -> None:
        (row,) = signed(outbox, draft())
        outbox.log([Logged(row.serial, Position(4, 7), 1_000)])

        outbox.settle([Settled(row.serial, Position(4, 7), 1_001, "refused", "not-addressed")])

        found = again(outbox, row)
        assert (found.state, found.position, found.log_time) == ("settled", Position(4, 7), 1_001)
        assert (found.verdict, found.reason) == ("refused", "not-addressed")

    def test_is_final(self, outbox: Outbox) -> None:
        (row,) = signed(outbox, draft())
        outbox.settle([Settled(row.serial, Position(4, 7), 1, "admitted", None)])

        outbox.park(row, reason="bad-signature")
        outbox.settle([Settled(row.serial, Position(4, 9), 2, "refused", "case-closed")])

        assert (again(outbox, row).verdict, again(outbox, row).position) == ("admitted", Position(4, 7))

    def test_of_several_gives_each_its_own(self, outbox: Outbox) -> None:
        first, second = signed(outbox, draft(), draft())
        waiting = outbox.submit(draft())

        outbox.log([Logged(second.serial, Position(4, 8), 2), Logged(first.serial, Position(4, 7), 1)])
        settled = [
            Settled(second.serial, Position(4, 8), 2, "refused", "late"),
            Settled(first.serial, Position(4, 7), 1, "admitted", None),
        ]
        outbox.settle(settled)

        assert [again(outbox, row).position for row in (first, second)] == [Position(4, 7), Position(4, 8)]
        assert [again(outbox, row).verdict for row in (first, second)] == ["admitted", "refused"]
        assert [again(outbox, row).reason for row in (first, second)] == [None, "late"]
        assert again(outbox, waiting) == waiting


class TestSent:
    def test_is_what_lies_on_the_log_without_a_verdict_the_oldest_first(self, outbox: Outbox) -> None:
        first, second, third, _ = signed(outbox, draft(), draft(), draft(), draft())
        outbox.log([Logged(row.serial, Position(4, 6 + row.serial), 1) for row in (third, second, first)])
        outbox.settle([Settled(first.serial, Position(4, 7), 1, "admitted", None)])

        assert outbox.sent(limit=9) == [Sent(row.serial, Position(4, 6 + row.serial), CASE) for row in (second, third)]
        assert [one.serial for one in outbox.sent(limit=1)] == [second.serial]

    def test_rows_are_found_again_in_their_order(self, outbox: Outbox) -> None:
        rows = signed(outbox, draft(), draft(), draft())

        assert outbox.rows([rows[2].serial, rows[0].serial]) == [rows[0], rows[2]]


class TestSendAgain:
    def test_takes_back_the_positions_and_leaves_the_bytes(self, outbox: Outbox) -> None:
        sent, settled = signed(outbox, draft(), draft())
        outbox.log([Logged(sent.serial, Position(4, 7), 1), Logged(settled.serial, Position(4, 8), 2)])
        outbox.settle([Settled(settled.serial, Position(4, 8), 2, "admitted", None)])

        outbox.send_again()

        assert again(outbox, sent) == sent
        assert again(outbox, settled).state == "settled"


class TestHold:
    def test_there_is_one_sender_and_another_one_after_it(self, open_outbox: Open) -> None:
        first, second = open_outbox(), open_outbox()

        assert first.hold()
        assert not second.hold()
        first.close()
        until(second.hold, "somebody else still has the lock")
        second.close()


def test_both_stores_have_the_same_columns(police_dsn: tuple[str, str], tmp_path: Path) -> None:
    """What one store learns to keep, the other must keep too."""
    with connect(police_dsn[0]) as connection:
        rows = connection.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'local_outbox'"
        )
        in_postgres = {str(row[0]) for row in rows}
    store = SqliteOutbox(tmp_path / "outbox.db")
    in_sqlite = {str(row[1]) for row in store._connection.execute("PRAGMA table_info(local_outbox)")}
    store.close()

    assert in_sqlite == in_postgres


def test_a_node_writes_the_next_event_in_the_transaction_that_settles_its_cause(police_dsn: tuple[str, str]) -> None:
    """At no moment does one exist without the other: rolled back together."""
    with closing(connect(police_dsn[0])) as cause:
        row = PostgresOutbox(cause).submit(draft())
        cause.rollback()

        assert PostgresOutbox(cause).row_of(row.draft.said.event_id) is None


def test_two_that_open_a_new_store_at_the_same_instant_both_get_it(tmp_path: Path) -> None:
    """The publisher and its sender do so on every first use: neither may find the file locked by the other."""

    def open_it(file: Path, together: Barrier) -> None:
        together.wait(timeout=30)
        SqliteOutbox(file).close()

    with ThreadPoolExecutor(2) as pool:
        for number in range(200):
            together = Barrier(2)
            opened = [pool.submit(open_it, tmp_path / str(number) / "outbox.db", together) for _ in range(2)]
            for one in opened:
                one.result()


class TestASealedBody:
    """Once it is sealed the store holds what travels, and the keys of its readers until they are on the topic."""

    WRAPS = tuple(Wrap(b"e" * 16, f"{organ}#2", b"h" * 32, organ.encode() * 16) for organ in ("V9801", "P9801"))
    SEALED = SealedBody(b"carried", b"h" * 32)

    def _signed(self, outbox: Outbox) -> Row:
        row = outbox.submit(draft(event_id=b"e" * 16))
        outbox.sign([Signed(row.serial, 1, b"1" * 32, b"value", self.SEALED, self.WRAPS)])
        found = outbox.row_of(b"e" * 16)
        assert found is not None
        return found

    def test_takes_the_place_of_the_clear_one(self, outbox: Outbox) -> None:
        row = self._signed(outbox)

        assert (row.sealed, row.draft.said.payload, row.state) == (self.SEALED, b"", "signed")

    def test_stays_when_it_is_numbered_anew(self, outbox: Outbox) -> None:
        outbox.renumber(self._signed(outbox))
        row = outbox.row_of(b"e" * 16)

        assert row is not None
        assert (row.sealed, row.state, row.value) == (self.SEALED, "waiting", None)
        outbox.sign([Signed(row.serial, 2, b"2" * 32, b"other value")])
        again = outbox.row_of(b"e" * 16)
        assert again is not None
        assert (again.sealed, again.value) == (self.SEALED, b"other value")

    def test_has_its_keys_sent_once_and_again_after_a_restart(self, open_outbox: Open) -> None:
        outbox = open_outbox()
        row = self._signed(outbox)
        assert sorted(outbox.unsent_wraps([b"e" * 16, b"x" * 16])) == sorted(self.WRAPS)
        outbox.wraps_sent(self.WRAPS)
        assert outbox.unsent_wraps([b"e" * 16]) == []

        again = open_outbox()
        again.send_again()
        assert sorted(again.unsent_wraps([b"e" * 16])) == sorted(self.WRAPS)

        again.wraps_sent(self.WRAPS)
        again.settle([Settled(row.serial, Position(4, 0), 7, "admitted", None)])
        again.send_again()
        assert again.unsent_wraps([b"e" * 16]) == []


def test_a_store_of_an_earlier_release_gets_the_columns_that_it_lacks(tmp_path: Path) -> None:
    file = tmp_path / "outbox.db"
    SqliteOutbox(file).close()
    with closing(sqlite3.connect(file)) as older:
        for column in ("carried", "body_hash"):
            older.execute(f"ALTER TABLE local_outbox DROP COLUMN {column}")
        older.commit()

    with closing(SqliteOutbox(file)) as store:
        assert store.submit(draft()).sealed is None
