"""
How many seconds is somebody behind, of work that never ends?

Not: since when was there last nothing to do, for on a busy bus that moment never comes, however well it is. But: how
old is the newest moment of which all that there was to do then is done by now. Values in, values out.
"""

from collections import deque
from collections.abc import Mapping
from typing import Final

_APART_SECONDS: Final = 1.0
_MOST: Final = 3_600  # moments kept; who is further behind than an hour is told so by the second as well

Ends = Mapping[int, int]


class Lag:
    """
    The lag of one worker over partitions; at its beginning, *now* (s on any clock that only goes forward), nil.

    *reached_at*: the newest moment of which all that there was to do then is done.
    """

    def __init__(self, *, now: float) -> None:
        """Begin."""
        self.reached_at = now
        self._moments: deque[tuple[float, Ends]] = deque()

    def seconds(self, ends: Ends, reached: Ends, *, now: float) -> float:
        """Return the lag where there is work up to *ends*, by partition, and all before *reached* is done."""
        if _covers(reached, ends):
            self._moments.clear()
            self.reached_at = now
        elif len(self._moments) < _MOST and (not self._moments or now - self._moments[-1][0] >= _APART_SECONDS):
            self._moments.append((now, dict(ends)))
        while self._moments and _covers(reached, self._moments[0][1]):
            self.reached_at = self._moments.popleft()[0]
        return now - self.reached_at


def _covers(reached: Ends, ends: Ends) -> bool:
    return all(reached.get(partition, 0) >= end for partition, end in ends.items())
