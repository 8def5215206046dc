"""Nodes are killed at random instants while they sign; afterwards nobody has signed two roots for one size."""

import os
import random
import time
from collections.abc import Mapping
from pathlib import Path

import psycopg
import pytest

from tests.signers import check_topic, lying
from tests.trails import Servers
from yisong.embedded import Bus
from yisong.home import AGENCIES, Home
from yisong.proof.announcement import Checkpoints

# `make soak` runs the whole, `make test` a small version.
EVENTS, KILLS = (10_000, 40) if os.environ.get("YISONG_SOAK") else (400, 4)
_PATIENCE = 300
_COSIGNED_BY_ALL = """
SELECT "partition", max(size)
  FROM (SELECT "partition", size FROM local_cosignatures GROUP BY 1, 2, root HAVING count(*) = 4) AS whole GROUP BY 1"""


@pytest.mark.timeout(1200)
def test_nodes_killed_while_they_sign_never_sign_two_roots_nor_ahead_of_their_data(tmp_path: Path) -> None:
    """
    While a load is sent, one node after another is killed with SIGKILL and started again.

    Every size has one root a node, no size is beyond what the node's trail holds, no statement has two forms; and then
    all four stand on the end of the log.
    """
    chance = random.Random(20160919)  # noqa: S311 (repeatable on purpose)
    with Bus.start(Home(tmp_path / "bus")) as bus:
        trails = Servers(bus)
        load = trails.events(EVENTS, seed=9)
        share = -(-len(load) // (KILLS + 1))
        for number in range(KILLS + 1):
            trails.send(load[number * share : (number + 1) * share])
            if number < KILLS:
                _kill_while_it_signs(bus, chance)
        ends = trails.ends()
        for agency in AGENCIES:
            _await(bus.running.dsn[agency], ends)

        assert check_topic(trails)
        dsns = bus.running.dsn
        entries: dict[str, Mapping[int, int]] = {agency: _query(dsns[agency], _ENTRIES) for agency in AGENCIES}
        for statement, _ in lying(trails):
            if isinstance(statement, Checkpoints):
                assert all(one.size <= entries[statement.node][one.partition] for one in statement.announced)
        trails.close()


_ENTRIES = 'SELECT "partition", count(*) FROM entries GROUP BY 1'


def _kill_while_it_signs(bus: Bus, chance: random.Random) -> None:
    agency = chance.choice(AGENCIES)
    time.sleep(chance.uniform(0, 2.0))
    bus.kill_node(agency)
    bus.start_node(agency)


def _await(dsn: str, ends: Mapping[int, int]) -> None:
    """Wait until a node holds checkpoints of all four that reach the *ends*."""
    deadline = time.monotonic() + _PATIENCE
    while any(_query(dsn, _COSIGNED_BY_ALL).get(at, 0) < end for at, end in ends.items()):
        assert time.monotonic() < deadline, "the end of the log was not cosigned by all four"
        time.sleep(0.5)


def _query(dsn: str, query: str) -> Mapping[int, int]:
    with psycopg.connect(dsn) as connection:
        return dict(connection.execute(query.encode()).fetchall())
