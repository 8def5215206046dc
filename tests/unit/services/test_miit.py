"""What does the telecoms line 通信 owe, and what does it answer by itself?"""

from datetime import date
from typing import Any

import pytest

from services.miit.handle import handle
from tests.desks import Told, author, case
from tests.filings import NOVELS
from yisong.desk.filings import Asked, Filing
from yisong.desk.outcome import Duty, Emit, Ignore, Outcome, Owe, Park
from yisong.desk.policy import Policy
from yisong.ledger import Entry
from yisong.publishing.instants import to_ms, to_text

BY_HAND = Policy(agency="miit")
BY_MACHINE = Policy(agency="miit", acts={"FilingInfoProvided": "U-T-MACHINE"})


class Filed:
    """A register of some filings; what it was asked is kept."""

    def __init__(self, *filings: Filing) -> None:
        self.filings = filings
        self.asked: list[tuple[Asked, date]] = []

    def find(self, asked: Asked, *, on: date) -> Filing | None:
        self.asked.append((asked, on))
        return next((one for name in asked.values for one in self.filings if one.value == name), None)


def answered(story: Told, *filings: Filing, policy: Policy = BY_HAND) -> Outcome:
    """Return the answer of 通信 to the newest record of *story*."""
    return handle(story.delivered("miit").delivery, policy=policy, register=Filed(*filings))


def duties(outcome: Outcome) -> tuple[Duty, ...]:
    assert isinstance(outcome, Owe)
    return outcome.duties


def said(story: Told, outcome: Outcome) -> Entry:
    """Publish the one event of *outcome* as the node would, and return what the fold says of it."""
    assert isinstance(outcome, Emit)
    (draft,) = author().drafts(story.delivered("miit").delivery, outcome.events)
    at = to_text(story.now.log_time)
    return story.record(story.opened(at, draft.said.fields, outcome.events[0].body))


def tell(story: Told, event_type: str, body: dict[str, Any] | None = None, **fields: Any) -> Told:
    """Tell another event an hour after the newest one."""
    at = to_text(story.now.log_time + 3_600_000)
    header = {
        "event_type": event_type, "case_id": story.case_id, "occurred_at": at, "pii_level": "P1",
        "region_code": story.case_id[4:10], "cites": [], **fields,
    }  # fmt: skip
    if body is None:
        story.says(event_type, at=at, by=fields.pop("publisher"), **fields)
    else:
        story.record(story.opened(at, header, body))
    return story


def looked_up(target: dict[str, str], *, to: str = "T98") -> Told:
    """Tell H1 up to its look-up, of another *target* and addressed to others."""
    story = case("H1", until="CaseOpened")
    body = {"target": target, "legal_basis": "剑网2016", "purpose": "查明主办者"}
    ref = {"kind": "lookup", "id": f"L-{story.case_id}-1"}
    return tell(story, "FilingLookupRequested", body, publisher="V9801", to=to.split(), aggregate=ref)


