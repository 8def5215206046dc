"""What is to be said of a docket's clocks, and who says it first?"""

from dataclasses import replace

import pytest

from services.clocks.handle import body, fields
from services.clocks.rules import Notice, first_line, provisional_years, rank, unsaid
from tests.unit.ledger.story import Story, law, told
from yisong.ledger import Docket, Law, advance
from yisong.publishing.compose import Place, compose, content
from yisong.publishing.instants import to_ms, to_text
from yisong.schemas import body_faults


def _at(story: Story, instant: str) -> Docket:
    """Return the docket as its clocks stand at *instant*."""
    return advance(story.now, to_ms(instant), law())


def _notice(docket: Docket, timer: str, event_type: str = "DeadlineBreached") -> Notice:
    return next(one for one in unsaid(docket, law()) if one.clock.timer == timer and one.event_type == event_type)


def _says(story: Story, notice: Notice, *, by: str, at: str) -> str | None:
    """Say *notice* in *story*, and return the reason why it is refused."""
    entry = story.record(story.opened(at, {**fields(notice, case_id=story.case_id, publisher=by)}, body(notice)))
    return entry.reason


class TestUnsaid:
    def test_is_every_breach_from_the_millisecond_after_the_rolled_end(self) -> None:
        """The referral of H1 was sent on 3 August at 10:15; its receipt 回执 is due within 24 hours."""
        docket = _at(told("H1").until("H1", "CriminalReferralSent"), "2016-08-04T10:15:00.001+08:00")

        notice = _notice(docket, "T-REF-03")

        assert to_text(notice.falls_at) == "2016-08-04T10:15:00.001+08:00"
        assert notice.clock.outcome == "late"

    def test_is_known_before_it_falls_due(self) -> None:
        """What runs will be a breach unless an act comes before: the same notice, before and after."""
        story = told("H1").until("H1", "CriminalReferralSent")

        before, after = story.now, _at(story, "2016-08-05T00:00:00+08:00")

        assert _notice(before, "T-REF-03")[:2] == _notice(after, "T-REF-03")[:2]
        assert _notice(before, "T-REF-03").falls_at == _notice(after, "T-REF-03").falls_at

    def test_warns_at_four_fifths_of_statutory_duties_only(self) -> None:
        """T-REF-07 is a statutory duty; T-REF-03, P-FEEDBACK are policy, T-REF-04 and T-REF-06 are windows."""
        warned = {
            name: {one.clock.timer for one in unsaid(told("H1").until("H1", name).now, law()) if one.variant}
            for name in ("CriminalReferralSent", "ReferralReceipted")
        }

        assert warned == {"CriminalReferralSent": set(), "ReferralReceipted": {"T-REF-07"}}

    def test_leaves_out_a_window_that_ran_out_unused(self) -> None:
        """A day after the receipt nobody may ask for supplements any more in time: a right has lapsed, no breach."""
        docket = _at(told("H1").until("H1", "ReferralReceipted"), "2016-08-30T00:00:00+08:00")

        assert "lapsed" in {clock.outcome for clock in docket.clocks}
        assert not {one.clock.timer for one in unsaid(docket, law())} & {"T-REF-04", "T-REF-06"}

    def test_leaves_out_what_was_stopped_in_time(self) -> None:
        """H1 was never late: when it is closed there is nothing to say of it."""
        assert unsaid(told("H1").until("H1", "CaseClosed").now, law()) == ()

    @pytest.mark.parametrize("by", ["S-copyright", "S-police"])
    def test_leaves_out_what_was_said_by_whichever_node(self, by: str) -> None:
        """Once it is on the log it is said; the second one is refused, and the docket is the same."""
        story = told("H1").until("H1", "CriminalReferralSent")
        notice = _notice(_at(story, "2016-08-04T11:00:00+08:00"), "T-REF-03")

        assert _says(story, notice, by=by, at="2016-08-04T11:00:00+08:00") is None
        assert notice.name not in {one.name for one in unsaid(story.now, law())}
        assert _says(story, notice, by="S-miit", at="2016-08-04T11:00:00+08:00") == "already-recorded"

    def test_is_admitted_as_it_is_said(self) -> None:
        """Of T-REF-07, the warning from its instant on, and the breach after the weekend that its end rolls over."""
        story = told("H1").until("H1", "ReferralReceipted")
        warning = _notice(story.now, "T-REF-07", "DeadlineApproaching")
        breach = _notice(story.now, "T-REF-07")

        assert _says(story, warning, by="S-cac", at=to_text(warning.falls_at - 1)) == "not-due"
        assert _says(story, warning, by="S-cac", at=to_text(warning.falls_at)) is None
        assert _says(story, breach, by="S-cac", at="2016-08-08T23:59:59.999+08:00") == "not-due"
        assert _says(story, breach, by="S-cac", at="2016-08-09T00:00:00+08:00") is None

    def test_has_a_body_of_the_catalogue(self) -> None:
        """Both notices have the fields that events.yaml asks for, and can be put into bytes."""
        docket = told("H1").until("H1", "ReferralReceipted").now
        notices = [_notice(docket, "T-REF-07", name) for name in ("DeadlineBreached", "DeadlineApproaching")]

        for notice in notices:
            assert list(body_faults(notice.event_type, body(notice), variant=notice.variant)) == []
            said = content(
                fields(notice, case_id=docket.case_id, publisher="S-cac"),
                body(notice),
                event_id=bytes(16),
                salt=bytes(16),
            )
            assert compose(said, Place(0, None), test_data=True).header.due_at == notice.clock.due_rolled


