"""How does a test wait for what must come, on however slow a machine?"""

from collections.abc import Callable
from time import monotonic, sleep
from typing import Final

PATIENCE: Final = 120.0
"""How long (s) a test waits for what must come: also on a machine that is much slower than ours."""

_LOOK_SECONDS: Final = 0.1


def until(
    holds: Callable[[], bool], otherwise: str = "it has not come to that in time", *, seconds: float = PATIENCE
) -> None:
    """Look again and again until it *holds*; fail with *otherwise* where it has not come to that after *seconds*."""
    end = monotonic() + seconds
    while not holds():
        assert monotonic() < end, otherwise
        sleep(_LOOK_SECONDS)
