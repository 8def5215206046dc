"""A service is stopped for ten minutes while agencies work on; then nothing is lost, nothing doubled, and all agree."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Event, Thread
from typing import Any, Final, Self
from uuid import uuid4

import httpx
import pytest

from tests.clues import evidence_preserved, own_case, story
from tests.faults.mixed_load import ROUTED, WORKED, MixedLoad, answers, let_machines_sign, rows, sent_by_desk
from tests.gateways import Caller, Gateway
from tests.prometheus import Prometheus, watching
from tests.trails import digests
from tests.waiting import until
from yisong.embedded import Bus, node
from yisong.home import AGENCIES, Agency, Home

SOAK: Final = bool(os.environ.get("YISONG_SOAK"))
# `make soak` runs the whole, `make test` a small version: of alerts that wait a second for each minute.
STOPPED_SECONDS, EVERY_SECONDS = (600, 3.0) if SOAK else (10, 1.0)
PATIENCE: Final = 900.0
CASE, AT = own_case(76_001), "2016-07-19T09:00:00+08:00"
KAFKA: Final = "kafka"
SERVICES: Final = (node.name("police"), node.desk_name("police"), node.gateway_name("copyright"), node.CLOCKS, KAFKA)
pytestmark = pytest.mark.timeout(7200 if SOAK else 900)

_COSIGNED: Final = """
SELECT "partition", max(size)
  FROM (SELECT "partition", size FROM local_cosignatures GROUP BY 1, 2, root HAVING count(*) = 4) AS whole GROUP BY 1"""
_WAITING: Final = "SELECT count(*) FROM local_outbox WHERE state NOT IN ('settled', 'parked')"
_EVIDENCE: Final = """SELECT verdict FROM entries WHERE docket = %s AND publisher = 'V9801' ORDER BY docket_index"""


class Load:
    """Agencies that go on working: cases through the outboxes of their nodes, and evidence through a gateway."""

    def __init__(self, bus: Bus, owner: Caller) -> None:
        self.cases, self._owner, self._stop = MixedLoad(bus), owner, Event()
        self.accepted = 0
        self._threads = [Thread(target=one, daemon=True) for one in (self._work, self._call)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self.cases.close()

    def _work(self) -> None:
        while not self._stop.is_set():
            self.cases.publish(1)
            self._stop.wait(EVERY_SECONDS)

    def _call(self) -> None:
        """Publish one piece of evidence after the other, each until it is accepted, under the same id."""
        while not self._stop.is_set():
            said = story(CASE, length=1)[0] if self.accepted == 0 else evidence_preserved(CASE, self.accepted + 1)
            sent = {"event_id": str(uuid4()), "at": AT, "header": said.header, "body": said.body}
            while not self._accepts(sent):
                self._stop.wait(0.5)
            self.accepted += 1
            self._stop.wait(EVERY_SECONDS)

    def _accepts(self, sent: dict[str, Any]) -> bool:
        with suppress(httpx.HTTPError):
            answer = self._owner.http.post("/v1/events", json=sent, headers={"prefer": "wait=0"})
            assert answer.status_code in (200, 201, 202, 429, 503), answer.text
            return bool(answer.is_success)
        return False


@pytest.fixture(scope="module")
def bus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bus]:
    home = Home(tmp_path_factory.mktemp("bus"))
    let_machines_sign(home)
    with pytest.MonkeyPatch.context() as patch, Bus.start(home, gateways=True) as bus:
        patch.setenv("YISONG_HOME", str(home.path))
        yield bus


@pytest.fixture(scope="module")
def prometheus(bus: Bus, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    folder = tmp_path_factory.mktemp("prometheus")
    with watching(bus.home, folder, hurried=not SOAK, every="5s" if SOAK else "2s") as prometheus:
        yield prometheus


@pytest.fixture(scope="module")
def load(bus: Bus) -> Load:
    address = f"http://127.0.0.1:{bus.running.gateways['copyright']}"
    return Load(bus, Gateway(address, "copyright").caller("V9801"))


@pytest.mark.skipif(not SOAK, reason="five times ten minutes; make soak")
def test_any_service_may_be_away_for_ten_minutes(bus: Bus, prometheus: Prometheus, load: Load) -> None:
    with load:
        for service in SERVICES:
            _away(bus, prometheus, service)
    _nothing_is_lost_and_all_agree(bus, load)


@pytest.mark.skipif(SOAK, reason="the soak has it for ten minutes, with every other service")
def test_a_node_may_be_away_while_agencies_work_on(bus: Bus, prometheus: Prometheus, load: Load) -> None:
    with load:
        _away(bus, prometheus, node.name("police"))
    _nothing_is_lost_and_all_agree(bus, load)


def _away(bus: Bus, prometheus: Prometheus, service: str) -> None:
    """Stop *service* until it is missed and its time is over; start it again, until nobody misses it any more."""
    stop, start = _switches(bus)[service]
    missed = {("YisongKafkaSilent", node.name(one)) for one in AGENCIES}
    if service != KAFKA:
        missed = {("YisongProcessDown", service)}
    away = Event()
    stop()
    until(lambda: missed <= prometheus.firing(), f"nobody misses {service}", seconds=PATIENCE)
    away.wait(STOPPED_SECONDS)
    start()
    until(lambda: not missed & prometheus.firing(), f"{service} is back and still missed", seconds=PATIENCE)


def _switches(bus: Bus) -> dict[str, tuple[Callable[[], object], Callable[[], object]]]:
    return {
        node.name("police"): (lambda: bus.stop_node("police"), lambda: bus.start_node("police")),
        node.desk_name("police"): (lambda: bus.stop_desk("police"), lambda: bus.start_desk("police")),
        node.gateway_name("copyright"): (lambda: bus.stop_gateway("copyright"), lambda: bus.start_gateway("copyright")),
        node.CLOCKS: (bus.stop_clocks, bus.start_clocks),
        KAFKA: (bus.kill_broker, bus.start_broker),
    }


def _nothing_is_lost_and_all_agree(bus: Bus, load: Load) -> None:
    """Every event that was accepted is admitted once, every answer given once, and four trails and proofs are equal."""
    expected = dict.fromkeys(load.cases.routed, ROUTED) | dict.fromkeys(load.cases.worked, WORKED)
    with suppress(AssertionError):
        until(lambda: answers(bus, list(expected)) == expected, seconds=PATIENCE)
    assert answers(bus, list(expected)) == expected
    until(
        lambda: not any(rows(bus, one, _WAITING)[0][0] for one in AGENCIES), "an outbox is not sent", seconds=PATIENCE
    )
    until(lambda: len({str(digests(bus.running.dsn[one])) for one in AGENCIES}) == 1, "they differ", seconds=PATIENCE)

    assert Counter(str(row[0]) for row in rows(bus, "police", _EVIDENCE, CASE)) == {"admitted": load.accepted}
    for agency in AGENCIES:
        assert set(sent_by_desk(bus, agency).values()) <= {1}
    ends = _sizes(bus, "police", 'SELECT "partition", next_offset FROM positions WHERE next_offset > 0')
    for agency in AGENCIES:
        until(lambda: _sizes(bus, agency, _COSIGNED).items() >= ends.items(), "not all agree", seconds=PATIENCE)  # noqa: B023


def _sizes(bus: Bus, agency: Agency, statement: str) -> dict[str, str]:
    return {str(partition): str(size) for partition, size in rows(bus, agency, statement)}
