"""
What is owed until when: clocks start, stop, are void, and run out.

Rules 4, 5 and 7 of lifecycles.yaml and ``counting`` of timers.yaml. A stop is judged by the log time of the stopping
event (policy); a clock keeps the rule and the calendar that it was born with.
"""

from typing import NamedTuple

from yisong.envelope.header import AggregateRef, Header
from yisong.ledger.docket import Aggregate, Clock, Docket, Outcome
from yisong.ledger.law import Law
from yisong.legal_time import Due, due
from yisong.rulebook.clock_rules import Timer
from yisong.rulebook.model import Row


class Period(NamedTuple):
    """A timer that starts to run: from which instant (ms), from when its warnings are reckoned, and its end."""

    timer: Timer
    start: int
    span_from: int
    end: Due


def stop(clocks: list[Clock], timers: tuple[str, ...], ref: AggregateRef, *, offset: int, log_time: int) -> bool:
    """
    Stop in *clocks* all of these *timers* on *ref* that can still be stopped, by the record at *offset*.

    Hold where one of them had run out: the stopping event is late then.
    """
    late = False
    for index in _stoppable(clocks, timers, ref):
        clock = clocks[index]
        outcome = _judged(clock, log_time)
        breached_at = log_time if outcome == "late" and clock.window else clock.breached_at
        clocks[index] = clock._replace(outcome=outcome, stopped_by=offset, stopped_at=log_time, breached_at=breached_at)
        late |= outcome == "late"
    return late


def _judged(clock: Clock, log_time: int) -> Outcome:
    if log_time <= clock.due_strict:
        return "on_time"
    return "rolled_on_time" if log_time <= clock.due_rolled else "late"


def void(clocks: list[Clock], timers: tuple[str, ...], ref: AggregateRef, *, offset: int, log_time: int) -> None:
    """End in *clocks* all of these *timers* on *ref* without judging them; what has run out keeps its outcome."""
    for index in _stoppable(clocks, timers, ref):
        clocks[index] = _voided(clocks[index], offset, log_time)


def _stoppable(clocks: list[Clock], timers: tuple[str, ...], ref: AggregateRef) -> list[int]:
    return [
        index
        for index, clock in enumerate(clocks)
        if clock.timer in timers and clock.stopped_by is None and not clock.ended and clock.aggregate == ref
    ]


def _voided(clock: Clock, offset: int, log_time: int) -> Clock:
    if clock.ran_out:
        return clock._replace(ended=True)
    return clock._replace(outcome="void", stopped_by=offset, stopped_at=log_time)


def void_at_end(clocks: list[Clock], ref: AggregateRef, law: Law, *, offset: int, log_time: int) -> None:
    """Rule 4: when an aggregate reaches a terminal state its running clocks are void, save those that survive it."""
    for index, clock in enumerate(clocks):
        running = clock.outcome == "running" and clock.aggregate == ref
        if running and not law.timers[clock.timer].survives_end:
            clocks[index] = _voided(clock, offset, log_time)


def start(  # noqa: PLR0913 (each is a fact of the starting event)
    clocks: list[Clock],
    timers: tuple[str, ...],
    aggregate: Aggregate,
    header: Header,
    law: Law,
    *,
    offset: int,
    log_time: int,
) -> None:
    """Start in *clocks* each timer in force at *log_time* on *aggregate*, from the instant that timers.yaml names."""
    for timer_id in timers:
        timer = law.timer_at(timer_id, log_time)
        if timer is None:
            continue
        rule = law.start_of(timer, header.event_type, header.variant)
        instant: int = getattr(header, rule.instant)
        earlier = [clock.due_strict for clock in clocks if clock.timer == timer_id and clock.aggregate == aggregate.ref]
        previous = earlier[-1] if rule.previous_due and earlier else None
        period = Period(
            timer=timer,
            start=instant,
            span_from=header.occurred_at if timer.until_due_at else instant,
            end=due(timer, instant, calendar=law.calendar.as_known(log_time), previous_due=previous),
        )
        owed_by = _owed_by(timer, aggregate, header)
        clocks.append(_clock(aggregate.ref, 1 + len(earlier), period, started_by=offset, owed_by=owed_by))


