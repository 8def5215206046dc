"""What is known of an event that was published, and how does one wait until more is?"""

from dataclasses import dataclass, replace
from time import monotonic, sleep
from typing import Final, Literal
from uuid import UUID

from psycopg import Connection

from yisong.errors import TimedOut
from yisong.ledger import Law
from yisong.publishing.outbox import Outbox, Position, Row
from yisong.publishing.recorded import Recorded, node_of, recorded_at

Wait = Literal["logged", "verdict", "receipt"] | None
"""
``logged``: until the event has a position and log time · ``verdict``: until our own trail has judged it ·
``receipt``: until a quorum of the nodes has cosigned a checkpoint over it, an interval or two later; needs a node ·
``None``: only until it is safe in the outbox.
"""

_LOOK_SECONDS: Final = 0.01
# Cosignatures come once an interval.
_LOOK_FOR_COSIGNERS_SECONDS: Final = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """
    The receipt of an event: what is known of it when `publish` returns.

    *log_time* in ms since 1970 (UTC). *verdict* and *reason* as in the trail: a refused event stays on the log.
    *parked*: the log does not take the event as it stands (*reason*), it is not on record and moves nothing.
    *recorded*: by how many nodes, with the proof; only where that was waited for, and never of what is parked.
    *warnings*: identifiers in it that break their own rule, one sentence each; `look`, which does not see the body any
    more, has none.
    """

    event_id: UUID
    position: Position | None
    log_time: int | None
    verdict: str | None
    reason: str | None
    parked: bool
    recorded: Recorded | None = None
    warnings: tuple[str, ...] = ()


def published(row: Row) -> Published:
    """Return what a row of the outbox says."""
    return Published(
        event_id=UUID(bytes=row.draft.said.event_id),
        position=row.position,
        log_time=row.log_time,
        verdict=row.verdict,
        reason=row.reason,
        parked=row.state == "parked",
    )


def wait_for(outbox: Outbox, event_id: bytes, law: Law, *, wait: Wait, timeout: float) -> Published:
    """
    Return what is known of an event in *outbox* as soon as it is as much as *wait* asks for.

    Raises TimedOut after *timeout* seconds; BusNotFound where a receipt is asked for without a node.
    """
    deadline = monotonic() + timeout
    while (row := outbox.row_of(event_id)) is None or not _known(row, wait):
        if monotonic() > deadline:
            raise TimedOut(_why_not_yet(row, event_id, wait=wait, timeout=timeout))
        sleep(_LOOK_SECONDS)
    found = published(row)
    if wait != "receipt" or found.parked or found.position is None:
        return found
    return replace(found, recorded=_wait_for_quorum(node_of(outbox), found.position, law, deadline=deadline))


def _why_not_yet(row: Row | None, event_id: bytes, *, wait: Wait, timeout: float) -> str:
    if row is not None and row.state == "drafted":
        return (
            f"Event {UUID(bytes=event_id)} waits for the signature of {row.draft.said.fields.get('countersignature')}: "
            "it is sent as soon as an officer there has signed, and parked where he declines or nobody answers within "
            "24 hours. See `yisong drafts list`, and ask again with the same event id."
        )
    return (
        f"Event {UUID(bytes=event_id)} is in the outbox, but within {timeout:g} s nothing came back ({wait}). It will "
        "be sent as soon as that is possible: see `yisong status`, and ask again with the same event id."
    )


def _wait_for_quorum(connection: Connection, position: Position, law: Law, *, deadline: float) -> Recorded:
    while (recorded := recorded_at(connection, position, law)).receipt is None:
        if monotonic() > deadline:
            raise TimedOut(
                f"The event at {position.partition}/{position.offset} stands on the log, {recorded} nodes, and a "
                f"receipt needs {recorded.need}. Traffic goes on meanwhile: ask again later with the same event id; "
                "`yisong status` shows which node lags behind."
            )
        sleep(_LOOK_FOR_COSIGNERS_SECONDS)
    return recorded


def _known(row: Row, wait: Wait) -> bool:
    match wait:
        case None:
            return True
        case "logged":
            return row.state in ("logged", "settled", "parked")
        case "verdict" | "receipt":
            return row.state in ("settled", "parked")
