"""Who was rewarded, and which plans have come in?"""

from typing import Any

import pytest

from tests.unit.registers.saying import said
from yisong.audit.acts import Act
from yisong.registers.catalogue import register
from yisong.registers.rewards_and_plans import plans, rewards


def plan(areas: int, variant: str = "plan", *, version: int = 1, **more: Any) -> Act:
    focus = [{"stance": "crack_down", "region": "980100"}] * areas
    body = {"period": "2016", "report_version": version, "focus": focus, "duties": [{"org": "V98", "task": "查"}]}
    return said("PeriodicReportFiled", body, variant=variant, to=("V00",), **more)


@pytest.mark.parametrize("areas", [0, 2, 5])
def test_a_plan_with_another_number_of_focus_areas_is_warned_of(areas: int) -> None:
    (row,) = plans([plan(areas)])

    assert (row.focus_areas, row.warning) == (areas, f"names {areas} focus areas; 3 or 4 are asked for")


@pytest.mark.parametrize(("areas", "variant"), [(3, "plan"), (4, "annual_plan"), (0, "publicity_plan")])
def test_what_is_asked_for_is_not_warned_of(areas: int, variant: str) -> None:
    (row,) = plans([plan(areas, variant)])

    assert (row.warning, row.duties_assigned, row.to) == (None, 1, ("V00",))


def test_of_several_versions_the_last_is_the_newest_and_all_are_shown() -> None:
    rows = plans([plan(3), plan(4, version=2), plan(3, by="V97")])

    assert [(row.organ, row.version, row.newest) for row in rows] == [
        ("V98", 1, False),
        ("V98", 2, True),
        ("V97", 1, True),
    ]


def test_whether_a_plan_is_the_newest_is_not_said_where_another_cannot_be_read_here() -> None:
    rows = plans([plan(3), said("PeriodicReportFiled", None, variant="plan"), plan(3, by="V97")])

    assert [row.newest for row in rows] == [None, None, True]


def test_a_plan_that_cannot_be_read_here_has_come_in_all_the_same() -> None:
    (row,) = plans([said("PeriodicReportFiled", None, variant="plan", to=("V00",))])

    assert (row.organ, row.kind, row.received) == ("V98", "plan", "2016-08-01")
    assert (row.period, row.focus_areas, row.warning) == ("not readable here", "not readable here", None)


def test_other_reports_are_no_plans() -> None:
    monthly = said("PeriodicReportFiled", None, variant="monthly")

    found = register("plans", [monthly], agency="police", as_of=0)

    assert (found.rows, found.unread) == ((), ())


def test_a_reward_says_how_many_persons_and_never_which() -> None:
    act = said(
        "RewardGranted",
        {"kind": "有功单位", "unit_name": "支队", "person_tokens": ["U-V9801-01", "U-V9801-02"]},
        cases=("C7",),
    )

    (row,) = rewards([act])

    assert (row.kind, row.unit, row.persons, row.cases) == ("有功单位", "支队", 2, ("C7",))
    assert "U-V9801" not in repr(row)


def test_a_reward_that_cannot_be_read_here_is_one_all_the_same() -> None:
    (row,) = rewards([said("RewardGranted", None, doc_no="奖〔2016〕1号")])

    assert (row.doc_no, row.unit, row.persons) == ("奖〔2016〕1号", "not readable here", "not readable here")
