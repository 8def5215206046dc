"""What does an agency owe now, and how much time is left? Kept duties, seen against the cases as they stand."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

from yisong.desk.duties import DutyState, KeptDuty, overtaken
from yisong.desk.store import Store
from yisong.home import Agency
from yisong.ledger import Clock, Docket, Law, advance
from yisong.ledger.known_due import known_due
from yisong.ledger.notices import warning_instant
from yisong.legal_time import Due
from yisong.publishing.instants import to_text

Urgency = Literal["late", "late_strictly", "nearly_due", "running"]


class Owed(NamedTuple):
    """
    A duty as of an instant (*as_of*, ms). *state*: that of the duty, unless its case has left it behind meanwhile.

    *left*: ms until it is late on the rolled reading, negative once it is; None where no clock runs. *warned_at*: from
    when on (ms) it is nearly due. *known*: its end by the calendar that is known now, where its clock is provisional.
    """

    agency: Agency
    kept: KeptDuty
    state: DutyState
    as_of: int
    left: int | None
    warned_at: int | None = None
    known: Due | None = None

    @property
    def provisional(self) -> bool:
        """Hold where its end was counted with days of a year whose holidays were not known then."""
        return self.known is not None

    @property
    def urgency(self) -> Urgency | None:
        """How pressing it is: nearly due from four fifths of its time on; None where no clock runs, or it is closed."""
        if self.state != "open" or self.left is None:
            return None
        if self.left < 0:
            return "late"
        if self.is_late_strictly:
            return "late_strictly"
        return "nearly_due" if self.warned_at is not None and self.as_of >= self.warned_at else "running"

    @property
    def is_late(self) -> bool:
        """Hold where it is open and overdue even on the rolled reading."""
        return self.state == "open" and self.left is not None and self.left < 0

    @property
    def is_late_strictly(self) -> bool:
        """Hold where it is open and overdue on the strict reading."""
        strict = self.kept.duty.due_strict
        return self.state == "open" and strict is not None and self.as_of > strict

    def as_json(self) -> dict[str, object]:
        """Return it for programs; instants as RFC 3339 with +08:00."""
        kept, duty, known = self.kept, self.kept.duty, self.known
        return {
            "id": str(kept.id),
            "agency": self.agency,
            "organ": duty.by,
            "name": duty.name,
            "why": duty.why,
            "owed": list(duty.owed),
            "case_id": kept.case_id,
            "about": duty.about._asdict(),
            "article": duty.article,
            "clock_id": duty.clock_id,
            "due_strict": _instant(duty.due_strict),
            "due_rolled": _instant(duty.due_rolled),
            "as_of": _instant(self.as_of),
            "left_ms": self.left,
            "late": self.is_late,
            "late_strictly": self.is_late_strictly,
            "urgency": self.urgency,
            "provisional": self.provisional,
            "due_as_known": None
            if known is None
            else {"strict": to_text(known.strict), "rolled": to_text(known.rolled)},
            "state": self.state,
            "advice": duty.advice,
            "because_of": _because_of(kept),
            "opened_at": _instant(kept.opened_at),
            "closed_by": None if kept.closed_by is None else f"{kept.partition}:{kept.closed_by}",
            "closed_at": _instant(kept.closed_at),
            "officer": kept.officer,
        }


def agenda(  # noqa: PLR0913 (what is asked, and of whom)
    store: Store, agency: Agency, law: Law, *, now: int, organ: str | None = None, everything: bool = False
) -> tuple[Owed, ...]:
    """
    Return what *agency* owes at *now* (ms), the most urgent first; *organ*: only what it owes.

    *everything*: what was owed, too. On a demo bus a case's own log time is its now, unless it lives by the wall clock.
    """
    kept = store.duties(organ=organ, closed=everything)
    dockets = store.dockets(one.case_id for one in kept)
    live = store.live() if law.bus.profile == "demo" else frozenset(dockets)
    seen = _seen(kept, dockets, live, agency, law, now=now)
    return tuple(sorted((one for one in seen if everything or one.state == "open"), key=_urgency))


def _seen(  # noqa: PLR0913 (a duty, its case, and when)
    kept: Iterable[KeptDuty],
    dockets: Mapping[str, Docket],
    live: frozenset[str],
    agency: Agency,
    law: Law,
    *,
    now: int,
) -> Iterator[Owed]:
    for one in kept:
        docket = dockets.get(one.case_id)
        as_of = now if docket is None or one.case_id in live else docket.log_time
        state = one.state if docket is None else _state(one, advance(docket, as_of, law), law, as_of=as_of)
        due = one.duty.due_rolled
        clock = None if docket is None or one.duty.clock_id is None else docket.clock(one.duty.clock_id)
        known = None if docket is None or clock is None else known_due(clock, docket.clocks, law, as_of=as_of)
        yield Owed(agency, one, state, as_of, None if due is None else due - as_of, _warned_at(one, clock), known)


def _warned_at(kept: KeptDuty, clock: Clock | None) -> int | None:
    """Return from when on a duty is nearly due: at four fifths of the time to its strict end."""
    if clock is not None:
        return warning_instant(clock, "four_fifths")
    strict = kept.duty.due_strict
    return None if strict is None else kept.opened_at + (strict - kept.opened_at) * 4 // 5


def _state(kept: KeptDuty, docket: Docket, law: Law, *, as_of: int) -> DutyState:
    if kept.state != "open":
        return kept.state
    # The trail may be further than the desk, or may hold what never comes into its inbox.
    ended = overtaken(kept, docket, law, offset=kept.offset, log_time=as_of)
    return "open" if ended is None else ended.state


def _urgency(owed: Owed) -> tuple[bool, bool, int, int]:
    """Order by time left; what has no clock after what has one, what is closed last."""
    return owed.state != "open", owed.left is None, owed.left or 0, owed.kept.opened_at


def _because_of(kept: KeptDuty) -> dict[str, str | None]:
    if kept.is_of_calendar:
        return {"event_id": None, "position": None}
    return {"event_id": str(kept.event_id), "position": f"{kept.partition}:{kept.offset}"}


def _instant(at: int | None) -> str | None:
    return None if at is None else to_text(at)
