"""Which reports does the calendar ask of copyright organs?"""

import pytest

from services.copyright.reports import Filed, Report, Span, owed, reports, years_of
from tests.unit.ledger.story import law
from yisong.publishing.instants import to_ms, to_text

DOCKET = "CRB-980000-2016-000000-U"


def due_in(region: str, year: int, timer: str) -> list[Report]:
    return [one for one in reports(law(), region, year) if one.timer.id == timer]


class TestReports:
    def test_of_a_month_are_due_on_the_fifth_of_the_next(self) -> None:
        """剑网2016: 甲省版权局 reports on July until 5 August 2016 and on April, over the weekend, until 5 May."""
        months = {one.period: one for one in due_in("980000", 2016, "T-RPT-M")}

        assert set(months) == {"2015-12", *(f"2016-{month:02}" for month in range(1, 12))}
        july = months["2016-07"]
        assert (july.organ, july.to, july.owed) == ("V98", "V00", ("PeriodicReportFiled:monthly",))
        assert to_text(july.opens_at) == "2016-08-01T00:00:00+08:00"
        assert to_text(july.ends.strict) == "2016-08-05T23:59:59.999+08:00"

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
        return [one.period for one in owed(law(), span) if one.timer.id == "T-RPT-M"]

    def test_is_a_report_once_its_month_is_over(self) -> None:
        assert self.periods("2016-08-01T00:00:00+08:00", "2016-08-31T23:59:59.999+08:00") == ["2016-07"]
        assert self.periods("2016-08-01T00:00:00+08:00", "2016-09-01T00:00:00+08:00") == ["2016-07", "2016-08"]

    def test_is_nothing_that_was_over_before_the_bus_began(self) -> None:
        """The last instant of 5 August counts, and the next does not."""
        assert self.periods("2016-08-05T23:59:59.999+08:00", "2016-08-20T00:00:00+08:00") == ["2016-07"]
        assert self.periods("2016-08-06T00:00:00+08:00", "2016-08-20T00:00:00+08:00") == []

    def test_years_are_those_of_china(self) -> None:
        """23:59 UTC of New Year's Eve is the new year in +08:00."""
        assert years_of(to_ms("2016-12-31T23:59:00+08:00"), to_ms("2016-12-31T23:59:00Z")) == range(2016, 2018)


class TestFiled:
    def filed(self, **instead: object) -> Filed:
        said: dict[str, object] = {
            "organ": "V98", "act": "PeriodicReportFiled:monthly", "period": "2016-07", "docket": DOCKET, "offset": 7,
            "log_time": 0, **instead,
        }  # fmt: skip
        return Filed(**said)  # type: ignore[arg-type]

    def test_is_the_report_of_its_organ_kind_and_period(self) -> None:
        july = next(one for one in due_in("980000", 2016, "T-RPT-M") if one.period == "2016-07")

        assert self.filed().is_on(july)
        assert not self.filed(period="2016-08").is_on(july)
        assert not self.filed(organ="V97").is_on(july)
        assert not self.filed(act="PeriodicReportFiled:adhoc").is_on(july)

    def test_of_a_year_may_name_a_part_of_it(self) -> None:
        """A plan on 2016 or on 2016-Q3 is the campaign's plan; where it can't be read its docket says the year."""
        (plan,) = due_in("980000", 2016, "T-RPT-PLAN")
        act = "PeriodicReportFiled:plan"

        assert self.filed(act=act, period="2016-Q3").is_on(plan)
        assert self.filed(act=act, period=None).is_on(plan)
        assert not self.filed(act=act, period="2017").is_on(plan)