def _clock(ref: AggregateRef, number: int, period: Period, *, started_by: int | str, owed_by: tuple[str, ...]) -> Clock:
    return Clock(
        timer=period.timer.id,
        aggregate=ref,
        number=number,
        started_by=started_by,
        start=period.start,
        span_from=period.span_from,
        due_strict=period.end.strict,
        due_rolled=period.end.rolled,
        owed_by=owed_by,
        window=period.timer.window,
        provisional=period.end.provisional,
    )


def _owed_by(timer: Timer, aggregate: Aggregate, header: Header) -> tuple[str, ...]:
    """Return whose act it is, fixed when the clock starts; *aggregate* as the starting event leaves it."""
    match timer.owed_by:
        case "publisher":
            return (header.speaker,)
        case "to":
            return header.to
        case _:
            return _owed_anyway(timer, aggregate)


def _owed_anyway(timer: Timer, aggregate: Aggregate) -> tuple[str, ...]:
    """Return whose act it is where no event says so, but what the aggregate remembers of earlier ones."""
    match timer.owed_by:
        case "sender" | "receiver" | "issuer" | "leads" as fact:
            return aggregate.fact(fact)
        case _:
            return ()


def advance(docket: Docket, as_of: int, law: Law) -> Docket:
    """
    Return *docket* with every clock run out that is over before *as_of* (ms), each at its own instant.

    Pure, and what every view calls: rows hold a docket as of its newest record. Earliest first, equal instants in the
    order in which the clocks started; a breach may move its aggregate and start a clock that runs out in turn (rule 5).
    Each takes effect by the law in force at its own instant, so that it is the same whoever looks, and whenever.
    """
    while docket.next_due is not None and docket.next_due < as_of:
        docket = _run_out(docket, docket.next_due, law.at(docket.next_due + 1))
    return docket


def _run_out(docket: Docket, due_rolled: int, law: Law) -> Docket:
    """Let the first clock that is over at *due_rolled* run out."""
    index = next(i for i, c in enumerate(docket.clocks) if c.outcome == "running" and c.due_rolled == due_rolled)
    clock = docket.clocks[index]
    if clock.window:  # a right: its running out is no breach
        return docket.with_clocks(_with(docket.clocks, index, clock._replace(outcome="lapsed")))
    breached = clock._replace(outcome="late", breached_at=due_rolled + 1)
    docket = docket.with_clocks(_with(docket.clocks, index, breached))
    for row in law.breach_rows.get((clock.aggregate.kind, clock.timer), ()):
        docket = _take_breach(docket, breached, row, law)
    return docket


def _take_breach(docket: Docket, breached: Clock, row: Row, law: Law) -> Docket:
    aggregate = docket.aggregates[breached.aggregate]
    instant = breached.due_rolled + 1
    if aggregate.state not in row.from_states:
        return docket
    if row.to is not None:
        aggregate = aggregate._replace(state=row.to)
        docket = docket.with_aggregate(aggregate)
    for timer_id in row.starts:
        timer = law.timer_at(timer_id, instant)
        if timer is not None:
            period = Period(timer, instant, instant, due(timer, instant, calendar=law.calendar.as_known(instant)))
            number = 1 + sum(clock.timer == timer_id and clock.aggregate == aggregate.ref for clock in docket.clocks)
            owed_by = _owed_anyway(timer, aggregate)
            clock = _clock(aggregate.ref, number, period, started_by=breached.id, owed_by=owed_by)
            docket = docket.with_clocks((*docket.clocks, clock))
    return docket


def _with(clocks: tuple[Clock, ...], index: int, clock: Clock) -> tuple[Clock, ...]:
    return (*clocks[:index], clock, *clocks[index + 1 :])
