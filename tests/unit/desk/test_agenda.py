"""How pressing is a duty? What is nearly due is an urgency of it, and no event."""

from dataclasses import replace
from typing import TYPE_CHECKING, cast
from uuid import UUID

import pytest

from tests.desks import Told, case
from tests.unit.desk.test_duties import kept, receipt
from tests.unit.ledger.story import law
from yisong.desk.agenda import Owed, agenda
from yisong.desk.duties import KeptDuty
from yisong.ledger import Docket
from yisong.publishing.instants import to_ms

if TYPE_CHECKING:
    from yisong.desk.store import Store


class Paper:
    """A desk's duties and its trail on paper; its cases live by the wall clock."""

    def __init__(self, duty: KeptDuty, docket: Docket) -> None:
        self._duty, self._docket = duty, docket

    def duties(self, **_: object) -> list[KeptDuty]:
        return [self._duty]

    def dockets(self, _: object) -> dict[str, Docket]:
        return {self._duty.case_id: self._docket}

    def live(self) -> frozenset[str]:
        return frozenset({self._duty.case_id})


def seen(duty: KeptDuty, story: Told, at: str) -> Owed:
    (one,) = agenda(cast("Store", Paper(duty, story.now)), "police", law(), now=to_ms(at), everything=True)
    return one


@pytest.mark.parametrize(
    ("at", "urgency"),
    [
        ("2016-08-04T05:26:59+08:00", "running"),
        ("2016-08-04T05:27:00+08:00", "nearly_due"),
        ("2016-08-04T10:15:00+08:00", "nearly_due"),
        ("2016-08-04T10:15:00.001+08:00", "late"),
    ],
)
def test_a_receipt_is_nearly_due_at_four_fifths_of_its_day(at: str, urgency: str) -> None:
    """H1: 24 hours from 3 August, 10:15."""
    story = case("H1", until="CriminalReferralSent")

    assert seen(receipt(story), story, at).urgency == urgency


def test_between_the_two_readings_it_is_late_strictly() -> None:
    """The decision of H1 is due on Saturday 6 August, rolled to Monday."""
    story = case("H1", until="ReferralReceipted")
    cause = story.delivered("police").delivery
    (clock,) = cause.clocks("T-REF-07")
    duty = replace(
        receipt(case("H1", until="CriminalReferralSent")).duty,
        clock_id=clock.id, due_strict=clock.due_strict, due_rolled=clock.due_rolled,
    )  # fmt: skip

    assert seen(kept(cause, duty), story, "2016-08-07T10:00:00+08:00").urgency == "late_strictly"
    assert seen(kept(cause, duty), story, "2016-08-09T00:00:00+08:00").urgency == "late"


def test_without_a_clock_four_fifths_count_from_when_it_arose_and_without_a_date_nothing_presses() -> None:
    """材料: asked for on 3 August at 10:17 until the 8th at 10:17."""
    story = case("H1", until="CriminalReferralSent")
    cause = story.delivered("police").delivery
    until = to_ms("2016-08-08T10:17:00+08:00")
    duty = replace(receipt(story).duty, clock_id=None, due_strict=until, due_rolled=until)

    assert seen(kept(cause, duty), story, "2016-08-07T10:16:59+08:00").urgency == "running"
    assert seen(kept(cause, duty), story, "2016-08-07T10:17:00+08:00").urgency == "nearly_due"
    endless = replace(duty, due_strict=None, due_rolled=None)
    assert seen(kept(cause, endless), story, "2016-08-07T10:17:00+08:00").urgency is None


def test_what_is_done_presses_no_more() -> None:
    story = case("H1", until="CriminalReferralSent")
    done = replace(receipt(story), state="done", officer=str(UUID(int=1)))

    assert seen(done, story, "2016-08-05T10:15:00+08:00").urgency is None


def test_an_end_that_was_counted_before_the_holidays_were_known_says_so() -> None:
    """Its clock is provisional; what the calendar of today would give stands beside it."""
    story = case("H1", until="CriminalReferralSent")
    (clock,) = story.delivered("police").delivery.clocks("T-REF-03")
    unsure = story.now._replace(clocks=tuple(
        one._replace(provisional=True) if one.id == clock.id else one for one in story.now.clocks
    ))  # fmt: skip
    owed = receipt(story)
    (one,) = agenda(cast("Store", Paper(owed, unsure)), "police", law(), now=to_ms("2016-08-03T12:00:00+08:00"))

    assert one.provisional
    assert one.known is not None
    assert one.known.rolled == clock.due_rolled
    assert not seen(owed, story, "2016-08-03T12:00:00+08:00").provisional
