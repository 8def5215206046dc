"""
When is a period over?

The first day (or hour) is not counted (Criminal Procedure Law art 105 para 2); a last day on a holiday moves to the
first working day after (para 4). Decree 310 does not say whether its 3日 are calendar or working days, so both readings
are kept: *due_strict* never moves, *due_rolled* does. Hours never roll.
"""

from datetime import date
from functools import lru_cache
from typing import NamedTuple

from yisong.legal_time.calendar import KnownCalendar
from yisong.legal_time.days import MS_PER_HOUR, add_months, day_of, end_of_day, next_monthly_day
from yisong.rulebook.clock_rules import Timer


class Due(NamedTuple):
    """
    The end of a period: its last instant, inclusive, in ms, on both readings.

    *provisional*: a day was looked at, to count working days or to roll, whose holidays were not known yet.
    """

    strict: int
    rolled: int
    provisional: bool


class _Days:
    """Looks days up, and remembers whether one of them was provisional."""

    def __init__(self, calendar: KnownCalendar) -> None:
        self._calendar = calendar
        self.provisional = False

    def working(self, day: int) -> bool:
        known = self._calendar.day(day, year=date.fromordinal(day).year)
        self.provisional |= known.provisional
        return known.working

    def roll(self, day: int) -> int:
        while not self.working(day):
            day += 1
        return day

    def after(self, day: int, working_days: int) -> int:
        while working_days:
            day += 1
            working_days -= self.working(day)
        return day


def due(timer: Timer, start: int, *, calendar: KnownCalendar, previous_due: int | None = None) -> Due:
    """
    Return when the period of *timer* that starts at *start* (ms) is over, counted with *calendar*.

    *previous_due*: the strict end (ms) of the clock that this one follows, for a report that is due again each month.
    For a timer that runs until the date in the header, *start* is that date.
    """
    if timer.unit == "h":
        end = start + (timer.n or 0) * MS_PER_HOUR
        return Due(end, end, provisional=False)
    return _day_due(timer, day_of(start if previous_due is None else previous_due), calendar)


def due_on(day: int, *, roll: bool, calendar: KnownCalendar) -> Due:
    """Return when what is due on a *day* of the calendar is over; with *roll* a holiday moves it, by *calendar*."""
    days = _Days(calendar)
    rolled = days.roll(day) if roll else day
    return Due(end_of_day(day), end_of_day(rolled), days.provisional)


@lru_cache(maxsize=4096)
def _day_due(timer: Timer, first: int, calendar: KnownCalendar) -> Due:
    days = _Days(calendar)
    ends = due_on(_last_day(timer, first, days), roll=timer.roll, calendar=calendar)
    return ends._replace(provisional=ends.provisional or days.provisional)


def _last_day(timer: Timer, first: int, days: _Days) -> int:
    if timer.until_due_at:
        return first
    if timer.monthly_day is not None:
        return next_monthly_day(first, timer.monthly_day)
    if timer.n is None or timer.unit is None:
        raise ValueError(f"timer {timer.id} is on the register only; the bus runs no clock of it")
    match timer.unit:
        case "d":
            return first + timer.n
        case "wd":
            return days.after(first, timer.n)
        case "m":
            return add_months(first, timer.n)
        case "h":
            raise ValueError(f"timer {timer.id} counts hours, not days")
