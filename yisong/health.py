"""Does a process live, can it work, and if not, why? What ``/healthz`` and ``/readyz`` of every service answer."""

from collections.abc import Mapping
from typing import NamedTuple


class Health(NamedTuple):
    """
    What a process knows of itself.

    *stuck*: why it should be started anew; it does not live (``/healthz``). *waiting*: why it can't do its work just
    now although it lives, and starting it anew would not help (``/readyz``). *known*: what else is worth seeing. All
    are sentences for operators and hold nothing of any case.
    """

    known: Mapping[str, object]
    stuck: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()

    @property
    def lives(self) -> bool:
        """Hold unless the process should be started anew."""
        return not self.stuck

    @property
    def is_ready(self) -> bool:
        """Hold where it does its work."""
        return self.lives and not self.waiting

    def as_json(self) -> dict[str, object]:
        """Return it as plain data."""
        return {"lives": self.lives, "ready": self.is_ready, "why": [*self.stuck, *self.waiting], **self.known}
