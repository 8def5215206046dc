"""Desks are killed, fed garbage and cut off: each delivery has one outcome, and each answer is on the log once."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import partial

import psycopg
import pytest
from kafka import KafkaProducer

from tests.clues import own_case
from tests.desks import referred
from tests.faults.answering_desk import FAILING
from tests.faults.mixed_load import (
    ROUTED,
    WORKED,
    MixedLoad,
    answers,
    concerning,
    let_machines_sign,
    rows,
    sent_by_desk,
    settled,
)
from tests.waiting import PATIENCE
from tests.waiting import until as wait_until
from yisong import Publisher
from yisong.desk.inbox import decode_record, topic
from yisong.embedded import Bus, node
from yisong.envelope.partition import partition_of
from yisong.errors import Undecodable
from yisong.home import AGENCIES, Agency, Home
from yisong.kafka.inbox import look_into
from yisong.publishing.instants import to_ms

# `make soak` runs the whole, `make test` a small version.
KILLS, CASES = (20, 60) if os.environ.get("YISONG_SOAK") else (3, 8)
_PATIENCE = PATIENCE + CASES * 2
until = partial(wait_until, seconds=_PATIENCE)
# On a slow machine a run takes minutes, and a whole one hours.
pytestmark = pytest.mark.timeout(7200 if os.environ.get("YISONG_SOAK") else 900)


class AnsweringDesk:
    """The desk of the police, which signs receipts itself; it takes the place of the one that the bus has started."""

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self.dsn = bus.running.dsn["police"]
        self.out = KafkaProducer(bootstrap_servers=bus.running.bootstrap, acks="all")
        self.publisher = Publisher(bus.home)
        bus.stop_desk("police")
        self.start()

    def start(self) -> None:
        argv = [sys.executable, "-m", "tests.faults.answering_desk", "--home", str(self.bus.home.path)]
        with (self.bus.home.logs / "answering-desk.log").open("ab") as log:
            self.process = subprocess.Popen(argv, stdout=log, stderr=log)

    def await_well(self) -> None:
        until(lambda: node.healthy(self.bus.running.desks["police"]), "the desk is not well")

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def refer(self, case_id: str) -> None:
        """Refer a case to 甲省一市公安局, without waiting for anybody."""
        for header, body, event_id in referred(case_id):
            at = to_ms(header["at"])
            stated = {name: value for name, value in header.items() if name != "at"}
            self.publisher.publish_header(stated, body, event_id=event_id, at=at, wait=None)

    def rows(self, statement: str, *given: object) -> Sequence[tuple[object, ...]]:
        with psycopg.connect(self.dsn) as connection:
            return connection.execute(statement, given).fetchall()

    def receipts(self, cases: Sequence[str]) -> dict[str, list[str]]:
        """Return the verdicts on receipts, by case."""
        found: dict[str, list[str]] = {case_id: [] for case_id in cases}
        for case_id, verdict in self.rows("SELECT docket, verdict FROM entries WHERE event_type = 'ReferralReceipted'"):
            found.setdefault(str(case_id), []).append(str(verdict))
        return {case_id: found[case_id] for case_id in cases}

    def inbox(self) -> set[tuple[int, int]]:
        """Return the positions of all that was delivered to the police."""
        found = set()
        for record in look_into(self.bus.running.bootstrap, topic("police"), follow=False):
            try:
                said = decode_record(record.value or b"")
            except Undecodable:
                continue
            found.add((said.partition, said.offset))
        return found

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(PATIENCE)
        self.publisher.close()
        self.out.close()


@pytest.fixture(scope="module")
def four(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bus]:
    """Give a bus whose four desks sign whatever a machine may."""
    home = Home(tmp_path_factory.mktemp("bus"))
    let_machines_sign(home)
    with Bus.start(home) as bus:
        yield bus


@pytest.fixture(scope="module")
def desk(four: Bus) -> Iterator[AnsweringDesk]:
    """Put another desk of the police in the place of theirs."""
    desk = AnsweringDesk(four)
    desk.await_well()
    yield desk
    desk.close()


def test_four_desks_killed_at_any_instant_answer_everything_once(four: Bus) -> None:
    """
    Under a mixed load each of the four desks is killed with SIGKILL again and again, and is behind when it comes back.

    Whatever concerns an agency has exactly one outcome, what a desk has emitted is on the log once, and no duty of a
    case is missing or there twice.
    """
    chance = random.Random(20160804)  # noqa: S311 (repeatable on purpose)
    with closing(MixedLoad(four)) as load:
        for _ in range(KILLS):
            load.publish(3)
            time.sleep(chance.uniform(0, 1.5))
            for agency in chance.sample(AGENCIES, len(AGENCIES)):
                time.sleep(chance.uniform(0, 0.3))
                four.kill_desk(agency)
            load.publish(2)
            begin_again(four)
        wanted = dict.fromkeys(load.routed, ROUTED) | dict.fromkeys(load.worked, WORKED)
        until(lambda: answers(four, list(wanted)) == wanted, "a machine has not answered")
    asked = concerning(four)
    until(lambda: all(asked[one] <= settled(four, one) for one in AGENCIES), "a delivery has no outcome")

    have = {one: settled(four, one) for one in AGENCIES}
    emitted = {one: sent_by_desk(four, one) for one in AGENCIES}
    asked = concerning(four)
    assert {one: positions - asked[one] for one, positions in have.items() if positions - asked[one]} == {}
    assert [event_id for found in emitted.values() for event_id, times in found.items() if times != 1] == []
    assert sum(map(len, emitted.values())) == sum(one.total() for one in wanted.values())
    assert [rows(four, one, "SELECT count(*) FROM local_parked") for one in AGENCIES] == [[(0,)]] * 4
    assert duties_of(four, "copyright", "P-CLUE-ACK") == {case_id: ["open"] for case_id in load.routed}
    assert duties_of(four, "police", "T-REF-07") == {case_id: ["open"] for case_id in load.worked}


def begin_again(bus: Bus) -> None:
    """Start all four desks, side by side: a killed one keeps its partitions until its session has run out."""
    for agency in AGENCIES:
        bus._launch(node.desk_program(bus.home, agency, log=bus._log(node.desk_name(agency))))
    ports = bus.running.desks.values()
    until(lambda: all(map(node.healthy, ports)), "a desk does not come back")


def duties_of(bus: Bus, agency: Agency, timer: str) -> dict[str, list[str]]:
    """Return the states of the duties that the clock *timer* has made, by case."""
    found: dict[str, list[str]] = {}
    statement = "SELECT case_id, state FROM local_duties WHERE clock_id LIKE %s"
    for case_id, state in rows(bus, agency, statement, f"{timer}/%"):
        found.setdefault(str(case_id), []).append(str(state))
    return found


def test_a_desk_killed_at_any_instant_answers_everything_once(desk: AnsweringDesk) -> None:
    """
    While cases are referred to the police, their desk is killed with SIGKILL again and again.

    Each delivery has exactly one outcome, each referral one receipt on the log, admitted, and its duty is done.
    """
    chance = random.Random(20160918)  # noqa: S311 (repeatable on purpose)
    cases = [own_case(number) for number in range(CASES)]
    kills = chance.sample(range(CASES), min(KILLS, CASES)) + [CASES - 1] * max(0, KILLS - CASES)
    for number, case_id in enumerate(cases):
        desk.refer(case_id)
        for _ in range(kills.count(number)):
            time.sleep(chance.uniform(0, 4))
            desk.kill()
            desk.start()
    until(lambda: all(desk.receipts(cases).values()), "a referral has no receipt")
    until(lambda: desk.inbox() <= settled(desk.bus, "police"), "a delivery has no outcome")

    assert desk.receipts(cases) == {case_id: ["admitted"] for case_id in cases}
    duties = "SELECT state, count(*) FROM local_duties WHERE case_id = ANY(%s) GROUP BY state"
    assert desk.rows(duties, cases) == [("done", CASES)]
    assert desk.rows("SELECT count(*) FROM local_parked WHERE case_id = ANY(%s)", cases) == [(0,)]


def test_garbage_in_the_inbox_waits_for_a_person_and_holds_up_no_other_case(desk: AnsweringDesk) -> None:
    """Bytes that are no delivery are parked under their key, and the desk goes on with everybody else's cases."""
    spoiled, other = own_case(1_000), own_case(1_001)
    key = spoiled.encode()
    for value in (b"", "移送".encode(), None, b"\xc3\x01" + bytes(2_000)):
        desk.out.send(topic("police"), key=key, value=value, partition=partition_of(key, 12)).get(timeout=30)
    desk.refer(other)
    until(lambda: all(desk.receipts([other]).values()), "another case was held up")
    desk.refer(spoiled)
    until(lambda: len(_waiting(desk, spoiled)) > 4, "the spoiled case was not held")

    assert _waiting(desk, spoiled) == ["undecodable", *["behind-parked"] * (len(_waiting(desk, spoiled)) - 1)]
    assert desk.process.poll() is None


