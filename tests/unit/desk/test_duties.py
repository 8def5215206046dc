"""When is a duty no longer owed?"""

from dataclasses import replace

from tests.desks import Told, case, receipt_owed
from tests.unit.ledger.story import Story, law
from tests.unit.services.paper_desk import delivery_of
from yisong.desk.delivery import Delivery
from yisong.desk.duties import Closing, KeptDuty, closing, duty_id, overtaken, superseded
from yisong.desk.outcome import Duty
from yisong.envelope.header import AggregateRef
from yisong.ledger import advance
from yisong.publishing.instants import to_ms


def kept(cause: Delivery, duty: Duty) -> KeptDuty:
    """Return *duty* as it is kept because of *cause*."""
    return KeptDuty(
        id=duty_id(cause.partition, cause.offset, duty.name),
        case_id=cause.header.case_id,
        duty=duty,
        partition=cause.partition,
        offset=cause.offset,
        event_id=duty_id(0, 0, "of no account"),
        opened_at=cause.log_time,
        about_state=cause.state(duty.about),
        case_state=cause.docket.case.state,
    )


def receipt(story: Told) -> KeptDuty:
    """Return the receipt that the newest event of *story* makes the police owe."""
    cause = story.delivered("police").delivery
    return kept(cause, receipt_owed(cause))


class TestAnAct:
    def test_fulfils_the_duty_of_the_organ_that_owes_it(self) -> None:
        """甲省一市公安局 signs the receipt that it owes."""
        story = case("H1", until="CriminalReferralSent")
        owed = receipt(story)
        signed = story.until_next("ReferralReceipted").kept[-1][1]

        assert closing(owed, story.delivered("police").delivery) == Closing("done", signed.offset, signed.log_time)

    def test_of_another_kind_leaves_it_open(self) -> None:
        """The feedback to the reporter is still owed when evidence is secured."""
        story = case("H1", until="ClueFound")
        cause = story.delivered("copyright").delivery
        about = AggregateRef("clue", f"C-{story.case_id}-1")
        owed = kept(
            cause, Duty(name="f", by="V9801", owed=("ClueFeedbackSent",), about=about, article="B18", why="反馈")
        )
        story.until_next("EvidencePreserved")

        assert closing(owed, story.delivered("copyright").delivery) is None

    def test_about_a_referral_is_about_its_case_too(self) -> None:
        """Who owes a decision on whether to refer the case has made it when a referral is proposed."""
        story = case("H1", until="InspectionRecorded")
        cause = story.delivered("copyright").delivery
        duty = Duty(
            name="decide",
            by="V9801",
            owed=("ReferralProposed",),
            about=cause.docket.case.ref,
            article="D310 3",
            why="是否移送",
        )
        owed = kept(cause, duty)
        story.until_next("ReferralProposed")
        after = story.delivered("copyright").delivery

        assert closing(owed, after) == Closing("done", after.offset, after.log_time)

    def test_of_another_organ_does_not_fulfil_it(self) -> None:
        """What V9801 says in the case is not the receipt of the police."""
        story = case("H1", until="CriminalReferralSent")
        cause = story.delivered("police").delivery
        owed = kept(cause, replace(receipt_owed(cause), by="P9802", clock_id=None))
        story.until_next("ReferralReceipted")

        assert closing(owed, story.delivered("police").delivery) is None


class TestAClock:
    def test_that_another_act_has_stopped_says_that_it_is_done(self) -> None:
        """Whoever gave the receipt, it is given: the clock stands."""
        story = case("H1", until="CriminalReferralSent")
        cause = story.delivered("police").delivery
        owed = kept(cause, replace(receipt_owed(cause), owed=("NothingOfTheKind",)))
        story.until_next("ReferralReceipted")
        signed = story.delivered("police").delivery

        assert closing(owed, signed) == Closing("done", signed.offset, signed.log_time)

    def test_that_is_late_leaves_the_duty_open(self) -> None:
        """After 24 hours the receipt is late, and owed all the same."""
        story = case("H1", until="CriminalReferralSent")
        owed = receipt(story)
        as_of = to_ms("2016-08-10T00:00:00+08:00")

        late = advance(story.now, as_of, law())

        assert late.clocks[-1].outcome == "late"
        assert overtaken(owed, late, law(), offset=9, log_time=as_of) is None

    def test_that_is_void_ends_the_duty(self) -> None:
        """甲省一市公安局 has passed the case on, so it does not ask for missing papers any more."""
        story = case("H3", until="ReferralReceipted")
        cause = story.delivered("police").delivery
        (clock,) = cause.clocks("T-REF-04")
        duty = Duty(
            name="papers", by="P9801", owed=("ReferralSupplementRequested",), about=clock.aggregate, article="CX",
            why="补正", clock_id=clock.id,
        )  # fmt: skip
        owed = kept(cause, duty)
        story.until_next("ReferralRerouted")
        rerouted = story.delivered("police").delivery

        assert closing(owed, rerouted) == Closing("void", rerouted.offset, rerouted.log_time)


