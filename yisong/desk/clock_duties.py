"""
Which duties follow from the clocks that an event started? The tables say who owes what, until when, by which article.

A window is left out: it is a right, and what becomes of a right is for the rules of the agency that has it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from yisong.desk.delivery import Delivery
from yisong.desk.outcome import Duty
from yisong.home import Agency
from yisong.ledger import Clock, Law


def clock_duties(delivery: Delivery) -> tuple[Duty, ...]:
    """Return a duty for each clock that the event started and each organ of ours that owes the act."""
    return tuple(
        duty for clock in started(delivery) if not clock.window for duty in duties_of(clock, delivery, by=clock.owed_by)
    )


def started(delivery: Delivery) -> Iterator[Clock]:
    """Yield the clocks that this very event started, or the breach that it tells of, in start order."""
    told = {cite.id for cite in delivery.header.cites if cite.kind == "clock"}
    for clock in delivery.docket.clocks:
        if clock.started_by == delivery.offset or clock.started_by in told:
            yield clock


def duties_of(clock: Clock, delivery: Delivery, *, by: Iterable[str]) -> Iterator[Duty]:
    """Yield what *clock* asks of those of *by* that are of this agency, until it is stopped."""
    law = delivery.law
    timer, event = law.timers[clock.timer], law.events[delivery.header.event_type]
    for organ in dict.fromkeys(by):
        if law.organs[organ].role == delivery.agency:
            yield Duty(
                name=f"{clock.id} {organ}",
                by=organ,
                owed=stopping_acts(clock.timer, delivery.agency, law),
                about=clock.aggregate,
                article=timer.source,
                why=f"{timer.zh}: {event.zh} {event.name}",
                due_strict=clock.due_strict,
                due_rolled=clock.due_rolled,
                clock_id=clock.id,
            )


def stopping_acts(timer: str, agency: Agency, law: Law) -> tuple[str, ...]:
    """
    Return the acts of *agency* that stop *timer*, in the order of lifecycles.yaml: ``Type``, or ``Type:variant``.

    Empty where only others can do what this agency owes, as who found a clue owes feedback that copyright sends.
    """
    variants: defaultdict[str, dict[str | None, None]] = defaultdict(dict)
    for machine in law.rulebook.lifecycles.machines:
        for row in machine.rows:
            if row.event is not None and timer in row.stops and agency in row.by:
                variants[row.event] |= dict.fromkeys((None,) if row.variants is None else sorted(row.variants))
    return tuple(act for event, found in variants.items() for act in _acts(event, tuple(found), law))


def _acts(event: str, variants: tuple[str | None, ...], law: Law) -> tuple[str, ...]:
    """Name the *variants* of *event*; its type alone stands for all of them."""
    if None in variants or set(variants) >= set(law.events[event].variants or ()):
        return (event,)
    return tuple(f"{event}:{one}" for one in variants)


def advised(duties: Iterable[Duty], advice: Mapping[str, object], *, timer: str) -> tuple[Duty, ...]:
    """Return *duties*, those of *timer* with *advice* added."""
    return tuple(
        replace(duty, advice={**duty.advice, **advice}) if (duty.clock_id or "").startswith(f"{timer}/") else duty
        for duty in duties
    )
