"""What does a desk get to see? One admitted event that concerns its agency, with its docket as it stands after it."""

from collections.abc import Mapping
from dataclasses import dataclass

from yisong.envelope.header import AggregateRef, Header
from yisong.home import Agency
from yisong.ledger import Clock, Docket, Law, Verdict
from yisong.rulebook.model import Organ

Body = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """
    One record of an inbox.

    *partition*, *offset*: the position on ``case-events``, by which a consumer knows the record. *log_time* in ms.
    *docket*: as it stands after the event. *body*: what the event says, None where this desk may not read it.
    *body_fault*: what is wrong with a body that should be readable (``commitment``, ``schema``, ``not_openable``).
    """

    agency: Agency
    partition: int
    offset: int
    log_time: int
    verdict: Verdict
    header: Header
    docket: Docket
    law: Law
    body: Body | None = None
    body_fault: str | None = None

    @property
    def ours(self) -> tuple[Organ, ...]:
        """The organs of this agency that must act: those of its role in ``to``, in order."""
        return tuple(organ for organ in map(self._organ, self.header.to) if organ.role == self.agency)

    @property
    def told(self) -> tuple[Organ, ...]:
        """The organs of this agency that are told: those of its role in ``cc``, in order."""
        return tuple(organ for organ in map(self._organ, self.header.cc) if organ.role == self.agency)

    @property
    def own(self) -> bool:
        """Hold where an organ of this agency published the event."""
        return self._organ(self.header.publisher).role == self.agency

    def clocks(self, timer: str) -> tuple[Clock, ...]:
        """Return the clocks of *timer* that this very event started, in start order."""
        return tuple(one for one in self.docket.clocks if one.timer == timer and one.started_by == self.offset)

    def state(self, ref: AggregateRef) -> str:
        """Return the state of an aggregate of a state machine; ``none`` where it does not exist."""
        return self.docket.states.get(ref, "none")

    def _organ(self, organ_id: str) -> Organ:
        return self.law.organs[organ_id]
