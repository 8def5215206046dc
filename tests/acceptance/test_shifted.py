"""The histories at other dates, on four trails: verdicts, states and clocks as on paper, and four equal digests."""

from collections.abc import Mapping
from dataclasses import replace
from random import Random

import pytest

from tests.shifted import CROSSED, onto, shifted
from tests.unit.audit.on_paper import Desk, OnPaper
from yisong.audit.compare import compare
from yisong.audit.differences import differences, disagreements
from yisong.audit.expected_file import Expected
from yisong.audit.history_file import Expectation, History
from yisong.audit.outcome import outcome
from yisong.audit.replay import Replay, Stage, replay
from yisong.audit.trails import open_trails, snapshots
from yisong.envelope.case_id import is_register
from yisong.ledger import Law

YEAR = 365


def _moved(histories: Mapping[str, History], expected: Mapping[str, Expected]) -> list[History]:
    """Move each history of cases onto three days that are to be crossed, and by as many days as chance says."""
    cases = [one for name, one in histories.items() if name in expected and not _has_register(one)]
    chance = Random("on four trails")  # noqa: S311 (the same days each time)
    moved = []
    for turn, history in enumerate(cases):
        days = [CROSSED[(turn * 5 + step * 7) % len(CROSSED)] for step in range(3)]
        moved += [shifted(history, onto(history, len(history.lines) // 2 + 1, day)) for day in days]
        moved.append(shifted(history, chance.randint(-4 * YEAR, 12 * YEAR), stretch=chance.choice([(1, 2), (3, 1)])))
    return moved


def _has_register(history: History) -> bool:
    return any(is_register(line.case_id) for line in history.lines)


def _expected_of(on_paper: OnPaper, law: Law) -> Expected:
    """Return what the ledger in memory, which the oracle of the unit tests checks, makes of a history."""
    as_of = on_paper.history.lines[-1].at
    said = outcome(on_paper.played, on_paper.found(), law, as_of=as_of)
    verdicts = {
        number: Expectation(verdict=entry.verdict, reason=entry.reason)
        for number, entry in enumerate(on_paper.entries, start=1)
    }
    names = [one.verdict.replace("-", "_") for one in verdicts.values()]
    return Expected(
        history=on_paper.history.name,
        lines=len(names),
        as_of=as_of,
        counts={name: names.count(name) for name in names},
        verdicts=verdicts,
        states=said.states,
        timers=frozenset(said.timers),
        derived=said.derived,
    )


@pytest.fixture(scope="module")
def moved(stage: Stage, histories: dict[str, History], expected: dict[str, Expected]) -> Replay:
    """Play them all at once, each under case numbers of its own, and compare them with what they come to on paper."""
    desk = Desk(law=stage.law, keystore=stage.home.keystore())
    plain = _moved(histories, expected)
    on_paper = {one.name: _expected_of(desk.play(one), stage.law) for one in plain}
    return replay(stage, plain, expected=on_paper, fresh=True)


class TestAtOtherDates:
    def test_four_trails_say_what_the_ledger_says_on_paper(self, moved: Replay) -> None:
        """Line by line and clock by clock, over National Day, make-up Sundays, leap days and year ends."""
        assert moved.as_expected, moved.differences[:5]

    def test_the_dates_matter(self, moved: Replay, histories: dict[str, History]) -> None:
        """What is on time at one date is late at another: the same files do not come to the same."""
        verdicts = {
            one.history.name: [str(moved.found[0].judged[position].verdict) for position in one.positions]
            for one in moved.played
        }
        of_one_file = [said for name, said in verdicts.items() if name.startswith(("H1+", "H1-"))]

        assert len(of_one_file) > 1
        assert len({tuple(said) for said in verdicts.values()}) > len(histories.keys() & {"H1", "H3", "H4", "H5"})

    def test_the_digests_of_all_four_are_equal(self, moved: Replay, stage: Stage) -> None:
        with open_trails(stage.running) as trails, snapshots(trails):
            compared = compare(trails)

        assert compared.agree
        assert compared.differences == ()
        assert [one for played in moved.played for one in disagreements(played, moved.found)] == []

    def test_a_trail_that_expects_something_else_is_heard(self, moved: Replay, stage: Stage) -> None:
        """The comparison is not empty: with one line judged otherwise it says so."""
        played = moved.played[0]
        other = Expectation(verdict="refused", reason="malformed")
        line = replace(played.history.lines[0], expect=other)
        changed = replace(played, history=replace(played.history, lines=(line, *played.history.lines[1:])))

        assert [one.expected for one in differences(changed, None, moved.found[0], stage.law)][:1] == [str(other)]
