"""
When is a duty no longer owed?

Fulfilled by its act, void because what it was about has ended, or because a later event says the same duty anew. Values
only.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple
from uuid import UUID, uuid5

from yisong.desk.delivery import Delivery
from yisong.desk.outcome import Duty
from yisong.envelope.header import AggregateRef, Cite, Header
from yisong.ledger import Clock, Docket, Law

DutyState = Literal["open", "done", "void"]

# Of nothing else: ids of duties are never event ids.
_DUTIES = UUID("6f1b1a5e-5f0e-5c86-9a53-9b1f4c0b7d11")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDuty:
    """
    A duty as it is kept.

    *partition*, *offset*, *event_id*: the event because of which it is owed; *opened_at*: its log time (ms). A duty of
    the calendar has a negative offset: no event is its cause, and it was opened when its period was over; so has that
    of signing a draft, which is on no log yet.
    *about_state*, *case_state*: what state these were in then. *closed_by*: offset of the event that closed it, in the
    same partition, None where an officer did; *closed_at*: log time (ms) of that event, or when the officer said so.
    """

    id: UUID
    case_id: str
    duty: Duty
    partition: int
    offset: int
    event_id: UUID
    opened_at: int
    about_state: str
    case_state: str
    state: DutyState = "open"
    closed_by: int | None = None
    closed_at: int | None = None
    officer: str | None = None

    @property
    def is_of_calendar(self) -> bool:
        """Hold where no event asked for it, but the calendar (T-RPT)."""
        return self.offset < 0

    @property
    def draft(self) -> str | None:
        """The id of the event whose draft is to be signed or declined; None where it is no duty of that kind."""
        draft = self.duty.advice.get("draft")
        return draft if self.is_of_calendar and isinstance(draft, str) else None


class Closing(NamedTuple):
    """How a duty ended: by which event (offset in its partition), and at which log time (ms)."""

    state: Literal["done", "void"]
    by: int
    at: int


def duty_id(partition: int, offset: int, name: str) -> UUID:
    """Return the id of the duty *name* that the event at this position gives rise to: the same at every try."""
    return uuid5(_DUTIES, f"{partition}:{offset}:{name}")


def draft_duty_id(header_hash: bytes) -> UUID:
    """Return the id of the duty to sign the draft with that header: the same at every try."""
    return uuid5(_DUTIES, f"draft:{header_hash.hex()}")


def closing(kept: KeptDuty, delivery: Delivery) -> Closing | None:
    """
    Return how the event delivered closes the duty; None where it doesn't.

    The act that is owed fulfils it, whatever clock runs; else the duty shares the fate of its clock or its aggregate.
    """
    if fulfils(kept, delivery.header) and _is_on_its_period(kept, delivery):
        return Closing("done", delivery.offset, delivery.log_time)
    return overtaken(kept, delivery.docket, delivery.law, offset=delivery.offset, log_time=delivery.log_time)


def superseded(kept: KeptDuty, duties: Iterable[Duty], delivery: Delivery) -> Closing | None:
    """
    Return how *duties*, which the event delivered gives rise to, take the place of a duty; None where they don't.

    Of one clock an organ owes the same acts once: where a breach, or a second hint, says the duty anew, the newer one
    stands, because it knows more.
    """
    clock_id, identity = kept.duty.clock_id, (kept.duty.clock_id, kept.duty.by, frozenset(kept.duty.owed))
    for duty in duties:
        same = clock_id is not None and identity == (duty.clock_id, duty.by, frozenset(duty.owed))
        if same and kept.id != duty_id(delivery.partition, delivery.offset, duty.name):
            return Closing("void", delivery.offset, delivery.log_time)
    return None


def fulfils(kept: KeptDuty, header: Header) -> bool:
    """Hold where the event is an act that is owed, by the organ that owes it (or in its name), on what it is about."""
    duty, acts = kept.duty, (header.event_type, f"{header.event_type}:{header.variant}")
    if not any(act in duty.owed for act in acts) or not header.speaks_for(duty.by):
        return False
    # An act that moves nothing (DocumentServed) says by a cite what it answers.
    answers = header.aggregate is None and Cite("event", str(kept.event_id)) in header.cites
    return answers or _speaks_of(header, duty.about)


def _is_on_its_period(kept: KeptDuty, delivery: Delivery) -> bool:
    """Hold where a report, if it is one that is owed, is on the period that is asked for, or on a part of it."""
    asked, campaign = kept.duty.advice.get("period"), kept.duty.advice.get("campaign")
    if not isinstance(asked, str):
        return True
    if campaign is not None and delivery.header.campaign_id not in (None, campaign):
        return False
    said = None if delivery.body is None else delivery.body.get("period")
    # The register docket says the year; on which month or quarter a report is that can't be read, nobody can say.
    return said.startswith(asked) if isinstance(said, str) else len(asked) == len("yyyy")


def _speaks_of(header: Header, about: AggregateRef) -> bool:
    if about == header.aggregate or Cite(about.kind, about.id) in header.cites:
        return True
    # Whatever is done in a case is done about the case, though the act may move a referral of it.
    return about == AggregateRef("case", header.case_id)


def overtaken(kept: KeptDuty, docket: Docket, law: Law, *, offset: int, log_time: int) -> Closing | None:
    """
    Return how *docket* has left the duty behind, as of its record at *offset* and *log_time*; None while it is owed.

    A clock that was stopped says that the act was done, by whomever; a void one that it is not owed any more. Without a
    clock that still counts, a duty ends with its aggregate or its case, unless these had ended when it arose: what is
    owed after the end (feedback to the reporter) is owed until it is done.
    """
    clock = None if kept.duty.clock_id is None else docket.clock(kept.duty.clock_id)
    if clock is not None:
        return _by_clock(clock, offset=offset, log_time=log_time)
    ended = _has_ended(kept.duty.about, kept.about_state, docket, law)
    if ended or _has_ended(docket.case.ref, kept.case_state, docket, law):
        return Closing("void", offset, log_time)
    return None


def _by_clock(clock: Clock, *, offset: int, log_time: int) -> Closing | None:
    # A window that ran out unused is a right that is gone.
    gone = clock.outcome in ("void", "lapsed") or clock.ended
    if clock.stopped_by is None or clock.stopped_at is None:
        return Closing("void", offset, log_time) if gone else None
    return Closing("void" if gone else "done", clock.stopped_by, clock.stopped_at)


def _has_ended(ref: AggregateRef, before: str, docket: Docket, law: Law) -> bool:
    """Hold where the aggregate is in a terminal state, and was not when it was in state *before*."""
    machine = law.machines.get(ref.kind)
    terminal = frozenset[str]() if machine is None else machine.terminal
    return docket.states.get(ref, "none") in terminal and before not in terminal
