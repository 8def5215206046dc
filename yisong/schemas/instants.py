"""How is an instant or a day of a body written in JSON? RFC 3339 with its offset, shown in +08:00."""

import re
from datetime import UTC, date, datetime, timedelta, timezone

ZONE = timezone(timedelta(hours=8))

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?(Z|[+-]\d\d:\d\d)", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def parse_instant(text: str) -> datetime:
    """Return the instant that *text* names; ValueError where it is no RFC 3339 instant of whole milliseconds."""
    if not _INSTANT.fullmatch(text):
        raise ValueError("must be an RFC 3339 instant with its offset and at most milliseconds")
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("must be an instant that exists") from None  # the cause would quote the value


def parse_day(text: str) -> date:
    """Return the day that *text* names; ValueError where it is no YYYY-MM-DD."""
    if not _DAY.fullmatch(text):
        raise ValueError("must be a day as YYYY-MM-DD")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("must be a day that exists") from None  # the cause would quote the value


def milliseconds(instant: datetime) -> int:
    """Return *instant* as milliseconds since 1970 (UTC)."""
    return (instant - _EPOCH) // _MILLISECOND


def show_instant(at: int) -> str:
    """Return *at*, milliseconds since 1970 (UTC), as RFC 3339 in +08:00; OverflowError outside the years 1 to 9999."""
    shown = (_EPOCH + at * _MILLISECOND).astimezone(ZONE)
    return shown.isoformat(timespec="milliseconds" if at % 1000 else "seconds")


def show_day(days: int) -> str:
    """Return the day *days* after 1970-01-01 as YYYY-MM-DD; OverflowError outside the years 1 to 9999."""
    return (_EPOCH.date() + timedelta(days=days)).isoformat()
