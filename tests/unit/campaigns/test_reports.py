"""Which reports does the calendar ask of copyright organs?"""

from collections.abc import Mapping

import pytest

from tests.unit.campaigns.announced import JW2016, announced
from tests.unit.ledger.story import law
from yisong.campaigns.phases import Campaign
from yisong.campaigns.reports import Report, Span, campaign_of, owed, reports, years_of
from yisong.publishing.instants import to_ms, to_text


def due_in(region: str, year: int, timer: str, campaigns: Mapping[str, Campaign] = JW2016) -> list[Report]:
    return [one for one in reports(law(), region, year, campaigns) if one.timer.id == timer]


class TestReports:
    def test_of_a_month_are_due_on_the_fifth_of_the_next(self) -> None:
        """剑网2016, July to November: 甲省版权局 reports on July until 5 August 2016; on no other month."""
        months = {one.period: one for one in due_in("980000", 2016, "T-RPT-M")}

        assert set(months) == {f"2016-{month:02}" for month in range(7, 12)}
        assert due_in("980000", 2017, "T-RPT-M") == []
        july = months["2016-07"]
        assert (july.organ, july.to, july.owed) == ("V98", "V00", ("PeriodicReportFiled:monthly",))
        assert to_text(july.opens_at) == "2016-08-01T00:00:00+08:00"
        assert to_text(july.ends.strict) == "2016-08-05T23:59:59.999+08:00"

    def test_of_a_month_are_asked_for_while_the_campaign_runs_and_not_before_it_is_announced(self) -> None:
        """One that crosses the year, until 15 January 2017, is reported on in January and February, too."""
        longer = announced("2016-12-01", "2017-01-15")

        assert due_in("980000", 2016, "T-RPT-M", {}) == []
        assert [one.period for one in due_in("980000", 2017, "T-RPT-M", longer)] == ["2016-12", "2017-01"]

    def test_of_a_campaign_are_those_whose_source_is_its_notice(self) -> None:
        of = {one.id: campaign_of(one) for one in law().timers.values() if one.report is not None}

        assert of.pop("T-RPT-Q") is None
        assert of.pop("T-RPT-AP") is None
        assert set(of.values()) == {"JW2016"}
        assert campaign_of(law().timers["T-JS-RPT"]) is None

    def test_roll_over_the_holidays_that_were_known(self) -> None:
        """September's is due within National Day: strictly on 5 October, rolled to Saturday the 8th, a make-up day."""
        (september,) = (one for one in due_in("980000", 2016, "T-RPT-M") if one.period == "2016-09")

        assert to_text(september.ends.strict) == "2016-10-05T23:59:59.999+08:00"
        assert to_text(september.ends.rolled) == "2016-10-08T23:59:59.999+08:00"

    @pytest.mark.parametrize(
        ("timer", "strict", "rolled"),
        [
            ("T-RPT-PLAN", "2016-06-29", "2016-06-29"),
            ("T-RPT-PUB", "2016-07-15", "2016-07-15"),
            ("T-RPT-SUM", "2016-12-09", "2016-12-12"),
        ],
    )
    def test_of_the_campaign_are_due_on_its_dates(self, timer: str, strict: str, rolled: str) -> None:
        """12月10日前 is the 9th without the day; with it the 10th, a Saturday, which rolls to Monday."""
        (one,) = due_in("980000", 2016, timer)

        assert to_text(one.ends.strict).startswith(strict)
        assert to_text(one.ends.rolled).startswith(rolled)
        assert due_in("980000", 2017, timer) == []

    def test_of_a_quarter_go_one_level_up(self) -> None:
        """按季度向上一级: a city reports to its province, a province to the ministry, and the ministry to nobody."""
        in_city = due_in("980100", 2017, "T-RPT-Q")
        (city,) = (one for one in in_city if one.period == "2016-Q4" and one.organ == "V9801")
        (province,) = (one for one in due_in("980000", 2017, "T-RPT-Q") if one.period == "2016-Q4")

        assert (city.to, province.to) == ("V98", "V00")
        assert due_in("000000", 2017, "T-RPT-Q") == []

    def test_of_a_year_are_due_at_the_end_of_march(self) -> None:
        (plan,) = due_in("980000", 2017, "T-RPT-AP")

        assert (plan.period, to_text(plan.ends.strict)) == ("2017", "2017-03-31T23:59:59.999+08:00")


class TestOwed:
    def periods(self, since: str, as_of: str) -> list[str]:
        span = Span("980000", 2016, to_ms(since), to_ms(as_of))
        return [one.period for one in owed(law(), span, JW2016) if one.timer.id == "T-RPT-M"]

    def test_is_a_report_once_its_month_is_over(self) -> None:
        assert self.periods("2016-08-01T00:00:00+08:00", "2016-08-31T23:59:59.999+08:00") == ["2016-07"]
        assert self.periods("2016-08-01T00:00:00+08:00", "2016-09-01T00:00:00+08:00") == ["2016-07", "2016-08"]

    def test_is_nothing_that_was_over_before_the_bus_began(self) -> None:
        """The last instant of 5 August counts, and the next does not."""
        assert self.periods("2016-08-05T23:59:59.999+08:00", "2016-08-20T00:00:00+08:00") == ["2016-07"]
        assert self.periods("2016-08-06T00:00:00+08:00", "2016-08-20T00:00:00+08:00") == []

    def test_is_nothing_where_nobody_can_say_how_late_it_is(self) -> None:
        assert owed(law(), Span("980000", 2016, 0, None), JW2016) == ()

    def test_years_are_those_of_china(self) -> None:
        """23:59 UTC of New Year's Eve is the new year in +08:00."""
        assert years_of(to_ms("2016-12-31T23:59:00+08:00"), to_ms("2016-12-31T23:59:00Z")) == range(2016, 2018)
