"""
What does a desk answer to a delivery? Exactly one of four.

``Emit`` the next event, where policy lets a machine sign · ``Owe`` duties to officers · ``Ignore`` for a reason that is
counted · ``Park`` for a reason, and the case's later deliveries wait behind it. What no rule knows is parked.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from yisong.envelope.header import AggregateRef

IgnoreReason = Literal["own-act", "copied-for-information", "nothing-owed", "notice", "concluded", "dropped"]
ParkReason = Literal["no-rule", "body-unreadable", "rule-failed", "not-publishable", "undecodable", "behind-parked"]
"""
``no-rule`` no rule knows this event · ``body-unreadable`` a body that this desk must read does not open ·
``rule-failed`` a rule raised, which is our fault · ``not-publishable`` the event that should answer is not sound ·
``undecodable`` the inbox record is no delivery · ``behind-parked`` an earlier one of its case waits.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """
    What is owed: by which organ, until when, under which article, and because of which event.

    *name*: unique among the duties of one delivery; with the position it makes the duty's id. *owed*: event types
    (``Type``, or ``Type:variant``) any of which, published by *by* on *about*, fulfils it (empty: an officer marks it
    done). *due_strict*, *due_rolled* in ms, None where no clock runs. *article*: the source of the clock or rule.
    *clock_id*: the clock that runs for it. *advice*: what the officer should know (codes and figures; never a value of
    a body above P0).
    """

    name: str
    by: str
    owed: tuple[str, ...]
    about: AggregateRef
    article: str
    why: str
    due_strict: int | None = None
    due_rolled: int | None = None
    clock_id: str | None = None
    advice: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NextEvent:
    """
    An event that a machine signs: its name (with the cause's id it makes the event id, uuid5), header fields, body.

    *name*: unique among the events of one delivery. *fields*: as its author states them, in the history format; what
    follows from the cause need not be stated (`yisong.desk.drafting`). *body*: JSON as of the catalogue.
    """

    name: str
    fields: Mapping[str, object]
    body: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Emit:
    """Publish *events*, in this order; *duties* that stand beside them."""

    events: tuple[NextEvent, ...]
    duties: tuple[Duty, ...] = ()


@dataclass(frozen=True, slots=True)
class Owe:
    """Put *duties* before officers."""

    duties: tuple[Duty, ...]


@dataclass(frozen=True, slots=True)
class Ignore:
    """Nothing is to be done, for a *reason* that is counted."""

    reason: IgnoreReason


@dataclass(frozen=True, slots=True)
class Park:
    """A person must look at it first; *detail* names ids and codes only."""

    reason: ParkReason
    detail: str = ""


Outcome = Emit | Owe | Ignore | Park
