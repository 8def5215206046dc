"""When did the acts of a row happen, and which sums does it state?"""

from collections.abc import Mapping
from datetime import datetime
from itertools import pairwise
from typing import Final

from yisong.importing.cells import fen, moment
from yisong.importing.columns import HEADINGS
from yisong.importing.row import Row

_DATES: Final = ("clue_date", "opened_date", "penalty_date", "penalty_served", "closed_date")
#: What is served may be served after the end.
_IN_ORDER: Final = ("clue_date", "opened_date", "penalty_date", "closed_date")


def dates(row: Row) -> Mapping[str, datetime | None]:
    """Return the dates of *row* by column, None where there is none; one before what came first is a fault."""
    found = {name: row.read(name, moment, show=_shown) for name in _DATES}
    told = [name for name in _IN_ORDER if found[name] is not None]
    for first, then in (*pairwise(told), ("penalty_date", "penalty_served")):
        before, after = found[first], found[then]
        if before is not None and after is not None and after < before:
            row.fault(then, f"lies before {HEADINGS[first]}")
    return found


def fen_in(row: Row, name: str) -> int | None:
    """Return the sum in the column *name*, in integer fen."""
    return row.read(name, fen, show=_yuan)


def _shown(date: datetime) -> str:
    return date.date().isoformat() if date.hour == date.minute == date.second == 0 else f"{date:%Y-%m-%d %H:%M:%S}"


def _yuan(amount: int) -> str:
    return f"{amount // 100}.{amount % 100:02}" if amount % 100 else str(amount // 100)
