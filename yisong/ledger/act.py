"""What may a guard look at? The act, what it moves, and the docket around it; no body and no other case."""

from typing import NamedTuple

from yisong.envelope.header import Header
from yisong.ledger.cites import cited_events
from yisong.ledger.docket import Aggregate, Docket
from yisong.ledger.law import Law
from yisong.ledger.verdict import Memory


class Act(NamedTuple):
    """What a guard may look at: the act, the *aggregate* that it moves, and the docket around it."""

    header: Header
    log_time: int
    aggregate: Aggregate
    docket: Docket
    law: Law
    memory: Memory

    @property
    def cited(self) -> frozenset[str]:
        """Ids (32 hexadecimal digits) of the events that the act cites."""
        return frozenset(event_id.hex() for event_id in cited_events(self.header) if event_id is not None)

    def speaks_for_one_of(self, organs: tuple[str, ...]) -> bool:
        """Hold where the publisher, or the organ it acts for, is one of *organs*."""
        return any(self.header.speaks_for(organ) for organ in organs)
