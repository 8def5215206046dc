"""What does the OpenAPI document say of events? Schemas and examples of what is sent and answered."""

from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

_EXAMPLE: Final[dict[str, Any]] = {
    "event_id": "01920000-0000-7000-8000-000000000001",
    "header": {
        "event_type": "ClueFound",
        "variant": "feedback_not_wanted",
        "case_id": "CRB-980100-2016-000021-5",
        "aggregate": {"kind": "clue", "id": "C-CRB-980100-2016-000021-5-1"},
        "publisher": "V9801",
        "occurred_at": "2016-07-18T09:00:00+08:00",
        "pii_level": "P1",
        "region_code": "980100",
    },
    "body": {
        "source": "monitoring",
        "origin": "self",
        "targets": [{"kind": "domain", "value": "films-d.example"}],
        "work_types": ["film_tv"],
        "platform_type": "website",
        "summary": "巡查发现影视站",
        "company_complaint": False,
    },
}


class Reason(BaseModel):
    """Why an event is refused (reasons.yaml)."""

    code: str = Field(examples=["illegal-transition"])
    zh: str | None = Field(description="What it means, in Chinese.")
    en: str | None = Field(description="What it means, in English.")


class At(BaseModel):
    """Where a record lies on the log."""

    partition: int
    offset: int


class Published(BaseModel):
    """What is known of an event that was accepted."""

    event_id: str = Field(examples=["01920000-0000-7000-8000-000000000001"])
    case_id: str
    publisher: str
    verdict: str | None = Field(description="admitted, admitted-late or refused; null until the trail has judged it.")
    parked: bool = Field(description="The log does not take it as it stands: it is not on record and moves nothing.")
    position: At | None = Field(description="Null until it is on the log.")
    log_time: str | None = Field(description="When it was logged: RFC 3339.")
    reason: Reason | None
    warnings: list[str] = Field(description="Identifiers that break their own rule; only right after publishing.")
    trail_behind: int = Field(default=0, description="Records on the log that this node's trail has not judged.")


class PublishedAll(BaseModel):
    """What is known of each event of a batch, in its order."""

    events: list[Published]


class Rehearsed(BaseModel):
    """What a dry run says of an event: nothing was published."""

    dry_run: Literal[True]
    case_id: str
    verdict: str = Field(description="What the verdict would be now.")
    reason: Reason | None
    log_time: str | None = Field(description="Of which instant it speaks: RFC 3339.")
    moves: list[dict[str, Any]] = Field(description="What would move, from which state to which.")
    starts: list[dict[str, Any]] = Field(description="Clocks that would start.")
    stops: list[dict[str, Any]] = Field(description="Clocks that would stop.")
    warnings: list[str] = Field(description="Identifiers that break their own rule.")


class RehearsedAll(BaseModel):
    """What a dry run says of each event of a batch, each after those before it."""

    events: list[Rehearsed]


class EventIn(BaseModel):
    """An event as its author states it: the history format. Nothing else is taken."""

    model_config = ConfigDict(extra="forbid")

    event_id: str | None = Field(
        default=None, description="A UUID, made before the first try and kept: sent again, nothing new is published."
    )
    at: str | None = Field(default=None, description="The record's timestamp; a demo bus only.")
    header: dict[str, Any] = Field(description="The fields of the header that an author states (envelope.md).")
    body: dict[str, Any] = Field(description="The body of the event type (events.yaml; schemas/).")
    note: str | None = Field(default=None, description="For people; it is not sent.")


class Batch(BaseModel):
    """Several events, in their order."""

    model_config = ConfigDict(extra="forbid")

    events: list[EventIn] = Field(min_length=1, max_length=100)


def _body(schema: dict[str, Any], example: object) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema, "example": example}}}}


REQUEST: Final = _body(
    {"oneOf": [{"$ref": "#/components/schemas/EventIn"}, {"type": "array", "maxItems": 100,
     "items": {"$ref": "#/components/schemas/EventIn"}}]},
    _EXAMPLE,
)  # fmt: skip
BATCH_REQUEST: Final = _body({"$ref": "#/components/schemas/Batch"}, {"events": [_EXAMPLE]})
PUBLISHED: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "model": Published | PublishedAll | Rehearsed | RehearsedAll,
        "description": "Known here; or what a dry run says, or what became of an array",
    },
    201: {"model": Published, "description": "Admitted, in time or late"},
    202: {"model": Published | PublishedAll, "description": "Accepted, and not judged yet: ask again at Location"},
}
BATCH: Final[dict[int | str, dict[str, Any]]] = {
    200: {"model": PublishedAll | RehearsedAll, "description": "All have a verdict; or what a dry run says"},
    202: {"model": PublishedAll, "description": "Accepted, and some are not judged yet"},
}
NAMED: Final[tuple[type[BaseModel], ...]] = (EventIn, Batch)
"""Models that no route names by itself: what is sent is read by rules of its own, to name all faults at once."""
