"""
Does every alert fire for its cause on a real bus, does what its runbook says cure it, and does the alert end then?

One bus, broken and mended in one way after the other, under rules that wait for seconds where the real ones wait for
minutes. Causes that take a production bus are in test_causes_of_time.py, those by the real durations in test_alerts.py.
"""

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

import psycopg
import pytest
from kafka import KafkaProducer
from typer.testing import CliRunner

from tests.cases import Case
from tests.clues import clue_found, evidence_preserved, own_case
from tests.commands import run
from tests.faults.faulty_node import REFUSES
from tests.faults.second_broker import second_broker
from tests.faults.test_clocks import OVERDUE, overdue
from tests.gateways import Gateway
from tests.prometheus import Prometheus, of_its_calendar, watching
from tests.waiting import until
from yisong import Publisher
from yisong.cli.main import app
from yisong.desk.inbox import topic
from yisong.embedded import Bus, node
from yisong.envelope.partition import partition_of
from yisong.home import AGENCIES, Home
from yisong.publishing.instants import to_ms

pytestmark = [
    pytest.mark.timeout(3600),
    pytest.mark.skipif(not os.environ.get("YISONG_SOAK"), reason="takes half an hour; make soak"),
]
PATIENCE: Final = 600.0
"""How long (s) an alert may take to fire or to end: on a slow machine, too."""
FIRST: Final = 73_100
CROWDED: Final = 0.93
OFFICER: Final = "U-P9801-01"


@pytest.fixture(scope="module")
def bus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bus]:
    home = Home(tmp_path_factory.mktemp("bus"))
    with pytest.MonkeyPatch.context() as patch, Bus.start(home, gateways=True, heartbeats=True) as bus:
        patch.setenv("YISONG_HOME", str(home.path))
        yield bus


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("prometheus")


@pytest.fixture(scope="module")
def prometheus(bus: Bus, folder: Path) -> Iterator[Prometheus]:
    with watching(bus.home, folder, hurried=True) as prometheus:
        yield prometheus


def until_fires(prometheus: Prometheus, alert: str, **labels: str) -> None:
    until(lambda: prometheus.fires(alert, **labels), f"{alert} {labels} does not fire", seconds=PATIENCE)


def until_over(prometheus: Prometheus, *alerts: str) -> None:
    for alert in alerts:
        until(lambda: not prometheus.fires(alert), f"{alert} does not end", seconds=PATIENCE)  # noqa: B023


def clues(bus: Bus, first: int, count: int) -> None:
    """Let 甲省一市 find clues of today in so many cases, without waiting for anybody."""
    with Publisher(bus.home) as publisher:
        for number in range(first, first + count):
            said = clue_found(own_case(number), 1)
            publisher.publish(**said.header, body=said.body, wait=None)  # type: ignore[arg-type]


def test_a_prometheus_that_knows_of_no_process_says_so(prometheus: Prometheus, bus: Bus, folder: Path) -> None:
    """The link to the file of targets is gone."""
    link = folder / "targets/bus.json"
    until(lambda: "up" in prometheus.targets().values(), "nothing is scraped")
    file = link.readlink()
    link.unlink()
    until_fires(prometheus, "YisongUnwatched")

    link.symlink_to(file)
    until_over(prometheus, "YisongUnwatched")
    until(lambda: len(prometheus.targets()) > len(bus.running.dsn), "its targets do not come back", seconds=PATIENCE)


def test_a_server_without_connections_is_said_by_each_node(prometheus: Prometheus, bus: Bus) -> None:
    """Somebody else has taken them."""
    dsn = bus.running.admin_dsn["police"]
    with ExitStack() as taken:
        owner = taken.enter_context(psycopg.connect(dsn, autocommit=True))
        crowded = "SELECT sum(numbackends) > %s * current_setting('max_connections')::integer FROM pg_stat_database"
        while owner.execute(crowded, (CROWDED,)).fetchone() != (True,):
            taken.enter_context(psycopg.connect(dsn, application_name="a report"))
        for agency in AGENCIES:
            until_fires(prometheus, "YisongDatabaseCrowded", agency=agency)

    until_over(prometheus, "YisongDatabaseCrowded")


