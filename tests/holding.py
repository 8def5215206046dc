"""How does a test take a lock that somebody has just let go of? PostgreSQL notices in its own time that they left."""

from time import monotonic, sleep
from typing import Final, Protocol

_PATIENCE: Final = 120.0


class Holds(Protocol):
    """Something with a lock that one process at a time has."""

    def hold(self) -> bool:
        """Take the lock; return whether nobody else has it."""


def held(store: Holds) -> bool:
    """Take the lock of *store*, and return whether that was possible within two minutes."""
    until = monotonic() + _PATIENCE
    while not store.hold():
        if monotonic() > until:
            return False
        sleep(0.05)
    return True
