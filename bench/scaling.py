"""
What does the bus need, from one city to the country? ``python -m bench.scaling [--write]``: arithmetic, no measuring.

What was measured stands in `MEASURED`, with the program that measures it; what is assumed in `LOADS`. A page states
both with what follows (docs/scaling.md), and a test holds it to this program: whoever knows better changes a number.
"""

import argparse
import sys
from pathlib import Path
from typing import Final, NamedTuple

_PAGE: Final = Path(__file__).parent.parent / "docs" / "scaling.md"
_BEGIN, _END = "<!-- python -m bench.scaling -->", "<!-- /python -m bench.scaling -->"

YEARS: Final = 20
"""For how long everything is kept before anybody has to think again; the log itself is kept for ever."""
COPIES: Final = 3
"""How many brokers keep each record (topics.yaml, production)."""
NODES: Final = 4
PARTITIONS: Final = 12
_DAY: Final = 24 * 3600
_YEAR: Final = 365 * _DAY


class Measured(NamedTuple):
    """
    What one event costs.

    *cpu*: s of one core in a node's trail, with PostgreSQL's own left out; *log*: bytes on a broker; *database*: bytes
    in a node's PostgreSQL, indexes included (all three ``bench.ingest``). *publish*: s of one core for everything that
    a publish over HTTP costs on all nodes, desks and brokers together (``bench.gateway``).
    """

    cpu: float
    log: float
    database: float
    publish: float


MEASURED: Final = Measured(cpu=329e-6, log=1_350, database=3_400, publish=8e-3)


class Load(NamedTuple):
    """
    What is assumed of a place: *cases* a year with so many *events* each, clues that become no case included.

    *peak*: how many times the mean the busiest hour has, in a campaign.
    """

    name: str
    cases: int
    events: int
    peak: int


LOADS: Final = (
    Load("a city", 300, 20, 200),
    Load("a province", 10_000, 20, 100),
    Load("the country", 500_000, 20, 50),
)
HEARTBEATS: Final = NODES * 60 * 24 * 365
"""A year: one a minute and node, whatever else happens."""


class Needs(NamedTuple):
    """
    What follows from a load.

    *yearly*: events, heartbeats included; *busiest*: events/s in the busiest hour; *cores*: of one node's trail then;
    *log*: bytes on each broker, and *database* in each node, after `YEARS`; *again*: s to fold all of it again on one
    core, and on as many as there are partitions: heartbeats are all in one.
    """

    yearly: int
    busiest: float
    cores: float
    log: float
    database: float
    again: tuple[float, float]


def needs(load: Load, measured: Measured = MEASURED) -> Needs:
    """Return what *load* needs."""
    acts = load.cases * load.events
    yearly = acts + HEARTBEATS
    busiest = acts * load.peak / _YEAR + HEARTBEATS / _YEAR
    whole = yearly * YEARS
    return Needs(
        yearly=yearly,
        busiest=busiest,
        cores=busiest * measured.cpu,
        log=whole * measured.log,
        database=whole * measured.database,
        again=(whole * measured.cpu, (HEARTBEATS + acts / PARTITIONS) * YEARS * measured.cpu),
    )


def table() -> str:
    """Return the tables of the page."""
    lines = [
        "| One event costs | |",
        "|--|--:|",
        f"| a node's trail, processor | {MEASURED.cpu * 1e6:,.0f} µs: {1 / MEASURED.cpu:,.0f} events/s a core |",
        f"| the log, on each broker | {MEASURED.log:,.0f} bytes |",
        f"| a node's database, indexes included | {MEASURED.database:,.0f} bytes |",
        f"| a publish over HTTP, processors of everything together | {MEASURED.publish * 1e3:.0f} ms |",
        "",
        f"| | {' | '.join(one.name for one in LOADS)} |",
        f"|--|{'--:|' * len(LOADS)}",
    ]
    found = [needs(one) for one in LOADS]
    alone = f"the same on {PARTITIONS} cores, one a partition: heartbeats are all in one"
    rows = {
        "assumed: cases a year": [f"{one.cases:,}" for one in LOADS],
        "assumed: events a case, clues included": [f"{one.events}" for one in LOADS],
        "assumed: busiest hour of a campaign, times the mean": [f"{one.peak}" for one in LOADS],
        f"events a year, with {HEARTBEATS:,} heartbeats": [f"{one.yearly:,}" for one in found],
        "events/s in the busiest hour": [f"{one.busiest:.2f}" for one in found],
        "cores of one node's trail then": [f"{one.cores:.4f}" for one in found],
        f"log on each of {COPIES} brokers after {YEARS} years": [_bytes(one.log) for one in found],
        f"database of each node after {YEARS} years": [_bytes(one.database) for one in found],
        f"to fold {YEARS} years again, on one core": [_time(one.again[0]) for one in found],
        alone: [_time(one.again[1]) for one in found],
    }
    lines += [f"| {name} | {' | '.join(cells)} |" for name, cells in rows.items()]
    return "\n".join(lines)


def _bytes(count: float) -> str:
    return f"{count / 1e9:,.0f} GB"


def _time(seconds: float) -> str:
    return f"{seconds / 60:,.0f} min" if seconds < 2 * 3600 else f"{seconds / 3600:,.1f} h"


def with_table(page: str) -> str:
    """Return *page* with the tables in their place. Raises ValueError where it has none."""
    before, begins, rest = page.partition(_BEGIN)
    _, ends, after = rest.partition(_END)
    if not begins or not ends:
        raise ValueError(f"{_PAGE.name} has no place for the tables: it needs {_BEGIN} and {_END}")
    return f"{before}{_BEGIN}\n{table()}\n{_END}{after}"


def main() -> int:
    """Print the tables, or write them into the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="into docs/scaling.md")
    if parser.parse_args().write:
        _PAGE.write_text(with_table(_PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        print(table())
    return 0


if __name__ == "__main__":
    sys.exit(main())
