"""Which organ of ours owes it, and about what? The parts of a copyright duty that are the same in every rule."""

from collections.abc import Mapping

from yisong.desk.competence import competent
from yisong.desk.delivery import Delivery
from yisong.desk.outcome import Duty
from yisong.envelope.header import AggregateRef
from yisong.ledger import Clock

Duties = tuple[Duty, ...]


def is_register(delivery: Delivery) -> bool:
    """Hold in a register docket, which holds events of no case."""
    return delivery.header.case_id[16:22] == delivery.law.rulebook.catalogue.register_sequence


def handler_of(delivery: Delivery) -> str:
    """Return the organ of ours that has the case: its owner, else who says this, who is asked, or who is near."""
    ours = [*delivery.docket.case.fact("owner"), delivery.header.speaker, *delivery.header.to]
    found = next((one for one in ours if delivery.law.organs[one].role == delivery.agency), None)
    if found is not None:
        return found
    near = competent(delivery.agency, delivery.header.case_id[4:10], delivery.law, at=delivery.log_time)
    if near is None:
        raise LookupError("the directory has no copyright organ at all")
    return near.id


def is_referred(delivery: Delivery) -> bool:
    """Hold where a referral of the case is under way, or the case is criminal already."""
    terminal = delivery.law.machines["referral"].terminal
    live = any(one.kind == "referral" and one.state not in terminal for one in delivery.docket.aggregates.values())
    return live or delivery.docket.case.state in ("criminal_pending", "criminal", "criminal_concluded")


def is_given_back(delivery: Delivery) -> bool:
    """Hold where the police have ended a referral of the case: it is ours to deal with, and not to be referred anew."""
    ended = ("concluded", "closed_unfiled")
    return any(one.kind == "referral" and one.state in ended for one in delivery.docket.aggregates.values())


def on_referral(  # noqa: PLR0913 (a duty has many parts)
    delivery: Delivery,
    name: str,
    owed: tuple[str, ...],
    article: str,
    why: str,
    *,
    clock: Clock | None = None,
    advice: Mapping[str, object] | None = None,
) -> Duty:
    """Return a duty of who sent the referral, about it."""
    about = delivery.header.aggregate or case_ref(delivery)
    referral = delivery.docket.aggregates.get(about)
    by = (referral.fact("sender") if referral is not None else ()) or (handler_of(delivery),)
    return a_duty(delivery, name, owed, article, why, by=by[0], about=about, clock=clock, advice=advice)


def a_duty(  # noqa: PLR0913 (a duty has many parts)
    delivery: Delivery,
    name: str,
    owed: tuple[str, ...],
    article: str,
    why: str,
    *,
    by: str | None = None,
    about: AggregateRef | None = None,
    clock: Clock | None = None,
    advice: Mapping[str, object] | None = None,
) -> Duty:
    """Return a duty about the case, of who has it, where nothing else is said; due when *clock* is."""
    return Duty(
        name=name,
        by=by or handler_of(delivery),
        owed=owed,
        about=about or case_ref(delivery),
        article=article,
        why=why,
        due_strict=None if clock is None else clock.due_strict,
        due_rolled=None if clock is None else clock.due_rolled,
        clock_id=None if clock is None else clock.id,
        advice=advice or {},
    )


def case_ref(delivery: Delivery) -> AggregateRef:
    """Return the case itself, as what a duty is about."""
    return delivery.docket.case.ref
