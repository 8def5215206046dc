"""As of when is a case seen today? By its own time on a demo bus, unless it lives by the wall clock."""

from dataclasses import replace

from tests.unit.audit.on_paper import HISTORIES, Desk
from yisong.audit.handoffs import Act, handoffs_of
from yisong.audit.history_file import read_history
from yisong.audit.played import Position
from yisong.audit.trails import present
from yisong.ledger import Docket, Law
from yisong.publishing.instants import to_ms

LATER = to_ms("2016-08-05T09:00:00+08:00")


def referred(desk: Desk) -> tuple[Docket, Position]:
    """Tell H1 up to its referral of 3 August, 10:17, and return its docket and where the referral lies."""
    whole = read_history(HISTORIES / "H1.jsonl")
    told = desk.play(replace(whole, lines=whole.lines[:9]))
    last = told.entries[-1]
    return told.dockets[whole[1].case_id], Position(last.partition, last.offset)


def production(law: Law) -> Law:
    """Return the same law on a production bus."""
    return Law(replace(law.rulebook, bus=replace(law.rulebook.bus, profile="production")))


def test_a_case_is_seen_by_its_own_time_until_it_lives_by_the_wall_clock(desk: Desk) -> None:
    docket, _ = referred(desk)

    assert present(docket, desk.law, live=(), now=LATER) == to_ms("2016-08-03T10:17:00+08:00")
    assert present(docket, desk.law, live=[docket.case_id], now=LATER) == LATER
    assert present(docket, production(desk.law), live=(), now=LATER) == LATER


def test_a_handoff_of_a_case_that_lives_by_the_wall_clock_becomes_late_by_it(desk: Desk) -> None:
    """The police had 24 hours from 10:15; two days later nobody has signed."""
    docket, place = referred(desk)
    acts = {place: Act("V9801", docket.log_time, "CriminalReferralSent")}

    (resting,) = handoffs_of(docket, acts, desk.law, now=LATER)
    (live,) = handoffs_of(docket, acts, desk.law, now=LATER, live=[docket.case_id])

    assert (resting.as_of, resting.clock.outcome) == (docket.log_time, "running")
    assert (live.as_of, live.clock.outcome) == (LATER, "late")
