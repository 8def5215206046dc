"""How is what was parked run again? Case by case in their order, until one of a case can still not be answered."""

from collections.abc import Callable

from yisong.desk.delivery import Delivery
from yisong.desk.drafting import Author
from yisong.desk.outcome import Park
from yisong.desk.settle import Answer, Handle, answer, take_effect
from yisong.desk.store import Store, Waiting
from yisong.errors import WorldFault
from yisong.telemetry.where import where

Open = Callable[[bytes], Delivery]
"""Read an inbox record. Whatever it raises but WorldFault says that the record is no delivery."""


def redrive(open_record: Open, handle: Handle, store: Store, *, author: Author) -> int:
    """
    Run again what somebody asked for, and return how many deliveries have been answered.

    One that parks again keeps what is behind it waiting. Raises WorldFault: then the rest is still asked for.
    """
    answered = 0
    for case_id in store.asked():
        while _first_is_answered(case_id, open_record, handle, store, author=author):
            answered += 1
    return answered


def _first_is_answered(case_id: str, open_record: Open, handle: Handle, store: Store, *, author: Author) -> bool:
    """Run again what comes first of all that waits in a case; return whether that can now be said of it."""
    waiting = store.first_waiting(case_id)
    if waiting is None:
        return False
    delivery, given = _answer(waiting, open_record, handle, author)
    with store.in_turn(case_id):
        first = store.first_waiting(case_id)
        if first is None or first.place != waiting.place:
            return first is not None  # another process has been here meanwhile: look again
        if delivery is None or isinstance(given.outcome, Park):
            store.park_again(waiting.place, given.outcome if isinstance(given.outcome, Park) else Park("undecodable"))
            store.asked_no_more(case_id)
            return False
        store.answer_again(waiting.place, given.outcome)
        take_effect(delivery, given, store)
    return True


def _answer(waiting: Waiting, open_record: Open, handle: Handle, author: Author) -> tuple[Delivery | None, Answer]:
    try:
        delivery = open_record(waiting.value)
    except WorldFault:
        raise
    except Exception as fault:  # noqa: BLE001 (whatever is wrong with it, a person must look)
        return None, Answer(Park("undecodable", detail=where(fault)))
    return delivery, answer(delivery, handle, author)