def test_what_a_rule_failed_on_is_answered_once_it_is_mended_and_run_again(desk: AnsweringDesk) -> None:
    """`yisong dead-letters` shows the case that waits, and runs it again in its order."""
    case_id, failing = own_case(2_000), desk.bus.home.path / FAILING
    failing.write_text(case_id)
    desk.refer(case_id)
    until(lambda: "rule-failed" in _waiting(desk, case_id), "nothing was parked")
    shown = yisong(desk, "dead-letters", "list", "--agency", "police")
    refused = yisong(desk, "dead-letters", "redrive", "--agency", "police", "--case", case_id)
    failing.unlink()

    yisong(desk, "dead-letters", "redrive", "--agency", "police", "--case", case_id)

    until(lambda: all(desk.receipts([case_id]).values()), "the referral has no receipt")
    assert desk.receipts([case_id]) == {case_id: ["admitted"]}
    assert _waiting(desk, case_id) == []
    assert case_id in shown.stdout
    assert "LookupError" in shown.stdout
    assert "a rule that fails" not in shown.stdout
    assert refused.returncode == 1
    assert "rule-failed LookupError" in refused.stdout


def test_a_desk_outlives_its_database_connection(desk: AnsweringDesk) -> None:
    """PostgreSQL cuts the desk off; it reaches it anew, and the next referral is answered."""
    case_id = own_case(3_000)
    pids = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'yisong-desk-police'"
    with psycopg.connect(desk.bus.running.admin_dsn["police"], autocommit=True) as owner:
        # A desk reaches its database half a second after its start.
        until(lambda: (True,) in owner.execute(pids).fetchall(), "the desk has not reached its database")

    desk.refer(case_id)

    until(lambda: all(desk.receipts([case_id]).values()), "the referral has no receipt")


