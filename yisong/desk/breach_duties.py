"""Which duties does a breach make? Of who let the clock run out, of whom it sets to work, of who may now complain."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final, NamedTuple

from yisong.desk.clock_duties import clock_duties, duties_of
from yisong.desk.delivery import Delivery
from yisong.desk.outcome import Duty
from yisong.ledger import Clock
from yisong.ledger.docket import Fact


class FollowUp(NamedTuple):
    """What a breach gives to somebody else: whose it is (a fact of the aggregate), which act, the article, and why."""

    whose: Fact
    owed: tuple[str, ...]
    article: str
    why: str


_SILENT = FollowUp(
    "sender",
    ("ProsecutorSupervisionRecorded",),
    "GZ 562",
    "逾期不决定: the police are silent past their time, and the procuratorate may be asked to inquire",
)
_BULLETIN = FollowUp(
    "orderer", ("RegulatoryMeasureTaken",), "JW2016 (及时上报, 及时结案)", "督办逾期: a bulletin to the co-signers"
)
FOLLOW_UPS: Final[Mapping[str, FollowUp]] = {
    "T-REF-07": _SILENT,
    "T-REF-07E": _SILENT,
    "T-JS-DUE": _BULLETIN,
    "T-JS-RPT": _BULLETIN,
}
"""By timer: what others than the organ that let it run out may or must do (timers.yaml, on_breach)."""


def breach_duties(delivery: Delivery) -> tuple[Duty, ...]:
    """
    Return the duties that a `DeadlineBreached` brings to this agency.

    The act goes on to be owed, since late is recorded and never refused, unless it was done in the meantime or its
    aggregate has ended. A clock that the breach has started runs in any case.
    """
    clock = delivery.docket.clock(delivery.header.cites[0].id)
    born = clock_duties(delivery)
    if clock is None or not clock.stoppable or _ended(delivery, clock):
        return born
    return (*_overdue(delivery, clock), *born, *_follow_up(delivery, clock))


def _overdue(delivery: Delivery, clock: Clock) -> Iterator[Duty]:
    timer = delivery.law.timers[clock.timer]
    for duty in duties_of(clock, delivery, by=clock.owed_by):
        yield replace(
            duty,
            name=f"overdue {duty.by}",
            why=f"{timer.zh} 逾期: the time has run out, and the act is still owed",
            advice={"on_breach": timer.on_breach},
        )


def _follow_up(delivery: Delivery, clock: Clock) -> Iterator[Duty]:
    follow_up = FOLLOW_UPS.get(clock.timer)
    aggregate = delivery.docket.aggregates.get(clock.aggregate)
    if follow_up is None or aggregate is None:
        return
    for organ in dict.fromkeys(aggregate.fact(follow_up.whose)):
        if delivery.law.organs[organ].role == delivery.agency:
            yield Duty(
                name=f"follow-up {organ}",
                by=organ,
                owed=follow_up.owed,
                about=clock.aggregate,
                article=follow_up.article,
                why=follow_up.why,
                # Moot once the clock is stopped after all.
                clock_id=clock.id,
                advice={"owed_by": list(clock.owed_by)},
            )


def _ended(delivery: Delivery, clock: Clock) -> bool:
    """Hold where the clock's aggregate has come to its end, and with it what was owed on it."""
    state = delivery.state(clock.aggregate)
    machine, timer = delivery.law.machines[clock.aggregate.kind], delivery.law.timers[clock.timer]
    return state in machine.terminal and not timer.survives_end
