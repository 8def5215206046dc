"""A desk settles what it is handed once, keeps the order of a case, and says what it says together with why."""

import json
from collections.abc import Callable, Iterator
from uuid import UUID

import psycopg
import pytest
from typer.testing import CliRunner

from tests.desks import Delivered, Told, author, case, machine_receipt, receipt_owed
from tests.unit.ledger.story import law
from yisong.cli.dead_letters import app
from yisong.desk.delivery import Delivery
from yisong.desk.drafting import derived_id
from yisong.desk.drops import Dropped, Drops
from yisong.desk.inbox import deliveries
from yisong.desk.outcome import Emit, Ignore, Outcome, Owe, Park
from yisong.desk.redrive import redrive
from yisong.desk.settle import Handle, settle, settle_unreadable
from yisong.desk.store import Place, Store
from yisong.errors import BusUnreachable, Undecodable
from yisong.home import AGENCIES, Home, Running
from yisong.postgres import connect

TABLES = "local_settled, local_emitted, local_duties, local_duty_history, local_parked, local_outbox"


@pytest.fixture
def open_store(police_dsn: tuple[str, str]) -> Iterator[Callable[[], Store]]:
    """Give a way to reach the same, empty store again and again, as a restarted desk does."""
    service, admin = police_dsn
    with psycopg.connect(admin, autocommit=True) as owner:
        owner.execute(f"TRUNCATE {TABLES} RESTART IDENTITY CASCADE")
    connections = []

    def open_one() -> Store:
        connections.append(connect(service, autocommit=True))
        return Store(connections[-1])

    yield open_one
    for one in connections:
        one.close()


@pytest.fixture
def store(open_store: Callable[[], Store]) -> Store:
    return open_store()


@pytest.fixture
def looking(police_dsn: tuple[str, str]) -> Iterator[psycopg.Connection]:
    """Give the eyes of another process: it sees what is committed."""
    with psycopg.connect(police_dsn[0], autocommit=True) as connection:
        yield connection


def put(one: Delivered, handle: Handle, store: Store) -> Outcome | None:
    return settle(one.delivery, handle, store, author=author(), value=one.value)


def owes_receipt(delivery: Delivery) -> Outcome:
    """Make the police's duty of a referral, and nothing of anything else."""
    if delivery.header.event_type != "CriminalReferralSent":
        return Ignore("nothing-owed")
    return Owe((receipt_owed(delivery),))


def signs_receipt(delivery: Delivery) -> Outcome:
    return Emit((machine_receipt(delivery),), (receipt_owed(delivery),))


def fails(_: Delivery) -> Outcome:
    raise ZeroDivisionError("张三")


@pytest.fixture
def referral() -> Told:
    return case("H1", until="CriminalReferralSent")


class TestADelivery:
    def test_becomes_a_duty_with_its_due_instants_article_and_source(self, store: Store, referral: Told) -> None:
        one = referral.delivered("police")

        assert isinstance(put(one, owes_receipt, store), Owe)

        (kept,) = store.duties(organ="P9801", closed=False)
        assert kept.duty == receipt_owed(one.delivery)
        assert (kept.partition, kept.offset) == (one.delivery.partition, one.delivery.offset)
        assert kept.event_id == UUID(bytes=one.delivery.header.event_id)
        assert store.history(kept.id) == [("open", one.delivery.offset, one.delivery.log_time, None)]

    def test_that_comes_again_changes_nothing(self, open_store: Callable[[], Store], referral: Told) -> None:
        """After a crash before its acknowledgement a record comes again, to a new process."""
        one = referral.delivered("police")
        put(one, signs_receipt, open_store())
        store = open_store()

        assert put(one, owes_receipt, store) is None
        assert len(store.duties(organ=None, closed=True)) == 1

    def test_of_the_act_that_is_owed_closes_the_duty(self, store: Store, referral: Told) -> None:
        put(referral.delivered("police"), owes_receipt, store)
        signed = referral.until_next("ReferralReceipted").delivered("police")

        put(signed, owes_receipt, store)

        (kept,) = store.duties(organ=None, closed=True)
        assert store.duties(organ=None, closed=False) == []
        assert (kept.state, kept.closed_by, kept.closed_at) == (
            "done",
            signed.delivery.offset,
            signed.delivery.log_time,
        )
        assert [line[0] for line in store.history(kept.id)] == ["open", "done"]