def test_desks_outlive_the_broker(desk: AnsweringDesk) -> None:
    """Kafka is killed and started again: a desk that runs finds it, and one that starts meanwhile begins again."""
    case_id = own_case(4_000)
    desk.bus.kill_broker()
    desk.kill()
    desk.start()
    time.sleep(5)
    assert desk.process.poll() is None
    desk.bus.start_broker()

    desk.refer(case_id)

    until(lambda: all(desk.receipts([case_id]).values()), "the referral has no receipt")
    with psycopg.connect(desk.bus.running.dsn["copyright"], autocommit=True) as copyright_line:
        told = (
            'SELECT 1 FROM local_settled JOIN entries USING ("partition", "offset") '
            "WHERE case_id = %s AND event_type = 'ReferralReceipted'"
        )
        until(lambda: copyright_line.execute(told, (case_id,)).fetchone() == (1,), "their desk has not heard of it")


def test_a_desk_stops_when_it_is_asked_to(desk: AnsweringDesk) -> None:
    """SIGTERM ends it, in good order."""
    desk.process.terminate()

    assert desk.process.wait(PATIENCE) == 0


def _waiting(desk: AnsweringDesk, case_id: str) -> list[object]:
    found = desk.rows("SELECT reason FROM local_parked WHERE case_id = %s AND NOT redriven ORDER BY serial", case_id)
    return [row[0] for row in found]


def yisong(desk: AnsweringDesk, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "yisong.cli", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "YISONG_HOME": str(desk.bus.home.path)},
    )
