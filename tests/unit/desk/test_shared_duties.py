"""What do all four desks answer alike?"""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from tests.desks import Told, author, case
from tests.unit.ledger.story import law
from yisong.desk.answering import answer, joined
from yisong.desk.delivery import Delivery
from yisong.desk.duties import KeptDuty, closing, duty_id
from yisong.desk.outcome import Duty, Emit, Ignore, NextEvent, Outcome, Owe, Park
from yisong.desk.policy import Policy
from yisong.desk.shared_duties import NOTHING_OWED, SHARED
from yisong.envelope.header import AggregateRef
from yisong.home import AGENCIES, Agency
from yisong.ledger import advance
from yisong.publishing.instants import to_ms, to_text


def answered(delivery: Delivery, *, acts: dict[str, str] | None = None) -> Outcome:
    """Return the answer of a desk that has no rules of its own."""
    return answer(delivery, policy=Policy(agency=delivery.agency, acts=acts or {}), rules={})


def duties(outcome: Outcome) -> tuple[Duty, ...]:
    assert isinstance(outcome, Owe)
    return outcome.duties


def tell(story: Told, event_type: str, *, by: str, **fields: Any) -> Told:
    """Tell another event an hour after the newest one, and see that it is admitted."""
    at = to_text(story.now.log_time + 3_600_000)
    assert story.says(event_type, by=by, at=at, **fields).verdict == "admitted"
    return story


def breached(story: Told, clock_id: str) -> Told:
    """Let a node say that a clock of *story* has run out, an hour after it did."""
    clock = story.now.clock(clock_id)
    assert clock is not None
    at = to_text(clock.due_rolled + 3_600_000)
    found = advance(story.now, to_ms(at), law()).clock(clock_id)
    assert found is not None
    assert found.breached_at is not None
    body = {"timer_id": clock.timer, "due_strict": to_text(clock.due_strict), "responsible": list(clock.owed_by)}
    header = {
        "event_type": "DeadlineBreached", "case_id": story.case_id, "publisher": "S-police", "pii_level": "P0",
        "aggregate": clock.aggregate._asdict(), "due_at": to_text(clock.due_rolled), "to": list(clock.owed_by),
        "cites": [{"kind": "clock", "id": clock_id}], "occurred_at": to_text(found.breached_at),
        "region_code": story.case_id[4:10],
    }  # fmt: skip
    assert story.record(story.opened(at, header, body)).verdict == "admitted"
    return story


def supervised(story: Told, *, to: str = "V9801", cc: tuple[str, ...] = ("W00", "T00", "P00")) -> Told:
    """Tell that V00 orders a joint supervision of the case."""
    return tell(
        story, "JointSupervisionOrdered", by="V00", to=[to], cc=list(cc), doc_no="国版督字〔2016〕1号",
        due_at="2016-12-30T23:59:59+08:00", aggregate={"kind": "supervision", "id": f"D-{story.case_id}-1"},
        cites=[{"kind": "case", "id": story.case_id}],
    )  # fmt: skip


class TestAssistance:
    @pytest.mark.parametrize(("agency", "organ"), [("copyright", "V98"), ("miit", "T98"), ("police", "P98")])
    def test_is_owed_by_whoever_is_asked(self, agency: Agency, organ: str) -> None:
        """Ten working days from Thursday 18 July, since requests for assistance must be met (CF 26)."""
        story = case("H1", until="CaseOpened")
        ref = {"kind": "assistance", "id": f"A-{story.case_id}-1"}
        tell(story, "AssistanceRequested", by="V9801", to=[organ], aggregate=ref)

        (duty,) = duties(answered(story.delivered(agency).delivery))

        assert (duty.by, duty.owed, duty.article) == (organ, ("AssistanceReplied",), "CF 26 (must be met, no number)")
        assert duty.due_rolled == to_ms("2016-08-02T23:59:59.999+08:00")

    def test_asked_of_cac_is_answered_on_paper(self) -> None:
        """The catalogue has no reply of 网信."""
        story = case("H1", until="CaseOpened")
        ref = {"kind": "assistance", "id": f"A-{story.case_id}-1"}
        tell(story, "AssistanceRequested", by="V9801", to=["W98"], aggregate=ref)

        (duty,) = duties(answered(story.delivered("cac").delivery))

        assert (duty.by, duty.owed) == ("W98", ())

    def test_asked_of_another_agency_asks_nothing_of_us(self) -> None:
        story = case("H1", until="CaseOpened")
        ref = {"kind": "assistance", "id": f"A-{story.case_id}-1"}
        tell(story, "AssistanceRequested", by="V9801", to=["T98"], aggregate=ref)

        assert answered(story.delivered("police").delivery) == Ignore("copied-for-information")


