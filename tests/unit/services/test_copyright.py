"""What copyright organs owe, told as cases."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.copyright import handle as tables
from services.copyright.handle import handle
from services.copyright.marks import CORPORATE, NO_MARKS, Marks, series_of
from tests.unit.ledger.story import Story, history, law, told
from tests.unit.services.paper_desk import PaperDesk, delivery_of
from yisong.desk.outcome import Duty, Emit, Ignore, Owe, Park
from yisong.desk.policy import Policy
from yisong.desk.shared_duties import NOTHING_OWED, SHARED
from yisong.publishing.instants import to_ms
from yisong.validators.alike import target_keys

POLICY = Policy(agency="copyright")
REGISTER = "CRB-980100-2017-000000-Z"


def desk(story: Story, marks: Marks = NO_MARKS) -> PaperDesk:
    return PaperDesk("copyright", lambda one: handle(one, policy=POLICY, marks=marks), story)


def up_to(name: str, event_type: str, *, inclusive: bool = True) -> PaperDesk:
    """Tell a history to the desk up to its first event of *event_type*."""
    found = desk(told(name))
    for line in history(name):
        if line["header"]["event_type"] == event_type and not inclusive:
            break
        found.line(line)
        if line["header"]["event_type"] == event_type:
            break
    return found


def duties(outcome: object) -> dict[str, Duty]:
    assert isinstance(outcome, Owe | Emit), outcome
    return {one.name: one for one in outcome.duties}


def inspection(**more: Any) -> dict[str, Any]:
    return {
        "kind": "online", "place_region": "980100", "premises": "网站", "witness_present": True, "sites_checked": 1,
        "works_checked": 0, "items": [], "finding": "未经许可", **more,
    }  # fmt: skip


def found_by(paper: PaperDesk, at: str, **body: Any) -> object:
    number = f"I-{paper.story.case_id}-9"
    return paper.act(
        "InspectionRecorded", by="V9801", at=at, aggregate={"kind": "inspection", "id": number},
        officers=["U-V9801-01", "U-V9801-02"], body=inspection(**body),
    )  # fmt: skip


def item(quantity: int, unit: str, category: str | None = None) -> dict[str, Any]:
    return {"name": "光盘", "quantity": quantity, "unit": unit, "category": category}


def refuse(paper: PaperDesk) -> object:
    """Refuse to file the case of H1, served on 5 August 2016, a Friday."""
    return paper.act(
        "CriminalFilingRefused", by="P9801", at="2016-08-05T16:32:00+08:00", variant="no_crime_fact", to=["V9801"],
        aggregate={"kind": "referral", "id": f"R-{paper.story.case_id}-1"}, approver="U-P9801-90",
        decided_at="2016-08-05T16:30:00+08:00", served_at="2016-08-05T16:32:00+08:00",
        body={"reason_text": "没有犯罪事实", "file_returned_at": "2016-08-05T16:32:00+08:00"},
    )  # fmt: skip


class TestWholeCases:
    @pytest.mark.parametrize("name", ["H1", "H3", "H4", "H5"])
    def test_no_event_of_a_case_is_without_an_answer(self, name: str) -> None:
        """Nothing is parked: every event that can reach the desk is known to it."""
        paper = desk(told(name))
        for line in history(name):
            paper.line(line)

        assert not [one for one in paper.outcomes if isinstance(one, Park)]

    def test_nothing_is_owed_once_h1_is_closed(self) -> None:
        """From clue to judgment: each duty was done by an act of the case, and none is left."""
        paper = up_to("H1", "CaseClosed")

        assert paper.owed == {}
        done = {duty.clock_id.split("/")[0] for duty, how in paper.closed if duty.clock_id and how.state == "done"}
        assert done == {"P-TRIAGE", "P-FEEDBACK", "T-REF-01", "T-REF-02", "T-REF-14"}

    def test_a_rectification_that_failed_asks_for_a_case(self) -> None:
        """H5: overdue, then failed; the case opened on 8 August cites it, and nothing is owed of it any more."""
        paper = up_to("H5", "RectificationOrdered")
        paper.breach(f"T-RECT/Q-{paper.story.case_id}-1/1", at="2016-08-05T00:30:00+08:00")
        paper.line(history("H5")[2])
        (owed,) = (one for one in paper.owed.values() if (one.clock_id or "").startswith("P-RECT-ESC"))

        assert set(owed.owed) == {"CaseOpened", "PenaltyDecided"}
        opened = history("H5")[3]
        cite = {"kind": "rectification", "id": f"Q-{paper.story.case_id}-1"}
        paper.line(opened, cites=[cite])
        assert owed.name not in paper.owed

    def test_every_event_type_is_known(self) -> None:
        """A type that is addressed to us and that no table names would be parked in front of an officer."""
        known = {*tables._RULES, *tables._MARKED, *tables._CLOCKS_ONLY, *SHARED, *NOTHING_OWED}
        assert known >= set(law().events)
        assert not set(tables._RULES) & set(tables._CLOCKS_ONLY)


class TestThresholds:
    def test_figures_above_a_threshold_ask_for_a_decision_on_a_referral(self) -> None:
        """H1: 1,260 works looked at on the site, of which 500 are enough; the works are the most that it can be."""
        owed = up_to("H1", "InspectionRecorded").owed["decide-on-referral"]

        assert (owed.by, owed.article) == ("V9801", "D310 3 para 1")
        assert owed.owed == ("ReferralProposed", "RegulatoryMeasureTaken:no_referral_memo")
        assert (owed.advice["flag"], owed.advice["upper_bounds"]) == ("RED", ["works"])
        assert [hit["rule_id"] for hit in owed.advice["hits"]] == ["CT-2011-02"]  # type: ignore[attr-defined]
        assert "gains_fen" in owed.advice["unknown"]  # type: ignore[operator]

    def test_a_proposal_or_a_note_why_not_fulfils_it_and_an_interview_does_not(self) -> None:
        """An officer who only talks to the company has not decided."""
        paper = up_to("H1", "InspectionRecorded")
        body = {"subject": "甲", "outcome": "约谈", "rule_hits": []}
        paper.act("RegulatoryMeasureTaken", by="V9801", at="2016-07-26T10:00:00+08:00", variant="interview", body=body)
        assert "decide-on-referral" in paper.owed

        paper.act(
            "RegulatoryMeasureTaken", by="V9801", at="2016-07-27T10:00:00+08:00", variant="no_referral_memo",
            approver="U-V9801-90", body=body,
        )  # fmt: skip
        assert "decide-on-referral" not in paper.owed

    def test_figures_that_are_missing_are_to_be_found_out(self) -> None:
        """120 works are 24 %, and nobody knows the clicks: unknown is not zero."""
        paper = up_to("H1", "InspectionRecorded", inclusive=False)

        owed = duties(found_by(paper, "2016-07-25T14:02:00+08:00", works_checked=120))["find-out"]
        assert owed.advice["flag"] == "GREY"

    def test_an_inspection_that_found_nothing_asks_for_nothing(self) -> None:
        paper = up_to("H1", "InspectionRecorded", inclusive=False)

        outcome = found_by(paper, "2016-07-25T14:02:00+08:00", works_checked=1_260, problems_found=0)
        assert outcome == Ignore("own-act")

    def test_copies_are_counted_where_their_number_is_known(self) -> None:
        """400 pirated discs and 150 cases; a box holds nobody knows how many, and imports are another matter."""
        paper = up_to("H1", "InspectionRecorded", inclusive=False)
        items = [
            item(400, "disc", "pirated"),
            item(150, "case_box"),
            item(9, "box"),
            item(999, "tape", "illegal_import"),
        ]

        owed = duties(found_by(paper, "2016-07-25T14:02:00+08:00", items=items))["decide-on-referral"]
        hits: Any = owed.advice["hits"]
        assert {hit["value"] for hit in hits if hit["metric"] == "copies"} == {550}

    def test_what_a_patrol_finds_outside_any_case_asks_for_one(self) -> None:
        """In the register docket of a year there is no case that could be referred."""
        paper = desk(Story(REGISTER))
        outcome = paper.act(
            "InspectionRecorded", by="V9801", at="2017-01-18T15:02:00+08:00",
            aggregate={"kind": "inspection", "id": f"I-{REGISTER}-1"}, officers=["U-V9801-01", "U-V9801-02"],
            body=inspection(premises_kind="retail", works_checked=900, items=[item(310, "disc", "pirated")]),
        )  # fmt: skip

        owed = duties(outcome)["open-case"]
        assert (owed.owed, owed.about.kind) == ((), "inspection")
        halves: Any = owed.advice["half"]
        assert {one["metric"] for one in halves} == {"copies"}, "works looked at in a shop are not works spread online"

    def test_while_a_referral_is_under_way_nothing_more_is_asked(self) -> None:
        paper = up_to("H1", "CriminalReferralSent")

        assert found_by(paper, "2016-08-03T10:20:00+08:00", works_checked=9_000) == Ignore("own-act")

    def test_the_head_is_told_which_rules_the_report_left_out(self) -> None:
        """H1's report names three; the opinion of 2011 on two halves, and the standards of 2008, are met too."""
        (owed,) = (one for one in up_to("H1", "ReferralProposed").owed.values() if one.owed == ("ReferralDecided",))

        assert owed.clock_id is not None
        assert owed.clock_id.startswith("T-REF-01/")
        assert {"CT-2008-01", "CT-2011-05"} <= set(owed.advice["not_stated"])  # type: ignore[call-overload]
        assert "stated_but_not_met" not in owed.advice

    def test_a_note_why_not_whose_own_figures_reach_a_threshold_does_not_stand(self) -> None:
        """必须移送 is no choice (D310 3); H5's own note, at 62 %, does."""
        paper = up_to("H1", "InspectionRecorded", inclusive=False)
        hit = {"rule_id": "CT-2011-03", "rule_version": 1, "metric": "clicks", "value": 70_000, "threshold": 50_000}
        outcome = paper.act(
            "RegulatoryMeasureTaken", by="V9801", at="2016-07-27T10:00:00+08:00", variant="no_referral_memo",
            approver="U-V9801-90", body={"subject": "甲", "outcome": "不移送", "rule_hits": [hit]},
        )  # fmt: skip

        assert duties(outcome)["memo-contradicted"].owed == ("ReferralProposed",)
        h5 = up_to("H5", "PenaltyDecided", inclusive=False)
        assert not {"memo-contradicted", "decide-on-referral"} & set(h5.owed)

    def test_a_fine_where_a_referral_was_due_is_copied_to_the_police_within_ten_days(self) -> None:
        """Decided on Monday 25 July 2016: until 4 August (Y06 1); and the referral is still to be decided on."""
        paper = up_to("H1", "InspectionRecorded", inclusive=False)
        outcome = paper.act(
            "PenaltyDecided", by="V9801", at="2016-07-25T10:00:00+08:00", variant="monetary", approver="U-V9801-90",
            decided_at="2016-07-25T10:00:00+08:00", served_at="2016-07-25T10:00:00+08:00",
            aggregate={"kind": "case", "id": paper.story.case_id},
            body={"penalties": [], "illegal_gains_fen": 4_000_000, "hearing_held": False, "public": False},
        )  # fmt: skip

        owed = duties(outcome)
        assert set(owed) == {"decide-on-referral", "copy-penalty"}
        assert owed["copy-penalty"].due_strict == to_ms("2016-08-04T23:59:59.999+08:00")

    def test_the_time_for_that_copy_is_the_rulebook_s(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """T-ADM-01 with 15 days instead of 10: until 9 August."""
        longer = replace(law().timers["T-ADM-01"], n=15)
        monkeypatch.setattr(law(), "timers", {**law().timers, "T-ADM-01": longer})
        paper = up_to("H1", "InspectionRecorded", inclusive=False)

        fine = {"penalties": [], "illegal_gains_fen": 4_000_000, "hearing_held": False, "public": False}
        outcome = paper.act(
            "PenaltyDecided", by="V9801", at="2016-07-25T10:00:00+08:00", variant="monetary", approver="U-V9801-90",
            decided_at="2016-07-25T10:00:00+08:00", served_at="2016-07-25T10:00:00+08:00",
            aggregate={"kind": "case", "id": paper.story.case_id}, body=fine,
        )  # fmt: skip

        assert duties(outcome)["copy-penalty"].due_strict == to_ms("2016-08-09T23:59:59.999+08:00")

    def test_of_a_case_that_the_police_have_given_back_asks_for_no_second_referral(self) -> None:
        """H7: filed, withdrawn, fined. What reaches a threshold was with the police already."""
        fined = desk(Story("CRB-970200-2016-000072-B"))
        for line in history("H7")[:32]:
            if line["header"]["case_id"] == fined.story.case_id:
                fined.line(line)
            else:  # it has its number in the file all the same, by which others cite it
                fined.story.ids.append(UUID(int=0))

        assert history("H7")[31]["header"]["event_type"] == "PenaltyDecided"
        assert isinstance(fined.outcomes[-1], Ignore)

    def test_an_act_of_ours_that_cannot_be_read_is_for_a_person(self) -> None:
        paper = up_to("H1", "InspectionRecorded")
        unread = delivery_of(paper.story, paper.story.entries[-1], "copyright", None)

        assert handle(unread, policy=POLICY) == Park("body-unreadable", detail="InspectionRecorded")


class TestReferral:
    def test_an_approved_one_goes_out_within_24_hours(self) -> None:
        paper = up_to("H1", "ReferralDecided")
        (owed,) = (one for one in paper.owed.values() if one.owed == ("CriminalReferralSent",))

        assert owed.due_rolled == to_ms("2016-08-03T17:20:00+08:00")
        assert owed.article == "D310 5 para 2"

    def test_a_refusal_is_answered_in_time_or_the_referral_ended(self) -> None:
        """Served on Friday 5 August 2016: until Monday the 8th; the end is not possible before the 9th."""
        paper = up_to("H1", "CriminalCaseFiled", inclusive=False)
        owed = duties(refuse(paper))

        assert set(owed) == {"answer-refusal", "close-unfiled"}
        assert owed["answer-refusal"].due_rolled == to_ms("2016-08-08T23:59:59.999+08:00")
        assert owed["answer-refusal"].by == "V9801"
        assert owed["close-unfiled"].advice == {"not_before": "2016-08-09T00:00:00+08:00"}

    def test_asking_for_reconsideration_settles_both(self) -> None:
        paper = up_to("H1", "CriminalCaseFiled", inclusive=False)
        refuse(paper)
        paper.act(
            "ReconsiderationRequested", by="V9801", at="2016-08-08T10:00:00+08:00", to=["P9801"],
            served_at="2016-08-08T10:00:00+08:00", aggregate={"kind": "referral", "id": f"R-{paper.story.case_id}-1"},
            body={"grounds": ["新证据"], "new_evidence_count": 1},
        )  # fmt: skip
        assert not {"answer-refusal", "close-unfiled"} & set(paper.owed)

        upheld = paper.act(
            "ReconsiderationDecided", by="P9801", at="2016-08-10T10:00:00+08:00", variant="uphold", to=["V9801"],
            decided_at="2016-08-10T10:00:00+08:00", served_at="2016-08-10T10:00:00+08:00", approver="U-P9801-90",
            aggregate={"kind": "referral", "id": f"R-{paper.story.case_id}-1"}, body={"reason": "维持"},
        )  # fmt: skip
        assert duties(upheld)["suggest-supervision"].owed == (
            "ProsecutorSupervisionRecorded:suggested", "ReferralClosedUnfiled",
        )  # fmt: skip

    def test_ending_it_unfiled_leaves_the_administrative_side(self) -> None:
        """D310 10: what is no crime may still be an infringement."""
        paper = up_to("H1", "CriminalCaseFiled", inclusive=False)
        refuse(paper)
        outcome = paper.act(
            "ReferralClosedUnfiled", by="V9801", at="2016-08-09T10:00:00+08:00", body={"reason": "逾期未提请复议"},
            aggregate={"kind": "referral", "id": f"R-{paper.story.case_id}-1"},
        )  # fmt: skip

        assert duties(outcome)["handle-administratively"].owed == ("PenaltyDecided", "CaseClosed")
        assert set(paper.owed) >= {"handle-administratively"}
        assert not {"answer-refusal", "close-unfiled"} & set(paper.owed)

    def test_returned_as_no_matter_of_the_police_it_is_ended(self) -> None:
        paper = up_to("H1", "ReferralReceipted")
        outcome = paper.act(
            "ReferralRerouted", by="P9801", at="2016-08-03T15:00:00+08:00", variant="out_of_scope", to=["V9801"],
            approver="U-P9801-90", served_at="2016-08-03T15:00:00+08:00", body={"reason": "不属公安管辖"},
            aggregate={"kind": "referral", "id": f"R-{paper.story.case_id}-1"},
        )  # fmt: skip

        assert duties(outcome)["close-unfiled"].owed == ("ReferralClosedUnfiled",)

    @pytest.mark.parametrize(
        ("variant", "name"), [("withdrawn", "handle-administratively"), ("judgment", "close-case")]
    )
    def test_the_end_of_the_criminal_case_has_a_next_step(self, variant: str, name: str) -> None:
        paper = up_to("H1", "CaseItemsHandedOver")
        outcome = paper.act(
            "CriminalOutcomeNotified", by="P9801", at="2016-12-20T15:00:00+08:00", variant=variant, to=["V9801"],
            aggregate={"kind": "referral", "id": f"R-{paper.story.case_id}-1"},
            body={"result_code": "X-1", "persons": 1, "effective_on": "2016-12-20"},
        )  # fmt: skip

        assert set(duties(outcome)) == {name}

    def test_a_paper_that_the_police_received_otherwise_is_looked_at(self) -> None:
        paper = up_to("H1", "ReferralReceipted", inclusive=False)
        line = history("H1")[9]
        checks = [{"kind": "item_list", "result": "mismatch"}, {"kind": "appraisal", "result": "match"}]

        outcome = paper.hears(line["at"], line["header"], {**line["body"], "manifest_check": checks})
        assert duties(outcome)["check-papers"].advice == {"kinds": ["item_list"]}

    def test_without_a_copy_to_the_procuratorate_one_is_owed(self) -> None:
        paper = up_to("H1", "CriminalReferralSent", inclusive=False)
        line = history("H1")[8]

        outcome = paper.hears(line["at"], line["header"], {**line["body"], "copied_to_procuratorate": False})
        assert "copy-procuratorate" in duties(outcome)


class TestRectification:
    def ordered(self, issuer: str) -> PaperDesk:
        paper = up_to("H1", "CaseOpened")
        at = "2016-07-20T10:00:00+08:00"
        paper.act(
            "RectificationOrdered", by=issuer, at=at, decided_at=at, served_at=at,
            due_at="2016-07-29T23:59:59.999+08:00",
            aggregate={"kind": "rectification", "id": f"Q-{paper.story.case_id}-1"},
            body={"subject": "甲", "requirements": ["下架"], "legal_basis": "CF 28"},
        )  # fmt: skip
        return paper

    def test_of_ours_that_is_overdue_asks_for_a_case(self) -> None:
        """Not put right by 29 July 2016: checked still, and escalated within 7 days."""
        paper = self.ordered("V9801")
        outcome = paper.breach(f"T-RECT/Q-{paper.story.case_id}-1/1", at="2016-08-01T10:00:00+08:00")

        clocks = {one.clock_id.split("/")[0]: one for one in duties(outcome).values() if one.clock_id}
        assert set(clocks) == {"T-RECT", "P-RECT-ESC"}
        assert clocks["P-RECT-ESC"].by == "V9801"

    def test_of_ours_is_owed_once_however_often_it_is_said(self) -> None:
        """The order, the breach and the failed check each say it: one duty to check, one to escalate, never two."""
        paper = self.ordered("V9801")
        paper.breach(f"T-RECT/Q-{paper.story.case_id}-1/1", at="2016-08-01T10:00:00+08:00")

        clocks = sorted(one.clock_id.split("/")[0] for one in paper.owed.values() if one.clock_id)
        assert clocks.count("T-RECT") == 1
        assert clocks.count("P-RECT-ESC") == 1
        assert "overdue V9801" in paper.owed

    def test_of_another_line_is_escalated_once(self) -> None:
        """网信's order is overdue, found failed, and not escalated in time: copyright owes one case for all that."""
        paper = self.ordered("W98")
        paper.breach(f"T-RECT/Q-{paper.story.case_id}-1/1", at="2016-08-01T10:00:00+08:00")
        paper.act(
            "RectificationVerified", by="W98", at="2016-08-02T10:00:00+08:00", variant="failed",
            aggregate={"kind": "rectification", "id": f"Q-{paper.story.case_id}-1"}, officers=["U-W98-1", "U-W98-2"],
            body={"findings": "未下架", "items_remaining": 3},
        )  # fmt: skip
        paper.breach(f"P-RECT-ESC/Q-{paper.story.case_id}-1/1", at="2016-08-20T10:00:00+08:00")

        assert [kept.duty.name for kept in paper.open.values()].count("escalate") == 1

    def test_that_the_cac_ordered_is_escalated_by_copyright(self) -> None:
        """网信 can't open a case: the owner of the case does, before P-RECT-ESC runs out."""
        paper = self.ordered("W98")
        outcome = paper.breach(f"T-RECT/Q-{paper.story.case_id}-1/1", at="2016-08-01T10:00:00+08:00")

        owed = duties(outcome)["escalate"]
        assert (owed.by, owed.owed) == ("V9801", ("CaseOpened", "PenaltyDecided"))
        assert owed.clock_id == f"P-RECT-ESC/Q-{paper.story.case_id}-1/1"
        assert owed.due_rolled is not None

    def test_that_the_cac_finds_failed_is_too(self) -> None:
        paper = self.ordered("W98")
        outcome = paper.act(
            "RectificationVerified", by="W98", at="2016-07-29T10:00:00+08:00", variant="failed",
            aggregate={"kind": "rectification", "id": f"Q-{paper.story.case_id}-1"}, officers=["U-W98-1", "U-W98-2"],
            body={"findings": "未下架", "items_remaining": 3},
        )  # fmt: skip

        assert set(duties(outcome)) == {"escalate"}


class TestClue:
    def found(self, marks: Marks = NO_MARKS, **body: Any) -> dict[str, Duty]:
        line = history("H1")[0]
        return duties(desk(told("H1"), marks).hears(line["at"], line["header"], {**line["body"], **body}))

    def test_is_taken_up_and_answered(self) -> None:
        """H1: triage within 15 days, feedback within 30."""
        clocks = {one.clock_id.split("/")[0]: one for one in self.found().values() if one.clock_id}

        assert set(clocks) == {"P-TRIAGE", "P-FEEDBACK"}
        assert clocks["P-FEEDBACK"].owed == ("ClueFeedbackSent",)

    def test_is_marked_where_its_work_is_protected_or_its_target_known(self) -> None:
        """Merged where the other case lies in the same region, linked where it does not."""
        near, far = "CRB-980100-2016-000048-K", "CRB-970200-2016-000072-B"
        owed = self.found(Marks(protected=("甲版保〔2017〕1号",), same_target=(near, far), series="general"))

        (triage,) = (one for one in owed.values() if (one.clock_id or "").startswith("P-TRIAGE"))
        assert triage.advice == {"protected_works": ["甲版保〔2017〕1号"], "same_target": [near, far]}
        assert owed["link-or-merge V9801"].advice == {"cases": [near, far], "propose": "merge"}
        assert self.found(Marks(same_target=(far,)))["link-or-merge V9801"].advice["propose"] == "link"

    def test_of_a_company_is_answered_even_where_it_says_that_nobody_waits(self) -> None:
        line = history("H1")[0]
        header = {**line["header"], "variant": "feedback_not_wanted"}
        outcome = desk(told("H1")).hears(line["at"], header, {**line["body"], "source": "company_or_association"})

        assert duties(outcome)["feedback"].owed == ("ClueFeedbackSent",)

    def test_that_another_agency_found_is_told_only(self) -> None:
        """H4: 乙省网信办 finds it, and hands it to 乙省版权局, which owes it its next step within 3 days."""
        paper = desk(told("H4"))
        assert paper.line(history("H4")[0]) == Ignore("copied-for-information")

        (owed,) = duties(paper.line(history("H4")[1])).values()
        assert (owed.by, owed.owed) == (
            "V97",
            ("ClueHandedOver", "CaseOpened", "CaseClosed:merged", "CaseClosed:not_opened"),
        )

    def test_that_wants_an_answer_brings_it_along_when_it_is_handed_to_us(self) -> None:
        """Only copyright sends feedback, so who takes the clue up owes what its finder owed."""
        paper = desk(told("H4"))
        first, second = history("H4")[:2]
        paper.line(first, variant="feedback_wanted")

        owed = duties(paper.line(second)).values()
        (feedback,) = (one for one in owed if (one.clock_id or "").startswith("P-FEEDBACK"))
        assert (feedback.by, feedback.owed) == ("V97", ("ClueFeedbackSent",))

    def test_that_comes_back_from_outside_the_bus_has_a_next_step(self) -> None:
        """Accepted is not done; handled is for us to close."""
        paper = up_to("H1", "ClueFound")
        aggregate = {"kind": "clue", "id": f"C-{paper.story.case_id}-1"}
        paper.act(
            "ClueHandedOver", by="V9801", at="2016-07-19T10:00:00+08:00", variant="external", aggregate=aggregate,
            body={"to_external": "甲一市城市管理局(合成)", "reason": "无证游商", "evidence_count": 0},
        )  # fmt: skip
        reply = {"external": "甲一市城市管理局(合成)", "result": "已处理"}
        for variant, at in (("accepted", "2016-07-20T10:00:00+08:00"), ("handled", "2016-07-21T10:00:00+08:00")):
            outcome = paper.act(
                "ExternalReplyRecorded", by="V9801", at=at, variant=variant, aggregate=aggregate, body=reply
            )
            assert isinstance(outcome, Owe) == (variant == "handled")

    def test_of_a_company_has_an_archive_series_of_its_own(self) -> None:
        """H1's file lies among those of 12318; were it a company's complaint, that would be wrong."""
        line = history("H1")[2]
        paper = up_to("H1", "CaseOpened", inclusive=False)
        paper.answer = lambda one: handle(one, policy=POLICY, marks=Marks(series=CORPORATE))

        assert duties(paper.line(line))["archive-apart"].owed == ("EventCorrected",)


class TestMarks:
    @pytest.mark.parametrize(("clue", "series"), [
        ({"source": "company_or_association"}, CORPORATE),
        ({"source": "foreign_rightsholder", "company_complaint": True}, CORPORATE),
        ({"source": "hotline_12318", "company_complaint": False}, "hotline_12318"),
        ({"source": "monitoring"}, "general"),
    ])  # fmt: skip
    def test_series_follows_from_who_complained(self, clue: Mapping[str, Any], series: str) -> None:
        assert series_of(clue) == series

    def test_a_page_is_compared_by_its_host(self) -> None:
        """The same site, whichever page and however it is written."""
        domain = {"kind": "domain", "value": "Novel-A.example."}
        page = {"kind": "url", "value": "http://www.novel-a.example:8080/x?y=1"}
        odd = {"kind": "url", "value": "http://[novel"}

        assert target_keys([domain]) == target_keys([page])
        assert target_keys([odd]) == ()
        assert target_keys([{"kind": "premises", "value": "甲一市 站前路口"}]) != ()


def test_the_period_runs_from_the_beginning_of_the_case_to_the_act() -> None:
    """H1: found on 18 July 2016, inspected on the 25th."""
    said = up_to("H1", "InspectionRecorded").owed["decide-on-referral"].advice["conduct"]

    assert said == [date(2016, 7, 18).isoformat(), date(2016, 7, 25).isoformat()]
