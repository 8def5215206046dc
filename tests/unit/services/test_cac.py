"""What the cyberspace line owes, and what its machine may hand on, told as cases."""

from collections.abc import Mapping
from typing import Any

import pytest

from services.cac import handle as tables
from services.cac.handle import handle
from services.cac.rules import filed_in
from tests.unit.ledger.story import Story, history, law, told
from tests.unit.services.paper_desk import PaperDesk
from yisong.desk.competence import competent
from yisong.desk.outcome import Duty, Emit, Ignore, Owe, Park
from yisong.desk.policy import Policy
from yisong.desk.shared_duties import NOTHING_OWED, SHARED
from yisong.publishing.instants import to_ms

BY_HAND = Policy(agency="cac")
BY_MACHINE = Policy(agency="cac", acts={"ClueHandedOver": "U-W-MACHINE"})
AT = "2016-08-03T08:52:00+08:00"


def desk(story: Story, policy: Policy = BY_HAND) -> PaperDesk:
    return PaperDesk("cac", lambda one: handle(one, policy=policy), story)


def find(policy: Policy, *, region: str = "970200", variant: str = "feedback_not_wanted", **target: Any) -> object:
    """Let 乙省网信办 find a clue in the docket of *region*."""
    case_id = {"970200": "CRB-970200-2016-000072-B", "980100": "CRB-980100-2016-000021-5"}[region]
    body = {**history("H4")[0]["body"], "targets": [{"kind": "domain", "value": "films-d.example", **target}]}
    return desk(Story(case_id), policy).act(
        "ClueFound", by="W97", at=AT, variant=variant, aggregate={"kind": "clue", "id": f"C-{case_id}-1"}, body=body
    )


def duties(outcome: object) -> dict[str, Duty]:
    assert isinstance(outcome, Owe | Emit), outcome
    return {(one.clock_id or one.name).split("/")[0]: one for one in outcome.duties}


class TestRouting:
    def test_a_clue_is_owed_to_the_most_local_office_of_its_region(self) -> None:
        """A machine signs nothing by default: 乙二市's clue is a duty that names 乙省二市版权局."""
        owed = duties(find(BY_HAND))["P-TRIAGE"]

        assert (owed.by, owed.advice) == ("W97", {"competent": "V9702", "ground": "region"})
        assert "ClueHandedOver" in owed.owed

    def test_where_policy_lets_it_a_machine_hands_it_over(self) -> None:
        """The clue goes to that office, cites what it rests on, and the triage is open until the log has it."""
        outcome = find(BY_MACHINE)

        assert isinstance(outcome, Emit)
        (event,) = outcome.events
        assert (event.fields["event_type"], event.fields["variant"], event.fields["to"]) == (
            "ClueHandedOver", "agency", ["V9702"],
        )  # fmt: skip
        assert (event.fields["publisher"], event.fields["officers"]) == ("W97", ["U-W-MACHINE"])
        assert set(duties(outcome)) == {"P-TRIAGE"}

    def test_what_it_hands_over_is_admitted(self) -> None:
        """H4, with the machine's hand-over in place of the officer's; its triage is done by it."""
        paper = desk(told("H4"), BY_MACHINE)
        outcome = paper.line(history("H4")[0])
        assert isinstance(outcome, Emit)
        (event,) = outcome.events
        paper.act("ClueHandedOver", by="W97", at=AT, body=event.body, **{
            name: event.fields[name] for name in ("variant", "aggregate", "to", "officers", "cites")
        })  # fmt: skip

        assert paper.owed == {}
        assert paper.story.now.case.fact("holders") == ("V97",)

    def test_a_site_filed_in_another_province_goes_there(self) -> None:
        """Place of filing gives jurisdiction, where that province has an office."""
        assert duties(find(BY_HAND, filing_no="京ICP备2016000001号-1"))["P-TRIAGE"].advice["ground"] == "region"
        assert filed_in([{"filing_no": "蜀ICP备08088888号"}]) == "51"
        assert filed_in([{"filing_no": "蜀ICP备08088888号"}, {"filing_no": "京ICP备2016000001号"}]) is None
        assert filed_in([{"filing_no": "例ICP备16000002号-1"}]) is None
        assert filed_in([]) is None

    def test_a_clue_that_was_handed_to_us_is_never_handed_on_by_a_machine(self) -> None:
        """Or two machines would pass it to and fro."""
        paper = desk(told("H1"), BY_MACHINE)
        paper.line(history("H1")[0])
        outcome = paper.act(
            "ClueHandedOver", by="V9801", at="2016-07-19T10:00:00+08:00", variant="agency", to=["W98"],
            aggregate={"kind": "clue", "id": f"C-{paper.story.case_id}-1"},
            body={"reason": "属网信部门职责", "evidence_count": 0},
        )  # fmt: skip

        assert isinstance(outcome, Owe)
        assert set(duties(outcome)) == {"P-CLUE-ACK", "content-measure W98"}

    def test_who_waits_for_an_answer_is_not_forgotten(self) -> None:
        """Only copyright sends feedback; what 网信 owes is done when it has."""
        owed = duties(find(BY_HAND, variant="feedback_wanted"))["P-FEEDBACK"]

        assert (owed.by, owed.owed) == ("W97", ())


