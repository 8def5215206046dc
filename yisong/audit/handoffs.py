"""Who handed what to whom, and was it answered?"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from yisong.audit.played import Position
from yisong.audit.trails import Trail, present
from yisong.envelope.header import AggregateRef, Header
from yisong.envelope.partition import partition_of
from yisong.ledger import Clock, Docket, Law, advance, loads
from yisong.proof.refold import reopened
from yisong.publishing.instants import to_text

_OWED_BY_ANOTHER: Final = frozenset({"to", "sender", "receiver", "leads", "issuer"})


class Act(NamedTuple):
    """The admitted event that handed something over: whose it is, when it was logged (ms), and its type."""

    organ: str
    log_time: int
    event_type: str


class Handoff(NamedTuple):
    """
    One handoff 移交: an act by which *sender* made *receiver* owe something by a date.

    *sent_at* (log time), *due* (rolled), *as_of*: ms. *timer*: the period that ran, T-REF-03 for a referral's receipt.
    """

    sender: str
    receiver: str
    event_type: str
    aggregate: AggregateRef
    case_id: str
    timer: str
    sent_at: int
    due: int
    as_of: int
    clock: Clock

    @property
    def receipted(self) -> bool:
        """Hold where the receiver has answered, in time or late."""
        return self.clock.outcome != "void" and self.clock.stopped_by is not None

    @property
    def pending(self) -> bool:
        """Hold where the answer is still owed."""
        return self.clock.stoppable and self.clock.outcome in ("running", "late")

    @property
    def age(self) -> int:
        """How long (ms) it has been waiting, or was known to."""
        return self.as_of - self.sent_at

    def as_json(self) -> dict[str, object]:
        """Return it for programs; instants as RFC 3339 with +08:00."""
        return {
            "case_id": self.case_id,
            "event_type": self.event_type,
            "aggregate": self.aggregate._asdict(),
            "sender": self.sender,
            "receiver": self.receiver,
            "timer": self.timer,
            "sent_at": to_text(self.sent_at),
            "due": to_text(self.due),
            "age_ms": self.age,
            "late": self.clock.outcome == "late",
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """
    All that one sender handed to one receiver: *sent* = receipted + pending + ended.

    *late*: pending beyond its date. *ended*: nothing is owed any more without an answer, as when a case is closed.
    *refused*: acts that would have been handoffs, genuine but against the rules; they went nowhere, and are not *sent*.
    *oldest*: the longest that one has been pending, in ms.
    """

    sender: str
    receiver: str
    sent: int
    receipted: int
    pending: int
    late: int
    ended: int
    refused: int
    oldest: int | None

    def as_json(self) -> dict[str, object]:
        """Return it for programs."""
        return {
            "sender": self.sender,
            "receiver": self.receiver,
            "sent": self.sent,
            "receipted": self.receipted,
            "pending": self.pending,
            "late": self.late,
            "ended": self.ended,
            "refused": self.refused,
            "oldest_ms": self.oldest,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Handoffs:
    """All handoffs of a trail: the sums by sender and receiver, and those that are pending, the oldest first."""

    cells: tuple[Cell, ...]
    pending: tuple[Handoff, ...]


def handoffs(trail: Trail, law: Law, *, now: int) -> Handoffs:
    """
    Return what *trail* knows of handoffs as of *now* (ms).

    On a demo bus as of each docket's own newest log time, unless it lives by the wall clock. Raises BusUnreachable.
    """
    event_types = sorted(_handing_over(law))
    acts = {
        Position(partition, offset): Act(*rest)
        for partition, offset, *rest in trail.rows("admitted_acts", event_types=event_types)
    }
    live = trail.live()
    found = [
        handoff
        for case_id, state in trail.stream("dockets_with_clocks")
        for handoff in handoffs_of(loads(case_id, state), acts, law, now=now, live=live)
    ]
    refused = [header for (leaf,) in trail.stream("refused_acts", event_types=event_types) for header in _header(leaf)]
    pending = sorted((one for one in found if one.pending), key=lambda one: (-one.age, one.case_id, one.timer))
    return Handoffs(cells=tuple(cells(found, refused)), pending=tuple(pending))


def handoffs_of(
    docket: Docket, acts: Mapping[Position, Act], law: Law, *, now: int, live: Collection[str] = ()
) -> Iterator[Handoff]:
    """
    Yield the handoffs of one docket: each clock that an act of another organ than the one that owes it started.

    As of *now* (ms), on a demo bus of the docket's newest log time unless it is one of those that are *live*.

    A window is left out: it is a right, and nobody waits for whoever may let it lapse.
    """
    as_of = present(docket, law, live=live, now=now)
    partition = partition_of(docket.case_id.encode(), law.bus.partitions)
    for clock in advance(docket, as_of, law).clocks:
        act = acts.get(Position(partition, clock.started_by)) if isinstance(clock.started_by, int) else None
        if act is None or clock.window:
            continue
        for receiver in clock.owed_by:
            if receiver != act.organ:
                yield Handoff(
                    sender=act.organ,
                    receiver=receiver,
                    event_type=act.event_type,
                    aggregate=clock.aggregate,
                    case_id=docket.case_id,
                    timer=clock.timer,
                    sent_at=act.log_time,
                    due=clock.due_rolled,
                    as_of=as_of,
                    clock=clock,
                )


def cells(found: Iterable[Handoff], refused: Iterable[Header]) -> Iterator[Cell]:
    """Add up handoffs and refused acts by sender and receiver, in the order of their ids."""
    sent: defaultdict[tuple[str, str], list[Handoff]] = defaultdict(list)
    for one in found:
        sent[(one.sender, one.receiver)].append(one)
    turned_away: defaultdict[tuple[str, str], int] = defaultdict(int)
    for header in refused:
        for receiver in header.to:
            turned_away[(header.speaker, receiver)] += 1
    for sender, receiver in sorted({*sent, *turned_away}):
        yield _cell(sender, receiver, sent[(sender, receiver)], turned_away[(sender, receiver)])


def _cell(sender: str, receiver: str, sent: list[Handoff], refused: int) -> Cell:
    pending = [one for one in sent if one.pending]
    receipted = sum(one.receipted for one in sent)
    return Cell(
        sender=sender,
        receiver=receiver,
        sent=len(sent),
        receipted=receipted,
        pending=len(pending),
        late=sum(one.clock.outcome == "late" for one in pending),
        ended=len(sent) - receipted - len(pending),
        refused=refused,
        oldest=max((one.age for one in pending), default=None),
    )


def handing_timers(law: Law) -> frozenset[str]:
    """Return the timers by which an act can make another organ owe something by a date (timers.yaml, owed_by)."""
    return frozenset(
        timer.id
        for timer in law.timers.values()
        if timer.automatic and not timer.window and timer.owed_by in _OWED_BY_ANOTHER
    )


def _handing_over(law: Law) -> frozenset[str]:
    """Return the event types that can make another organ owe something."""
    timers = (law.timers[timer] for timer in handing_timers(law))
    return frozenset(start.event for timer in timers for start in timer.starts if start.event is not None)


def _header(leaf: bytes) -> Iterator[Header]:
    header = reopened(leaf).header
    if header is not None:
        yield header