def test_the_first_evidence_that_is_gone_is_said(prometheus: Prometheus, bus: Bus) -> None:
    """A file is taken out of the folder; it is restored, and given out again."""
    caller = Gateway(f"http://127.0.0.1:{bus.running.gateways['copyright']}", "copyright").caller("V9801")
    sha256 = caller.hand_in(b"PK\x05\x06" + bytes(18)).json()["sha256"]
    assert caller.take_out(sha256).status_code == 200
    (kept,) = (bus.home.path / "evidence" / "copyright").rglob(sha256)
    backup = kept.rename(bus.home.path / "backup")
    assert caller.take_out(sha256).status_code == 410
    until_fires(prometheus, "YisongEvidenceLost", agency="copyright")

    backup.rename(kept)
    assert caller.take_out(sha256).status_code == 200
    until_over(prometheus, "YisongEvidenceLost")


def test_what_no_desk_can_answer_is_said_until_a_person_has_dealt_with_it(prometheus: Prometheus, bus: Bus) -> None:
    """Bytes that are no delivery lie in the inbox of the police."""
    key = own_case(FIRST).encode()
    with closing(KafkaProducer(bootstrap_servers=str(bus.running.bootstrap), acks="all")) as out:
        out.send(topic("police"), key=key, value="移送".encode(), partition=partition_of(key, 12)).get(timeout=60)
    until_fires(prometheus, "YisongParked", agency="police")

    (letters,) = json.loads(run("dead-letters", "list", "--agency", "police", "--json"))
    (parked,) = letters["parked"]
    position = f"{parked['partition']}:{parked['offset']}"
    run("dead-letters", "drop", "police", position, "--officer", OFFICER, "--why", "no delivery")
    until_over(prometheus, "YisongParked")