class TestLookUp:
    def test_is_owed_in_two_working_days_with_what_the_register_says(self) -> None:
        """H1 asks on Wednesday 20 July for novel-a.example; nothing lets a machine answer."""
        story = case("H1", until="FilingLookupRequested")

        (duty,) = duties(answered(story, NOVELS))

        assert (duty.by, duty.owed, duty.about.kind) == ("T98", ("FilingInfoProvided",), "lookup")
        assert duty.due_rolled == to_ms("2016-07-22T23:59:59.999+08:00")
        assert duty.advice == {"register": "found", "filed_with": "T98"}
        assert duty.article == "JW2016 (no number)"

    def test_is_answered_by_a_machine_where_policy_lets_it(self) -> None:
        story = case("H1", until="FilingLookupRequested")

        outcome = answered(story, NOVELS, policy=BY_MACHINE)

        assert isinstance(outcome, Emit)
        assert outcome.duties == ()
        (event,) = outcome.events
        assert event.body["icp_no"] == "例ICP备16000001号-1"
        assert event.body["as_of"] == "2016-07-20T09:32:00+08:00"
        assert event.fields["officers"] == ["U-T-MACHINE"]
        assert said(story, outcome).verdict == "admitted"
        assert story.state("lookup") == "answered"

    def test_never_says_where_the_contact_is_kept(self) -> None:
        """P3 travels sealed or not at all."""
        outcome = answered(case("H1", until="FilingLookupRequested"), NOVELS, policy=BY_MACHINE)

        assert "contact_ref" not in str(outcome)

    def test_that_was_made_for_a_site_action_locates_the_site(self) -> None:
        """H4: the answer cites the site action, as the look-up does."""
        story = case("H4", until="FilingLookupRequested")
        films = Filing(**{**_fields(NOVELS), "authority": "T97", "value": "films-d.example", "access_region": "960000"})

        assert said(story, answered(story, films, policy=BY_MACHINE)).verdict == "admitted"
        assert story.state("site_action") == "located"

    def test_of_what_is_in_no_register_is_answered_not_found(self) -> None:
        story = case("H1", until="FilingLookupRequested")

        outcome = answered(story, policy=BY_MACHINE)

        assert isinstance(outcome, Emit)
        assert outcome.events[0].fields["variant"] == "not_found"
        assert set(outcome.events[0].body) == {"as_of"}
        assert said(story, outcome).verdict == "admitted"

    def test_of_what_is_filed_with_another_province_is_a_person_s_to_answer(self) -> None:
        """Not filed here is not 未备案, which is a violation of its own."""
        elsewhere = Filing(**{**_fields(NOVELS), "authority": "T97"})

        (duty,) = duties(
            answered(looked_up({"kind": "domain", "value": "novel-a.example"}), elsewhere, policy=BY_MACHINE)
        )

        assert duty.advice == {"register": "filed_elsewhere", "filed_with": "T97"}

    def test_is_answered_by_the_filing_province_of_several_that_were_asked(self) -> None:
        story = looked_up({"kind": "domain", "value": "novel-a.example"}, to="T97 T98")

        outcome = answered(story, NOVELS, policy=BY_MACHINE)

        assert isinstance(outcome, Emit)
        assert [event.fields["publisher"] for event in outcome.events] == ["T98"]
        assert [duty.by for duty in outcome.duties] == ["T97"]

    def test_may_be_answered_by_the_ministry_above_the_filing_province(self) -> None:
        outcome = answered(
            looked_up({"kind": "domain", "value": "novel-a.example"}, to="T00"), NOVELS, policy=BY_MACHINE
        )

        assert isinstance(outcome, Emit)
        assert outcome.events[0].fields["publisher"] == "T00"

    @pytest.mark.parametrize("target", [{"kind": "ip", "value": "192.0.2.7"}, {"kind": "account", "value": "U-7"}])
    def test_of_what_no_register_is_kept_by_is_a_person_s_to_answer(self, target: dict[str, str]) -> None:
        register = Filed(NOVELS)
        delivery = looked_up(target).delivered("miit").delivery

        outcome = handle(delivery, policy=BY_MACHINE, register=register)

        assert duties(outcome)[0].advice == {"register": "not_asked"}
        assert register.asked == []

    def test_asks_for_the_host_of_a_page_and_the_domains_above_it(self) -> None:
        register = Filed(NOVELS)
        delivery = looked_up({"kind": "url", "value": "http://www.novel-a.example/7.html"}).delivered("miit").delivery

        handle(delivery, policy=BY_HAND, register=register)

        assert register.asked == [(Asked("domain", ("www.novel-a.example", "novel-a.example")), date(2016, 7, 19))]

    def test_without_a_filing_leaves_the_unfiled_site_to_be_dealt_with(self) -> None:
        story = case("H1", until="FilingLookupRequested")
        said(story, answered(story, policy=BY_MACHINE))

        (duty,) = duties(answered(story))

        assert (duty.by, duty.owed, duty.about.kind) == ("T98", ("RectificationOrdered",), "case")
        assert duty.article == "Measures on Internet Information Services art 19"


