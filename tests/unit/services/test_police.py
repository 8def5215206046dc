"""What does the police line 公安 owe, what does it sign by itself, and what does it pass on?"""

from typing import Any

import pytest

from services.police.handle import handle
from services.police.rules import covers, manifest_check, missing_kinds
from tests.desks import Told, author, case
from yisong.desk.outcome import Duty, Emit, Ignore, Outcome, Owe, Park
from yisong.desk.papers import Paper
from yisong.desk.policy import Policy
from yisong.envelope.header import Attachment
from yisong.publishing.instants import to_ms, to_text

BY_HAND = Policy(agency="police")
BY_MACHINE = Policy(agency="police", acts={"ReferralReceipted": "U-P-MACHINE"})
NOON = to_ms("2016-08-03T09:00:00+08:00")


class HandedIn:
    """Papers of one referral, whichever is asked for."""

    def __init__(self, *papers: Paper) -> None:
        self.papers = papers

    def of(self, referral: str) -> tuple[Paper, ...]:
        assert referral.startswith("R-CRB-")
        return self.papers


def answered(story: Told, *papers: Paper, policy: Policy = BY_HAND) -> Outcome:
    """Return the answer of 公安 to the newest record of *story*."""
    return handle(story.delivered("police").delivery, policy=policy, papers=HandedIn(*papers))


def duties(outcome: Outcome) -> tuple[Duty, ...]:
    assert isinstance(outcome, Owe)
    return outcome.duties


def timers(outcome: Outcome) -> list[str]:
    return [(duty.clock_id or duty.name).partition("/")[0] for duty in duties(outcome)]


def announced(story: Told) -> tuple[Paper, ...]:
    """Return the papers of the newest record, just as its manifest announces them."""
    header = story.delivered("police").delivery.header
    return tuple(Paper(one.kind, one.sha256, one.size, NOON) for one in header.attachments)


def tell(story: Told, event_type: str, body: dict[str, Any], **fields: Any) -> Told:
    """Tell another event an hour after the newest one."""
    at = to_text(story.now.log_time + 3_600_000)
    header = {
        "event_type": event_type, "case_id": story.case_id, "occurred_at": at, "pii_level": "P1",
        "region_code": story.case_id[4:10], "cites": [], **fields,
    }  # fmt: skip
    assert story.record(story.opened(at, header, body)).verdict == "admitted"
    return story


def receipted(check: list[dict[str, str]]) -> Told:
    """Tell H1 up to its receipt, with another manifest check in it."""
    story = case("H1", until="CriminalReferralSent")
    line = story.lines[len(story.kept)]
    return tell(
        story, "ReferralReceipted", {**line["body"], "manifest_check": check}, variant="general", publisher="P9801",
        to=["V9801"], aggregate=line["header"]["aggregate"], officers=["U-P9801-01"],
    )  # fmt: skip


