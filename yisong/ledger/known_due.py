"""What would a provisional clock's end be by the calendar that is known today? Shown beside it; it moves no clock."""

from collections.abc import Iterable

from yisong.ledger.docket import Clock
from yisong.ledger.law import Law
from yisong.legal_time import Due, due


def known_due(clock: Clock, clocks: Iterable[Clock], law: Law, *, as_of: int) -> Due | None:
    """
    Return when *clock* would end by the calendar as known at *as_of* (ms); None where its end is not provisional.

    *clocks*: those of its docket, among them the one that it follows. A clock keeps the calendar it started with, and
    every view shows this beside it (timers.yaml, counting.calendar).
    """
    if not clock.provisional:
        return None
    timer = law.timer_at(clock.timer, clock.start) or law.timers[clock.timer]
    follows = any(start.previous_due for start in timer.starts)
    before = (
        one.due_strict
        for one in clocks
        if follows and (one.timer, one.aggregate, one.number) == (clock.timer, clock.aggregate, clock.number - 1)
    )
    return due(timer, clock.start, calendar=law.calendar.as_known(as_of), previous_due=next(before, None))
