"""How many requests may one account make? A bucket of tokens for each."""

import time
from collections import OrderedDict
from collections.abc import Callable
from math import ceil
from threading import Lock
from typing import Final

from services.gateway.problems import Problem

_MOST_ACCOUNTS: Final = 10_000


class Limits:
    """Token buckets: *rate* requests a second for as long as one likes, and twice as many at once."""

    def __init__(self, rate: float, *, now: Callable[[], float] = time.monotonic) -> None:
        """Begin with full buckets; a *rate* of 0 = no limit. *now* in seconds."""
        self._rate, self._now, self._lock = rate, now, Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, account: str, *, cost: int = 1) -> None:
        """Take *cost* tokens from the bucket of *account*. Raises Problem (429) where it holds fewer."""
        if self._rate <= 0:
            return
        most = max(self._rate * 2, 1)
        with self._lock:
            now = self._now()
            held, at = self._buckets.pop(account, (most, now))
            held = min(most, held + (now - at) * self._rate)
            # Whoever asks for more than a bucket holds waits until it is full.
            wanted = min(cost, most)
            enough = held >= wanted
            self._buckets[account] = (held - wanted if enough else held), now
            if len(self._buckets) > _MOST_ACCOUNTS:
                self._buckets.popitem(last=False)
        if not enough:
            raise _too_many((wanted - held) / self._rate)


def _too_many(seconds: float) -> Problem:
    detail = "This account asks for more than its rate allows. Nothing was done; wait as long as Retry-After says."
    return Problem(429, "too-many-requests", detail, headers={"Retry-After": str(max(1, ceil(seconds)))})