class TestReferral:
    def test_is_owed_its_receipt_within_24_hours_with_what_is_attached(self) -> None:
        (duty,) = duties(answered(case("H1", until="CriminalReferralSent")))

        assert (duty.by, duty.owed) == ("P9801", ("ReferralReceipted",))
        assert duty.due_rolled == to_ms("2016-08-04T10:15:00+08:00")
        assert duty.advice == {"attached": ["transfer_letter", "investigation_report", "item_list", "appraisal"]}

    def test_whose_papers_were_all_handed_in_is_receipted_by_a_machine_where_policy_lets_it(self) -> None:
        story = case("H1", until="CriminalReferralSent")

        outcome = answered(story, *announced(story), policy=BY_MACHINE)

        assert isinstance(outcome, Emit)
        assert outcome.duties == ()
        (event,) = outcome.events
        assert event.body["received_at"] == "2016-08-03T09:00:00+08:00"
        assert {row["result"] for row in _rows(event.body["manifest_check"])} == {"match"}
        (draft,) = author().drafts(story.delivered("police").delivery, outcome.events)
        record = story.opened(to_text(story.now.log_time), draft.said.fields, event.body)
        assert story.record(record).verdict == "admitted"
        assert story.state("referral") == "received"

    def test_is_not_signed_by_a_machine_that_has_seen_no_paper(self) -> None:
        """What is only announced was not compared with anything."""
        (duty,) = duties(answered(case("H1", until="CriminalReferralSent"), policy=BY_MACHINE))

        assert "manifest_check" not in duty.advice

    def test_with_a_paper_of_other_bytes_is_an_officer_s_to_receipt(self) -> None:
        story = case("H1", until="CriminalReferralSent")
        letter, *others = announced(story)

        (duty,) = duties(answered(story, letter._replace(sha256=bytes(32)), *others, policy=BY_MACHINE))

        assert _rows(duty.advice["manifest_check"])[0] == {"kind": "transfer_letter", "result": "mismatch"}

    def test_that_lacks_a_paper_is_owed_its_receipt_all_the_same(self) -> None:
        """CX 180 ¶2: it may not be refused for that; the officer sees what to ask for."""
        story = case("H1", until="ReferralDecided")
        line = story.lines[len(story.kept)]
        story.line(line, attachments=line["header"]["attachments"][:3])

        (duty,) = duties(answered(story, *announced(story), policy=BY_MACHINE))

        assert duty.owed == ("ReferralReceipted",)
        assert duty.advice["missing"] == ["appraisal"]
        assert {"kind": "appraisal", "result": "missing"} in _rows(duty.advice["manifest_check"])

    def test_from_another_region_comes_with_a_hint_who_else_is_competent(self) -> None:
        story = case("H1", until="ReferralDecided")
        story.line(story.lines[len(story.kept)], to=["P9702"])

        (duty,) = duties(answered(story))

        assert (duty.by, duty.advice["jurisdiction"]) == ("P9702", ["P9801", "P98"])


class TestReceipt:
    def test_sets_the_decision_going(self) -> None:
        """H1: 3 August and three days, to Saturday; rolled to Monday."""
        (duty,) = duties(answered(case("H1", until="ReferralReceipted")))

        assert (duty.by, duty.article) == ("P9801", "D310 8; CX 180 para 1")
        assert {act.partition(":")[0] for act in duty.owed} == {
            "CriminalCaseFiled",
            "CriminalFilingRefused",
            "ReferralRerouted",
        }
        assert duty.due_strict == to_ms("2016-08-06T23:59:59.999+08:00")
        assert duty.due_rolled == to_ms("2016-08-08T23:59:59.999+08:00")

    def test_that_found_papers_missing_is_followed_by_a_request_within_24_hours(self) -> None:
        story = receipted([{"kind": "transfer_letter", "result": "match"}, {"kind": "appraisal", "result": "missing"}])

        decision, request = duties(answered(story))

        assert (decision.clock_id or "").startswith("T-REF-07/")
        assert (request.by, request.owed) == ("P9801", ("ReferralSupplementRequested",))
        assert request.advice == {"missing": ["appraisal"]}
        assert request.due_rolled == story.now.log_time + 24 * 3_600_000

    def test_by_an_organ_of_another_region_asks_whether_to_pass_the_case_on(self) -> None:
        story = case("H1", until="ReferralDecided")
        story.line(story.lines[len(story.kept)], to=["P9702"])
        line = story.lines[len(story.kept)]
        story.line(line, publisher="P9702", cites=[])

        _, reroute = duties(answered(story))

        assert (reroute.by, reroute.owed) == ("P9702", ("ReferralRerouted:jurisdiction",))
        assert reroute.advice == {"jurisdiction": ["P9801", "P98"], "region": "980100", "notice_to": ["V9801"]}

    def test_after_a_reroute_is_owed_by_the_new_organ(self) -> None:
        """H3: from 甲省一市 to 乙省二市."""
        (duty,) = duties(answered(case("H3", until="ReferralRerouted")))

        assert (duty.by, duty.advice) == ("P9702", {"rerouted_by": "P9801"})
        assert (duty.clock_id or "").startswith("T-REF-03/")

    def test_of_the_organ_to_which_it_was_passed_on_does_not_send_the_case_back(self) -> None:
        """H3: 甲省一市 has found itself not competent; that the case bears its region is no reason to ask it again."""
        story = case("H3", until="ReferralRerouted")
        story.line(story.lines[len(story.kept)])

        (decision,) = duties(answered(story))

        assert decision.by == "P9702"
        assert (decision.clock_id or "").startswith("T-REF-07/")

    def test_of_a_case_whose_site_has_its_access_elsewhere_is_looked_at_again(self) -> None:
        """The police ask for the filing while they hold the referral; the answer names 丙省."""
        story = case("H1", until="ReferralReceipted")
        ref = {"kind": "lookup", "id": f"L-{story.case_id}-2"}
        asked = {"target": {"kind": "domain", "value": "a.example"}, "legal_basis": "JW2016", "purpose": "管辖"}
        tell(story, "FilingLookupRequested", asked, publisher="P9801", to=["T98"], aggregate=ref)
        found = {"access_region": "960300", "as_of": "2016-08-03T13:00:00+08:00"}
        tell(story, "FilingInfoProvided", found, variant="found", publisher="T98", to=["P9801"], aggregate=ref)

        (duty,) = duties(answered(story))

        assert (duty.by, duty.advice["jurisdiction"]) == ("P9801", ["P9603"])
        assert (duty.clock_id or "").startswith("T-REF-06/")


