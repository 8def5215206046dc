"""Does a chart say what its figures say, and nothing else?"""

from services.gateway.console.charts import WIDTH, Bar, bars, by_month, by_province
from services.gateway.console.names import Names
from services.gateway.console.texts import texts
from tests.unit.ledger.story import law
from yisong.plots.figures import Month
from yisong.plots.picture import Missing
from yisong.statistics.figures import Figure

NAMES = Names(law(), texts("zh"))


def figure(
    column: str, value: int | None, *, key: str = "", grain: str | None = None, unit: str | None = None
) -> Figure:
    unread = 1 if value is None else 0
    return Figure(column, unit, key, grain, value, unread, 0, 0)


def test_bars_are_on_the_scale_of_the_longest_and_what_cannot_be_read_is_no_0() -> None:
    assert bars([("a", 4), ("b", 1), ("c", 0), ("d", Missing.UNREAD), ("e", Missing.NOT_YET)]) == (
        Bar("a", 4, WIDTH, "known"),
        Bar("b", 1, WIDTH / 4, "known"),
        Bar("c", 0, 0.0, "known"),
        Bar("d", None, WIDTH, "unread"),
        Bar("e", None, 0.0, "not-yet"),
    )


def test_a_figure_beside_a_much_larger_one_can_still_be_seen() -> None:
    assert [one.width for one in bars([("a", 10**9), ("b", 1)])] == [WIDTH, 1.0]


def test_months_stand_in_their_order_each_with_its_figure() -> None:
    months = [
        Month("2016-07", (figure("fine_fen", 3),)),
        Month("2016-08", (figure("fine_fen", None),)),
        Month("2016-09", (figure("fine_fen", 0),), begun=False),
    ]

    (chart,) = by_month(months, "fine_fen", NAMES)

    assert [(one.label, one.value, one.look) for one in chart.bars] == [
        ("2016-07", 3, "known"), ("2016-08", None, "unread"), ("2016-09", None, "not-yet"),
    ]  # fmt: skip
    assert chart.has_unread


def test_every_unit_has_a_chart_of_its_own() -> None:
    months = [Month("2016-07", (figure("items_seized", 3, unit="disc"), figure("items_seized", 4, unit="tape")))]

    assert [one.bars[0].value for one in by_month(months, "items_seized", NAMES)] == [3, 4]


def test_sites_stand_by_who_decided_and_by_who_gives_access() -> None:
    shown = [
        figure("sites_suspended", 1, key="970000", grain="decision"),
        figure("sites_suspended", 1, key="960000", grain="access"),
    ]

    decided, access = by_province(shown, "sites_suspended", NAMES)

    assert (decided.grain, access.grain) == ("决定地", "接入地")
    assert {one.label: one.value for one in decided.bars if one.value} == {"示例乙省": 1}
    assert {one.label: one.value for one in access.bars if one.value} == {"示例丙省": 1}
