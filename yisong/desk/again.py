"""How is a delivery asked about again whose duty still stands, because this node has come to know more since?"""

from yisong.desk.delivery import Delivery
from yisong.desk.drafting import Author
from yisong.desk.duties import duty_id
from yisong.desk.outcome import Emit, Owe
from yisong.desk.settle import Handle, answer, place_of
from yisong.desk.store import Store


def answer_again(delivery: Delivery, handle: Handle, store: Store, *, author: Author) -> bool:
    """
    Let what *handle* now says of a settled *delivery* take effect. Raises WorldFault.

    What is to be sent is sent, once however often this is asked; what the officers should know stands in their duties,
    which stay the same ones. False, and nothing has happened, while an earlier delivery of the case waits for a person.
    """
    given = answer(delivery, handle, author)
    if not isinstance(given.outcome, Emit | Owe):  # nothing more will come of it: the duty stands as it is
        return True
    place = place_of(delivery)
    with store.in_turn(place.case_id):
        if store.is_held(place.case_id):
            return False
        for duty in given.outcome.duties:
            store.advise(duty_id(place.partition, place.offset, duty.name), duty.advice, at=delivery.docket.log_time)
        for name, draft in given.drafts:
            store.send(place, name, draft)
        if given.drafts:
            store.answer_again(place, given.outcome)
    return True
