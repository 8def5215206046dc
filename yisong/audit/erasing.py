"""How is a body erased, and its key given again? By its publisher, who has the key like any other reader."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from psycopg import Connection

from yisong.audit.receipts import Place, places_of
from yisong.audit.trails import Trail
from yisong.errors import NotPublishable
from yisong.ledger import Law
from yisong.ledger.sharing import Seen, may_read
from yisong.postgres import queries
from yisong.postgres.connection import reachable
from yisong.proof.refold import refold
from yisong.publishing.instants import to_text
from yisong.publishing.opening import seal_key
from yisong.publishing.published import Published
from yisong.publishing.publisher import Publisher

_SQL: Final = queries(Path(__file__).with_name("bodies.sql"))


def erase(  # noqa: PLR0913 (what is erased by whom, and why)
    publisher: Publisher,
    trail: Trail,
    event_ids: Sequence[UUID],
    *,
    approver: str,
    reason: str,
    law: Law,
    now: int,
) -> Published:
    """
    Publish `BodyErased` for *event_ids*, all of one organ and docket, and return its verdict.

    Once it is admitted every node deletes the bodies and the keys that it has; entries, leaves and proofs stand. Who
    has read may have kept, and a body that travelled in clear stays on the log. *approver*: token of who approved it;
    *reason*: why and under which rule. *now* in ms. Raises NotPublishable where an event is unknown, or there is
    nothing of it to erase; otherwise as `Publisher.publish`.
    """
    events = [_event(trail, event_id, law) for event_id in event_ids]
    organs = {one.header.speaker for one in events}
    case_ids = {one.header.case_id for one in events}
    if len(organs) != 1 or len(case_ids) != 1:
        raise NotPublishable(
            "No body was erased.", ["cites: one event erases bodies of one organ and one case; erase them in turn"]
        )
    (case_id,) = case_ids
    docket = trail.docket(case_id)
    # On a demo bus time is per docket: what is erased in a case of 2016 is erased then.
    own_time = law.bus.profile == "demo" and docket is not None and case_id not in trail.live()
    at = docket.log_time if own_time and docket is not None else None
    return publisher.publish(
        "BodyErased",
        case_id=case_id,
        publisher=events[0].header.publisher,
        acting_for=events[0].header.acting_for,
        occurred_at=to_text(now if at is None else at),
        region_code=case_id[4:10],
        pii_level="P1",
        approver=approver,
        cites=[{"kind": "event", "id": str(event_id)} for event_id in event_ids],
        body={"reason": reason, "keys_removed": sum(len(one.sealed_to) for one in events if _is_sealed(one))},
        at=at,
        wait="verdict",
    )


def grant(  # noqa: PLR0913 (whose key to which body, for whom, by which law)
    connection: Connection[Any], trail: Trail, event_id: UUID, organ: str, *, law: Law, now: int
) -> bool:
    """
    Give *organ* the key of a sealed body again, or for a newer key of its own; return whether it may have it at all.

    *connection*: to the database of the node of the body's publisher, or of whoever handed it on; that node wraps and
    sends. *now* in ms. Nobody gets a key whom the law does not mean. Raises NotPublishable where the event is unknown;
    BusUnreachable.
    """
    one = _event(trail, event_id, law)
    docket = trail.docket(one.header.case_id)
    key = seal_key(law, organ, at=now if docket is None else docket.log_time)
    if not _is_sealed(one) or organ not in one.sealed_to or key is None:
        return False
    row = {"event_id": one.header.event_id, "key_id": key.key_id, "body_hash": one.header.body_hash}
    with reachable():
        connection.execute(_SQL["give_again"], row)
    return True


def _is_sealed(one: Seen) -> bool:
    return one.header.sealing == "sealed"


def _event(trail: Trail, event_id: UUID, law: Law) -> Seen:
    places = places_of(trail, event_id)
    found = [one for place in places for one in _seen_at(trail, place, law)]
    if len(found) != 1:
        why = "is on no record here" if not found else "was used by several organs; erase it where it was published"
        raise NotPublishable("No body was erased.", [f"cites: the event {event_id} {why}"])
    return found[0]


def _seen_at(trail: Trail, place: Place, law: Law) -> list[Seen]:
    if place.docket is None:
        return []
    leaves = [row[2] for row in trail.rows("docket_leaves", case_id=place.docket)]
    seen = may_read(((one.entry, one.docket) for one in refold(leaves, law)), law)
    return [one for one in seen if (one.partition, one.offset) == (place.partition, place.offset)]
