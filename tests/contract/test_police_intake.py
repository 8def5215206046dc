"""Papers that come to the counter after the referral came over the bus, in a real PostgreSQL."""

from collections.abc import Iterator, Sequence
from functools import partial

import psycopg
import pytest

from services.police.handle import handle
from services.police.intake import LatePapers
from tests.desks import Delivered, Told, author, case
from tests.unit.ledger.story import law
from yisong.desk.delivery import Delivery
from yisong.desk.outcome import Outcome, Owe, Park
from yisong.desk.paper_intake import PaperIntake
from yisong.desk.papers import Paper
from yisong.desk.policy import Policy
from yisong.desk.settle import settle
from yisong.desk.shell import Context, Work
from yisong.desk.store import Store
from yisong.ledger import dumps
from yisong.postgres import connect
from yisong.publishing.instants import to_ms

BY_HAND = Policy(agency="police")
BY_MACHINE = Policy(agency="police", acts={"ReferralReceipted": "U-P-MACHINE"})
EVENING = to_ms("2016-08-03T10:16:00+08:00")


class Counter:
    """The police desk with one referral of H1, and the counter at which its papers are handed in."""

    def __init__(self, connection: psycopg.Connection, policy: Policy) -> None:
        self.story = case("H1", until="CriminalReferralSent")
        self.connection, self.store, self.policy = connection, Store(connection), policy
        self.papers = PaperIntake(connection)
        self.late = LatePapers(
            Work(
                context=Context(agency="police", law=law(), policy=policy, connection=connection),
                store=self.store,
                handle=partial(handle, policy=policy, papers=self.papers),
                author=author(),
            )
        )
        self._record(self.story)
        self.settled(self.story.delivered("police"))

    def settled(self, one: Delivered) -> None:
        answered = partial(handle, policy=self.policy, papers=self.papers)
        assert isinstance(settle(one.delivery, answered, self.store, author=author(), value=one.value), Owe)

    def announced(self) -> Sequence[Paper]:
        header = self.story.delivered("police").delivery.header
        return [Paper(one.kind, one.sha256, one.size, EVENING) for one in header.attachments]

    def hand_in(self, *papers: Paper) -> None:
        referral = self.story.delivered("police").delivery.header.aggregate
        assert referral is not None
        self.papers.receive(referral.id, papers)

    def sent(self) -> list[str]:
        rows = self.connection.execute("SELECT fields::jsonb ->> 'event_type' FROM local_outbox").fetchall()
        return [row[0] for row in rows]

    def check(self) -> list[str]:
        (kept,) = self.store.open_duties(self.story.case_id)
        lines = kept.duty.advice.get("manifest_check", [])
        assert isinstance(lines, list)
        return [line["result"] for line in lines]

    def _record(self, told: Told) -> None:
        opened, entry, now = told.kept[-1]
        self.connection.execute(
            """INSERT INTO dockets (case_id, "partition", last_offset, log_time, "index", prev_leaf, state)
               VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (case_id) DO UPDATE SET state = excluded.state""",
            (now.case_id, entry.partition, entry.offset, now.log_time, now.size, now.prev_leaf, dumps(now).decode()),
        )
        at = (entry.partition, entry.offset)
        self.connection.execute(
            """INSERT INTO entries ("partition", "offset", broker_time, log_time, docket, docket_index, event_type,
                                    verdict, remembered, leaf, leaf_hash)
               VALUES (%s, %s, %s, %s, %s, %s, %s, 'admitted', true, %s, %s)""",
            (*at, entry.log_time, entry.log_time, now.case_id, now.size, "x", entry.leaf, entry.leaf_hash),
        )
        self.connection.execute("INSERT INTO bodies VALUES (%s, %s, %s)", (*at, opened.carried))

    def receipted(self) -> None:
        """Let an officer's receipt be on the log, of which this desk has not heard yet."""
        self.story.until_next("ReferralReceipted")
        self._record(self.story)


@pytest.fixture
def service(police_dsn: tuple[str, str]) -> Iterator[psycopg.Connection]:
    with psycopg.connect(police_dsn[1], autocommit=True) as owner:
        owner.execute(
            "TRUNCATE local_settled, local_emitted, local_duties, local_duty_history, local_parked, local_outbox, "
            "local_papers CASCADE"
        )
        owner.execute("ALTER TABLE entries DISABLE TRIGGER ALL; ALTER TABLE bodies DISABLE TRIGGER ALL")
        owner.execute("DELETE FROM entries; DELETE FROM bodies; DELETE FROM dockets")
        owner.execute("ALTER TABLE entries ENABLE TRIGGER ALL; ALTER TABLE bodies ENABLE TRIGGER ALL")
    with connect(police_dsn[0], autocommit=True) as connection:
        yield connection


def test_all_papers_let_a_machine_sign_the_receipt_that_is_owed_once(service: psycopg.Connection) -> None:
    """Where policy lets it; looked at again and again, and by another process, it is said once."""
    counter = Counter(service, BY_MACHINE)
    assert counter.late.look() == 0
    counter.hand_in(*counter.announced())

    assert counter.late.look() == 1
    assert counter.late.look() == 0
    counter.late._seen.clear()
    counter.late.look()

    assert counter.sent() == ["ReferralReceipted"]
    (outcome,) = service.execute("SELECT outcome FROM local_settled").fetchall()
    assert outcome == ("emit",)


def test_some_papers_tell_the_officer_what_is_there_and_the_last_one_lets_the_machine_sign(
    service: psycopg.Connection,
) -> None:
    counter = Counter(service, BY_MACHINE)
    letter, *others = counter.announced()
    counter.hand_in(letter)
    counter.late.look()

    assert counter.check() == ["match", "missing", "missing", "missing"]
    assert counter.sent() == []

    counter.hand_in(*others)
    counter.late.look()
    assert counter.sent() == ["ReferralReceipted"]


def test_without_a_policy_the_officer_sees_that_all_is_there(service: psycopg.Connection) -> None:
    """The duty is the same one, and its history says that it has changed."""
    counter = Counter(service, BY_HAND)
    ((before,),) = service.execute("SELECT id FROM local_duties").fetchall()
    counter.hand_in(*counter.announced())
    counter.late.look()

    assert counter.check() == ["match"] * 4
    assert counter.sent() == []
    assert service.execute("SELECT id FROM local_duties").fetchall() == [(before,)]
    assert len(counter.store.history(before)) == 2


def test_nothing_is_signed_once_an_officer_has(service: psycopg.Connection) -> None:
    """The receipt is on the log, and this desk has not come to it yet."""
    counter = Counter(service, BY_MACHINE)
    counter.hand_in(*counter.announced())
    counter.receipted()

    assert counter.late.look() == 0
    assert counter.sent() == []


def test_nothing_is_signed_while_an_earlier_delivery_of_the_case_waits_for_a_person(
    service: psycopg.Connection,
) -> None:
    counter = Counter(service, BY_MACHINE)
    counter.hand_in(*counter.announced())
    later = counter.story.until_next("ReferralReceipted").delivered("police")

    def parks(_: Delivery) -> Outcome:
        return Park("no-rule")

    settle(later.delivery, parks, counter.store, author=author(), value=later.value)
    assert counter.late.look() == 0
    assert counter.sent() == []

    service.execute("UPDATE local_parked SET redriven = true")
    assert counter.late.look() == 1
    assert counter.sent() == ["ReferralReceipted"]