def test_an_event_of_ours_that_the_log_does_not_take_is_said_for_a_while(prometheus: Prometheus, bus: Bus) -> None:
    """An officer of the police declines to sign for items that were handed over; on record that stays for ever."""
    with Publisher(bus.home) as publisher:
        case = Case(publisher, own_case(FIRST + 3), like="H1")
        case.lines(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
        header, body, at = case.stated(12)
        handed = str(publisher.publish_header(header, body, at=to_ms(at), wait=None).event_id)
    decline = ["drafts", "decline", handed, "--officer", OFFICER, "--why", "清单与实物数量不符"]
    until(lambda: CliRunner().invoke(app, decline).exit_code == 0, "the draft has not come")
    until_fires(prometheus, "YisongParked", agency="copyright")

    until_over(prometheus, "YisongParked")


def test_an_inbox_that_nobody_reads_is_said(prometheus: Prometheus, bus: Bus) -> None:
    """The desk of the police is stopped, and a case is referred to it."""
    bus.stop_desk("police")
    with Publisher(bus.home) as publisher:
        Case(publisher, own_case(FIRST + 1), like="H3").lines(1, 2, 3, 4, 5, 6)
    until_fires(prometheus, "YisongInboxStuck", agency="police")

    bus.start_desk("police")
    until_over(prometheus, "YisongInboxStuck", "YisongProcessDown")


def test_two_nodes_that_are_away_are_missed_and_nothing_new_is_proven(prometheus: Prometheus, bus: Bus) -> None:
    away = ("miit", "cac")
    for agency in away:
        bus.stop_node(agency)
    clues(bus, FIRST + 10, 1)
    for agency in ("copyright", "police"):
        until_fires(prometheus, "YisongProofBehind", agency=agency)
        for peer in away:
            until_fires(prometheus, "YisongPeerSilent", agency=agency, peer=peer)

    for agency in away:
        bus.start_node(agency)
    until_over(prometheus, "YisongProofBehind", "YisongPeerSilent", "YisongProcessDown")


def test_a_trail_behind_a_lock_stands_still_and_its_node_says_no_deadlines(prometheus: Prometheus, bus: Bus) -> None:
    """Somebody holds the table of entries of the police, while a referral goes without its receipt."""
    bus.stop_clocks()
    (case,) = overdue(bus)
    until(lambda: _recorded(bus, case) == len(OVERDUE.lines), "the police have not recorded the case")
    with psycopg.connect(bus.running.admin_dsn["police"]) as somebody:
        somebody.execute("LOCK TABLE entries IN EXCLUSIVE MODE")
        clues(bus, FIRST + 20, 12)
        bus.start_clocks()
        until_fires(prometheus, "YisongTrailStuck", agency="police")
        until_fires(prometheus, "YisongDeadlinesUnsaid", agency="police")
        with psycopg.connect(bus.running.admin_dsn["police"]) as owner:
            waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            assert owner.execute(waiting).fetchone() == (1,), "the runbook says where to look"

    until_over(prometheus, "YisongTrailStuck", "YisongDeadlinesUnsaid")


def _recorded(bus: Bus, case: str) -> int:
    with psycopg.connect(bus.running.dsn["police"]) as police:
        (count,) = police.execute("SELECT count(*) FROM entries WHERE docket = %s", (case,)).fetchone() or (0,)
        return int(count)


def test_a_trail_that_is_held_up_again_and_again_is_said_to_be_late(prometheus: Prometheus, bus: Bus) -> None:
    """Somebody's report locks the entries of the police for longer than half a minute, and then once more."""
    soon = 'sum(yisong_recorded_seconds_bucket{agency="police",le="30.0"})'
    late = f'sum(yisong_recorded_seconds_count{{agency="police"}}) - {soon}'
    for number in range(FIRST + 100, FIRST + 400, 30):
        before = _number(prometheus, late)
        with psycopg.connect(bus.running.admin_dsn["police"]) as somebody:
            somebody.execute("LOCK TABLE entries IN EXCLUSIVE MODE")
            clues(bus, number, 30)
            somebody.execute("SELECT pg_sleep(35)")
        until(lambda: _number(prometheus, late) > before, "no batch was late")  # noqa: B023
        with suppress(AssertionError):
            until(lambda: prometheus.fires("YisongRecordedLate", agency="police"), seconds=30)
            break
    until_fires(prometheus, "YisongRecordedLate", agency="police")

    until_over(prometheus, "YisongRecordedLate")


def _number(prometheus: Prometheus, expression: str) -> float:
    return sum(float(one["value"][1]) for one in prometheus.ask(expression))


def test_a_bus_without_heartbeats_is_said_by_every_node(prometheus: Prometheus, bus: Bus) -> None:
    """Clocks do not run, which say them."""
    bus.stop_clocks()
    for agency in AGENCIES:
        until_fires(prometheus, "YisongNoHeartbeat", agency=agency)

    bus.start_clocks()
    until_over(prometheus, "YisongNoHeartbeat", "YisongProcessDown")


def test_outboxes_that_nobody_empties_are_said(prometheus: Prometheus, bus: Bus) -> None:
    """The broker is away, and each node has a heartbeat to send."""
    bus.kill_broker()
    for agency in AGENCIES:
        until_fires(prometheus, "YisongKafkaSilent", agency=agency)
        until_fires(prometheus, "YisongOutboxStuck", agency=agency)

    bus.start_broker()
    until_over(prometheus, "YisongKafkaSilent", "YisongOutboxStuck", "YisongNoHeartbeat")


def test_a_database_that_is_away_is_said_by_nodes_and_gateways(prometheus: Prometheus, bus: Bus) -> None:
    caller = Gateway(f"http://127.0.0.1:{bus.running.gateways['copyright']}", "copyright").caller("V9801")
    clues(bus, FIRST + 4, 1)
    asked = f"/v1/cases/{own_case(FIRST + 4)}"
    until(lambda: caller.http.get(asked).status_code == 200, "the gateway does not know the case")
    bus.stop_database()

    def fails() -> bool:
        assert caller.http.get(asked).status_code == 503
        return prometheus.fires("YisongGatewayErrors", agency="copyright")

    until(fails, "nobody hears of the errors of a gateway", seconds=PATIENCE)
    for agency in AGENCIES:
        until_fires(prometheus, "YisongDatabaseSilent", agency=agency)

    bus.start_database()
    until(lambda: caller.http.get(asked).status_code == 200, "the gateway does not come back", seconds=PATIENCE)
    until_over(prometheus, "YisongDatabaseSilent", "YisongGatewayErrors", "YisongNoHeartbeat", "YisongProcessDown")


def test_a_partition_that_lacks_a_replica_is_said(prometheus: Prometheus, bus: Bus, tmp_path: Path) -> None:
    """Checkpoints lie at two brokers, one of which is lost and comes back."""
    with second_broker(bus, tmp_path) as second:
        second.place("checkpoints", 0, 1, 2)
        second.stop()
        until_fires(prometheus, "YisongKafkaThin", trouble="replica")
        until(
            lambda: _number(prometheus, "max(yisong_broker_nodes)") == 1, "the lost broker counts as if it were there"
        )

        second.start()
        until_over(prometheus, "YisongKafkaThin")
        second.place("checkpoints", 0, 1)


def test_a_node_that_judges_otherwise_says_so_until_it_is_repaired(prometheus: Prometheus, bus: Bus) -> None:
    """A release with a fault runs at the police: three nodes contradict it. It is repaired as the runbook says."""
    case = own_case(FIRST + 2)
    _start_faulty(bus, case)
    with Publisher(bus.home) as publisher:
        said = clue_found(case, 1)
        publisher.publish(**said.header, body=said.body, wait="verdict", timeout=120)  # type: ignore[arg-type]
    for peer in ("copyright", "cac", "miit"):
        until_fires(prometheus, "YisongTrailsDiffer", agency="police", peer=peer)
    until_fires(prometheus, "YisongTrailAltered", agency="police")
    compared = CliRunner().invoke(app, ["compare"])
    assert (compared.exit_code, "reason" in compared.output) == (1, True), compared.output

    bus.start_node("police")
    assert CliRunner().invoke(app, ["fsck", "--agency", "police"]).exit_code == 3
    found = json.loads(run("rebuild", "--agency", "police", "--repair", "--json"))
    if found["missigned"] is not None:  # it was quicker than the others, who else contradict it before it signs
        partition = str(found["missigned"]["partition"])
        run("restate", "--agency", "police", "--partition", partition, "--why", "a release that took no signature")
    with Publisher(bus.home) as publisher:
        more = evidence_preserved(case, 2)
        publisher.publish(**more.header, body=more.body, wait="verdict", timeout=120)  # type: ignore[arg-type]
    until_over(prometheus, "YisongTrailsDiffer", "YisongTrailAltered")
    until(lambda: CliRunner().invoke(app, ["compare"]).exit_code == 0, "the trails are not equal again")


def _start_faulty(bus: Bus, case: str) -> None:
    (bus.home.path / REFUSES).write_text(case, encoding="utf-8")
    program = node.program(bus.home, "police", log=bus._log(node.name("police")))
    argv = ["tests.faults.faulty_node" if one == "services.trail" else one for one in program.argv]
    env = {**program.env, "PYTHONPATH": str(Path(__file__).parents[2])}
    bus._launch(replace(program, argv=argv, env=env))
    bus._await(program.name, "police")


def test_nothing_is_left_of_it(prometheus: Prometheus) -> None:
    """Every cause is mended."""
    until(lambda: prometheus.firing() <= of_its_calendar(), "an alert does not end", seconds=PATIENCE)