class TestJointSupervision:
    @pytest.mark.parametrize(("agency", "organ"), [("cac", "W00"), ("miit", "T00"), ("police", "P00")])
    def test_is_acknowledged_by_every_line_in_its_cc(self, agency: Agency, organ: str) -> None:
        story = supervised(case("H1", until="CaseOpened"))

        (duty,) = duties(answered(story.delivered(agency).delivery))

        assert (duty.by, duty.owed, duty.about.kind) == (organ, ("DocumentServed",), "supervision")

    def test_is_acknowledged_by_a_machine_where_policy_lets_it(self) -> None:
        story = supervised(case("H1", until="CaseOpened"))
        delivery = story.delivered("miit").delivery

        outcome = answered(delivery, acts={"DocumentServed": "U-T-MACHINE"})

        assert isinstance(outcome, Emit)
        (draft,) = author().drafts(delivery, outcome.events)
        entry = story.record(story.opened(to_text(story.now.log_time), draft.said.fields, outcome.events[0].body))
        assert (entry.verdict, entry.header and entry.header.to) == ("admitted", ("V00",))

    def test_leaves_its_leads_what_their_clocks_say(self) -> None:
        story = supervised(case("H1", until="CaseOpened"))

        found = duties(answered(story.delivered("copyright").delivery))

        assert sorted((duty.clock_id or "").partition("/")[0] for duty in found) == ["T-JS-DUE", "T-JS-RPT"]

    def test_led_and_co_signed_by_the_police_brings_both(self) -> None:
        story = supervised(case("H1", until="CaseOpened"), to="P98")

        found = duties(answered(story.delivered("police").delivery))

        assert sorted((duty.by, (duty.clock_id or duty.name).partition("/")[0]) for duty in found) == [
            ("P00", "acknowledge P00"),
            ("P98", "T-JS-DUE"),
            ("P98", "T-JS-RPT"),
        ]


class TestBreach:
    def test_of_the_decision_names_what_the_police_still_owe_and_whom_the_sender_may_ask(self) -> None:
        story = case("H1", until="ReferralReceipted")
        clock_id = f"T-REF-07/R-{story.case_id}-1/1"
        breached(story, clock_id)

        (overdue,) = duties(answered(story.delivered("police").delivery))
        (complaint,) = duties(answered(story.delivered("copyright").delivery))

        assert (overdue.by, overdue.clock_id, overdue.article) == ("P9801", clock_id, "D310 8; CX 180 para 1")
        assert "CriminalCaseFiled" in overdue.owed
        assert overdue.advice == {"on_breach": "opens the complaint path of GZ 562; D310 17"}
        assert (complaint.by, complaint.owed) == ("V9801", ("ProsecutorSupervisionRecorded",))
        assert complaint.article == "GZ 562"

    def test_concerns_nobody_else(self) -> None:
        story = case("H1", until="ReferralReceipted")
        breached(story, f"T-REF-07/R-{story.case_id}-1/1")

        assert answered(story.delivered("cac").delivery) == Ignore("notice")

    def test_of_a_rectification_starts_what_the_issuer_owes_next(self) -> None:
        """P-RECT-ESC: whoever ordered it has seven days to have it dealt with."""
        story = case("H5", until="RectificationOrdered")
        breached(story, f"T-RECT/Q-{story.case_id}-1/1")

        found = duties(answered(story.delivered("copyright").delivery))

        assert [(duty.clock_id or "").partition("/")[0] for duty in found] == ["T-RECT", "P-RECT-ESC"]

    def test_of_what_was_done_in_the_meantime_is_concluded(self) -> None:
        """The receipt came late, and the notice after it."""
        story = case("H1", until="CriminalReferralSent")
        story.line({**story.lines[len(story.kept)], "at": "2016-08-10T10:00:00+08:00"})
        clock = story.now.clock(f"T-REF-03/R-{story.case_id}-1/1")
        assert clock is not None
        assert clock.outcome == "late"
        breached_late(story, clock.id)

        assert answered(story.delivered("police").delivery) == Ignore("concluded")


