"""What cannot be drawn as it was asked for: every fault of it at once."""

from pathlib import Path

import pytest

from tests.unit.ledger.story import law
from yisong.plots.asked import Asked, faults, usual
from yisong.publishing.instants import to_ms
from yisong.statistics.scope import Scope, months_of, scope_of, year_of

COLUMNS = law().rulebook.catalogue.enums["stat_column"]


def wrong(asked: Asked) -> list[str]:
    """Return what is wrong with what is asked."""
    return list(faults(asked, COLUMNS))


@pytest.mark.parametrize("name", ["figures.png", "figures.svg", "FIGURES.SVG"])
def test_a_png_or_an_svg_is_written(tmp_path: Path, name: str) -> None:
    assert wrong(Asked("months", tmp_path / name, scope_of("2016-Q3"), ("cases_opened",))) == []


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    file = tmp_path / "nowhere" / "figures.pdf"
    columns = ("cases", "training_sessions", "fine_fen")

    found = wrong(Asked("months", file, scope_of("2016-08"), columns, 1, at_vector=True, besides=("--json", "--by")))

    for fault in (
        "ends neither in .png nor in .svg",
        "there is no folder",
        "a month has no months",
        "cases is no column of the form",
        "no event carries training_sessions",
        "a frozen version has no months",
        "--json says nothing",
        "--by says nothing",
    ):
        assert len([one for one in found if fault in one]) == 1
    assert len(found) == 8


@pytest.mark.parametrize("kind", ["clocks", "ageing"])
def test_what_is_of_the_trail_needs_no_scope_and_has_no_columns_versions_or_vectors(tmp_path: Path, kind: str) -> None:
    asked = Asked("clocks" if kind == "clocks" else "ageing", tmp_path / "a.png", Scope())

    assert wrong(asked) == []
    assert [one.split(" ")[0] for one in wrong(asked._replace(columns=("rewards",), at_vector=True))] == [
        "--column",
        kind,
    ]


def test_figures_are_of_something(tmp_path: Path) -> None:
    assert "nothing says of what the provinces are" in wrong(Asked("provinces", tmp_path / "a.png", Scope()))[0]


def test_a_scope_that_is_wrong_already_is_not_blamed_twice(tmp_path: Path) -> None:
    asked = Asked("months", tmp_path / "a.txt", Scope(), wrong=("--month '2016-13' is no month",))

    assert [one.split(" ")[0] for one in wrong(asked)] == ["a.txt", "--month"]


def test_a_frozen_version_is_drawn_as_it_is(tmp_path: Path) -> None:
    asked = Asked("provinces", tmp_path / "a.png", scope_of("2016-Q3"), version=1)

    assert usual(asked.scope, frozen=True) == "provinces"
    assert wrong(asked) == []
    assert wrong(asked._replace(at_vector=True)) == [
        "a frozen version is drawn as it is: --version or --vector, not both"
    ]


def test_of_a_year_nothing_is_frozen(tmp_path: Path) -> None:
    assert wrong(Asked("provinces", tmp_path / "a.png", year_of("2016"), version=1)) == [
        "of a year nothing is frozen, so that it has no --version"
    ]


def test_one_month_is_compared_by_province_everything_else_by_month() -> None:
    scopes = [scope_of("2016-08"), scope_of("2016-08", "JW2016"), scope_of("2016-Q3"), scope_of(campaign="JW2016")]

    assert [usual(one) for one in (*scopes, year_of("2016"))] == ["provinces"] * 2 + ["months"] * 3


class TestMonthsOf:
    def test_a_year_has_twelve_in_the_time_of_beijing(self) -> None:
        year = year_of("2016", "JW2016")

        found = months_of(year.first or 0, year.end or 0, "JW2016")

        assert [one.period for one in found] == [f"2016-{month:02}" for month in range(1, 13)]
        assert found[7] == scope_of("2016-08", "JW2016")

    def test_a_campaign_crosses_the_year_and_ends_with_the_month_of_its_last_instant(self) -> None:
        first, last = to_ms("2016-11-30T23:59:59.999+08:00"), to_ms("2017-01-01T00:00:00+08:00")

        assert [one.period for one in months_of(first, last)] == ["2016-11", "2016-12"]
        assert [one.period for one in months_of(first, last + 1)] == ["2016-11", "2016-12", "2017-01"]

    @pytest.mark.parametrize("text", ["16", "2016-08", "1999", "20166"])
    def test_what_is_no_year_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match=text):
            year_of(text)

    def test_nothing_is_filed_on_a_year(self) -> None:
        assert year_of("2016").variants == ()
