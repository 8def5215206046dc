"""What becomes of breaches when clocks services are killed? Each is on the log once, however late and by whomever."""

import os
import random
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from signal import SIGKILL

import psycopg
import pytest

from tests.clocks import four_services, have_nothing_to_say
from tests.waiting import PATIENCE, until
from yisong.audit.history_file import History, read_history
from yisong.audit.replay import Stage, replay
from yisong.embedded import Bus
from yisong.home import AGENCIES, Agency
from yisong.publishing.instants import to_ms

KILLS = 20 if os.environ.get("YISONG_SOAK") else 3
# On a slow machine a run takes minutes, and a whole one hours.
pytestmark = pytest.mark.timeout(7200 if os.environ.get("YISONG_SOAK") else 900)
H1 = read_history(Path(__file__).parents[2] / "examples" / "histories" / "H1.jsonl")
MOVES_TIME = replace(H1[2], number=10, at=to_ms("2016-08-05T09:00:00+08:00"))
OVERDUE = History(name="overdue", lines=tuple(replace(one, file="overdue") for one in (*H1.lines[:9], MOVES_TIME)))
"""A referral of 3 August without a receipt by the 4th, in a case whose time is the 5th."""

Said = Counter[tuple[str, str | None]]


@pytest.fixture
def silent(bus: Bus) -> Iterator[Bus]:
    """Give the shared bus without its clocks, and start them again behind the test."""
    bus.stop_clocks()
    yield bus
    bus.start_clocks()


def overdue(bus: Bus, count: int = 1) -> list[str]:
    """Play *count* referrals that nobody receipts, and return the cases."""
    return [replay(Stage.of(bus.home), [OVERDUE], fresh=True).played[0].case_ids()[0] for _ in range(count)]


def said(bus: Bus, agency: Agency, case_ids: Sequence[str]) -> dict[str, Said]:
    """Return, by case, how often its breach stands in the trail of *agency*, with which verdict and reason."""
    found: dict[str, Said] = {case_id: Counter() for case_id in case_ids}
    with psycopg.connect(bus.running.dsn[agency]) as connection:
        rows = connection.execute(
            "SELECT docket, verdict, reason FROM entries WHERE docket = ANY(%s) AND event_type = 'DeadlineBreached'",
            (list(case_ids),),
        ).fetchall()
    for docket, verdict, reason in rows:
        found[docket][verdict, reason] += 1
    return found


def until_said(bus: Bus, case_ids: Sequence[str]) -> Mapping[str, Said]:
    """Wait until the breach of each case is admitted in all four trails, and return what the last of them says."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = [said(bus, agency, case_ids) for agency in AGENCIES]
        if all(one["admitted", None] for trail in found for one in trail.values()):
            return found[-1]
        time.sleep(0.1)
    raise AssertionError(f"a breach is not on the log after {PATIENCE} s: {found}")


def until_silent(bus: Bus, case_ids: Sequence[str]) -> None:
    """Wait until no clocks service has anything left to say of these cases."""
    until(lambda: have_nothing_to_say(bus, case_ids), "a clocks service still has something to say")


class TestFourServices:
    def test_put_one_breach_on_the_log_once(self, silent: Bus) -> None:
        """Each agency's service is a process of its own; the three that are not asked first stay silent."""
        with four_services(silent, "--margin", "0.3", "--grace", "120"):
            (case,) = overdue(silent)
            until_said(silent, [case])
            until_silent(silent, [case])

        assert said(silent, "miit", [case]) == {case: {("admitted", None): 1}}

    def test_without_patience_put_it_on_the_log_once_too(self, silent: Bus) -> None:
        """All four say it in the same second: what comes second is refused as already recorded, and alarms nobody."""
        with four_services(silent, "--margin", "0.3", "--grace", "0"):
            cases = overdue(silent, 3)
            until_said(silent, cases)
            until_silent(silent, cases)

        for found in said(silent, "miit", cases).values():
            assert found["admitted", None] == 1
            assert set(found) <= {("admitted", None), ("refused", "already-recorded")}
        with psycopg.connect(silent.running.dsn["copyright"]) as connection:
            parked = connection.execute(
                "SELECT count(*) FROM local_outbox WHERE state = 'parked' AND publisher LIKE 'S-%'"
            ).fetchone()
        assert parked == (0,)

    def test_say_it_for_one_that_is_killed(self, silent: Bus) -> None:
        """Copyright would speak first, and its service is gone; another line says it after its grace."""
        with four_services(silent, "--grace", "2") as started:
            started["copyright"].kill()
            (case,) = overdue(silent)
            until_said(silent, [case])

        with psycopg.connect(silent.running.dsn["police"]) as connection:
            spoke = connection.execute(
                "SELECT publisher FROM entries WHERE docket = %s AND event_type = 'DeadlineBreached' "
                "AND verdict = 'admitted'",
                (case,),
            ).fetchall()
        assert len(spoke) == 1
        assert spoke[0] in {("S-cac",), ("S-miit",), ("S-police",)}


class TestKilledClocks:
    def test_catch_up_when_they_start_again(self, silent: Bus) -> None:
        """Nothing is said while they are down; what fell due meanwhile is said when they are back, once."""
        cases = overdue(silent, 3)
        time.sleep(4)
        assert not any(said(silent, "police", cases).values())

        silent.start_clocks()
        try:
            found = until_said(silent, cases)
        finally:
            silent.stop_clocks()

        assert all(one == {("admitted", None): 1} for one in found.values())

    def test_at_any_instant_lose_and_double_nothing(self, silent: Bus) -> None:
        """Kills at random instants under a trickle of breaches."""
        instants = random.Random(20160804)  # noqa: S311 (the same instants each time)
        cases: list[str] = []
        for _ in range(KILLS):
            silent.start_clocks()
            cases += overdue(silent, 2)
            time.sleep(instants.uniform(0.5, 4.5))
            silent.stop_clocks(how=SIGKILL)
        silent.start_clocks()
        try:
            found = until_said(silent, cases)
        finally:
            silent.stop_clocks()

        assert [one["admitted", None] for one in found.values()] == [1] * len(cases)
        assert {of for one in found.values() for of in one} <= {("admitted", None), ("refused", "already-recorded")}