def breached_late(story: Told, clock_id: str) -> None:
    clock = story.now.clock(clock_id)
    assert clock is not None
    assert clock.breached_at is not None
    story.says(
        "DeadlineBreached", by="S-cac", at=to_text(story.now.log_time + 1000), to=list(clock.owed_by),
        aggregate=clock.aggregate._asdict(), due_at=to_text(clock.due_rolled),
        cites=[{"kind": "clock", "id": clock_id}], occurred_at=to_text(clock.breached_at),
    )  # fmt: skip
    assert story.entries[-1].verdict == "admitted"


class TestBrokenBody:
    @pytest.mark.parametrize("fault", ["commitment", "schema", "not_openable"])
    def test_is_disputed_and_what_its_header_asks_is_owed_all_the_same(self, fault: str) -> None:
        story = case("H1", until="CriminalReferralSent")
        delivery = replace(story.delivered("police").delivery, body=None, body_fault=fault)

        outcome = answered(delivery)

        assert isinstance(outcome, Emit)
        assert [(duty.clock_id or "").partition("/")[0] for duty in outcome.duties] == ["T-REF-03"]
        (draft,) = author().drafts(delivery, outcome.events)
        assert draft.said.fields["to"] == ["V9801"]
        entry = story.record(story.opened(to_text(story.now.log_time), draft.said.fields, outcome.events[0].body))
        assert entry.verdict == "admitted"
        assert entry.header is not None
        assert (entry.header.variant, entry.header.publisher) == (fault, "P9801")

    def test_is_disputed_by_the_ministry_where_no_organ_of_the_line_was_named(self) -> None:
        delivery = replace(case("H1", until="ClueFound").delivered("miit").delivery, body=None, body_fault="schema")

        outcome = answered(delivery)

        assert isinstance(outcome, Emit)
        assert outcome.events[0].fields["publisher"] == "T00"

    def test_of_our_own_or_of_a_dispute_is_not_disputed(self) -> None:
        """Two machines would go on for ever."""
        own = case("H1", until="ClueFound").delivered("copyright").delivery
        story = case("H1", until="ClueFound")
        cites = [{"kind": "event", "id": str(story.ids[-1])}]
        tell(story, "BodyDisputed", by="P98", variant="schema", to=["V9801"], cites=cites)

        assert not isinstance(answered(replace(own, body=None, body_fault="schema")), Emit)
        dispute = story.delivered("copyright").delivery
        assert not isinstance(answered(replace(dispute, body=None, body_fault="schema")), Emit)

    def test_that_somebody_disputes_is_owed_a_correction(self) -> None:
        story = case("H1", until="ClueFound")
        cites = [{"kind": "event", "id": str(story.ids[-1])}]
        tell(story, "BodyDisputed", by="P98", variant="schema", to=["V9801"], cites=cites)

        (duty,) = duties(answered(story.delivered("copyright").delivery))

        assert (duty.by, duty.owed) == ("V9801", ("EventCorrected",))
        assert duty.advice == {"fault": "schema", "cites": [cites[0]["id"]]}


class TestEvidence:
    def test_asked_for_is_owed_until_the_date_in_the_request(self) -> None:
        story = case("H1", until="CaseOpened")
        tell(
            story, "RegulatoryMeasureTaken", by="V9801", variant="evidence_request", to=["T98"],
            due_at="2016-08-01T18:00:00+08:00", doc_no="甲一文调字〔2016〕1号",
        )  # fmt: skip

        (duty,) = duties(answered(story.delivered("miit").delivery))

        assert (duty.by, duty.due_rolled) == ("T98", to_ms("2016-08-01T18:00:00+08:00"))


