"""Which tokens were good a moment ago? A system that asks a hundred times a second is not looked up each time."""

from collections import OrderedDict
from hashlib import sha256
from typing import Final, Generic, TypeVar

HELD_MS: Final = 1_000
"""For so long a token that was revoked elsewhere may still open something."""
_MOST: Final = 1_000

Known = TypeVar("Known")


class Held(Generic[Known]):
    """What secrets were good for, each for `HELD_MS` after it was looked up. For one thread; instants in ms."""

    def __init__(self) -> None:
        """Hold nothing yet."""
        self._known = OrderedDict[bytes, tuple[int, Known]]()

    def get(self, secret: str, *, now: int) -> Known | None:
        """Return what *secret* was good for a moment ago, None where that has to be looked up."""
        at, known = self._known.get(_hash(secret), (0, None))
        return known if 0 <= now - at < HELD_MS else None

    def put(self, secret: str, known: Known, *, now: int) -> None:
        """Hold what *secret* is good for, as it was just looked up."""
        self._known[_hash(secret)] = now, known
        self._known.move_to_end(_hash(secret))
        if len(self._known) > _MOST:
            self._known.popitem(last=False)

    def clear(self) -> None:
        """Forget everything: a token was revoked."""
        self._known.clear()


def _hash(secret: str) -> bytes:
    return sha256(secret.encode()).digest()
