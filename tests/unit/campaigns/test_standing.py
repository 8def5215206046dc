"""What has become of the reports that the calendar asks for?"""

import pytest

from tests.unit.campaigns.announced import JW2016, filed
from tests.unit.ledger.story import law
from yisong.campaigns.phases import Focus
from yisong.campaigns.reports import Report, Span, reports
from yisong.campaigns.standing import Calendar, Filed, calendar, standing
from yisong.publishing.instants import to_ms

LATER = to_ms("2017-01-31T00:00:00+08:00")


def asked(timer: str, period: str) -> Report:
    found = reports(law(), "980000", 2016, JW2016)
    return next(one for one in found if (one.timer.id, one.period) == (timer, period))


def state(timer: str, period: str, *said: Filed, as_of: int | None = LATER) -> str:
    return standing(asked(timer, period), said, as_of=as_of).state


class TestFiled:
    def test_is_the_report_of_its_organ_kind_and_period(self) -> None:
        july = asked("T-RPT-M", "2016-07")

        assert filed().is_on(july)
        assert not filed(period="2016-08").is_on(july)
        assert not filed(organ="V97").is_on(july)
        assert not filed(act="PeriodicReportFiled:adhoc").is_on(july)

    def test_of_a_year_may_name_a_part_of_it(self) -> None:
        """A plan on 2016 or on 2016-Q3 is the campaign's plan; where it can't be read its docket says the year."""
        plan, act = asked("T-RPT-PLAN", "2016"), "PeriodicReportFiled:plan"

        assert filed(act=act, period="2016-Q3").is_on(plan)
        assert filed(act=act, period=None).is_on(plan)
        assert not filed(act=act, period="2017").is_on(plan)

    def test_for_another_campaign_is_not_the_report_of_this_one(self) -> None:
        plan, act = asked("T-RPT-PLAN", "2016"), "PeriodicReportFiled:plan"

        assert filed(act=act, period="2016", campaign="JW2016").is_on(plan)
        assert not filed(act=act, period="2016", campaign="XX2016").is_on(plan)

    @pytest.mark.parametrize(("areas", "wrong"), [(2, True), (3, False), (4, False), (5, True)])
    def test_plan_with_another_number_of_focus_areas_than_three_or_four_is_warned_of(
        self, areas: int, *, wrong: bool
    ) -> None:
        focus = tuple(Focus("crack_down", str(n), None, None, None) for n in range(areas))

        assert filed(act="PeriodicReportFiled:plan", focus=focus).few_or_many is wrong
        assert not filed(act="PeriodicReportFiled:monthly", focus=focus).few_or_many


class TestStanding:
    def test_is_filed_up_to_the_last_instant_of_the_rolled_day_and_late_after_it(self) -> None:
        """September's is due on 5 October, rolled over National Day to the 8th."""
        september = {"period": "2016-09"}

        assert state("T-RPT-M", "2016-09", filed("2016-10-08T23:59:59.999+08:00", **september)) == "filed"
        assert state("T-RPT-M", "2016-09", filed("2016-10-09T00:00:00+08:00", **september)) == "late"

    def test_on_the_rolled_reading_only_says_so(self) -> None:
        report = asked("T-RPT-M", "2016-09")
        on_strict = standing(report, [filed("2016-10-05T10:00:00+08:00", period="2016-09")], as_of=LATER)
        on_rolled = standing(report, [filed("2016-10-06T10:00:00+08:00", period="2016-09")], as_of=LATER)

        assert (on_strict.rolled, on_rolled.rolled) == (False, True)

    def test_is_missing_once_its_rolled_day_is_over(self) -> None:
        assert state("T-RPT-M", "2016-07", as_of=to_ms("2016-08-05T23:59:59.999+08:00")) == "not_yet_due"
        assert state("T-RPT-M", "2016-07", as_of=to_ms("2016-08-06T00:00:00+08:00")) == "missing"

    def test_a_report_that_cannot_be_read_here_is_neither_missing_nor_any_month(self) -> None:
        assert state("T-RPT-M", "2016-07", filed(period=None)) == "not_readable"
        assert state("T-RPT-M", "2016-08", filed(period=None)) == "missing"  # filed before August was over

    def test_where_nothing_was_ever_said_nobody_can_say(self) -> None:
        assert state("T-RPT-M", "2016-07", as_of=None) == "not_begun"

    def test_the_first_version_counts_and_later_ones_are_shown(self) -> None:
        first, second = filed(version=1), filed("2016-08-20T10:00:00+08:00", version=2)
        found = standing(asked("T-RPT-M", "2016-07"), [first, second], as_of=LATER)

        assert (found.state, found.by, found.later) == ("filed", first, (second,))


class TestCalendar:
    def seen(self, *said: Filed) -> Calendar:
        return calendar(law(), [Span("980000", 2016, 0, LATER)], JW2016, said)

    def test_one_plan_answers_both_dates_that_ask_for_it(self) -> None:
        plan = filed("2016-07-04T10:00:00+08:00", act="PeriodicReportFiled:plan", period="2016")
        found = {one.report.timer.id: one.state for one in self.seen(plan).standings if one.by == plan}

        assert found == {"T-RPT-PLAN": "late", "T-RPT-PLAN2": "filed"}

    def test_what_nothing_asks_for_is_listed_apart(self) -> None:
        """The campaign ended in November: a report on December is filed, and nobody asked."""
        december = filed("2017-01-05T10:02:00+08:00", period="2016-12")

        assert self.seen(filed(), december).unasked == (december,)

    def test_a_later_version_of_what_was_asked_for_is_not_listed_apart(self) -> None:
        assert self.seen(filed(version=1), filed("2016-08-20T10:00:00+08:00", version=2)).unasked == ()

    def test_goes_by_the_dates_on_which_reports_are_due(self) -> None:
        strict = [one.report.ends.strict for one in self.seen().standings]

        assert strict == sorted(strict)
