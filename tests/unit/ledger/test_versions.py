"""A change of law in the middle of a case: each record, and each clock, by the version in force at its own instant."""

from dataclasses import replace
from datetime import date
from functools import cache

import pytest

from tests.unit.ledger import story
from tests.unit.ledger.story import Story, history
from yisong.ledger import Clock, Law, advance, dumps, hash_in_force, loads
from yisong.publishing.compose import Place
from yisong.publishing.instants import to_ms
from yisong.rulebook.days import day_start
from yisong.rulebook.model import CalendarRow, Rulebook

CHANGE = to_ms("2016-08-03T12:00:00+08:00")
"""Within H1: after the receipt (11:04), which starts the police's three days, and before their decision."""
RECEIPT = 10


@cache
def first() -> Rulebook:
    return story.law().rulebook


@cache
def second() -> Rulebook:
    """Return a version 2: T-REF-07 has five days from 1 September on, 8 August is a holiday, W98 has a key more."""
    old, key = first().timers["T-REF-07"], first().keys["W98#1"]
    new = replace(old, n=5, effective_from=date(2016, 9, 1), earlier=(replace(old, effective_to=date(2016, 9, 1)),))
    known = day_start(date(2016, 8, 1))
    holiday = CalendarRow(year=None, known_from=known, holidays=frozenset({date(2016, 8, 8)}), workdays=frozenset())
    return replace(
        first(),
        n=2,
        hash=bytes(32),
        effective_from=CHANGE,
        timers={**first().timers, "T-REF-07": new},
        calendar=(*first().calendar, holiday),
        keys={**first().keys, "W98#7": replace(key, key_id="W98#7")},
    )


class Told:
    """H1 as it is told under some law."""

    def __init__(self, patch: pytest.MonkeyPatch, *versions: Rulebook, newest: bool = True) -> None:
        law = Law.of(versions)
        self.law = law if newest else law.at(0)
        patch.setattr(story, "law", lambda: self.law)
        self.story = Story(history("H1")[0]["header"]["case_id"])

    def upto(self, number: int, *, last_at: str | None = None) -> Clock:
        """Tell it up to line *number*, which may come at another time, and return the clock of T-REF-07."""
        for line in history("H1")[len(self.story.entries) : number]:
            last = last_at if last_at is not None and line is history("H1")[number - 1] else None
            header = line["header"] if last is None else {**line["header"], "occurred_at": last}
            self.story.line({**line, "at": last or line["at"], "header": header})
        return next(clock for clock in self.story.now.clocks if clock.timer == "T-REF-07")


def test_a_clock_keeps_the_rule_and_the_calendar_that_it_was_born_with(monkeypatch: pytest.MonkeyPatch) -> None:
    """Version 2 makes the Monday on which it ends a holiday; the clock ran before that was law."""
    told = Told(monkeypatch, first(), second())
    born = told.upto(RECEIPT)
    assert born.due_rolled == to_ms("2016-08-08T23:59:59.999+08:00")

    stored = loads(told.story.case_id, dumps(told.story.now))
    late = advance(stored, to_ms("2016-08-20T00:00:00+08:00"), told.law)
    assert late.clock(born.id) == born._replace(outcome="late", breached_at=born.due_rolled + 1)
    stopped = told.upto(RECEIPT + 1)
    assert stopped.due_rolled == born.due_rolled
    assert stopped.outcome == "on_time"


def test_a_clock_that_starts_after_the_change_is_counted_by_the_new_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same receipt, logged after noon: the holiday counts, and a node that had not read it would differ."""
    afternoon = "2016-08-03T12:30:00+08:00"
    new = Told(monkeypatch, first(), second()).upto(RECEIPT, last_at=afternoon)
    old = Told(monkeypatch, first()).upto(RECEIPT, last_at=afternoon)

    assert new.due_rolled == to_ms("2016-08-09T23:59:59.999+08:00")
    assert old.due_rolled == to_ms("2016-08-08T23:59:59.999+08:00")


def test_a_rule_follows_another_of_the_same_id_from_its_date_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """The row that was ended counts until 31 August, the appended one from 1 September on."""
    august = Told(monkeypatch, first(), second()).upto(RECEIPT, last_at="2016-08-31T12:00:00+08:00")
    september = Told(monkeypatch, first(), second()).upto(RECEIPT, last_at="2016-09-01T12:00:00+08:00")

    assert august.due_strict == to_ms("2016-09-03T23:59:59.999+08:00")
    assert september.due_strict == to_ms("2016-09-06T23:59:59.999+08:00")


def test_it_makes_no_difference_which_version_the_fold_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever holds one version holds all: the one in force is asked for at each instant."""
    newest = Told(monkeypatch, first(), second())
    newest.upto(RECEIPT + 1)
    oldest = Told(monkeypatch, first(), second(), newest=False)
    oldest.upto(RECEIPT + 1)

    assert newest.law.rulebook.n == 2
    assert oldest.law.rulebook.n == 1
    assert dumps(newest.story.now) == dumps(oldest.story.now)


@pytest.mark.parametrize(("at", "reason"), [("11:59:59.999", "unknown-key"), ("12:00:00", "sequence-gap")])
def test_a_key_is_registered_from_the_version_on_that_has_it(
    monkeypatch: pytest.MonkeyPatch, at: str, reason: str
) -> None:
    """Its signature verifies by the rows of all versions; whether it counts is asked of the one in force."""
    told = Told(monkeypatch, first(), second())
    line = history("H1")[0]
    header = {**line["header"], "publisher": "W98"}
    place = Place(9, bytes(32))
    opened = told.story.opened(f"2016-08-03T{at}+08:00", header, line["body"], key_ids=("W98#7",), place=place)

    assert told.story.record(opened).reason == reason


def test_the_hash_in_force_is_that_of_the_log_time_and_not_of_what_was_read() -> None:
    law = Law.of([first(), second()])

    assert hash_in_force(law, CHANGE - 1) == first().hash
    assert hash_in_force(law, CHANGE) == second().hash
    assert [one.n for one in law.versions] == [1, 2]
    assert Law(first()).at(CHANGE).rulebook is first()


def test_a_breach_takes_effect_by_the_version_in_force_at_its_own_instant(monkeypatch: pytest.MonkeyPatch) -> None:
    """H5: T-RECT runs out at midnight and starts P-RECT-ESC; the law changes at nine, a record comes at ten."""
    change, known = to_ms("2016-08-05T09:00:00+08:00"), day_start(date(2016, 8, 1))
    holiday = CalendarRow(year=None, known_from=known, holidays=frozenset({date(2016, 8, 12)}), workdays=frozenset())
    changed = replace(first(), n=2, effective_from=change, calendar=(*first().calendar, holiday))
    law = Law.of([first(), changed])
    monkeypatch.setattr(story, "law", lambda: law)
    told = Story(history("H5")[0]["header"]["case_id"])
    for line in history("H5")[:3]:
        told.line(line)

    started = next(clock for clock in told.now.clocks if clock.timer == "P-RECT-ESC")
    assert started.due_rolled == to_ms("2016-08-12T23:59:59.999+08:00")
