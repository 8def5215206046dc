"""
How does a desk come to its one answer? By its own rule, the rule that all four share, and the clocks that have started.

Nothing may fall between: a clock that an organ of ours owes becomes a duty even where no rule thought of it, and an
event that is addressed to us and that no rule knows is parked, because a person must see it and not a log file.
"""

from collections.abc import Iterable, Mapping, Sequence

from yisong.desk.clock_duties import clock_duties
from yisong.desk.delivery import Delivery
from yisong.desk.outcome import Duty, Emit, Ignore, NextEvent, Outcome, Owe, Park
from yisong.desk.policy import Policy
from yisong.desk.shared_duties import NOTHING_OWED, SHARED, Rule, dispute, why_nothing


def answer(
    delivery: Delivery,
    *,
    policy: Policy,
    rules: Mapping[str, Rule],
    nothing_owed: frozenset[str] = frozenset(),
) -> Outcome:
    """
    Return the outcome of *delivery* for a desk with these *rules* by event type.

    *nothing_owed*: further types that ask nothing of an addressee of this agency. A duty of a rule takes the place of
    the one that its clock would make: it must name the clock (``clock_id``) and the same organ.
    """
    event_type = delivery.header.event_type
    known = [table[event_type] for table in (rules, SHARED) if event_type in table]
    outcomes = [rule(delivery, policy) for rule in known]
    if not outcomes:
        outcomes = [_without_rule(delivery, NOTHING_OWED | nothing_owed)]
    outcome = _with_clocks(joined(outcomes), clock_duties(delivery))
    disputed = dispute(delivery)
    return outcome if disputed is None else joined([Emit((disputed,)), outcome])


def joined(outcomes: Sequence[Outcome]) -> Outcome:
    """Return the one answer that several rules give together: a park holds all back, an ignore gives way."""
    for outcome in outcomes:
        if isinstance(outcome, Park):
            return outcome
    events = tuple(event for outcome in outcomes for event in _events(outcome))
    # Of one name the first stands: a desk's own rule comes before the one that all share, and may say more.
    last_first = [duty for outcome in outcomes for duty in _duties(outcome)][::-1]
    duties = tuple({duty.name: duty for duty in last_first}.values())[::-1]
    if events:
        return Emit(events, duties)
    return Owe(duties) if duties else outcomes[0]


def _without_rule(delivery: Delivery, nothing_owed: frozenset[str]) -> Ignore | Park:
    event_type = delivery.header.event_type
    if delivery.ours and event_type not in nothing_owed:
        return Park("no-rule", detail=event_type)
    return Ignore(why_nothing(delivery))


def _with_clocks(outcome: Outcome, started: Iterable[Duty]) -> Outcome:
    """Add the duties of clocks that *outcome* says nothing of; an event that no rule knows has at least these."""
    missing = tuple(duty for duty in started if not _covered(duty, outcome))
    if not missing or (isinstance(outcome, Park) and outcome.reason != "no-rule"):
        return outcome
    return joined([Owe(missing)]) if isinstance(outcome, Park) else joined([outcome, Owe(missing)])


def _covered(duty: Duty, outcome: Outcome) -> bool:
    """Hold where a rule made a duty of the same clock for the same organ, or lets a machine do what is owed."""
    if any((one.clock_id, one.by) == (duty.clock_id, duty.by) for one in _duties(outcome)):
        return True
    owed = {act.partition(":")[0] for act in duty.owed}
    return any(
        event.fields.get("event_type") in owed
        and event.fields.get("publisher") == duty.by
        and event.fields.get("aggregate") == {"kind": duty.about.kind, "id": duty.about.id}
        for event in _events(outcome)
    )


def _events(outcome: Outcome) -> tuple[NextEvent, ...]:
    return outcome.events if isinstance(outcome, Emit) else ()


def _duties(outcome: Outcome) -> tuple[Duty, ...]:
    return outcome.duties if isinstance(outcome, Emit | Owe) else ()
