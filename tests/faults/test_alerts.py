"""
Does a bus that is well wake nobody for half an hour, and does each of four causes fire the alert that is meant for it?

By the real durations, so only in the soak. ``make test`` breaks two of them, hurried (tests/integration).
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from time import monotonic, sleep, time
from typing import Final

import psycopg
import pytest

from services.trail.scrub import PASS_SECONDS
from tests.clues import clue_found, own_case
from tests.commands import run
from tests.prometheus import Prometheus, of_its_calendar, watching
from tests.waiting import until
from yisong import Publisher
from yisong.embedded import Bus, node
from yisong.embedded.genesis import ensure_bus
from yisong.home import AGENCIES, Home

pytestmark = [
    pytest.mark.timeout(7200),
    pytest.mark.skipif(not os.environ.get("YISONG_SOAK"), reason="takes an hour; make soak"),
]
IDLE_SECONDS, WORKING_SECONDS, FIRES_WITHIN = 1_800, 900, 1_200
TEN_DAYS: Final = 10 * 86_400_000
KEY_ENDING: Final = frozenset({("YisongKeyEnding", node.name("police"))})
"""It fires from the first minute on: one key of the bus ends in ten days."""

TRUE_OF_IT: Final = KEY_ENDING | of_its_calendar()
"""What may fire on a bus that is well."""


@pytest.fixture(scope="module")
def shaky(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bus]:
    """Give a bus of its own, with gateways and heartbeats; a key of the police ends in ten days."""
    home = Home(tmp_path_factory.mktemp("bus"))
    ensure_bus(home, profile="demo")
    profile, end = home.bus(), int(time() * 1000) + TEN_DAYS
    ending = [replace(key, valid_to=end) if (key.org, key.use) == ("P9801", "sign") else key for key in profile.keys]
    home.save_bus(replace(profile, keys=tuple(ending)))
    with Bus.start(home, gateways=True, heartbeats=True) as bus:
        yield bus


@pytest.fixture(scope="module")
def prometheus(shaky: Bus, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    with watching(shaky.home, tmp_path_factory.mktemp("prometheus"), hurried=False, every="5s") as prometheus:
        yield prometheus


def _stays_silent(prometheus: Prometheus, seconds: float) -> None:
    end = monotonic() + seconds
    while monotonic() < end:
        assert prometheus.firing() <= TRUE_OF_IT
        sleep(5)


def test_a_key_that_ends_soon_is_said_from_the_beginning(prometheus: Prometheus) -> None:
    until(lambda: prometheus.firing() >= KEY_ENDING, "nobody says that a key ends", seconds=FIRES_WITHIN)


def test_an_idle_bus_wakes_nobody(prometheus: Prometheus) -> None:
    _stays_silent(prometheus, IDLE_SECONDS)


def test_a_rolling_restart_wakes_nobody(prometheus: Prometheus, shaky: Bus) -> None:
    for agency in AGENCIES:
        shaky.stop_node(agency)
        shaky.start_node(agency)
        shaky.stop_desk(agency)
        shaky.start_desk(agency)
        shaky.stop_gateway(agency)
        shaky.start_gateway(agency)

    _stays_silent(prometheus, WORKING_SECONDS)


def test_a_rebuild_wakes_nobody(prometheus: Prometheus, shaky: Bus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YISONG_HOME", str(shaky.home.path))
    for agency in AGENCIES:
        run("rebuild", "--agency", agency)

    _stays_silent(prometheus, WORKING_SECONDS)


def test_a_stopped_node_is_missed(prometheus: Prometheus, shaky: Bus) -> None:
    down = ("YisongProcessDown", node.name("miit"))
    shaky.stop_node("miit")
    until(lambda: down in prometheus.firing(), "nobody misses the node", seconds=FIRES_WITHIN)

    shaky.start_node("miit")
    until(lambda: prometheus.firing() <= TRUE_OF_IT, "the alerts do not end", seconds=FIRES_WITHIN)


def test_a_broker_that_is_away_is_missed_by_all_nodes(prometheus: Prometheus, shaky: Bus) -> None:
    wanted = {("YisongKafkaSilent", node.name(agency)) for agency in AGENCIES}
    shaky.kill_broker()
    until(lambda: wanted <= prometheus.firing(), "not every node misses Kafka", seconds=FIRES_WITHIN)

    shaky.start_broker()
    until(lambda: prometheus.firing() <= TRUE_OF_IT, "the alerts do not end", seconds=FIRES_WITHIN)


def test_a_trail_that_was_altered_is_said(prometheus: Prometheus, shaky: Bus) -> None:
    """The last one, because nobody puts it right: a verdict is turned round in the database of the police."""
    with Publisher(shaky.home) as publisher:
        said = clue_found(own_case(72_000), 1)
        publisher.publish(**said.header, body=said.body, wait="verdict", timeout=120)  # type: ignore[arg-type]
    with psycopg.connect(shaky.running.admin_dsn["police"], autocommit=True) as owner:
        owner.execute("ALTER TABLE entries DISABLE TRIGGER entries_append_only")
        owner.execute("UPDATE entries SET verdict = 'refused', reason = 'not-valid' WHERE verdict = 'admitted'")
        owner.execute("ALTER TABLE entries ENABLE TRIGGER entries_append_only")

    altered = ("YisongTrailAltered", "police")
    until(lambda: altered in prometheus.firing(), "nobody says that it was altered", seconds=2 * PASS_SECONDS)
