"""Four desks and four clocks services: a referral is the police's duty, and each of its breaches is told once."""

from collections import Counter
from collections.abc import Iterator

import psycopg
import pytest

import yisong
from tests.cases import Case
from tests.clocks import four_services, have_nothing_to_say
from tests.clues import own_case
from tests.waiting import until
from yisong.embedded import Bus
from yisong.home import Agency

CASES = [own_case(number) for number in range(7_301, 7_305)]
BREACHED = ("P-FEEDBACK", "T-REF-03")
"""What runs out by 20 September where nobody answers: the caller's 30 days, and the receipt's 24 hours."""


@pytest.fixture
def four_clocks(bus: Bus) -> Iterator[Bus]:
    """Give the shared bus with a clocks service of its own for each agency, as four nodes on four machines have."""
    bus.stop_clocks()
    # So patient with each other that a slow machine is no reason to speak twice.
    with four_services(bus, "--grace", "120"):
        yield bus
    bus.start_clocks()


def of_desk(bus: Bus, agency: Agency, name: str) -> Counter[str]:
    """Return, by case, how many open duties of this name the desk of *agency* keeps."""
    statement = "SELECT case_id FROM local_duties WHERE case_id = ANY(%s) AND name LIKE %s AND state = 'open'"
    with psycopg.connect(bus.running.dsn[agency]) as connection:
        return Counter(row[0] for row in connection.execute(statement, (CASES, f"{name}%")))


def said(bus: Bus, case_id: str) -> Counter[tuple[str, str | None]]:
    """Return how often each clock's breach is on the log, with which reason it was refused."""
    breaches = (one for one in yisong.read(bus.home, dockets=[case_id]) if one.header.event_type == "DeadlineBreached")
    return Counter((one.header.cites[0].id, one.reason) for one in breaches)


def told_everywhere(bus: Bus) -> bool:
    """Hold where every trail has admitted as many breaches as there are."""
    statement = """
        SELECT count(*) FROM entries
         WHERE docket = ANY(%s) AND event_type = 'DeadlineBreached' AND verdict = 'admitted'"""
    for dsn in bus.running.dsn.values():
        with psycopg.connect(dsn) as connection:
            if connection.execute(statement, (CASES,)).fetchone() != (len(CASES) * len(BREACHED),):
                return False
    return True


def test_a_referral_is_a_duty_and_each_of_its_breaches_is_on_the_log_once(four_clocks: Bus) -> None:
    """
    V9801 refers four cases of which the police say nothing, and time goes by.

    Each breached clock has one record, although four services watch it: none is missing, and none was said in vain.
    """
    bus, once = four_clocks, Counter(CASES)
    with yisong.Publisher(bus.home) as publisher:
        cases = [Case(publisher, case_id) for case_id in CASES]
        for case in cases:
            case.lines(1, 2, 3, 6, 7, 8, 9)
        until(lambda: of_desk(bus, "police", "T-REF-03") == once, "a referral is no duty of the police")
        for case in cases:
            case.line(2, at="2016-09-20T09:00:00+08:00", aggregate=case.of("evidence", "E", 2))

    until(lambda: told_everywhere(bus), "a breach is not on the log")
    until(lambda: have_nothing_to_say(bus, CASES), "a clocks service still has something to say")
    for case_id in CASES:
        clocks = (f"P-FEEDBACK/{case_id}/1", f"T-REF-03/R-{case_id}-1/1")
        assert said(bus, case_id) == {(clock, None): 1 for clock in clocks}
    until(lambda: of_desk(bus, "police", "overdue P9801") == once, "the police do not see what they have let run out")
