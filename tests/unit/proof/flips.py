"""Which bits does a test of every bit flip? Every one in a soak, else one that is drawn in each byte looked at."""

import os
from collections.abc import Iterator
from random import Random

SOAK = bool(os.environ.get("YISONG_SOAK"))


def flips(
    data: bytes, *, first: int = 0, end: int | None = None, every: int = 1, whole: bool = SOAK
) -> Iterator[bytes]:
    """
    Yield *data* with one bit flipped: every bit of [*first*, *end*) if *whole*, else one in each *every*-th byte.

    Which one is drawn once and for all.
    """
    chance = Random(first)  # noqa: S311 (repeatable on purpose)
    for place in range(first, len(data) if end is None else end, 1 if whole else every):
        for bit in range(8) if whole else (chance.randrange(8),):
            yield data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :]
