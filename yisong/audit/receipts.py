"""Where in a trail does the event stand that somebody asks a receipt for?"""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from yisong.audit.trails import Trail


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
