"""Which events does an act name?"""

import re
from collections.abc import Iterable

from yisong.envelope.header import Cite, Header

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def cited_events(header: Header) -> tuple[bytes | None, ...]:
    """
    Return the id (16 bytes) of every cite of kind event, in order.

    None stands for a cite that is no UUID in lower case, and so names no event.
    """
    return named_events(header.cites)


def named_events(cites: Iterable[Cite]) -> tuple[bytes | None, ...]:
    """Return the ids of the events among *cites*, as `cited_events`."""
    return tuple(
        bytes.fromhex(cite.id.replace("-", "")) if _UUID.fullmatch(cite.id) else None
        for cite in cites
        if cite.kind == "event"
    )