class TestFiling:
    def test_brings_nothing_to_sign_before_the_sender_has_drafted_it(self) -> None:
        """The sender has three days for the items (D310 12); the police sign the list that it drafts."""
        assert answered(case("H1", until="CriminalCaseFiled")) == Ignore("own-act")

    def test_of_a_case_of_their_own_brings_none(self) -> None:
        clue = Told("H1")
        clue.line(clue.lines[0], publisher="P9801")
        body = {"police_case_token": "A-1", "charge": "c217_1"}
        tell(
            clue, "CriminalCaseFiled", body, publisher="P9801", aggregate={"kind": "case", "id": clue.case_id},
            doc_no="甲公立字〔2016〕1号", decided_at="2016-07-18T10:00:00+08:00", served_at="2016-07-18T10:00:00+08:00",
        )  # fmt: skip

        assert answered(clue) == Ignore("own-act")

    @pytest.mark.parametrize(("differences", "owed"), [([], 0), (["少 2 张"], 1)])
    def test_differences_in_the_items_are_cleared_up(self, differences: list[str], owed: int) -> None:
        story = case("H1", until="CriminalCaseFiled")
        line = story.lines[len(story.kept)]
        tell(story, "CaseItemsHandedOver", {**line["body"], "discrepancies": differences}, **_said(line))

        outcome = answered(story)

        if owed:
            assert [duty.advice for duty in duties(outcome)] == [{"discrepancies": 1}]
        else:
            assert outcome == Ignore("nothing-owed")


