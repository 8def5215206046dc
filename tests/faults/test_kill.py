"""Trails are killed at random instants under load; afterwards every one of them is what it would have been."""

import os
import random
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.clues import own_case, story
from tests.trails import Servers, digests
from tests.waiting import until
from yisong import Publisher
from yisong.embedded import Bus
from yisong.home import AGENCIES, Home

# `make soak` runs the whole, `make test` a small version.
EVENTS, KILLS, CASES = (20_000, 20, 40) if os.environ.get("YISONG_SOAK") else (1_500, 4, 5)
_PATIENCE = 120 + EVENTS / 50
# On a slow machine a run takes minutes, and a whole one hours.
pytestmark = pytest.mark.timeout(7200 if os.environ.get("YISONG_SOAK") else 900)


def test_trails_killed_under_load_equal_each_other_and_an_uninterrupted_one(tmp_path: Path) -> None:
    """
    While a load is sent, one node after another is killed with SIGKILL and started again, and the broker once.

    No event is lost or entered twice: all rows equal those of a trail that reads the log undisturbed.
    """
    chance = random.Random(20160918)  # noqa: S311 (repeatable on purpose)
    with Bus.start(Home(tmp_path / "bus")) as bus:
        trails = Servers(bus)
        load = trails.events(EVENTS, seed=5)
        share = -(-len(load) // (KILLS + 1))
        for number in range(KILLS + 1):
            trails.send(load[number * share : (number + 1) * share])
            if number < KILLS:
                _kill(bus, chance.choice(AGENCIES), after=chance.uniform(0, 1.0))
            if number == KILLS // 2:
                _kill_broker(bus)
        _silence(bus)
        _await_all(trails)

        undisturbed = trails.database()
        trails.record(undisturbed)
        stories = {agency: digests(bus.running.dsn[agency]) for agency in AGENCIES} | {
            "undisturbed": digests(undisturbed)
        }
        trails.close()

    assert stories["undisturbed"]["entries"][0] >= EVENTS
    assert {name: story for name, story in stories.items() if story != stories["undisturbed"]} == {}


def test_a_node_killed_while_it_sends_its_outbox_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """
    A copyright bureau hands its node the events of several cases, while the node is killed again and again.

    In the end each is admitted once, in the order of its case; what came twice onto the log is a duplicate.
    """
    chance = random.Random(20160918)  # noqa: S311 (repeatable on purpose)
    length = EVENTS // CASES // 5
    with Bus.start(Home(tmp_path / "bus")) as bus, Publisher(bus.home) as publisher:
        cases = [own_case(number) for number in range(CASES)]
        told = zip(*(story(case, length=length) for case in cases), strict=True)
        kills = set(chance.sample(range(1, length), min(KILLS, length - 1)))
        for number, turn in enumerate(told):
            for stated in turn:
                publisher.publish_header(*stated, wait=None)
            if number in kills:
                _kill(bus, "copyright", after=chance.uniform(0, 0.3))
        deadline = time.monotonic() + _PATIENCE
        for agency in AGENCIES:
            dsn = bus.running.dsn[agency]
            _until(lambda dsn=dsn: _admitted(dsn) == length * CASES, deadline, agency)  # type: ignore[misc]
        verdicts = _verdicts(bus.running.dsn["police"])

    assert set(verdicts) <= {"admitted", "duplicate"}
    assert verdicts["admitted"] == length * CASES


def _verdicts(dsn: str) -> dict[str, int]:
    """Count the verdicts on what agencies have said; what nodes say of clocks comes when it comes."""
    query = "SELECT verdict, count(*) FROM entries WHERE coalesce(publisher, '') NOT LIKE 'S-%' GROUP BY verdict"
    with psycopg.connect(dsn) as connection:
        return dict(connection.execute(query).fetchall())


def _admitted(dsn: str) -> int:
    return _verdicts(dsn).get("admitted", 0)


def _kill(bus: Bus, agency: str, *, after: float) -> None:
    time.sleep(after)
    bus.kill_node(agency)
    bus.start_node(agency)


def _kill_broker(bus: Bus) -> None:
    bus.kill_broker()
    bus.start_broker()


def _silence(bus: Bus) -> None:
    """Stop whoever publishes by itself; what it decided is in its node's outbox, and that is sent to the end."""
    bus.stop_clocks()
    for agency in AGENCIES:
        bus.stop_desk(agency)
    for agency in AGENCIES:
        _until(lambda dsn=bus.running.dsn[agency]: _unsent(dsn) == 0, time.monotonic() + _PATIENCE, agency)  # type: ignore[misc]


def _unsent(dsn: str) -> int:
    query = "SELECT count(*) FROM local_outbox WHERE state NOT IN ('settled', 'parked')"
    with psycopg.connect(dsn) as connection:
        return int(connection.execute(query).fetchall()[0][0])


def _await_all(trails: Servers) -> None:
    """Wait until the four nodes have recorded all that is on the log, or say which has not."""
    ends = trails.ends()
    deadline = time.monotonic() + _PATIENCE
    for agency in AGENCIES:
        _until(lambda dsn=trails.bus.running.dsn[agency]: _positions(dsn) == ends, deadline, agency)  # type: ignore[misc]


def _until(holds: Callable[[], bool], deadline: float, agency: str) -> None:
    until(holds, f"the trail of {agency} did not reach the end of the log", seconds=deadline - time.monotonic())


def _positions(dsn: str) -> dict[int, int]:
    with psycopg.connect(dsn) as connection:
        return dict(connection.execute('SELECT "partition", next_offset FROM positions').fetchall())