class TestAnEventThatAMachineSigns:
    def test_stands_in_the_outbox_once_its_cause_is_settled(
        self, store: Store, referral: Told, looking: psycopg.Connection
    ) -> None:
        one = referral.delivered("police")

        put(one, signs_receipt, store)

        found = looking.execute("SELECT event_id, publisher, case_id, at, fields::jsonb FROM local_outbox").fetchall()
        ((event_id, publisher, case_id, at, fields),) = found
        assert UUID(bytes=event_id) == derived_id(one.delivery.header.event_id, "receipt")
        assert (publisher, case_id, at) == ("P9801", referral.case_id, one.delivery.log_time)
        assert fields["causation_id"] == str(UUID(bytes=one.delivery.header.event_id))
        assert (fields["basis"], fields["region_code"]) == (one.delivery.offset, "980100")

    def test_is_not_there_where_its_cause_is_not_settled(
        self, store: Store, referral: Told, looking: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """PostgreSQL goes away after the last statement and before the commit: neither is there."""
        submit = store.send

        def breaks(*given: object) -> None:
            submit(*given)  # type: ignore[arg-type]
            raise psycopg.OperationalError("gone")

        monkeypatch.setattr(store, "send", breaks)
        with pytest.raises(BusUnreachable):
            put(referral.delivered("police"), signs_receipt, store)

        for table in TABLES.split(", "):
            assert looking.execute(f"SELECT 1 FROM {table}").fetchall() == [], table  # noqa: S608 (names of this module)

    def test_that_is_not_sound_parks_its_cause_and_names_no_value(self, store: Store, referral: Told) -> None:
        """The rule forgot who signs, and whom it answers: the fields are named, and nothing is sent."""
        one = referral.delivered("police")

        outcome = put(one, lambda d: Emit((machine_receipt(d, officers=[], to=[]),)), store)

        assert outcome == Park("not-publishable", detail="officers, to")
        assert store.not_taken() == []


class TestAParkedDelivery:
    def test_names_the_class_of_what_a_rule_raised_and_nothing_it_said(
        self, store: Store, referral: Told, caplog: pytest.LogCaptureFixture
    ) -> None:
        assert put(referral.delivered("police"), fails, store) == Park("rule-failed", detail="ZeroDivisionError")
        assert "ZeroDivisionError at" in caplog.text
        assert "张三" not in caplog.text

    def test_holds_back_what_comes_later_in_its_case_and_nothing_of_others(self, store: Store, referral: Told) -> None:
        put(referral.delivered("police"), fails, store)
        later = referral.until_next("ReferralReceipted").delivered("police")
        other = case("H3", until="CriminalReferralSent").delivered("police")

        assert put(later, owes_receipt, store) == Park("behind-parked")
        assert isinstance(put(other, owes_receipt, store), Owe)
        assert [(one.place.offset, one.reason) for one in store.waiting()] == [
            (8, "rule-failed"),
            (9, "behind-parked"),
        ]

    def test_is_run_again_before_what_waits_behind_it(self, store: Store, referral: Told) -> None:
        """Once the rule is mended, duties open and close as if nothing had happened."""
        put(referral.delivered("police"), fails, store)
        put(referral.until_next("ReferralReceipted").delivered("police"), fails, store)

        assert run_again(store, owes_receipt) == 0  # nobody has asked for it
        assert store.ask_again(referral.case_id) == 2
        assert run_again(store, owes_receipt) == 2

        (kept,) = store.duties(organ=None, closed=True)
        assert (kept.state, kept.offset, kept.closed_by) == ("done", 8, 9)
        assert store.waiting() == []

    def test_that_cannot_be_answered_still_holds_the_rest(self, store: Store, referral: Told) -> None:
        put(referral.delivered("police"), fails, store)
        put(referral.until_next("ReferralReceipted").delivered("police"), fails, store)
        store.ask_again(None)

        assert run_again(store, fails) == 0

        assert [(one.reason, one.attempts, one.asked) for one in store.waiting()] == [
            ("rule-failed", 2, False),
            ("behind-parked", 1, False),
        ]

    def test_has_one_outcome_whatever_it_went_through(
        self, store: Store, referral: Told, looking: psycopg.Connection
    ) -> None:
        one = referral.delivered("police")
        put(one, fails, store)
        store.ask_again(None)
        run_again(store, owes_receipt)

        assert looking.execute("SELECT outcome, reason FROM local_settled").fetchall() == [("owe", None)]
        assert put(one, owes_receipt, store) is None

    def test_may_be_no_delivery_at_all(self, store: Store, referral: Told) -> None:
        """Bytes that nobody can read wait for a person, with the case in whose place they lie."""
        place = Place(4, -1 - 77, referral.case_id)

        settle_unreadable(place, store, detail="Undecodable", value=b"\0")

        assert put(referral.delivered("police"), owes_receipt, store) == Park("behind-parked")
        store.ask_again(None)
        assert run_again(store, owes_receipt) == 0
        assert [one.reason for one in store.waiting()] == ["undecodable", "behind-parked"]


class TestADeliveryThatNobodyCanEverAnswer:
    """An inbox record that is no delivery: no desk will read it tomorrow either."""

    @pytest.fixture
    def place(self, store: Store, referral: Told) -> Place:
        """Let it come first of its case, and the referral and its receipt wait behind it."""
        place = Place(4, -1 - 77, referral.case_id)
        settle_unreadable(place, store, detail="Undecodable", value=b"\0")
        put(referral.delivered("police"), owes_receipt, store)
        put(referral.until_next("ReferralReceipted").delivered("police"), owes_receipt, store)
        return place

    def test_is_dropped_by_an_officer_and_what_waits_behind_it_goes_on_in_its_order(
        self, store: Store, place: Place, looking: psycopg.Connection
    ) -> None:
        drops = Drops(looking)

        assert drops.drop(*place[:2], officer="U-P9801-01", why="不可读", at=5) == "dropped"
        assert run_again(store, owes_receipt) == 2  # without being asked for once more

        (kept,) = store.duties(organ=None, closed=True)
        assert (kept.state, kept.offset, kept.closed_by) == ("done", 8, 9)
        assert store.waiting() == []

    def test_stays_on_record_with_who_dropped_it_and_why(self, place: Place, looking: psycopg.Connection) -> None:
        """What came is kept, and its one outcome says what became of it."""
        drops = Drops(looking)
        drops.drop(*place[:2], officer="U-P9801-01", why="不可读", at=5)

        assert drops.all() == [Dropped(place, "undecodable", "Undecodable", "U-P9801-01", "不可读", 5)]
        row = looking.execute("SELECT value, redriven FROM local_parked WHERE dropped_at IS NOT NULL").fetchone()
        assert row == (b"\0", True)
        settled = looking.execute('SELECT outcome, reason FROM local_settled WHERE "offset" < 0').fetchall()
        assert settled == [("ignore", "dropped")]

    def test_is_not_dropped_out_of_turn(self, store: Store, place: Place, looking: psycopg.Connection) -> None:
        """What waits behind it was never tried, and would be lost."""
        drops = Drops(looking)

        assert drops.drop(place.partition, 8, officer="U", why="-", at=5) == "not-first"
        assert drops.drop(place.partition, 1_000, officer="U", why="-", at=5) == "not-waiting"
        assert len(store.waiting()) == 3

    def test_is_dropped_once(self, place: Place, looking: psycopg.Connection) -> None:
        drops = Drops(looking)
        drops.drop(*place[:2], officer="U-P9801-01", why="不可读", at=5)

        assert drops.drop(*place[:2], officer="U-P9801-02", why="again", at=6) == "not-waiting"
        assert [one.officer for one in drops.all()] == ["U-P9801-01"]

    def test_is_dropped_on_the_command_line(
        self, place: Place, police_dsn: tuple[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """`yisong dead-letters drop`: by its position, with an officer and a reason; exit code 1 where it can't be."""
        dsn = dict.fromkeys(map(str, AGENCIES), police_dsn[0])
        running = Running(
            bootstrap="", dsn=dsn, admin_dsn={}, metrics={}, desks={}, pids={}, pid=0, ready=True, nodes=True
        )
        monkeypatch.setattr(Home, "need_running", lambda *_: running)
        position = f"{place.partition}:{place.offset}"

        behind = CliRunner().invoke(app, ["drop", "police", "4:8", "--officer", "U", "--why", "-"])
        wrong = CliRunner().invoke(app, ["drop", "police", "the first", "--officer", "U", "--why", "-"])
        said = CliRunner().invoke(app, ["drop", "police", position, "--officer", "U-P9801-01", "--why", "不可读"])
        shown = CliRunner().invoke(app, ["dropped", "--agency", "police", "--json"])

        assert (behind.exit_code, wrong.exit_code, said.exit_code) == (1, 2, 0)
        assert "behind an earlier one" in behind.output
        (dropped,) = json.loads(shown.stdout)
        assert (dropped["officer"], dropped["why"]) == ("U-P9801-01", "不可读")


class TestADutyThatNoEventFulfils:
    def test_is_done_when_an_officer_says_so(self, store: Store, referral: Told) -> None:
        put(referral.delivered("police"), owes_receipt, store)
        (kept,) = store.duties(organ=None, closed=False)

        assert store.say_done(kept.id, officer="U-P9801-01", at=5)

        assert not store.say_done(kept.id, officer="U-P9801-02", at=6)
        assert store.history(kept.id)[-1] == ("done", None, 5, "U-P9801-01")


def run_again(store: Store, handle: Handle) -> int:
    return redrive(lambda value: deliveries(value, "police", law()), handle, store, author=author())


def test_a_world_that_fails_parks_nothing(store: Store, referral: Told) -> None:
    """A register that does not answer says nothing about the event: it comes again."""

    def handle(_: Delivery) -> Outcome:
        raise BusUnreachable("away")

    with pytest.raises(BusUnreachable):
        put(referral.delivered("police"), handle, store)
    assert store.waiting() == []
    with pytest.raises(Undecodable):
        deliveries(b"", "police", law())
