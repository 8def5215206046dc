"""How do platforms keep their duties?"""

from typing import Any

import pytest

from tests.unit.registers.saying import at, listed, said
from yisong.audit.acts import Act
from yisong.registers.compliance import PlatformRow, compliance
from yisong.registers.rows import Counted

CODE = "91980100FAKE00064H"
TODAY = at("2016-12-01")


def takedown(variant: str, notice: str | None, action: str | None, **more: Any) -> Act:
    body = {"platform": "甲平台", "platform_uscc": CODE, "notice_at": notice, "action_at": action, "links": 64, **more}
    return said("TakedownRecorded", body, variant=variant, case="C1")


def ordered(due: str, number: int = 1, *, body: bool = True) -> Act:
    what = {"subject": "甲平台", "subject_uscc": CODE} if body else None
    return said(
        "RectificationOrdered", what, on="2016-07-20", aggregate=("rectification", f"Q-{number}"), due_at=at(due)
    )


def verified(variant: str, on: str, number: int = 1, **header: Any) -> Act:
    body = {"findings": "…", "items_remaining": 0}
    return said(
        "RectificationVerified", body, variant=variant, on=on, aggregate=("rectification", f"Q-{number}"), **header
    )


def row(*acts: Act, as_of: int = TODAY) -> PlatformRow:
    (found,) = compliance(acts, as_of)
    return found


class TestTakedowns:
    def test_the_delay_is_counted_from_the_notice_to_the_act(self) -> None:
        found = row(
            takedown("delete", "2016-08-01T10:00:00+08:00", "2016-08-01T13:00:00+08:00"),
            takedown("block", "2016-08-01T10:00:00+08:00", "2016-08-02T10:00:00+08:00"),
            takedown("unlink", None, "2016-08-02T10:00:00+08:00"),
        )

        assert [one.delay_s for one in found.takedowns] == [10_800, 86_400, None]
        assert (found.slowest_s, found.notices, found.taken_down) == (86_400, Counted(2), Counted(3))

    def test_who_did_nothing_has_no_delay(self) -> None:
        found = row(takedown("no_action", "2016-08-25T10:00:00+08:00", None))

        assert (found.notices, found.taken_down, found.no_action, found.slowest_s) == (
            Counted(1),
            Counted(0),
            Counted(1),
            None,
        )

    def test_what_cannot_be_read_here_is_never_0(self) -> None:
        found = row(listed("black", "甲平台", entry_uscc=CODE), said("TakedownRecorded", None, variant="delete"))

        assert str(found.no_action) == "not readable here"
        assert found.no_action.as_json() == {"known": None, "not_readable_here": 1}
        assert found.lists == ("black listed",)


class TestReports:
    """线索报告义务: what a platform reported itself."""

    def test_a_clue_that_it_reported_counts_for_the_platform_and_no_other_clue_does(self) -> None:
        mine = {"source": "platform_report", "reporting_platform_uscc": CODE}
        found = row(
            said("ClueFound", mine, on="2016-08-03", case="C1"),
            said("ClueFound", {**mine, "source": "monitoring"}, case="C2"),
            said("ClueFound", {"source": "platform_report"}, case="C3"),
            takedown("delete", None, None),
        )

        assert (found.uscc, found.names) == (CODE, ("甲平台",))
        assert found.reported == Counted(1)
        assert [(one.on, one.case_id) for one in found.reports] == [("2016-08-03", "C1")]

    def test_of_a_clue_that_cannot_be_read_here_nobody_knows_who_reported_it(self) -> None:
        found = row(takedown("delete", None, None), said("ClueFound", None, case="C2"))

        assert str(found.reported) == "not readable here"


class TestRectifications:
    @pytest.mark.parametrize(
        ("acts", "state", "late"),
        [
            ([], "overdue", True),
            ([verified("passed", "2016-08-04")], "passed", False),
            ([verified("passed", "2016-08-05")], "passed", True),
            ([verified("failed", "2016-08-04")], "failed", False),
            ([verified("extended", "2016-08-03", due_at=at("2016-12-31"))], "running", False),
            (
                [verified("extended", "2016-08-03", due_at=at("2016-08-10")), verified("passed", "2016-08-10")],
                "passed",
                False,
            ),
        ],
        ids=["nobody looked", "in time", "a day late", "failed in time", "extended", "extended and passed"],
    )
    def test_each_order_is_in_time_or_late_done_or_not(self, acts: list[Act], state: str, late: bool) -> None:
        found = row(ordered("2016-08-04"), *acts)

        assert [(one.state, one.late) for one in found.rectifications] == [(state, late)]
        assert (found.late, found.failed) == (Counted(int(late)), Counted(int(state == "failed")))

    def test_a_verification_counts_for_its_own_order(self) -> None:
        found = row(ordered("2016-08-04", 1), ordered("2016-08-04", 2), verified("passed", "2016-08-02", 2))

        assert [one.state for one in found.rectifications] == ["overdue", "passed"]

    def test_an_order_that_cannot_be_read_here_may_be_anybodys(self) -> None:
        found = row(ordered("2016-08-04", 1), ordered("2016-08-04", 2, body=False))

        assert found.rectifications_ordered == Counted(1, 1)


def test_one_company_is_one_row_by_code_whatever_it_is_called_and_a_name_alone_another() -> None:
    rows = compliance(
        [
            takedown("delete", None, None),
            takedown("delete", None, None, platform="甲平台(更名)"),
            takedown("delete", None, None, platform_uscc=None),
        ],
        TODAY,
    )

    assert [(one.uscc, one.names) for one in rows] == [(CODE, ("甲平台", "甲平台(更名)")), (None, ("甲平台",))]


def test_interviews_count_and_a_memo_why_not_to_refer_does_not() -> None:
    body = {"subject": "甲平台", "subject_uscc": CODE, "outcome": "…", "rule_hits": []}
    acts = [said("RegulatoryMeasureTaken", body, variant=one) for one in ("interview", "no_referral_memo")]

    assert [one.kind for one in row(*acts).measures_taken] == ["interview"]
