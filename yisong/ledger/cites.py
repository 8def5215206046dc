"""Which events does an act name?"""

import re

from yisong.envelope.header import Header

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def cited_events(header: Header) -> tuple[bytes | None, ...]:
    """
    Return the id (16 bytes) of every cite of kind event, in order.

    None stands for a cite that is no UUID in lower case, and so names no event.
    """
    return tuple(
        bytes.fromhex(cite.id.replace("-", "")) if _UUID.fullmatch(cite.id) else None
        for cite in header.cites
        if cite.kind == "event"
    )
