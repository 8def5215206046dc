from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from tests.unit.audit.on_paper import HISTORIES, Desk, OnPaper, history
from yisong.audit.differences import Difference, differences, disagreements
from yisong.audit.expected_file import Expected, StateRow, read_expected
from yisong.audit.history_file import Expectation
from yisong.errors import NotPublishable

NAMES = sorted(file.stem for file in HISTORIES.glob("*.jsonl"))


def _expected(name: str) -> Expected:
    return read_expected(HISTORIES / f"{name}.expected.yaml")


@pytest.fixture(scope="module")
def h5(desk: Desk) -> OnPaper:
    """Play a rectification that runs out: it has a late act, a derived breach and a clock that a breach starts."""
    return desk.play(history("H5"))


class TestExpectedFile:
    @pytest.mark.parametrize("name", NAMES)
    def test_is_met_by_the_ledger(self, desk: Desk, name: str) -> None:
        """Verdicts, counts, states, clocks and breaches of each history are those that its file lists."""
        on_paper = desk.play(history(name))

        assert list(differences(on_paper.played, _expected(name), on_paper.found(), desk.law)) == []

    @pytest.mark.parametrize(
        ("text", "fault"),
        [
            ("[1]", "exactly the keys"),
            ("{", "is no YAML"),
            ("history: H1", "lacks as_of\n  - lacks counts\n  - lacks derived"),
            ("as_of: 2016-02-30", "is no YAML"),
        ],
    )
    def test_that_says_something_else_is_refused(self, tmp_path: Path, text: str, fault: str) -> None:
        """A file from which a key is missing would compare nothing there."""
        file = tmp_path / "X.expected.yaml"
        file.write_text(text)
        with pytest.raises(NotPublishable, match=fault):
            read_expected(file)

    def test_names_every_fault_at_once(self, tmp_path: Path) -> None:
        """A key is missing, one is too many, a date is none, a clock has no end, a verdict is of no contract."""
        rows = yaml.safe_load((HISTORIES / "H5.expected.yaml").read_bytes())
        del rows["derived"], rows["timers"][0]["due_strict"]
        rows |= {"digest": 1, "as_of": "2016", "counts": {"lost": 1}, "lines": "ten"}
        rows["verdicts"][0]["verdict"] = "late"
        rows["states"].append("closed")
        (file := tmp_path / "X.expected.yaml").write_text(yaml.safe_dump(rows))
        with pytest.raises(NotPublishable) as caught:
            read_expected(file)

        assert [fault.partition(":")[0] for fault in caught.value.faults] == [
            *("lacks derived", "digest", "lines", "as_of", "counts", "verdicts[1]", "states[3]", "timers[1]"),
        ]


def _other_verdict(one: Expected) -> Expected:
    return replace(one, verdicts={})


def _other_state(one: Expected) -> Expected:
    row = next(row for row in one.states if row.kind == "case")
    return replace(one, states=one.states - {row} | {StateRow("case", row.id, "open")})


def _missing_clock(one: Expected) -> Expected:
    return replace(one, timers=frozenset(row for row in one.timers if row.id != "T-RECT"))


def _other_due(one: Expected) -> Expected:
    return replace(one, timers=frozenset(row._replace(due_strict=row.due_strict + 1) for row in one.timers))


def _no_breach(one: Expected) -> Expected:
    return replace(one, derived=frozenset())


def _other_counts(one: Expected) -> Expected:
    return replace(one, counts={**one.counts, "refused": 1})


def _other_length(one: Expected) -> Expected:
    return replace(one, lines=11)


class TestDifference:
    @pytest.mark.parametrize(
        ("change", "said"),
        [
            (_other_verdict, ("H5 line 3, RectificationVerified ({}:2)", "admitted", "admitted-late")),
            (_other_state, ("state of case CRB-980100-2016-000033-Y", "state open", "state closed")),
            (_other_counts, ("number of lines refused", "1", "0")),
            (_other_length, ("number of lines", "11", "10")),
        ],
    )
    def test_is_named_with_what_was_expected_and_what_was_found(
        self, desk: Desk, h5: OnPaper, change: Callable[[Expected], Expected], said: tuple[str, str, str]
    ) -> None:
        """One thing that is expected otherwise gives one difference, in the words of the file."""
        unlike = list(differences(h5.played, change(_expected("H5")), h5.found(), desk.law))

        what, expected, found = said
        assert unlike == [Difference("police", what.format(h5.entries[0].partition), expected, found)]

    @pytest.mark.parametrize(
        ("change", "what", "number"),
        [
            (_missing_clock, "clock T-RECT of Q-", 1),
            (_no_breach, "breach of T-RECT of Q-", 1),
            (_other_due, "clock ", 2),
        ],
    )
    def test_of_clocks_and_breaches_is_named(
        self, desk: Desk, h5: OnPaper, change: Callable[[Expected], Expected], what: str, number: int
    ) -> None:
        """A clock that is missing, or that ends elsewhere, and a breach that nobody expected."""
        unlike = list(differences(h5.played, change(_expected("H5")), h5.found(), desk.law))

        assert [one.what.startswith(what) for one in unlike] == [True] * number

    def test_says_only_in_what_a_clock_differs(self, desk: Desk, h5: OnPaper) -> None:
        """Of nine columns the one that is not as expected."""
        unlike = list(differences(h5.played, _other_due(_expected("H5")), h5.found(), desk.law))

        assert unlike[0].found == "due_strict 2016-08-12T23:59:59.999+08:00"

    def test_between_a_line_and_its_own_expectation_is_named(self, desk: Desk) -> None:
        """A line that is refused where it expects to be admitted is a difference, and so is the reverse."""
        negative = history("N02")
        hopeful = replace(negative[8], expect=Expectation(verdict="admitted", reason=None))
        on_paper = desk.play(replace(negative, lines=(*negative.lines[:-1], hopeful)))
        (unlike,) = differences(on_paper.played, None, on_paper.found(), desk.law)

        assert (unlike.expected, unlike.found) == ("admitted", "refused (same-person-approval)")

    def test_is_not_sought_where_nothing_is_expected(self, desk: Desk, h5: OnPaper) -> None:
        """A history without an expected file may have late lines."""
        assert list(differences(h5.played, None, h5.found(), desk.law)) == []


class TestDisagreement:
    def test_of_one_trail_is_named_even_where_nothing_is_expected(self, h5: OnPaper) -> None:
        """Of four trails one has another verdict on line 3, and another leaf of line 4."""
        one, other = h5.found("copyright"), h5.found("miit")
        third, fourth = h5.played.positions[2:4]
        judged = {
            **other.judged,
            third: other.judged[third]._replace(verdict=Expectation(verdict="admitted", reason=None)),
            fourth: other.judged[fourth]._replace(leaf_hash=bytes(32)),
        }
        unlike = list(disagreements(h5.played, [one, replace(other, judged=judged)]))

        assert [(one.agency, one.expected, one.found) for one in unlike] == [
            ("miit", "admitted-late as copyright says", "admitted"),
            ("miit", "admitted as copyright says", "admitted, but with another leaf"),
        ]
