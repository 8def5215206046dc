"""Which deadlines of a docket have been missed? Derived by the fold itself, whether or not anybody said so."""

from typing import NamedTuple

from yisong.ledger.docket import Clock, Docket


class Breach(NamedTuple):
    """A derived breach: the instant (ms) at which it took effect, its docket and its clock."""

    at: int
    case_id: str
    clock_id: str
    clock: Clock


def breaches(docket: Docket) -> tuple[Breach, ...]:
    """Return the breaches of *docket* in the order of (instant, docket, clock id)."""
    return tuple(
        sorted(
            (
                Breach(clock.breached_at, docket.case_id, clock.id, clock)
                for clock in docket.clocks
                if clock.breached_at is not None
            ),
            key=lambda breach: breach[:3],
        )
    )
