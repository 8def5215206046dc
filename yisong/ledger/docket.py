"""
What does a node know of one docket?

A docket is what one key orders: a case, or the register docket of a region and year. Everything here is a function of
the records of that docket; a verdict may depend on nothing else. All values are frozen: a step returns a new docket.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from yisong.envelope.header import AggregateRef

_NOTHING: Mapping[Any, Any] = MappingProxyType({})

Outcome = Literal["running", "on_time", "rolled_on_time", "late", "lapsed", "void"]
"""
``running`` not run out · ``on_time`` stopped at or before due strict · ``rolled_on_time`` at or before due rolled ·
``late`` after it, or run out and not stopped · ``lapsed`` a window that ran out unused · ``void`` ended unjudged.
"""

Fact = Literal[
    "finder",  # case: organ that found the clue
    "holders",  # case: organs that hold the clue now
    "told",  # case: cc of the newest hand-over
    "owner",  # case: organ that opened it, or filed it where it is police-born
    "disposed",  # case: a penalty or a criminal filing was admitted
    "prosecution",  # case: an outcome at transferred_for_prosecution or later was admitted
    "proposer",  # referral: organ that proposed it
    "proposing_officers",  # referral: tokens of the officers who proposed it
    "approvals",  # referral: event ids (hex) of admitted approvals
    "sender",  # referral: copyright organ that sent it
    "addressed",  # referral: police organs that the newest sending or re-route names
    "receiver",  # referral: police organ that gave the newest receipt
    "refuser",  # referral: police organ that refused to file a case
    "requester",  # site action: organ that asked for the suspension; lookup, assistance: organ that asked
    "filing_authority",  # site action: organ that answered the look-up on which it rests
    "access_authority",  # site action: addressees of the newest approving decision
    "issuer",  # rectification: organ that ordered it
    "extended",  # rectification: event id (hex) of its extension
    "leads",  # supervision: lead organs
    "orderer",  # supervision: organ that ordered it
    "co_signers",  # supervision: organs that ordered it together with the orderer
    "final_report",  # supervision: event id (hex) of the final report
    "asked",  # lookup, assistance: organs asked
]
Facts = Mapping[Fact, tuple[str, ...]]
"""What guards and clocks need to know of earlier events: organs, officers or event ids, by name."""


class Aggregate(NamedTuple):
    """
    The instance of one state machine.

    *born*: ``occurred_at`` (ms) of the event that created it; None for a case in which nothing has happened yet.
    """

    ref: AggregateRef
    state: str
    born: int | None = None
    facts: Facts = _NOTHING

    @property
    def kind(self) -> str:
        """The state machine that it is an instance of."""
        return self.ref.kind

    def fact(self, name: Fact) -> tuple[str, ...]:
        """Return what is remembered under *name*; empty where nothing is."""
        return self.facts.get(name, ())


class Clock(NamedTuple):
    """
    One running of a timer on one aggregate; instants in ms, due instants inclusive.

    *number*: the n-th start of that timer on that aggregate, from 1. *started_by*: offset of the starting record, or
    the id of the clock whose breach started it. *span_from*: from when a warning is reckoned. *window*: a right, whose
    running out is no breach. *stopped_by*: offset of the record that stopped or voided it. *breached_at*: instant of
    the derived breach. *ended*: it had run out when a void found it, keeps its outcome, and can't be stopped any more.
    """

    timer: str
    aggregate: AggregateRef
    number: int
    started_by: int | str
    start: int
    span_from: int
    due_strict: int
    due_rolled: int
    owed_by: tuple[str, ...]
    window: bool = False
    provisional: bool = False
    outcome: Outcome = "running"
    stopped_by: int | None = None
    stopped_at: int | None = None
    breached_at: int | None = None
    ended: bool = False

    @property
    def id(self) -> str:
        """``{timer}/{aggregate id}/{n}``: what a system notice cites."""
        return f"{self.timer}/{self.aggregate.id}/{self.number}"

    @property
    def stoppable(self) -> bool:
        """Hold while an act can still stop it: a clock stopped once is not stopped again, a breached one can be."""
        return self.stopped_by is None and not self.ended

    @property
    def ran_out(self) -> bool:
        """Hold where it has run out on the rolled reading without having been stopped in time."""
        return self.outcome in ("late", "lapsed")


class Chain(NamedTuple):
    """A publisher's chain in this docket: how many events are remembered, and SHA-256 of the newest one's header."""

    length: int
    last: bytes


class FilingInfo(NamedTuple):
    """An admitted answer to a filing look-up: its event id (hex), who gave it, and when (ms, its ``occurred_at``)."""

    event_id: str
    organ: str
    occurred_at: int


class Docket(NamedTuple):
    """
    The state of one docket as of its newest record.

    *log_time* in ms, never runs backwards. *size* and *prev_leaf*: how many records it has, and the leaf hash of the
    newest. *clocks* in start order. *notices*: what system notices were admitted, ``type:variant:clock id``.
    *next_due*: the earliest instant after which a running clock runs out; None where none runs.
    """

    case_id: str
    log_time: int
    size: int = 0
    prev_leaf: bytes | None = None
    aggregates: Mapping[AggregateRef, Aggregate] = _NOTHING
    clocks: tuple[Clock, ...] = ()
    chains: Mapping[str, Chain] = _NOTHING
    filing_infos: tuple[FilingInfo, ...] = ()
    notices: frozenset[str] = frozenset()
    next_due: int | None = None

    @property
    def case(self) -> Aggregate:
        """The case itself; in a docket without admitted events it is in state ``none``."""
        ref = AggregateRef("case", self.case_id)
        return self.aggregates.get(ref) or Aggregate(ref, "none")

    @property
    def states(self) -> Mapping[AggregateRef, str]:
        """The state of the case and of every other aggregate of a state machine."""
        return {self.case.ref: self.case.state} | {ref: one.state for ref, one in self.aggregates.items()}

    def clock(self, clock_id: str) -> Clock | None:
        """Return the clock with this id, or None where the docket has none."""
        return next((clock for clock in self.clocks if clock.id == clock_id), None)

    def with_aggregate(self, aggregate: Aggregate) -> "Docket":
        """Return the docket with *aggregate* in place of its earlier self."""
        return self._replace(aggregates={**self.aggregates, aggregate.ref: aggregate})

    def with_clocks(self, clocks: tuple[Clock, ...]) -> "Docket":
        """Return the docket with these *clocks*, and the next instant at which one of them runs out."""
        running = [clock.due_rolled for clock in clocks if clock.outcome == "running"]
        return self._replace(clocks=clocks, next_due=min(running, default=None))