class TestSiteAction:
    def test_asked_for_is_the_filing_province_s_to_decide(self) -> None:
        """H4: V97 asks T97 on Thursday 4 August; the third day is a Sunday."""
        (duty,) = duties(answered(case("H4", until="SiteActionRequested")))

        assert (duty.by, duty.due_strict) == ("T97", to_ms("2016-08-07T23:59:59.999+08:00"))
        assert duty.due_rolled == to_ms("2016-08-08T23:59:59.999+08:00")
        assert {act.partition(":")[0] for act in duty.owed} == {"SiteActionDecided"}
        assert duty.advice == {"filing_info": "missing"}

    def test_can_rest_on_a_look_up_of_the_last_30_days(self) -> None:
        """The decision has to cite it."""
        story = case("H1", until="FilingInfoProvided")
        event_id = str(story.ids[-1])

        (duty,) = duties(answered(_suspension_asked(story)))

        assert duty.advice == {"filing_info": "fresh", "cite": [event_id]}

    def test_decided_is_the_access_province_s_to_execute_within_24_hours(self) -> None:
        (duty,) = duties(answered(case("H4", until="SiteActionDecided")))

        assert (duty.by, duty.owed) == ("T96", ("SiteSuspended",))
        assert duty.due_rolled == to_ms("2016-08-06T14:00:00+08:00")

    def test_restoring_has_no_number_and_is_owed_all_the_same(self) -> None:
        story = case("H4", until="RectificationVerified")
        (to_decide,) = duties(answered(story.until_next("SiteActionRequested")))
        (to_execute,) = duties(answered(story.until_next("SiteActionDecided")))

        assert (to_decide.by, to_decide.owed, to_decide.clock_id) == ("T97", ("SiteActionDecided",), None)
        assert to_decide.advice == {"filing_info": "located"}
        assert (to_execute.by, to_execute.owed, to_execute.due_rolled) == ("T96", ("SiteRestored",), None)

    @pytest.mark.parametrize(("penalised", "may"), [(False, False), (True, True)])
    def test_closing_waits_for_a_disposition(self, penalised: bool, may: bool) -> None:
        """经版权、公安部门查处: before that, what remains is a refusal."""
        story = case("H4", until="SiteSuspended")
        if penalised:
            fields: dict[str, Any] = {
                "variant": "monetary", "publisher": "V97", "doc_no": "乙版罚字〔2016〕1号", "approver": "U-V97-90",
                "aggregate": {"kind": "case", "id": story.case_id}, "decided_at": "2016-08-05T20:00:00+08:00",
                "served_at": "2016-08-05T20:00:00+08:00",
            }  # fmt: skip
            tell(story, "PenaltyDecided", **fields)
        (duty,) = duties(answered(_closing_asked(story)))

        assert duty.advice["may_cancel"] is may
        assert {act.partition(":")[0] for act in duty.owed} == {"SiteActionDecided", "LicenceOrFilingCancelled"}

    def test_another_filing_province_is_named(self) -> None:
        """T98 was asked to restore what T97 has decided on: its decision would be refused."""
        story = case("H4", until="RectificationVerified")
        ref = {"kind": "site_action", "id": f"S-{story.case_id}-1"}
        tell(
            story, "SiteActionRequested", variant="restore", publisher="V97", to=["T98"], doc_no="乙版函〔2016〕2号",
            aggregate=ref,
        )  # fmt: skip

        (duty,) = duties(answered(story))

        assert (duty.by, duty.advice["filing_authority"]) == ("T98", ["T97"])

    def test_cancelled_without_word_to_providers_is_not_done(self) -> None:
        story = case("H4", until="SiteSuspended")
        tell(
            story, "PenaltyDecided", variant="monetary", publisher="V97", doc_no="乙版罚字〔2016〕1号",
            approver="U-V97-90", aggregate={"kind": "case", "id": story.case_id},
            decided_at="2016-08-05T20:00:00+08:00", served_at="2016-08-05T20:00:00+08:00",
        )  # fmt: skip
        _closing_asked(story)
        body = {"number": "例ICP证160001号", "providers_notified": [], "registry_notified": False, "hearing_held": True}
        tell(
            story, "LicenceOrFilingCancelled", body, variant="licence_revoked", publisher="T97",
            aggregate={"kind": "site_action", "id": f"S-{story.case_id}-1"}, doc_no="乙通销字〔2016〕1号",
            decided_at="2016-08-05T22:00:00+08:00", severity="serious",
        )  # fmt: skip
        assert story.state("site_action") == "closed"

        found = duties(answered(story))

        assert [(duty.name, duty.about.kind) for duty in found] == [
            ("tell providers", "case"),
            ("tell registry", "case"),
        ]


