"""How is the receipt of an event made? Its leaf, the leaf's path to the root, and a checkpoint with its cosigners."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from yisong.audit.trails import Trail
from yisong.ledger import Law
from yisong.proof.inclusion import inclusion_proof
from yisong.proof.receipt import Receipt


class Place(NamedTuple):
    """Where an event stands in the trail, in which *docket*, and what was said of it there."""

    partition: int
    offset: int
    docket: str | None
    verdict: str
    reason: str | None

    def __str__(self) -> str:
        return f"{self.partition}/{self.offset}"


def places_of(trail: Trail, event_id: UUID) -> Sequence[Place]:
    """
    Return where an event of this id is remembered: once, unless publishers or dockets have used the same one.

    What was refused before it was remembered has no id that counts; it is found by its position. Raises BusUnreachable.
    """
    return [Place(*row) for row in trail.rows("remembered_places", event_id=event_id)]


def place_at(trail: Trail, partition: int, offset: int) -> Place | None:
    """Return what stands at a position; None where the trail has not come so far. Raises BusUnreachable."""
    return next((Place(*row) for row in trail.rows("place", partition=partition, offset=offset)), None)


def newest_place(trail: Trail) -> Place | None:
    """Return the event that this node admitted last; None where there is none. Raises BusUnreachable."""
    return next((Place(*row) for row in trail.rows("newest_place")), None)


def receipt_at(trail: Trail, place: Place, law: Law, *, least: int) -> Receipt | None:
    """
    Return the receipt of the event at *place*, on the smallest checkpoint over it that *least* nodes have cosigned.

    The checkpoint carries every cosignature that this node has of it. None where no such checkpoint is known yet.
    Raises BusUnreachable.
    """
    signed = trail.cosignatures(law).smallest_over(place.partition, place.offset, least=least)
    if signed is None:
        return None
    path = inclusion_proof(place.offset, signed.checkpoint.size, trail.tree(place.partition))
    leaf = trail.rows("leaf", partition=place.partition, offset=place.offset)[0][0]
    return Receipt(leaf, place.offset, path, signed)
