"""How does a dry run answer?"""

import time
from collections.abc import Sequence

from services.gateway.api.answers import instant
from services.gateway.api.clocks import clock_document
from services.gateway.api.events_in import Ready
from services.gateway.api.outcomes import reason_document
from services.gateway.world import World
from yisong.audit.rehearsal import Rehearsed, rehearse
from yisong.audit.trails import Trail
from yisong.ledger import Law
from yisong.publishing.signer import Signer


def rehearsed(world: World, signer: Signer, events: Sequence[Ready]) -> Sequence[dict[str, object]]:
    """Return what would become of *events* if they were published now, in their order; nothing is published."""
    now = time.time_ns() // 1_000_000
    said = [(one.draft.said, now if one.draft.at is None else one.draft.at) for one in events]
    with world.connection() as connection:
        found = rehearse(Trail(world.agency, connection), said, world.law, signer)
    return [_document(one, event.warnings, world.law) for one, event in zip(found, events, strict=True)]


def _document(one: Rehearsed, warnings: Sequence[str], law: Law) -> dict[str, object]:
    return {
        "dry_run": True,
        "case_id": one.case_id,
        "verdict": one.verdict,
        "reason": reason_document(one.reason, law),
        "log_time": instant(one.log_time),
        "moves": [
            {"kind": ref.kind, "id": ref.id, "before": before, "after": after} for ref, before, after in one.moved
        ],
        "starts": [clock_document(clock, law) for clock in one.started],
        "stops": [clock_document(clock, law) for clock in one.stopped],
        "warnings": list(warnings),
    }