class TestTheRest:
    def test_every_line_of_h1_has_its_answer(self) -> None:
        story = Told("H1")
        for line in story.lines:
            story.line(line)
        answers = [
            _short(handle(one.delivery, policy=BY_HAND, papers=HandedIn())) for one in story.all_delivered("police")
        ]

        assert answers == [
            *["copied-for-information"] * 8,
            "P9801 T-REF-03",
            "P9801 T-REF-07",
            "own-act",
            "nothing-owed",  # CaseItemsHandedOver, countersigned before it was sent
            "copied-for-information",  # ClueFeedbackSent
            "own-act",
            "own-act",
            "concluded",
        ]

    def test_the_reverse_referral_is_owed_once_the_criminal_path_is_given_up(self) -> None:
        story = case("H1", until="CriminalOutcomeNotified")
        line = story.lines[len(story.kept)]
        story.line(line, variant="withdrawn")

        assert timers(answered(story)) == ["T-REV-01"]

    def test_an_inquiry_into_their_silence_is_owed_an_explanation(self) -> None:
        story = case("H1", until="ReferralReceipted")
        header = {
            "event_type": "ProsecutorSupervisionRecorded", "variant": "overdue_inquiry", "publisher": "V9801",
            "to": ["P9801"], "doc_no": "甲检说〔2016〕1号", "served_at": "2016-08-15T10:00:00+08:00", "officers": [],
            "aggregate": {"kind": "referral", "id": f"R-{story.case_id}-1"}, "cites": [], "case_id": story.case_id,
            "occurred_at": "2016-08-15T10:00:00+08:00", "pii_level": "P1", "region_code": "980100",
        }  # fmt: skip
        body = {"from_org_name": "甲一市人民检察院(合成)", "content": "说明逾期理由"}
        assert story.record(story.opened("2016-08-15T10:00:00+08:00", header, body)).verdict == "admitted"

        assert timers(answered(story)) == ["T-REF-16"]

    def test_what_no_rule_knows_is_parked(self) -> None:
        """A request for papers that is addressed to a police organ as well: who is to supply them?"""
        story = case("H1", until="ReferralReceipted")
        tell(
            story, "ReferralSupplementRequested", {"missing": ["appraisal"]}, publisher="P9801", to=["V9801", "P98"],
            doc_no="甲公补字〔2016〕1号", aggregate={"kind": "referral", "id": f"R-{story.case_id}-1"},
        )  # fmt: skip

        assert answered(story) == Park("no-rule", detail="ReferralSupplementRequested")


class TestManifest:
    def test_what_is_missing_is_named_in_the_order_of_the_law(self) -> None:
        """Other papers, the fifth kind, are there where there are any."""
        sent = [_attachment("appraisal"), _attachment("transfer_letter"), _attachment("other")]

        assert missing_kinds(sent) == ("investigation_report", "item_list")

    def test_two_papers_of_a_kind_are_compared_each(self) -> None:
        attached = [_attachment("appraisal", 1), _attachment("appraisal", 2)]

        check = manifest_check(attached, [Paper("appraisal", bytes([1]) * 32, 1, NOON)])

        assert [line.result for line in check if line.kind == "appraisal"] == ["match", "mismatch"]

    def test_a_file_of_the_right_hash_and_another_size_is_no_match(self) -> None:
        check = manifest_check([_attachment("appraisal", 1)], [Paper("appraisal", bytes([1]) * 32, 2, NOON)])

        assert check[0].result == "mismatch"


@pytest.mark.parametrize(
    ("area", "region", "held"),
    [
        ("980100", "980100", True),
        ("980000", "980100", True),
        ("000000", "980100", True),
        ("980100", "980000", False),
        ("970000", "980100", False),
        (None, "980100", False),
    ],
)
def test_an_area_covers_what_lies_in_it(area: str | None, region: str, held: bool) -> None:
    assert covers(area, region) is held


def _attachment(kind: str, n: int = 0) -> Attachment:
    return Attachment(kind, bytes([n]) * 32, 1, "application/ofd")


def _rows(check: object) -> list[dict[str, str]]:
    assert isinstance(check, list)
    return check


def _said(line: dict[str, Any]) -> dict[str, Any]:
    """Return the header of a line without what `tell` fills in."""
    filled_in = ("event_type", "case_id", "occurred_at", "region_code", "pii_level", "cites")
    return {name: value for name, value in line["header"].items() if name not in filled_in}


def _short(outcome: Outcome) -> str:
    match outcome:
        case Ignore(reason):
            return reason
        case Owe(owed):
            return ", ".join(f"{d.by} {(d.clock_id or d.name).partition('/')[0]}" for d in owed)
        case _:
            return str(outcome)
