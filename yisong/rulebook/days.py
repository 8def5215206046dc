"""When does a day of the rulebook begin? At 00:00 +08:00, as milliseconds since 1970 (UTC)."""

from datetime import date
from typing import overload

DAY = 86_400_000
ZONE = 8 * 3_600_000
_EPOCH = date(1970, 1, 1).toordinal()


@overload
def day_start(day: date) -> int: ...


@overload
def day_start(day: None) -> None: ...


def day_start(day: date | None) -> int | None:
    """Return the first millisecond of *day* in +08:00; ``None`` stays ``None``."""
    return None if day is None else (day.toordinal() - _EPOCH) * DAY - ZONE
