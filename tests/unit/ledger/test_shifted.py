"""Every history and negative at other dates: fold and oracle still say the same, over holidays and year ends alike."""

import os
from collections.abc import Iterator
from functools import cache
from itertools import islice
from random import Random

import pytest

from tests.shifted import CROSSED, onto, read_all, shifted
from tests.unit.ledger import oracle
from tests.unit.ledger.agreement import Told, as_json, bus, by_ledger, by_oracle, told_of
from tests.unit.ledger.story import law
from yisong.audit.history_file import History
from yisong.ledger import advance

SOAK = bool(os.environ.get("YISONG_SOAK"))
DRAWN = 200 if SOAK else 4
DAY, YEAR = oracle.DAY, 365
STRETCHES = [(1, 1), (1, 1), (1, 5), (1, 2), (9, 10), (3, 2), (3, 1), (11, 1)]
PLAIN = [name for name, history in read_all().items() if all(line.tamper is None for line in history.lines)]


@cache
def given(name: str) -> History:
    return read_all()[name]


def chosen(history: History) -> Iterator[History]:
    """Move the first, a middle or the last line of *history* (in a soak: every line) onto each day to be crossed."""
    last = len(history.lines)
    some = (1, last // 2 + 1, last)
    for turn, day in enumerate(CROSSED):
        for number in range(1, last + 1) if SOAK else (some[turn % 3],):
            yield shifted(history, onto(history, number, day))


def drawn(history: History) -> Iterator[History]:
    """Move *history* by days that anybody may name, and its lines closer together or further apart."""
    random = Random(history.name)  # noqa: S311 (the same days each time)
    while True:
        yield shifted(history, random.randint(-5 * YEAR, 14 * YEAR), stretch=random.choice(STRETCHES))


def assert_both_say_the_same(history: History) -> None:
    """Of each docket: verdict after verdict, then states, clocks and breaches at its end and at instants after it."""
    for one in told_of(as_json(history)):
        said, docket = oracle.judge(one.case_id, one.records, bus())
        assert [(entry.verdict, entry.reason) for entry in one.story.entries] == said, history.name
        for as_of in _views(one):
            assert by_ledger(advance(one.story.now, as_of, law())) == by_oracle(docket.at(as_of)), history.name


def _views(told: Told) -> Iterator[int]:
    """Yield the docket's own log time, the last instant of each running clock, and the first after it."""
    yield told.story.now.log_time
    for clock in told.story.now.clocks:
        if clock.outcome == "running":
            yield from (clock.due_rolled, clock.due_rolled + 1)


@pytest.mark.parametrize("name", PLAIN)
def test_at_days_that_were_chosen_both_say_the_same(name: str) -> None:
    for history in chosen(given(name)):
        assert_both_say_the_same(history)


@pytest.mark.parametrize("name", PLAIN)
def test_at_days_that_were_drawn_both_say_the_same(name: str) -> None:
    for history in islice(drawn(given(name)), DRAWN):
        assert_both_say_the_same(history)


def test_the_days_make_clocks_roll_be_provisional_and_be_late() -> None:
    """What was chosen does cross what it is there to cross: every end that a clock can have is seen."""
    clocks = [
        clock
        for name in PLAIN
        if not name.startswith("N")
        for history in chosen(given(name))
        for one in told_of(as_json(history))
        for clock in one.story.now.clocks
    ]

    assert {clock.outcome for clock in clocks} == {"running", "on_time", "rolled_on_time", "late", "lapsed", "void"}
    assert any(clock.provisional for clock in clocks)
    assert max(clock.due_rolled - clock.due_strict for clock in clocks) >= 7 * DAY
