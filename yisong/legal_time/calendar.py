"""
Is a day a working day, as was known at an instant?

The State Council moves holidays and make-up working days 调休 by a yearly notice. A clock keeps the calendar that was
known when it started, so the same clock gives the same days on every node and at every later time (calendar.yaml).
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from yisong.legal_time.days import is_weekend
from yisong.rulebook.model import CalendarRow


class Day(NamedTuple):
    """What is known of a day; *provisional*: its year's own notice was not out yet, so only weekends count."""

    working: bool
    provisional: bool


class KnownCalendar:
    """The calendar as it was known from one notice to the next."""

    def __init__(self, rows: Iterable[CalendarRow]) -> None:
        """Take the *rows* known, oldest first; a newer row overrides an older one for the days it names."""
        self._named: dict[int, bool] = {}
        self._years: set[int] = set()
        for row in rows:
            self._named |= {day.toordinal(): False for day in row.holidays}
            self._named |= {day.toordinal(): True for day in row.workdays}
            if row.year is not None:
                self._years.add(row.year)

    def day(self, day: int, *, year: int) -> Day:
        """Return what is known of *day*, which lies in *year*."""
        named = self._named.get(day)
        working = (not is_weekend(day)) if named is None else named
        return Day(working, provisional=named is None and year not in self._years)


class Calendar:
    """Every notice there is, and what was known at each instant."""

    def __init__(self, rows: Iterable[CalendarRow]) -> None:
        """Compile the *rows* of the rulebook."""
        ordered = sorted(rows, key=lambda row: row.known_from)
        self._known_from = [row.known_from for row in ordered]
        self._states: Mapping[int, KnownCalendar] = {
            count: KnownCalendar(ordered[:count]) for count in range(len(ordered) + 1)
        }

    def as_known(self, instant: int) -> KnownCalendar:
        """Return the calendar as it was known at *instant* (ms); a notice is known from 00:00 +08:00 of its day."""
        return self._states[bisect_right(self._known_from, instant)]