class TestAnswer:
    def test_an_event_that_no_rule_knows_is_parked_where_it_is_addressed_to_us(self) -> None:
        story = case("H1", until="CriminalReferralSent")
        story.line(story.lines[len(story.kept)], to=["V9801", "W98"])

        assert answered(story.delivered("cac").delivery) == Park("no-rule", detail="ReferralReceipted")

    def test_a_clock_of_ours_is_owed_though_no_rule_thought_of_it(self) -> None:
        (duty,) = duties(answered(case("H4", until="SiteActionRequested").delivered("miit").delivery))

        assert (duty.by, (duty.clock_id or "").partition("/")[0]) == ("T97", "P-SITE-01")

    def test_a_rule_s_own_duty_takes_the_place_of_its_clock_s(self) -> None:
        delivery = case("H4", until="SiteActionRequested").delivered("miit").delivery
        (plain,) = duties(answered(delivery))
        better = replace(plain, name="decide", why="three days")

        outcome = answer(
            delivery, policy=Policy(agency="miit"), rules={"SiteActionRequested": lambda _, __: Owe((better,))}
        )

        assert outcome == Owe((better,))

    def test_a_park_holds_back_whatever_else_was_answered(self) -> None:
        event = NextEvent(name="next", fields={}, body={})
        duty = Duty(name="d", by="V9801", owed=(), about=AggregateRef("case", "C"), article="", why="")

        assert joined([Emit((event,)), Park("rule-failed"), Owe((duty,))]) == Park("rule-failed")
        assert joined([Ignore("own-act"), Emit((event,)), Owe((duty,))]) == Emit((event,), (duty,))
        assert joined([Ignore("own-act"), Ignore("notice")]) == Ignore("own-act")

    @pytest.mark.parametrize("agency", AGENCIES)
    @pytest.mark.parametrize("name", ["H1", "H3", "H4", "H5"])
    def test_nothing_of_a_history_is_lost_on_a_desk_without_rules(self, agency: Agency, name: str) -> None:
        """Whatever the agency: every clock that it owes is a duty of it, and nothing else is owed without a rule."""
        story = Told(name)
        for line in story.lines:
            story.line(line)
        for one in story.all_delivered(agency):
            owed = {
                (clock.id, organ)
                for clock in one.delivery.docket.clocks
                if clock.started_by == one.delivery.offset and not clock.window
                for organ in clock.owed_by
                if law().organs[organ].role == agency
            }
            outcome = answered(one.delivery)
            found = outcome.duties if isinstance(outcome, Owe) else ()
            assert {(duty.clock_id, duty.by) for duty in found} == owed


def test_what_is_said_to_ask_nothing_is_in_the_catalogue_and_has_no_rule() -> None:
    assert set(law().events) >= NOTHING_OWED | SHARED.keys()
    assert not NOTHING_OWED & SHARED.keys()


def test_an_officer_s_acknowledgement_that_cites_the_order_alone_fulfils_the_duty() -> None:
    """`DocumentServed` moves nothing; what it answers it says by a cite."""
    story = supervised(case("H1", until="CaseOpened"))
    cause = story.delivered("miit").delivery
    (duty,) = duties(answered(cause))
    order = UUID(bytes=cause.header.event_id)
    owed = KeptDuty(
        id=duty_id(cause.partition, cause.offset, duty.name), case_id=story.case_id, duty=duty,
        partition=cause.partition, offset=cause.offset, event_id=order, opened_at=cause.log_time,
        about_state="ordered", case_state="open",
    )  # fmt: skip
    served = {"served_at": to_text(story.now.log_time), "to": ["V00"]}
    tell(story, "DocumentServed", by="T00", cites=[{"kind": "event", "id": str(story.ids[0])}], **served)
    other = closing(owed, story.delivered("miit").delivery)
    tell(story, "DocumentServed", by="T00", cites=[{"kind": "event", "id": str(order)}], **served)
    this = closing(owed, story.delivered("miit").delivery)

    assert other is None
    assert this is not None
    assert this.state == "done"
