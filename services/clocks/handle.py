"""How does a node say that a clock has run out, or nearly so? As envelope.md, System notices, demands it."""

from services.clocks.rules import Notice
from yisong.publishing.compose import Fields, content, digest_of
from yisong.publishing.instants import to_text
from yisong.publishing.outbox import Draft


def draft(  # noqa: PLR0913 (a notice, and who says it of which case, when and under which id)
    notice: Notice, *, case_id: str, publisher: str, event_id: bytes, salt: bytes, at: int | None
) -> Draft:
    """
    Return *notice* as the system organ *publisher* says it, ready for the outbox.

    *event_id* is a fresh one for each try. *at*: the record's timestamp (ms) where a docket has a time of its own, so
    that the notice does not move it; None = the time of sending.
    """
    said = content(fields(notice, case_id=case_id, publisher=publisher), body(notice), event_id=event_id, salt=salt)
    return Draft(said=said, digest=digest_of(said), at=at)


def fields(notice: Notice, *, case_id: str, publisher: str) -> Fields:
    """Return the header: every field of it is that of the clock, and every node checks it against its own."""
    clock = notice.clock
    stated: dict[str, object] = {
        "event_type": notice.event_type,
        "case_id": case_id,
        "aggregate": {"kind": clock.aggregate.kind, "id": clock.aggregate.id},
        "publisher": publisher,
        "occurred_at": to_text(notice.falls_at),
        "due_at": to_text(clock.due_rolled),
        "to": list(dict.fromkeys(clock.owed_by)),
        "cites": [{"kind": "clock", "id": clock.id}],
        "region_code": case_id[4:10],
        "pii_level": "P0",
    }
    return stated if notice.variant is None else {**stated, "variant": notice.variant}


def body(notice: Notice) -> dict[str, object]:
    """Return the body, which repeats what the clock says and nothing of the case."""
    clock = notice.clock
    said: dict[str, object] = {"timer_id": clock.timer, "responsible": list(dict.fromkeys(clock.owed_by))}
    if notice.event_type == "DeadlineBreached":
        said["due_strict"] = to_text(clock.due_strict)
    return said
