"""What does one rule of timers.yaml say: which clock, from when, how long, owed by whom? Or which report 报表?"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Unit = Literal["h", "d", "wd", "m"]
HeaderInstant = Literal["occurred_at", "decided_at", "served_at", "due_at", "breach"]
OwedBy = Literal["publisher", "to", "sender", "receiver", "issuer", "leads"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRule:
    """
    Who owes a report of the calendar 报表, to whom, and on which days; no event starts it, and no verdict reads it.

    *role*, *levels*: every organ of these owes it. *to*: an organ, or ``parent``. *owed*: the acts that are the report
    (``Type:variant``). Of the dates one is set: *on* that day · *before* that day, of which nobody says whether it is
    included · *monthly_day* of every month, for the month before · *quarter_day* of the month after each quarter ·
    *yearly*, a month and day of every year.
    """

    role: str
    levels: frozenset[str]
    to: str
    owed: tuple[str, ...]
    on: date | None
    before: date | None
    monthly_day: int | None
    quarter_day: int | None
    yearly: tuple[int, int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerStart:
    """What starts a clock: an event (variants ``None`` = any) or the breach of another timer; from which instant."""

    event: str | None
    variants: frozenset[str] | None
    breach: str | None
    instant: HeaderInstant
    previous_due: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)  # one object a rule: compared and hashed by identity
class Timer:
    """
    One rule of timers.yaml.

    The duration is exactly one of: ``n`` with ``unit`` · ``monthly_day`` · ``until_due_at`` (the date in the header) ·
    the dates of its ``report``. A timer that is not ``automatic`` is on the register only: no row of lifecycles.yaml
    starts it, and the fold knows no clock of it.
    ``effective_from``, ``effective_to``: +08:00 dates of the log time of the starting event, half open.
    ``earlier``: the rows of the same id that ended before this one began, oldest first.
    """

    id: str
    zh: str
    source: str
    tag: str
    basis: Literal["statute", "policy"]
    window: bool
    automatic: bool
    n: int | None
    unit: Unit | None
    monthly_day: int | None
    until_due_at: bool
    roll: bool
    starts: tuple[TimerStart, ...]
    owed_by: OwedBy | None
    survives_end: bool
    effective_from: date | None
    effective_to: date | None
    responsible: str
    who: str
    on_breach: str
    report: ReportRule | None = None
    earlier: tuple["Timer", ...] = ()
