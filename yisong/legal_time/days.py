"""
Which legal day is an instant in?

An instant is an integer of milliseconds since 1970 (UTC); a legal day is the proleptic Gregorian ordinal of its date
in +08:00 (``datetime.date.toordinal``), the zone of all periods (timers.yaml, counting.zone).
"""

from datetime import date

MS_PER_HOUR = 3_600_000
MS_PER_DAY = 24 * MS_PER_HOUR
_ZONE = 8 * MS_PER_HOUR
_EPOCH = date(1970, 1, 1).toordinal()


def day_of(instant: int) -> int:
    """Return the ordinal of the +08:00 day in which *instant* (ms) lies."""
    return (instant + _ZONE) // MS_PER_DAY + _EPOCH


def start_of_day(day: int) -> int:
    """Return the instant (ms) of 00:00:00.000 +08:00 on *day*."""
    return (day - _EPOCH) * MS_PER_DAY - _ZONE


def end_of_day(day: int) -> int:
    """Return the last instant (ms) of *day*, 23:59:59.999 +08:00: a day clock ends with its last day, inclusive."""
    return start_of_day(day + 1) - 1


def is_weekend(day: int) -> bool:
    """Hold for Saturday and Sunday."""
    return date.fromordinal(day).weekday() >= 5  # noqa: PLR2004 (5 is Saturday)


def add_months(day: int, months: int) -> int:
    """
    Return the same day of the month, *months* later, or the last day of that month where it does not exist.

    Source: timers.yaml, counting.months.
    """
    start = date.fromordinal(day)
    years, month0 = divmod(start.month - 1 + months, 12)
    first = date(start.year + years, month0 + 1, 1)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    length = (following - first).days
    return first.replace(day=min(start.day, length)).toordinal()


def next_monthly_day(day: int, monthly_day: int) -> int:
    """Return the first *monthly_day* of a month (1 to 28) that lies after *day*."""
    start = date.fromordinal(day)
    here = start.replace(day=monthly_day)
    return here.toordinal() if here > start else add_months(here.toordinal(), 1)
