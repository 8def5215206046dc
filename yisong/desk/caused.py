"""How does a desk state the event that follows from a delivery? It cites its cause; the rest is the rule's to say."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from yisong.desk.delivery import Delivery
from yisong.desk.outcome import NextEvent
from yisong.envelope.header import AggregateRef

Reference = Mapping[str, str]
"""A cite, or an aggregate, as a header states it: its kind and its id."""


def caused(  # noqa: PLR0913 (an event has these parts)
    delivery: Delivery,
    name: str,
    event_type: str,
    *,
    by: str,
    to: Sequence[str],
    body: Mapping[str, object],
    cites: Sequence[Reference] = (),
    **fields: object,
) -> NextEvent:
    """
    Return the event *event_type* of the organ *by* that follows from *delivery*.

    *name*: unique among what follows from one delivery. It cites its cause first, then *cites*. What follows from the
    cause alone (case, region, time, causation) is filled in where the event is drafted.
    """
    stated: dict[str, object] = {
        "event_type": event_type,
        "publisher": by,
        "to": list(to),
        "cites": [event_cite(delivery.header.event_id), *map(dict, cites)],
        "campaign_id": delivery.header.campaign_id,
        **fields,
    }
    return NextEvent(name=name, fields=stated, body=body)


def event_cite(event_id: bytes) -> Reference:
    """Return the cite of the event *event_id*."""
    return {"kind": "event", "id": str(UUID(bytes=event_id))}


def reference(ref: AggregateRef) -> Reference:
    """Return *ref* as a header states it, for the field ``aggregate`` or a cite."""
    return {"kind": ref.kind, "id": ref.id}
