"""Worked examples of the thresholds, each on paper first: figures in fen and counts, days of the conduct."""

from datetime import date
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.ledger.story import law
from yisong.desk.screening import Figures, Period, Screening, screen
from yisong.rulebook.limits import Flag

THRESHOLDS = law().rulebook.thresholds
Subject = Literal["individual", "unit"]

SUMMER_2016 = Period(date(2016, 7, 18), date(2016, 7, 25))
MAY_2025 = Period(date(2025, 5, 6), date(2025, 5, 20))
EVERY_METRIC = ("gains_fen", "business_fen", "copies", "works", "clicks", "downloads", "members", "sales_fen")


def weigh(
    period: Period,
    *,
    subject: Subject | None = None,
    punished: int | None = None,
    suspicion: bool = False,
    elements: tuple[str, ...] = (),
    **values: int,
) -> Screening:
    figures = Figures(
        values=values, subject=subject, punished=punished, elements=frozenset(elements), suspicion=suspicion
    )
    return screen(THRESHOLDS, figures, period)


def hits(screening: Screening) -> list[str]:
    return [one.rule.id for one in screening.hits]


class TestWorkedExamples:
    def test_h1_is_far_above(self) -> None:
        """186,400 yuan, 1,260 novels and 3.1 million clicks in July 2016; no rule of 2025 is asked."""
        said = weigh(SUMMER_2016, gains_fen=18_640_000, works=1_260, clicks=3_100_000)

        assert said.flag == "RED"
        assert hits(said) == [
            "CT-2004-01", "CT-2004-04", "CT-2008-01", "CT-2008-02", "CT-2011-02", "CT-2011-03", "CT-2011-05",
        ]  # fmt: skip
        assert [one.rule.id for one in said.hits if one.level == "aggravated"] == [
            "CT-2004-01", "CT-2011-03", "CT-2011-05",
        ]  # fmt: skip

    def test_h5_is_above_half_in_one_measure_only(self) -> None:
        """31,000 clicks are 62 %, 120 works 24 %, 12,000 yuan 40 %: an explanation is owed, no referral."""
        said = weigh(SUMMER_2016, clicks=31_000, works=120, gains_fen=1_200_000)

        assert (said.flag, hits(said)) == ("AMBER", [])
        percents = {one.rule.id: one.percent for one in said.weighed}
        assert [percents[rule] for rule in ("CT-2011-03", "CT-2011-02", "CT-2004-01")] == [62, 24, 40]

    def test_two_halves_are_enough_since_2011(self) -> None:
        """250 works and 25,000 clicks: neither is enough, both together are (2011 opinion, item 13)."""
        assert hits(weigh(SUMMER_2016, works=250, clicks=25_000)) == ["CT-2011-05"]
        assert weigh(SUMMER_2016, works=250, clicks=24_999).flag == "AMBER"

    def test_two_halves_of_one_item_are_an_open_question_since_2025(self) -> None:
        """260 works and 6,000 downloads both stand in item (四): AMBER by default, RED if they count as two."""
        said = weigh(MAY_2025, works=260, downloads=6_000)

        assert (said.flag, said.otherwise, hits(said)) == ("AMBER", "RED", [])

    def test_two_halves_of_different_items_are_enough_since_2025(self) -> None:
        """250 copies (三) and 250 works (四)."""
        said = weigh(MAY_2025, copies=250, works=250)

        assert (said.flag, said.otherwise, hits(said)) == ("RED", None, ["CT-2025-06"])

    def test_gains_and_business_are_one_item_in_2025(self) -> None:
        """Both stand in item (一), so half of each is one half."""
        said = weigh(MAY_2025, gains_fen=1_600_000, business_fen=2_600_000)

        assert (said.flag, said.otherwise) == ("AMBER", "RED")

    @pytest.mark.parametrize(("punished", "gains", "flag"), [(1, 2_000_000, "RED"), (0, 2_000_000, "AMBER"),
                                                             (1, 1_999_999, "AMBER"), (1, 0, "AMBER")])  # fmt: skip
    def test_who_was_punished_within_two_years_reaches_a_lower_one(self, punished: int, gains: int, flag: Flag) -> None:
        """20,000 yuan instead of 30,000; and a repeat offender always asks for reasons."""
        assert weigh(MAY_2025, gains_fen=gains, punished=punished).flag == flag

    def test_clicks_count_by_the_older_and_the_newer_rule(self) -> None:
        """70,000 clicks: enough by the opinion of 2011, which nobody has seen repealed, and 70 % of 2025's 100,000."""
        said = weigh(Period(date(2025, 3, 1), date(2025, 5, 6)), clicks=70_000)

        assert hits(said) == ["CT-2011-03"]
        assert [one.rule.id for one in said.near if one.metric == "clicks"] == ["CT-2025-05c"]

    def test_conduct_across_a_change_is_weighed_by_every_rule_set_that_it_touches(self) -> None:
        """From March to May 2025, 40,000 yuan: the rule of 2004 until 25 April, that of 2025 from the 26th."""
        ids = {one.rule.id for one in weigh(Period(date(2025, 3, 1), date(2025, 5, 6)), gains_fen=4_000_000).hits}

        assert {"CT-2004-01", "CT-2025-01"} <= ids
        before = weigh(Period(date(2025, 3, 1), date(2025, 4, 25)), gains_fen=4_000_000)
        after = weigh(Period(date(2025, 4, 26), date(2025, 5, 6)), gains_fen=4_000_000)
        assert "CT-2025-01" not in hits(before)
        assert "CT-2004-01" not in hits(after)

    def test_a_unit_had_three_times_the_limit_until_2007(self) -> None:
        """60,000 yuan of a company in 2006: too little for a unit, twice the limit for a person."""
        year_2006 = Period(date(2006, 3, 1), date(2006, 9, 1))

        assert hits(weigh(year_2006, subject="individual", gains_fen=6_000_000)) == ["CT-2004-01"]
        assert hits(weigh(year_2006, subject="unit", gains_fen=6_000_000)) == []
        assert hits(weigh(year_2006, subject="unit", gains_fen=9_000_000)) == ["CT-2004-01"]
        beyond = Period(date(2006, 3, 1), date(2007, 4, 5))
        assert [one.threshold for one in weigh(beyond, subject="unit", gains_fen=6_000_000).hits] == [3_000_000]

    def test_before_2004_persons_and_units_had_limits_of_their_own(self) -> None:
        """60,000 yuan in 2000."""
        year_2000 = Period(date(2000, 1, 1), date(2000, 2, 1))

        assert hits(weigh(year_2000, subject="individual", gains_fen=6_000_000)) == ["CT-1998-01a"]
        assert weigh(year_2000, subject="unit", gains_fen=6_000_000, punished=0, business_fen=0).flag is None

    def test_copies_were_lowered_on_5_april_2007(self) -> None:
        """500 copies, on the day before and on the day."""
        day_before, day = date(2007, 4, 4), date(2007, 4, 5)

        assert hits(weigh(Period(day_before, day_before), copies=500, subject="individual")) == []
        assert hits(weigh(Period(day_before, day_before), copies=1_000, subject="individual")) == ["CT-2004-03"]
        assert hits(weigh(Period(day, day), copies=500)) == ["CT-2007-01"]

    def test_goods_unsold_ask_for_three_times_the_sales(self) -> None:
        """法释〔2025〕5号 art 14: 300,000 yuan of stock."""
        assert "CT-2025-08" in hits(weigh(MAY_2025, unsold_fen=30_000_000))
        assert "CT-2025-08" not in hits(weigh(MAY_2025, unsold_fen=29_999_999))

    def test_an_element_is_for_an_officer_to_find(self) -> None:
        """Circumvention tools: the rule is weighed only where an officer says that it is about them."""
        assert "CT-2025-07" not in hits(weigh(MAY_2025, gains_fen=4_000_000))
        assert "CT-2025-07" in hits(weigh(MAY_2025, gains_fen=4_000_000, elements=("CT-2025-07",)))


