"""What months and provinces show: the figures as they were counted, and what cannot be counted said so."""

from tests.unit.ledger.story import law
from tests.unit.plots.telling import SOURCE, figure, said, shown
from yisong.plots.figures import Month, months, provinces
from yisong.plots.picture import EVERYTHING, Missing, Source


class TestMonths:
    def test_a_month_in_which_nothing_happened_stands_as_0_between_the_others(self) -> None:
        found = [
            Month("2016-07", (figure("cases_opened", 1),)),
            Month("2016-08", (figure("cases_opened", 0),)),
            Month("2016-09", ()),
            Month("2016-10", (figure("cases_opened", 4),)),
        ]

        picture = months(found, ("cases_opened",), law(), SOURCE)

        assert picture.labels == ("2016-07", "2016-08", "2016-09", "2016-10")
        assert shown(picture, "cases_opened") == {"": (1, 0, 0, 4)}
        assert picture.panels[0].title == "cases_opened 行政立案"

    def test_a_month_that_the_log_has_not_come_to_is_no_0(self) -> None:
        found = [Month(f"2016-{month}", (figure("rewards", 0),), begun=month == "07") for month in ("07", "08", "09")]

        picture = months(found, ("rewards",), law(), SOURCE)

        assert shown(picture, "rewards") == {"": (0, Missing.NOT_YET, Missing.NOT_YET)}
        assert said(picture.caption, "not yet").endswith("2016-08 to 2016-09")

    def test_what_cannot_be_read_is_no_0_and_not_the_sum_of_the_others_either(self) -> None:
        """Two events of September are closed to this line; a third, of 3,000,000 fen, is not."""
        closed = figure("fine_fen", None, unread=2)._replace(read=3_000_000)
        found = [Month("2016-08", (figure("fine_fen", 0),)), Month("2016-09", (closed,))]

        picture = months(found, ("fine_fen",), law(), SOURCE)

        assert shown(picture, "fine_fen") == {"": (0, Missing.UNREAD)}
        assert "2016-09 fine_fen (2)" in said(picture.caption, "not readable here")

    def test_each_unit_has_a_panel_and_what_cannot_be_read_may_be_of_any(self) -> None:
        found = [
            Month("2016-10", (figure("items_seized", 40, unit="tape"), figure("items_seized", 3, unit="disc"))),
            Month("2016-11", (figure("items_seized", 5, unit="tape"), figure("items_seized", None, unread=1))),
            Month("2016-12", (figure("items_seized", 0),)),
        ]

        picture = months(found, ("items_seized",), law(), SOURCE)

        assert [one.title for one in picture.panels] == ["items_seized 收缴 (disc 张)", "items_seized 收缴 (tape 盘)"]
        assert shown(picture, "items_seized 收缴 (disc") == {"": (3, Missing.UNREAD, 0)}
        assert shown(picture, "items_seized 收缴 (tape") == {"": (40, Missing.UNREAD, 0)}

    def test_amounts_that_are_not_known_are_said_and_in_no_figure(self) -> None:
        found = [Month("2016-09", (figure("amount_involved_fen", 6_200_000, unknown=1),))]

        picture = months(found, ("amount_involved_fen",), law(), SOURCE)

        assert shown(picture, "amount_involved_fen") == {"": (6_200_000,)}
        assert said(picture.caption, "not known").startswith("1 event")

    def test_of_many_that_cannot_be_read_six_are_named_and_the_rest_counted(self) -> None:
        found = [Month(f"2016-{n:02}", (figure("fine_fen", None, unread=1),)) for n in range(1, 9)]

        line = said(months(found, ("fine_fen",), law(), SOURCE).caption, "not readable here")

        assert "2016-06 fine_fen (1)" in line
        assert "2016-07" not in line
        assert line.endswith("… and 2 more")


class TestProvinces:
    def test_they_stand_in_the_order_of_their_codes_those_without_a_case_too(self) -> None:
        found = [figure("cases_opened", 2, "980000"), figure("cases_opened", 3, "970000")]

        picture = provinces(found, ("cases_opened",), law(), SOURCE)

        assert picture.labels == ("960000 示例丙省", "970000 示例乙省", "980000 示例甲省")
        assert shown(picture, "cases_opened") == {"": (0, 3, 2)}

    def test_the_nation_comes_first_where_it_has_a_figure_and_what_is_unknown_last(self) -> None:
        found = [
            figure("sites_closed", 1, "unknown", grain="access"),
            figure("sites_closed", 1, "000000", grain="decision"),
        ]

        picture = provinces(found, ("sites_closed",), law(), SOURCE)

        assert (picture.labels[0], picture.labels[-1]) == ("000000 示例全国", "unknown 不明")

    def test_sites_count_for_who_decided_and_apart_for_who_gives_access(self) -> None:
        """H4: T97 decided, T96 gives access."""
        found = [
            figure("sites_suspended", 1, "970000", grain="decision"),
            figure("sites_suspended", 1, "960000", grain="access"),
        ]

        picture = provinces(found, ("sites_suspended",), law(), SOURCE)

        assert shown(picture, "sites_suspended") == {"decided": (0, 1, 0), "access": (1, 0, 0)}

    def test_a_province_that_cannot_be_read_is_no_0_and_leaves_the_others_as_they_are(self) -> None:
        found = [figure("fine_fen", 13_000_000, "970000"), figure("fine_fen", None, "980000", unread=1)]

        picture = provinces(found, ("fine_fen",), law(), SOURCE)

        assert shown(picture, "fine_fen") == {"": (0, 13_000_000, Missing.UNREAD)}
        assert "980000 fine_fen (1)" in said(picture.caption, "not readable here")

    def test_several_columns_stand_over_the_same_provinces(self) -> None:
        found = [figure("rewards", 1, "000000"), figure("cases_opened", 2, "980000")]

        picture = provinces(found, ("cases_opened", "rewards"), law(), SOURCE)

        assert shown(picture, "cases_opened") == {"": (0, 0, 0, 2)}
        assert shown(picture, "rewards") == {"": (1, 0, 0, 0)}


class TestCaption:
    def test_says_node_vector_and_rulebook_so_that_anybody_can_ask_for_the_figures_again(self) -> None:
        assert list(SOURCE.said()) == [
            "2016-H2 · node 节点 miit · rulebook 规则 1 (ab12cd34ab12)",
            '19 records, vector 位置 {"0": 12, "1": 7}',
        ]

    def test_names_the_frozen_version(self) -> None:
        assert next(SOURCE._replace(version=2).said()).endswith("· frozen version 固定 2")

    def test_says_that_it_is_of_everything_where_nothing_is_named(self) -> None:
        assert next(Source("", "cac", {}, (1, "")).said()).startswith(EVERYTHING)