class TestTheFirstLine:
    @pytest.mark.parametrize(
        ("history", "event", "timer", "starter", "line"),
        [
            ("H1", "CriminalReferralSent", "T-REF-03", "V9801", "copyright"),  # who sent it waits for the receipt
            ("H1", "ReferralReceipted", "T-REF-07", "P9801", "copyright"),  # the police owe it to the sender
            ("H1", "CriminalCaseFiled", "T-REF-14", "P9801", "police"),  # the police wait for the items
            ("H1", "ReferralDecided", "T-REF-02", "V9801", "copyright"),  # nobody but the law waits
            ("H4", "ClueHandedOver", "P-CLUE-ACK", "W97", "cac"),  # who handed the clue over waits
            (
                "H4",
                "SiteActionDecided",
                "P-SITE-02",
                "T97",
                "miit",
            ),  # the filing province waits for the access province
            ("H1", "FilingLookupRequested", "P-FILING", "V9801", "copyright"),
        ],
    )
    def test_is_that_which_waits_for_the_act(
        self, history: str, event: str, timer: str, starter: str, line: str
    ) -> None:
        docket = told(history).until(history, event).now
        clock = next(clock for clock in docket.clocks if clock.timer == timer)

        assert first_line(docket, clock, law(), starter=starter) == line

    def test_of_a_clock_that_a_breach_started_is_that_of_who_owes(self) -> None:
        """The rectification of H5 runs out, and its issuer must open a case: nobody else waits."""
        docket = _at(told("H5").until("H5", "RectificationOrdered"), "2016-08-06T00:00:00+08:00")
        clock = next(clock for clock in docket.clocks if clock.timer == "P-RECT-ESC")

        assert clock.started_by == "T-RECT/Q-CRB-980100-2016-000033-Y-1/1"
        assert first_line(docket, clock, law(), starter=None) == "copyright"

    def test_is_followed_by_the_others_one_after_the_other(self) -> None:
        """So that no two of them say the same at the same time."""
        ranks = [rank(agency, first="miit") for agency in ("copyright", "cac", "miit", "police")]

        assert ranks == [1, 2, 0, 3]

    def test_speaks_as_the_system(self) -> None:
        assert [law().system_organ(agency) for agency in ("cac", "police")] == ["S-cac", "S-police"]


class TestProvisionalDates:
    def test_are_named_by_their_year(self) -> None:
        """At the end of 2016 the holidays of 2017 were not all known; a calendar of an earlier day knows none."""
        story = told("H1").until("H1", "ReferralReceipted")
        clocks = tuple(
            clock._replace(provisional=clock.timer == "T-REF-07" and clock.outcome == "running")
            for clock in story.now.clocks
        )

        assert provisional_years(story.now) == frozenset()
        assert provisional_years(story.now.with_clocks(clocks)) == {2016}


def test_a_clock_that_nobody_owes_is_not_said() -> None:
    """A notice without an addressee would be refused for its missing field, again and again."""
    docket = told("H1").until("H1", "ReferralReceipted").now
    orphaned = docket.with_clocks(tuple(clock._replace(owed_by=()) for clock in docket.clocks))

    assert unsaid(orphaned, law()) == ()


def test_a_policy_duty_that_becomes_statute_is_warned_of() -> None:
    """The class and basis of timers.yaml decide, not the name of the timer."""
    timers = {**law().timers, "T-REF-03": replace(law().timers["T-REF-03"], basis="statute")}
    changed = Law(replace(law().rulebook, timers=timers))

    found = unsaid(told("H1").until("H1", "CriminalReferralSent").now, changed)

    assert ("T-REF-03", "four_fifths") in {(one.clock.timer, one.variant) for one in found}