class TestCompetence:
    @pytest.mark.parametrize(("region", "organ"), [
        ("970200", "V9702"), ("970201", "V9702"), ("970300", "V97"), ("960000", "V96"), ("110105", "V00"),
    ])  # fmt: skip
    def test_is_that_of_the_most_local_organ(self, region: str, organ: str) -> None:
        """County, city, province, country."""
        found = competent("copyright", region, law(), at=to_ms(AT))

        assert found is not None
        assert found.id == organ

    def test_is_nobodys_before_there_was_an_organ(self) -> None:
        """The directory begins in 2010."""
        assert competent("copyright", "970200", law(), at=to_ms("2009-08-03T08:52:00+08:00")) is None


class TestContent:
    TAKEDOWN: Mapping[str, Any] = {"platform": "乙二市云帙传媒有限公司(合成)", "links": 3}

    def test_that_a_platform_left_standing_asks_for_a_measure(self) -> None:
        """甲一市 has no office of 网信 of its own, so 甲省网信办 sees to it; either measure fulfils that."""
        paper = desk(told("H1"))
        paper.line(history("H1")[0])
        outcome = paper.act(
            "TakedownRecorded", by="V9801", at="2016-07-19T10:00:00+08:00", variant="no_action", body=self.TAKEDOWN
        )
        (owed,) = duties(outcome).values()
        assert (owed.by, owed.owed) == ("W98", ("RegulatoryMeasureTaken", "TakedownRecorded"))

        paper.act("TakedownRecorded", by="W98", at="2016-07-20T10:00:00+08:00", variant="block", body=self.TAKEDOWN)
        assert paper.owed == {}

    @pytest.mark.parametrize(("variant", "asks"), [("ad_cutoff", True), ("interview", False)])
    def test_is_asked_of_us_by_some_measures_of_another_line(self, variant: str, asks: bool) -> None:
        paper = desk(told("H1"))
        paper.line(history("H1")[0])
        outcome = paper.act(
            "RegulatoryMeasureTaken", by="V9801", at="2016-07-19T10:00:00+08:00", variant=variant, to=["W98"],
            body={"subject": "甲", "outcome": "通报", "rule_hits": []},
        )  # fmt: skip

        assert isinstance(outcome, Owe) == asks


class TestAnswers:
    @pytest.mark.parametrize("name", ["H1", "H3", "H4", "H5"])
    def test_no_event_of_a_case_is_without_one(self, name: str) -> None:
        paper = desk(told(name))
        for line in history(name):
            paper.line(line)

        assert not [one for one in paper.outcomes if isinstance(one, Park)]
        assert paper.owed == {}

    def test_every_event_type_is_known(self) -> None:
        assert {*tables._RULES, *tables._CLOCKS_ONLY, *SHARED, *NOTHING_OWED} >= set(law().events)

    def test_an_order_of_ours_that_was_not_met_names_the_office_that_can_open_a_case(self) -> None:
        paper = desk(told("H1"))
        for line in history("H1")[:3]:
            paper.line(line)
        at = "2016-07-20T10:00:00+08:00"
        aggregate = {"kind": "rectification", "id": f"Q-{paper.story.case_id}-1"}
        paper.act(
            "RectificationOrdered", by="W98", at=at, decided_at=at, served_at=at, aggregate=aggregate,
            due_at="2016-07-29T23:59:59.999+08:00",
            body={"subject": "甲", "requirements": ["下架"], "legal_basis": "CF 28"},
        )  # fmt: skip
        outcome = paper.breach(f"T-RECT/{aggregate['id']}/1", at="2016-08-01T10:00:00+08:00")

        assert duties(outcome)["P-RECT-ESC"].advice["competent"] == "V9801"

    def test_what_only_others_are_asked_is_ignored(self) -> None:
        """A clue that copyright found is not ours to route, whatever a machine may sign."""
        paper = desk(told("H1"), BY_MACHINE)
        assert paper.line(history("H1")[0]) == Ignore("copied-for-information")
