"""How does the console write an instant and a length of time? In +08:00, by the clock, and in two units at most."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from services.gateway.console.texts import Texts

_ZONE: Final = timezone(timedelta(hours=8))
SECOND, MINUTE, HOUR, DAY = 1000, 60_000, 3_600_000, 86_400_000


def at(instant: int) -> datetime:
    """Return *instant* (ms) as a date and time of +08:00."""
    return datetime.fromtimestamp(instant / 1000, UTC).astimezone(_ZONE)


def iso(instant: int) -> str:
    """Return *instant* (ms) for the ``datetime`` attribute of a ``time`` element."""
    return at(instant).isoformat(timespec="seconds")


def minute(instant: int) -> str:
    """Return ``2016-08-03 08:52``."""
    return at(instant).strftime("%Y-%m-%d %H:%M")


def second(instant: int) -> str:
    """Return ``2016-08-03 08:52:07``."""
    return at(instant).strftime("%Y-%m-%d %H:%M:%S")


def clock(instant: int) -> str:
    """Return ``08:52``."""
    return at(instant).strftime("%H:%M")


def day(instant: int, t: Texts) -> str:
    """Return the day in words: ``8月3日``."""
    when = at(instant)
    return t("time.day", month=when.month, day=when.day, name=t(f"time.month.{when.month}"))


def weekday(instant: int, t: Texts) -> str:
    """Return the day of the week in words."""
    return t(f"time.weekday.{at(instant).isoweekday()}")


def full_day(instant: int, t: Texts) -> str:
    """Return day, month and year in words."""
    when = at(instant)
    return t("time.full_day", year=when.year, month=when.month, day=when.day, name=t(f"time.month.{when.month}"))


def due(instant: int, *, year_of: int | None = None) -> str:
    """
    Return the last instant of a period: ``08-06 24:00`` where it ends with its day, else to the minute.

    *year_of*: an instant (ms) in whose year it needs no year.
    """
    ends_with_its_day = (instant + 8 * HOUR) % DAY >= DAY - SECOND
    when = at(instant)
    pattern = "%m-%d" if year_of is not None and at(year_of).year == when.year else "%Y-%m-%d"
    return f"{when.strftime(pattern)} {'24:00' if ends_with_its_day else when.strftime('%H:%M')}"


def span(length: int, t: Texts) -> str:
    """Return a length of time (ms, its sign apart) in its two largest units."""
    length = abs(length)
    days, rest = divmod(length, DAY)
    hours, rest = divmod(rest, HOUR)
    if days:
        return t("time.days_hours", days=days, hours=hours)
    if hours:
        return t("time.hours_minutes", hours=hours, minutes=f"{rest // MINUTE:02}")
    return t("time.minutes", minutes=rest // MINUTE) if rest >= MINUTE else t("time.seconds", seconds=rest // SECOND)


def brief(length: int, t: Texts) -> str:
    """Return a length of time (ms, its sign apart) in one unit, for narrow places: hours up to three days."""
    length = abs(length)
    for unit, name, least in ((DAY, "days", 3 * DAY), (HOUR, "hours", HOUR), (MINUTE, "minutes", MINUTE)):
        if length >= least:
            return t(f"time.{name}", **{name: length // unit})
    return t("time.seconds", seconds=length // SECOND)