class TestFlags:
    def test_unknown_is_not_zero(self) -> None:
        """Nothing was measured: GREY, with the name of everything that is to be found out."""
        said = weigh(SUMMER_2016)

        assert said.flag == "GREY"
        assert {"gains_fen", "business_fen", "copies", "works", "clicks", "members"} <= set(said.unknown)
        assert "downloads" not in said.unknown, "no rule of 2016 asks for them"

    def test_low_figures_with_something_unknown_stay_grey(self) -> None:
        assert weigh(SUMMER_2016, works=3).flag == "GREY"

    def test_everything_known_and_low_raises_no_flag(self) -> None:
        low = Figures(values={"unsold_fen": 0, **dict.fromkeys(EVERY_METRIC, 1)}, punished=0)
        said = screen(THRESHOLDS, low, MAY_2025)

        assert (said.flag, said.unknown) == (None, ())

    def test_a_note_of_reasonable_suspicion_asks_for_reasons(self) -> None:
        """Decree 310 art 3 para 2."""
        assert weigh(SUMMER_2016, suspicion=True).flag == "AMBER"

    def test_the_cap_of_a_fine_is_no_threshold_of_crime(self) -> None:
        """AD-01 stands in the same file."""
        assert "AD-01" not in {one.rule.id for one in weigh(SUMMER_2016, business_fen=9_000_000).weighed}

    @given(
        values=st.dictionaries(st.sampled_from(EVERY_METRIC), st.integers(0, 40_000_000)),
        metric=st.sampled_from(EVERY_METRIC),
        more=st.integers(0, 40_000_000),
        period=st.sampled_from([SUMMER_2016, MAY_2025]),
    )
    def test_a_higher_figure_never_lowers_the_flag(
        self, values: dict[str, int], metric: str, more: int, period: Period
    ) -> None:
        """Whatever else was measured."""
        known = {**values, metric: values.get(metric, 0)}
        flags = [
            screen(THRESHOLDS, Figures(values=one), period).flag
            for one in (known, {**known, metric: known[metric] + more})
        ]
        order = [None, "GREY", "AMBER", "RED"]

        assert order.index(flags[1]) >= order.index(flags[0])