class TestTheEndOfACase:
    def test_ends_what_was_owed_in_it(self) -> None:
        """Nobody inspects a site for a case that is closed."""
        story = case("H1", until="InspectionRecorded")
        cause = story.delivered("copyright").delivery
        duty = Duty(name="x", by="V9801", owed=(), about=cause.docket.case.ref, article="P", why="检查")
        owed = kept(cause, duty)
        story.until_next("CaseClosed")
        closed = story.delivered("copyright").delivery

        assert closing(owed, closed) == Closing("void", closed.offset, closed.log_time)

    def test_leaves_open_what_arises_from_it(self) -> None:
        """The file of a closed case is archived after its end, whatever is recorded in the case meanwhile."""
        story = case("H1", until="CaseClosed")
        cause = story.delivered("copyright").delivery
        duty = Duty(name="archive", by="V9801", owed=(), about=cause.docket.case.ref, article="B24", why="归档")

        assert closing(kept(cause, duty), cause) is None


class TestADutyThatIsSaidAnew:
    def test_takes_the_place_of_the_one_of_the_same_clock(self) -> None:
        """A breach says what the referral said before: one act is owed, and the newer duty knows that it is late."""
        story = case("H1", until="CriminalReferralSent")
        owed = receipt(story)
        later = story.until_next("ReferralReceipted").delivered("police").delivery

        again = replace(owed.duty, name="overdue P9801")
        assert superseded(owed, [again], later) == Closing("void", later.offset, later.log_time)

    def test_leaves_what_another_organ_owes_and_what_has_no_clock(self) -> None:
        """Whoever else must act on the same clock goes on owing it; without a clock nobody knows it to be the same."""
        story = case("H1", until="CriminalReferralSent")
        owed = receipt(story)
        later = story.until_next("ReferralReceipted").delivered("police").delivery

        assert superseded(owed, [replace(owed.duty, by="P9802"), replace(owed.duty, owed=())], later) is None
        assert superseded(replace(owed, duty=replace(owed.duty, clock_id=None)), [replace(owed.duty, clock_id=None)],
                          later) is None  # fmt: skip

    def test_is_no_other_one_where_the_same_delivery_is_answered_again(self) -> None:
        """What was parked and is run again finds its own duties, and must not end them."""
        story = case("H1", until="CriminalReferralSent")
        cause = story.delivered("police").delivery
        owed = receipt(story)

        assert superseded(owed, [owed.duty], cause) is None


class TestAReport:
    """月报 of 甲省版权局, in the register docket of its province and year."""

    def filed(self, period: str, **fields: object) -> Delivery:
        story = Story("CRB-980000-2016-000000-U")
        body = {
            "period": period, "template": "JW2016-1", "report_version": 1, "figures": [], "derived_diff": [],
            "focus": [], "duties": [],
        }  # fmt: skip
        header = {
            "event_type": "PeriodicReportFiled", "variant": "monthly", "publisher": "V98", "to": ["V00"], "cites": [],
            "case_id": story.case_id, "occurred_at": "2016-08-04T10:00:00+08:00", "region_code": "980000",
            "pii_level": "P0", **fields,
        }  # fmt: skip
        entry = story.record(story.opened("2016-08-04T10:02:00+08:00", header, body))
        return delivery_of(story, entry, "copyright", body)

    def owed(self, period: str) -> KeptDuty:
        said = self.filed(period)
        duty = Duty(
            name="T-RPT-M", by="V98", owed=("PeriodicReportFiled:monthly",), about=said.docket.case.ref,
            article="JW2016", why=f"月报: {period}", advice={"period": period, "campaign": "JW2016"},
        )  # fmt: skip
        return kept(said, duty)

    def test_is_filed_by_the_one_on_its_month_and_by_no_other(self) -> None:
        said = self.filed("2016-07")

        assert closing(self.owed("2016-07"), said) == Closing("done", said.offset, said.log_time)
        assert closing(self.owed("2016-07"), self.filed("2016-08")) is None

    def test_is_not_filed_by_the_one_for_another_campaign(self) -> None:
        assert closing(self.owed("2016-07"), self.filed("2016-07", campaign_id="JW2016")) is not None
        assert closing(self.owed("2016-07"), self.filed("2016-07", campaign_id="XX2016")) is None

    def test_is_not_filed_by_one_of_which_nobody_can_say_which_month_it_is_on(self) -> None:
        """The docket says the year: that is enough for what is owed once a year, and not for a month."""
        said = replace(self.filed("2016-07"), body=None)

        assert closing(self.owed("2016-07"), said) is None
        assert closing(self.owed("2016"), said) is not None
