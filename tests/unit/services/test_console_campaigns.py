"""Where do phases stand on their axis, and how is the calendar of reports laid out? By numbers, without a screen."""

from datetime import date
from itertools import pairwise

from services.gateway.console.phase_axis import axis
from services.gateway.console.report_grid import LOOKS, ROLLED, counts, grid
from services.gateway.console.texts import LANGUAGES, texts
from tests.unit.campaigns.announced import DOCKET, JW2016, filed, phase
from tests.unit.ledger.story import law
from yisong.campaigns.phases import Campaign, Phase, campaigns
from yisong.campaigns.reports import Span
from yisong.campaigns.standing import STATES, Calendar, Filed, State, calendar
from yisong.publishing.instants import to_ms

LATER = to_ms("2017-01-31T00:00:00+08:00")


def campaign(*phases: Phase) -> Campaign:
    return campaigns(phases, law())["JW2016"]


def wave(starts: str, ends: str | None, **more: str) -> Phase:
    return phase(starts, ends, kind="wave", name=f"{starts}起", **more)


class TestAxis:
    def test_stands_each_phase_on_its_days_within_the_months_of_all(self) -> None:
        """A day is as wide as any other: 集中整治 has 92 of 153 days, and begins where 1 August is marked."""
        drawn = axis(campaign(phase("2016-07-01", "2016-11-30"), wave("2016-08-01", "2016-10-31")), today=None)

        whole, inside = (one.stretches for one in drawn.bars)
        assert [one.style for one in (*whole, *inside)] == ["ax-whole", "ax-phase"]
        assert round(inside[0].width / whole[0].width, 2) == round(92 / 153, 2)
        assert inside[0].x == next(one.x for one in drawn.ticks if one.day == date(2016, 8, 1))
        assert [one.day.month for one in drawn.ticks] == [7, 8, 9, 10, 11]

    def test_hatches_what_a_month_means_beside_the_days_that_are_stated(self) -> None:
        drawn = axis(campaign(wave("2006-10-05", "2007-01-10", precision="season")), today=None)

        ((before, stated, after),) = (one.stretches for one in drawn.bars)
        assert [one.style for one in (before, stated, after)] == ["ax-wide", "ax-phase", "ax-wide"]
        assert all(round(one.x + one.width, 0) == round(other.x, 0) for one, other in pairwise((before, stated, after)))

    def test_lets_what_has_no_end_run_to_the_edge(self) -> None:
        (bar,) = axis(campaign(phase("2016-07-01", None)), today=None).bars

        assert bar.open
        assert (
            bar.stretches[-1].x + bar.stretches[-1].width
            > axis(campaign(phase("2016-07-01", None)), today=None).width - 16
        )

    def test_marks_today_only_where_it_lies_within(self) -> None:
        one = campaign(phase("2016-07-01", "2016-11-30"))

        within, after = (axis(one, today=date(*day)) for day in ((2016, 9, 15), (2017, 1, 1)))
        assert within.now is not None and after.now is None and axis(one, today=None).now is None  # noqa: PT018

    def test_of_many_years_names_no_more_months_than_there_is_room_for(self) -> None:
        drawn = axis(campaign(phase("2004-01-01", "2016-12-31")), today=None)

        named = [one.x for one in drawn.ticks if one.named]
        assert drawn.width == 1380
        assert min(later - earlier for earlier, later in pairwise(named)) > 28


def found(*said: Filed, region: str = "980000") -> Calendar:
    return calendar(law(), [Span(region, 2016, 0, LATER)], JW2016, said)


class TestGrid:
    def test_has_a_row_for_each_organ_and_a_column_for_each_report_by_its_day(self) -> None:
        both = (*found().standings, *found(region="970000").standings)
        laid = grid(both, law(), most=10)

        assert [row.organ for row in laid.rows] == ["V97", "V98"]
        assert [one.strict for one in laid.columns] == sorted(one.strict for one in laid.columns)
        assert {len(row.cells) for row in laid.rows} == {len(laid.columns)}
        assert sum(cell is not None for row in laid.rows for cell in row.cells) == len(both)

    def test_says_of_each_report_in_a_word_and_a_mark_what_has_become_of_it(self) -> None:
        september = filed("2016-10-07T10:00:00+08:00", period="2016-09")
        laid = grid(found(filed(), september).standings, law(), most=10)

        cells = {
            one.standing.report.period: (one.word, one.look, one.mark)
            for one in laid.rows[0].cells
            if one is not None and one.standing.report.timer.id == "T-RPT-M"
        }
        assert cells["2016-07"] == ("filed", "ok", "ok")
        assert cells["2016-08"] == ("missing", "late", "ne")
        assert cells["2016-09"] == ("filed_rolled", *ROLLED)
        assert counts(found(filed(), september).standings)["filed"] == 2

    def test_goes_on_behind_the_organ_that_was_shown_last(self) -> None:
        both = (*found().standings, *found(region="970000").standings)
        first = grid(both, law(), most=1)
        second = grid(both, law(), after=first.more, most=1)

        assert ([row.organ for row in first.rows], first.more) == (["V97"], "V97")
        assert ([row.organ for row in second.rows], second.more) == (["V98"], "")

    def test_every_state_has_a_mark_of_its_own_and_a_word_in_both_languages(self) -> None:
        marks = [*LOOKS.values(), ROLLED]
        assert set(LOOKS) == set(STATES)
        assert len({mark for _, mark in marks}) == len(marks)
        for language in LANGUAGES:
            words = [texts(language)(f"reports.state_{one}") for one in (*STATES, "filed_rolled")]
            assert len(set(words)) == len(words)


class TestNarrowing:
    def test_to_a_period_takes_the_months_of_a_year_and_what_may_be_on_it(self) -> None:
        self_check = filed(act="PeriodicReportFiled:self_check", period="2016-07")
        unread = filed(act="PeriodicReportFiled:self_check", period=None, docket=DOCKET, offset=8)
        whole = found(self_check, unread)

        assert {one.report.period for one in whole.only(period="2016-08").standings} == {"2016-08"}
        of_the_year = whole.only(period="2016")
        assert {one.report.period for one in {*whole.standings} - {*of_the_year.standings}} == {"2015-Q4"}
        assert of_the_year.unasked == whole.unasked
        assert whole.only(period="2016-07").unasked == (self_check, unread)
        assert whole.only(period="2015").unasked == ()

    def test_to_a_state_leaves_out_what_nobody_asked_for(self) -> None:
        whole = found(filed(), filed(act="PeriodicReportFiled:self_check"))
        states: tuple[State, ...] = ("filed",)
        narrowed = whole.only(states=states)

        assert [one.report.period for one in narrowed.standings] == ["2016-07"]
        assert (len(whole.unasked), narrowed.unasked) == (1, ())
