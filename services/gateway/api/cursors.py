"""Up to where has somebody read an inbox? A cursor: the next offset of each partition, as text."""

import re
from collections.abc import Mapping
from typing import Final

_PART: Final = re.compile(r"(0|[1-9][0-9]{0,4})-(0|[1-9][0-9]{0,17})", re.ASCII)

Cursor = Mapping[int, int]
"""By partition, the offset from which on nothing was read yet; a partition that is not named begins at 0."""


def write_cursor(cursor: Cursor) -> str:
    """Return *cursor* as text: ``0-12.4-7``; empty where nothing was read."""
    return ".".join(f"{partition}-{offset}" for partition, offset in sorted(cursor.items()) if offset)


def read_cursor(text: str, *, partitions: int) -> Cursor:
    """Return the cursor that *text* is. Raises ValueError where it is none of a log with so many *partitions*."""
    found: dict[int, int] = {}
    for part in text.split(".") if text else ():
        read = _PART.fullmatch(part)
        if read is None or int(read[1]) >= partitions or int(read[1]) in found:
            raise ValueError("is no cursor of this inbox")
        found[int(read[1])] = int(read[2])
    return found


def moved_on(cursor: Cursor, places: "list[tuple[int, int]]") -> Cursor:
    """Return *cursor* behind all of *places*, positions in the order of their partitions."""
    after = dict(cursor)
    for partition, offset in places:
        after[partition] = max(after.get(partition, 0), offset + 1)
    return after