class TestTheRest:
    def test_every_line_of_h4_has_its_answer(self) -> None:
        """What concerns 通信 in a suspension over two provinces, line by line."""
        story = Told("H4")
        for line in story.lines:
            story.line(line)
        answers = [
            _short(handle(one.delivery, policy=BY_HAND, register=Filed())) for one in story.all_delivered("miit")
        ]

        assert answers == [
            "copied-for-information",  # ClueFound
            "copied-for-information",  # ClueHandedOver to V97
            "copied-for-information",  # EvidencePreserved
            "copied-for-information",  # CaseOpened
            "T97 P-SITE-01",
            "T97 P-FILING",
            "own-act",  # FilingInfoProvided
            "T96 P-SITE-02",
            "own-act",  # SiteSuspended
            "copied-for-information",  # RectificationOrdered
            "copied-for-information",  # RectificationVerified
            "T97 restore T97",
            "T96 execute T96",
            "own-act",  # SiteRestored
            "copied-for-information",  # PenaltyDecided
            "concluded",  # CaseClosed
        ]

    def test_what_no_rule_knows_is_parked(self) -> None:
        """A receipt for a referral that is addressed to a 通信管理局: a person must see it."""
        story = case("H1", until="CriminalReferralSent")
        story.line(story.lines[len(story.kept)], to=["V9801", "T98"])

        assert answered(story) == Park("no-rule", detail="ReferralReceipted")

    def test_a_clue_that_was_handed_over_is_owed_an_answer(self) -> None:
        story = case("H4", until="ClueFound")
        story.line(story.lines[1], to=["T97"])

        (duty,) = duties(answered(story))

        assert (duty.by, (duty.clock_id or "").partition("/")[0]) == ("T97", "P-CLUE-ACK")

    def test_what_is_copied_to_it_asks_nothing(self) -> None:
        story = case("H4", until="SiteSuspended")

        assert answered(story) == Ignore("own-act")


def _fields(filing: Filing) -> dict[str, Any]:
    return {name: getattr(filing, name) for name in Filing.__dataclass_fields__}


def _short(outcome: Outcome) -> str:
    match outcome:
        case Ignore(reason):
            return reason
        case Owe(owed):
            return ", ".join(f"{d.by} {(d.clock_id or d.name).partition('/')[0]}" for d in owed)
        case _:
            return str(outcome)


def _suspension_asked(story: Told) -> Told:
    attachment = {"kind": "determination", "sha256": "1" * 64, "size": 1, "media_type": "application/ofd"}
    return tell(
        story, "SiteActionRequested", variant="suspend", publisher="V9801", to=["T98"], doc_no="甲一文函〔2016〕1号",
        aggregate={"kind": "site_action", "id": f"S-{story.case_id}-1"}, attachments=[attachment],
    )  # fmt: skip


def _closing_asked(story: Told) -> Told:
    attachment = {"kind": "determination", "sha256": "1" * 64, "size": 1, "media_type": "application/ofd"}
    return tell(
        story, "SiteActionRequested", variant="close", publisher="V97", to=["T97"], doc_no="乙版函〔2016〕3号",
        aggregate={"kind": "site_action", "id": f"S-{story.case_id}-1"}, attachments=[attachment], severity="serious",
    )  # fmt: skip
