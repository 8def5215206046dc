"""
How is a delivery settled? Its outcome, the duties that it opens and closes, and what it says next, in one transaction.

1. Ask the rule what is to be done. Rules are pure, so asking twice is harmless, and an event that is to be sent is
   checked whole here: a fault of either parks the delivery.
2. In one transaction, and in no other of the same case meanwhile:
   a. see whether an earlier delivery of the case waits for a person; then this one waits behind it;
   b. claim the delivery, with its outcome: one that was settled before is let go, nothing is done twice;
   c. close the duties that the event fulfils or overtakes, open new ones, put what is to be sent into the outbox.

After a crash at any line either all of it is there or none, and the record comes again.
"""

import logging
from collections.abc import Callable
from typing import NamedTuple

from yisong.desk.delivery import Delivery
from yisong.desk.drafting import Author
from yisong.desk.duties import closing, superseded
from yisong.desk.outcome import Emit, Outcome, Owe, Park
from yisong.desk.store import Place, Store
from yisong.errors import NotPublishable, WorldFault
from yisong.postgres.connection import reachable
from yisong.publishing.outbox import Draft
from yisong.telemetry.about import About
from yisong.telemetry.logs import about
from yisong.telemetry.where import where

Handle = Callable[[Delivery], Outcome]
"""What a desk decides on a delivery. Raises WorldFault where the world keeps it from deciding."""

_log = logging.getLogger(__name__)


class Answer(NamedTuple):
    """An outcome, with its events as drafts for the outbox, each beside the name that its rule gave it."""

    outcome: Outcome
    drafts: tuple[tuple[str, Draft], ...] = ()


def settle(delivery: Delivery, handle: Handle, store: Store, *, author: Author, value: bytes) -> Outcome | None:
    """
    Settle *delivery*, which came as the inbox record *value*; return its outcome, None where it was settled before.

    Raises WorldFault where nothing could be decided or kept: then nothing was.
    """
    given = answer(delivery, handle, author)
    place = place_of(delivery)
    with store.in_turn(place.case_id):
        if store.is_held(place.case_id):
            given = Answer(Park("behind-parked"))
        if not store.claim(place, given.outcome):
            return None
        if isinstance(given.outcome, Park):
            store.park(place, given.outcome, value)
        else:
            take_effect(delivery, given, store)
    return given.outcome


def settle_unreadable(place: Place, store: Store, *, detail: str, value: bytes) -> Outcome | None:
    """Park an inbox record that cannot be read as a delivery; return None where it was settled before."""
    with store.in_turn(place.case_id):
        parked = Park("behind-parked") if store.is_held(place.case_id) else Park("undecodable", detail)
        if not store.claim(place, parked):
            return None
        store.park(place, parked, value)
    return parked


def answer(delivery: Delivery, handle: Handle, author: Author) -> Answer:
    """Return what the rule says, its events as drafts; Park where either is at fault. Raises WorldFault."""
    try:
        with reachable():  # a rule may look into the database of its node
            outcome = handle(delivery)
        if not isinstance(outcome, Emit):
            return Answer(outcome)
        drafts = author.drafts(delivery, outcome.events)
    except NotPublishable as fault:
        # Before the colon stands the field; what follows may be longer than it needs to be.
        fields = sorted({one.partition(":")[0] for one in fault.faults})
        return Answer(Park("not-publishable", detail=", ".join(fields)))
    except WorldFault:
        raise
    except Exception as fault:  # noqa: BLE001 (whatever a rule raises holds back its own case and no other)
        what = about(about_delivery(delivery))
        _log.error("A rule failed on %d:%d: %s", delivery.partition, delivery.offset, where(fault), extra=what)
        return Answer(Park("rule-failed", detail=type(fault).__name__))
    return Answer(outcome, tuple(zip((one.name for one in outcome.events), drafts, strict=True)))


def take_effect(delivery: Delivery, given: Answer, store: Store) -> None:
    """Close duties, open duties, send events; inside the transaction that settles *delivery*."""
    duties = given.outcome.duties if isinstance(given.outcome, Owe | Emit) else ()
    for kept in store.open_duties(delivery.header.case_id):
        closed = closing(kept, delivery) or superseded(kept, duties, delivery)
        if closed is not None:
            store.close_duty(kept, closed)
    store.owe(delivery, duties)
    for name, draft in given.drafts:
        store.send(place_of(delivery), name, draft)


def about_delivery(delivery: Delivery) -> About:
    """Return what a line or a span about *delivery* is about."""
    header = delivery.header
    return About(
        event_id=header.event_id,
        case_id=header.case_id,
        event_type=header.event_type,
        partition=delivery.partition,
        offset=delivery.offset,
    )


def place_of(delivery: Delivery) -> Place:
    """Return where *delivery* belongs."""
    return Place(delivery.partition, delivery.offset, delivery.header.case_id)
