"""
Is a system notice true? Step 9 for what a node says under its system identity (envelope.md, System notices).

Every node checks it against its own state of the docket, so anyone may say it and nobody has to be believed. A notice
moves no state and no clock.
"""

from yisong.envelope.header import Header
from yisong.ledger.checks import Given
from yisong.ledger.docket import Clock, Docket

NATIONAL_REGISTER = "000000"
REGISTER_SEQUENCE = "000000"
WARNINGS = {"half": (1, 2), "four_fifths": (4, 5)}
"""What share of the time to due strict has gone when a warning falls: numerator and denominator."""


def warning_instant(clock: Clock, variant: str) -> int:
    """Return the instant (ms) at which the warning *variant* of *clock* falls (timers.yaml, counting.warning)."""
    numerator, denominator = WARNINGS[variant]
    return clock.span_from + (clock.due_strict - clock.span_from) * numerator // denominator


def judge(given: Given) -> str | None:
    """Return why the notice is refused, or None where it is true."""
    match given.header.event_type:
        case "DeadlineBreached" | "DeadlineApproaching":
            return _about_a_clock(given)
        case "Heartbeat":
            region, sequence = given.header.case_id[4:10], given.header.case_id[16:22]
            national = (region, sequence) == (NATIONAL_REGISTER, REGISTER_SEQUENCE)
            return None if national else "illegal-transition"
        case _:  # DossierIssued is admitted in every state
            return None


def record(docket: Docket, header: Header) -> Docket:
    """Return *docket* with the admitted notice about a clock recorded, so that nobody says it twice."""
    if header.event_type not in ("DeadlineBreached", "DeadlineApproaching"):
        return docket
    return docket._replace(notices=docket.notices | {_name(header)})


def _name(header: Header) -> str:
    """Name a notice by type, variant and the clock that its first cite names."""
    return f"{header.event_type}:{header.variant or ''}:{header.cites[0].id}"


def _about_a_clock(given: Given) -> str | None:
    header, docket = given.header, given.docket
    if header.cites[0].kind == "clock" and _name(header) in docket.notices:
        return "already-recorded"
    clock = docket.clock(header.cites[0].id)
    if clock is None or not _names(header, clock):
        return "not-due"
    due = _breached(given, clock) if header.event_type == "DeadlineBreached" else _approaching(given, clock)
    return None if due else "not-due"


def _names(header: Header, clock: Clock) -> bool:
    """Hold where every field of the notice is that of its clock."""
    return (
        len(header.cites) == 1
        and header.cites[0].kind == "clock"
        and header.aggregate == clock.aggregate
        and header.due_at == clock.due_rolled
        and set(header.to) == set(clock.owed_by)
        and header.region_code == header.case_id[4:10]
    )


def _breached(given: Given, clock: Clock) -> bool:
    return clock.outcome == "late" and given.header.occurred_at == clock.breached_at


def _approaching(given: Given, clock: Clock) -> bool:
    instant = warning_instant(clock, given.header.variant or "")
    return clock.outcome == "running" and given.header.occurred_at == instant <= given.log_time
