"""Phases of campaigns overlap, are exact to a day, a month or a season, and cross the year."""

from datetime import date

from tests.unit.campaigns.announced import phase
from tests.unit.ledger.story import law
from yisong.campaigns.phases import Campaign, Phase, campaigns, months


def sunshine(name: str, starts_on: str, ends_on: str | None, precision: str = "month", **instead: object) -> Phase:
    """Return a wave of 阳光行动 2006, which was never announced as a whole."""
    return phase(
        starts_on, ends_on, campaign="YG2006", kind="wave", name=name, precision=precision, series_no=None, **instead
    )


def campaign(*phases: Phase) -> Campaign:
    (found,) = campaigns(phases, law()).values()
    return found


class TestPhase:
    def test_that_is_exact_to_the_month_means_whole_months(self) -> None:
        """阳光3号, 国庆、新年期间: October 2006 to January 2007."""
        third = sunshine("阳光3号", "2006-10-07", "2007-01-03")

        assert third.window == (date(2006, 10, 1), date(2007, 1, 31))
        assert third.crosses_years
        assert third.covers(date(2007, 1, 31))
        assert not third.covers(date(2007, 2, 1))

    def test_that_is_seasonal_does_so_too_and_one_that_is_exact_to_the_day_does_not(self) -> None:
        assert sunshine("阳光2号", "2006-07-10", "2006-08-20", "season").window == (date(2006, 7, 1), date(2006, 8, 31))
        assert sunshine("阳光2号", "2006-07-10", "2006-08-20", "day").window == (date(2006, 7, 10), date(2006, 8, 20))

    def test_ends_in_february_with_its_last_day(self) -> None:
        assert sunshine("春节", "2008-02-03", "2008-02-03").window == (date(2008, 2, 1), date(2008, 2, 29))

    def test_overlaps_another_that_shares_a_day_with_it(self) -> None:
        first, second = sunshine("1", "2006-03-01", "2006-05-01"), sunshine("2", "2006-05-31", None, "day")

        assert first.overlaps(second)
        assert second.overlaps(first)
        assert not sunshine("1", "2006-03-01", "2006-04-30").overlaps(second)

    def test_overlaps_nothing_where_it_is_the_campaign_itself(self) -> None:
        assert not phase("2016-07-01", "2016-11-30").overlaps(phase("2016-08-01", "2016-10-31", kind="enforcement"))


class TestCampaign:
    def test_has_the_window_of_its_whole_whatever_its_phases_say(self) -> None:
        found = campaign(phase("2016-08-01", "2016-12-31", kind="enforcement"), phase("2016-07-01", "2016-11-30"))

        assert found.window == (date(2016, 7, 1), date(2016, 11, 30))
        assert found.lead.kind == "whole"

    def test_without_a_whole_has_that_of_all_its_phases_and_is_open_where_one_is(self) -> None:
        waves = sunshine("1", "2006-03-01", "2006-05-01"), sunshine("3", "2006-10-01", "2007-01-03")

        assert campaign(*waves).window == (date(2006, 3, 1), date(2007, 1, 31))
        assert campaign(*waves, sunshine("4", "2006-06-01", None)).window == (date(2006, 3, 1), None)

    def test_is_in_several_phases_at_once_or_in_none(self) -> None:
        found = campaign(sunshine("1", "2006-03-01", "2006-05-01"), sunshine("2", "2006-05-01", "2006-06-30"))

        assert [one.name for one in found.phases_on(date(2006, 5, 15))] == ["1", "2"]
        assert found.phases_on(date(2006, 9, 1)) == ()

    def test_a_phase_announced_anew_takes_the_place_of_itself(self) -> None:
        """The campaign is prolonged to the end of the year."""
        before = phase("2016-07-01", "2016-11-30")
        found = campaign(phase("2016-07-01", "2016-12-31", log_time=before.log_time + 1), before)

        assert [(one.ends_on, one.changes) for one in found.phases] == [(date(2016, 12, 31), 1)]

    def test_of_a_province_does_not_move_that_of_the_ministry(self) -> None:
        local = phase("2016-06-25", "2016-10-31", organ="V98", log_time=0)

        assert campaign(local, phase("2016-07-01", "2016-11-30")).window == (date(2016, 7, 1), date(2016, 11, 30))

    def test_runs_in_each_month_of_which_it_has_a_day(self) -> None:
        found = campaign(phase("2016-11-30", "2017-01-01"))

        assert [f"{one:%Y-%m}" for one in months(found, until=date(2030, 1, 1))] == ["2016-11", "2016-12", "2017-01"]
        assert [found.asks_for_month(date(*at, 15)) for at in ((2016, 10), (2016, 11), (2017, 1), (2017, 2))] == [
            False, True, True, False,
        ]  # fmt: skip
