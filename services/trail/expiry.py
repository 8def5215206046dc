"""For how many days do calendar and keys still last?"""

from collections.abc import Mapping
from datetime import date
from math import inf
from typing import Final

from yisong.ledger import Law
from yisong.rulebook.days import day_start
from yisong.rulebook.model import Key

_DAY: Final = 86_400_000


def calendar_days(law: Law, *, now: int) -> float:
    """
    Return for how many days from *now* (ms) on the holidays are known: to the end of the last year with a notice.

    Negative where that is over: clocks that start now are provisional (calendar.yaml).
    """
    known = [row.year for row in law.rulebook.calendar if row.year is not None and row.known_from <= now]
    return (day_start(date(max(known, default=0) + 1, 1, 1)) - now) / _DAY


def key_days(law: Law, agency: str, *, now: int) -> Mapping[str, float]:
    """
    Return, by use, in how many days from *now* (ms) the first organ of the line of *agency* has no key of that use.

    A use of which every organ has a key without an end is left out. The system organ of the node counts as one of them.
    """
    last: dict[tuple[str, str], float] = {}
    for key in law.rulebook.keys.values():
        if _ours(law, key, agency, now=now):
            last[key.use, key.org] = max(last.get((key.use, key.org), -inf), _end(key))
    uses = {use: min(end for (of, _), end in last.items() if of == use) for use, _ in last}
    return {use: (end - now) / _DAY for use, end in uses.items() if end < inf}


def _ours(law: Law, key: Key, agency: str, *, now: int) -> bool:
    organ = law.organs.get(key.org)
    if organ is None or agency not in (organ.role, organ.node):
        return False
    return organ.valid_from <= now and (organ.valid_to is None or now < organ.valid_to)


def _end(key: Key) -> float:
    return min((end for end in (key.valid_to, key.revoked_from) if end is not None), default=inf)
