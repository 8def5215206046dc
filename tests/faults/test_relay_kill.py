"""Nodes are killed at random instants while their inboxes fill; afterwards no inbox lacks an event."""

import os
import random
import time
from collections.abc import Mapping
from pathlib import Path

import psycopg
import pytest

from tests.inboxes import expected, first_standings, lying_in, offsets
from tests.trails import Servers
from yisong.embedded import Bus
from yisong.home import AGENCIES, Home

# `make soak` runs the whole, `make test` a small version.
EVENTS, KILLS = (20_000, 20) if os.environ.get("YISONG_SOAK") else (600, 3)
_PATIENCE = 120 + EVENTS / 50
_POSITIONS = 'SELECT "partition", next_offset FROM positions'
_OLDEST_WAITING = 'SELECT "partition", min("offset") FROM local_relay GROUP BY "partition"'


@pytest.mark.timeout(3600)
def test_nodes_killed_under_load_leave_no_event_out_of_an_inbox(tmp_path: Path) -> None:
    """
    While a load is sent, one node after another is killed with SIGKILL and started again, and the broker once.

    Every admitted event that concerns an agency lies in its inbox at least once, nothing else does, and in each
    partition their first standings are in the order of the log.
    """
    chance = random.Random(20160918)  # noqa: S311 (repeatable on purpose)
    with Bus.start(Home(tmp_path / "bus")) as bus:
        trails = Servers(bus)
        load = trails.events(EVENTS, seed=7)
        share = -(-len(load) // (KILLS + 1))
        for number in range(KILLS + 1):
            trails.send(load[number * share : (number + 1) * share])
            if number < KILLS:
                _kill_while_it_relays(bus, chance)
            if number == KILLS // 2:
                bus.kill_broker()
                bus.start_broker()
        ends = trails.ends()
        for agency in AGENCIES:
            _await(bus.running.dsn[agency], ends)
        bootstrap = bus.running.bootstrap
        lying = {agency: first_standings(lying_in(bootstrap, agency)) for agency in AGENCIES}
        wanted = {agency: offsets(expected(bootstrap, trails.law, agency)) for agency in AGENCIES}
        trails.close()

    assert all(wanted.values())
    for agency in AGENCIES:
        # Desks and clocks may still be saying something: what came onto the log later is left out.
        assert _before(ends, lying[agency]) == _before(ends, wanted[agency]), agency


def _before(ends: Mapping[int, int], found: Mapping[int, list[int]]) -> dict[int, list[int]]:
    kept = {at: [offset for offset in offsets if offset < ends[at]] for at, offsets in found.items()}
    return {at: offsets for at, offsets in kept.items() if offsets}


def _kill_while_it_relays(bus: Bus, chance: random.Random) -> None:
    agency = chance.choice(AGENCIES)
    time.sleep(chance.uniform(0, 1.0))
    bus.kill_node(agency)
    bus.start_node(agency)


def _await(dsn: str, ends: Mapping[int, int]) -> None:
    """Wait until a node has recorded the log up to *ends*, and nothing of that waits for its inbox."""
    deadline = time.monotonic() + _PATIENCE
    while not _relayed(dsn, ends):
        assert time.monotonic() < deadline, "an inbox was not filled"
        time.sleep(0.2)


def _relayed(dsn: str, ends: Mapping[int, int]) -> bool:
    with psycopg.connect(dsn) as connection:
        recorded: dict[int, int] = dict(connection.execute(_POSITIONS).fetchall())
        oldest: dict[int, int] = dict(connection.execute(_OLDEST_WAITING).fetchall())
    return all(recorded.get(at, 0) >= end and oldest.get(at, end) >= end for at, end in ends.items())
