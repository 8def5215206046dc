"""What is to be said of a docket's clocks, from when on, and which line says it first? Values in, values out."""

from collections.abc import Iterator
from datetime import date
from typing import Final, Literal, NamedTuple, cast

from yisong.home import AGENCIES, Agency
from yisong.ledger import Clock, Docket, Law
from yisong.ledger.docket import Fact
from yisong.ledger.notices import warning_instant
from yisong.legal_time.days import day_of

# Who may wait for an act on an aggregate: its other party, in this order. Sources: lifecycles.yaml, `facts`.
_PARTIES: Final[tuple[Fact, ...]] = ("requester", "sender", "orderer", "issuer", "proposer", "receiver", "owner")


class Notice(NamedTuple):
    """
    What a node may say of one clock under its system identity (envelope.md, System notices).

    *falls_at*: the instant (ms) from which on it is true, and which it states as ``occurred_at``.
    """

    event_type: Literal["DeadlineBreached", "DeadlineApproaching"]
    variant: Literal["four_fifths"] | None
    clock: Clock
    falls_at: int

    @property
    def name(self) -> str:
        """The name under which a docket remembers it once it is admitted, whoever said it."""
        return f"{self.event_type}:{self.variant or ''}:{self.clock.id}"


def unsaid(docket: Docket, law: Law) -> tuple[Notice, ...]:
    """
    Return what nobody has said of the clocks of *docket* yet: what is true, and what will be if no act comes before.

    In the order of the instants. A breach of every clock; a warning at four fifths of statutory duties only: whatever
    else is nearly due is the urgency of a duty, and no event. A clock that no organ owes can be addressed to nobody.
    """
    found = (notice for clock in docket.clocks if clock.owed_by for notice in _of(clock, law))
    return tuple(
        sorted((one for one in found if one.name not in docket.notices), key=lambda one: (one.falls_at, one.name))
    )


def _of(clock: Clock, law: Law) -> Iterator[Notice]:
    if clock.breached_at is not None:
        yield Notice("DeadlineBreached", None, clock, clock.breached_at)
    elif clock.outcome == "running" and not clock.window:  # a right may run out unused: that is no breach
        yield Notice("DeadlineBreached", None, clock, clock.due_rolled + 1)
        if law.timers[clock.timer].basis == "statute":
            yield Notice("DeadlineApproaching", "four_fifths", clock, warning_instant(clock, "four_fifths"))


def first_line(docket: Docket, clock: Clock, law: Law, *, starter: str | None) -> Agency:
    """
    Return the line that speaks first: the one that waits for the act.

    That is the line of the organ that started the clock, where it is another organ than owes the act (*starter*: who
    spoke in the starting event, None where a breach started the clock); else of the other party to the aggregate; else,
    where nobody but the law waits, of whoever owes it. A function of the log, so that all four nodes name the same one.
    """
    aggregate = docket.aggregates.get(clock.aggregate)
    parties = [organ for fact in _PARTIES for organ in aggregate.fact(fact)] if aggregate is not None else []
    waiting = (organ for organ in (starter, *parties) if organ is not None and organ not in clock.owed_by)
    organ = next(waiting, clock.owed_by[0])
    return cast("Agency", law.organs[organ].role)


def rank(agency: Agency, *, first: Agency) -> int:
    """Return how many lines speak before *agency* where *first* is the first one: 0 to 3."""
    order = (first, *(one for one in AGENCIES if one != first))
    return order.index(agency)


def provisional_years(docket: Docket) -> frozenset[int]:
    """Return the years in which running clocks end whose days were counted before the holidays were known."""
    ends = (clock.due_rolled for clock in docket.clocks if clock.provisional and clock.outcome == "running")
    return frozenset(date.fromordinal(day_of(end)).year for end in ends)
