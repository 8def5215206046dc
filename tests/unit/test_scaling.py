"""Does the page on scaling say what its arithmetic gives, and are its inputs those of the contract?"""

import re
from pathlib import Path
from statistics import mean

from bench.events import HISTORIES, acts_of
from bench.scaling import COPIES, HEARTBEATS, LOADS, MEASURED, NODES, PARTITIONS, YEARS, Measured, needs, with_table
from yisong.home import AGENCIES
from yisong.kafka.declared import topics_file

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/scaling.md").read_text(encoding="utf-8")


def test_the_page_holds_the_tables_that_the_program_makes() -> None:
    assert with_table(PAGE) == PAGE


def test_copies_partitions_and_nodes_are_those_that_are_declared() -> None:
    declared = topics_file()
    assert declared.brokers["production"].replication == COPIES
    assert declared.topics["case-events"].partitions == PARTITIONS
    assert len(AGENCIES) == NODES


def test_the_rate_of_a_trail_is_the_one_that_the_readme_measured() -> None:
    trail = next(
        line for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines() if line.startswith("| (c)")
    )
    micros = int(trail.split("|")[3].replace(",", ""))
    assert round(MEASURED.cpu * 1e6) == micros


def test_a_record_of_the_example_cases_is_no_larger_than_what_is_reckoned_with() -> None:
    folder = ROOT / "examples" / "histories"
    bodies = [len(act.body) for name in HISTORIES for act in acts_of(folder, name)]
    assert mean(bodies) < MEASURED.log < MEASURED.database


def test_twice_the_cases_and_half_the_cost_need_what_they_should() -> None:
    one = LOADS[1]
    assert needs(one._replace(cases=2 * one.cases)).yearly - needs(one).yearly == one.cases * one.events
    half = Measured(*(value / 2 for value in MEASURED))
    assert needs(one, half).log * 2 == needs(one).log
    assert needs(one, half).cores * 2 == needs(one).cores
    # by hand: a province's events and heartbeats of twenty years, folded one after the other
    assert needs(one).again[0] == (10_000 * 20 + 4 * 60 * 24 * 365) * 20 * MEASURED.cpu
    assert (HEARTBEATS, YEARS) == (2_102_400, 20)


def test_every_load_is_in_the_table_by_its_name() -> None:
    assert [one.name for one in LOADS if not re.search(rf"\| [^\n]*{one.name}", PAGE)] == []
