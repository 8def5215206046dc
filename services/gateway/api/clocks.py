"""How does a clock look in an answer?"""

from services.gateway.api.answers import instant
from yisong.ledger import Clock, Law


def clock_document(clock: Clock, law: Law) -> dict[str, object]:
    """Return *clock* as JSON has it; instants in RFC 3339, both readings of its end."""
    timer = law.timers.get(clock.timer)
    return {
        "id": clock.id,
        "timer": clock.timer,
        "zh": None if timer is None else timer.zh,
        "aggregate": clock.aggregate._asdict(),
        "owed_by": list(clock.owed_by),
        "start": instant(clock.start),
        "due_strict": instant(clock.due_strict),
        "due_rolled": instant(clock.due_rolled),
        "window": clock.window,
        "provisional": clock.provisional,
        "outcome": clock.outcome,
        "stopped_at": instant(clock.stopped_at),
        "breached_at": instant(clock.breached_at),
    }
