"""Does every refusal code have something that gives it, in a step that exists?"""

from collections.abc import Iterator
from itertools import pairwise

from yisong.rulebook.checks.names import repeated, unknown, unused
from yisong.rulebook.files import Files

FILE = "reasons.yaml"

#: The codes that the fold gives by itself; all others stand in a row, a guard or header_field_reasons.
ENGINE_CODES = frozenset(
    {
        *("malformed", "unknown-schema", "wrong-key", "bad-case-id", "wrong-partition"),
        *("test-data-mismatch", "classification-not-allowed"),
        *("unknown-org", "unknown-key", "key-not-valid", "bad-signature", "carried-hash-mismatch"),
        *("duplicate-id-different-bytes", "sequence-gap", "chain-mismatch"),
        *("unknown-event-type", "schema-not-of-type", "wrong-role", "unknown-variant", "bad-aggregate"),
        *("countersignature-missing", "unknown-addressee", "acting-not-authorised", "body-not-sealed"),
        *("future-dated", "case-closed", "illegal-transition", "already-recorded", "not-due"),
    }
)


def reason_faults(files: Files, *, header_fields: frozenset[str]) -> list[str]:
    """Return what is wrong with the codes; *header_fields*: the names of the header's fields."""
    file = files.reasons
    fields = [field for field in file.header_field_reasons if field != "default"]
    faults = unknown(f"{FILE}: header_field_reasons", "header field", fields, header_fields)
    faults += unknown(f"{FILE}: header_field_reasons", "reason", file.header_field_reasons.values(), file.reasons)
    faults += unknown(f"{FILE}: the fold", "reason", sorted(ENGINE_CODES), file.reasons)
    faults += unused(FILE, "reason", file.reasons, _given(files))
    if "default" not in file.header_field_reasons:
        faults.append(f"{FILE}: header_field_reasons: default is missing")
    return faults + list(_step_faults(files)) + list(_policy_faults(files))


def _given(files: Files) -> set[str]:
    rows = [row for machine in files.lifecycles.machines.values() for row in machine.transitions]
    guards = {guard.reason for guard in files.lifecycles.guards.values()}
    refusals = {row.refuse for row in rows if row.refuse is not None}
    return {*ENGINE_CODES, *files.reasons.header_field_reasons.values(), *guards, *refusals}


def _step_faults(files: Files) -> Iterator[str]:
    steps = [step.step for step in files.reasons.steps]
    if steps != list(range(1, len(steps) + 1)):
        yield f"{FILE}: the steps must count 1, 2, 3 … without a gap"
    yield from unknown(
        FILE, "step", (str(r.step) for r in files.reasons.reasons.values()), {str(step) for step in steps}
    )
    for (_, one), (code, other) in pairwise(files.reasons.reasons.items()):
        if one.step > other.step:
            yield f"{FILE}: {code} stands behind a code of a later step, but their order is that of the checks"


def _policy_faults(files: Files) -> Iterator[str]:
    for field in ("occurred_at", "decided_at", "served_at"):
        if field not in files.reasons.future_tolerance:
            yield f"{FILE}: future_tolerance: {field} is missing"
    for field, span in files.reasons.future_tolerance.items():
        if len(span.model_fields_set) != 1:
            yield f"{FILE}: future_tolerance: {field} states exactly one unit"
    yield from repeated(f"{FILE}: sealing_required", "level", files.reasons.sealing_required.pii_levels)
