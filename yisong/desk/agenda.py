"""What does an agency owe now, and how much time is left? Kept duties, seen against the cases as they stand."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from yisong.desk.duties import DutyState, KeptDuty, overtaken
from yisong.desk.store import Store
from yisong.home import Agency
from yisong.ledger import Docket, Law, advance


class Owed(NamedTuple):
    """
    A duty as of an instant (*as_of*, ms). *state*: that of the duty, unless its case has left it behind meanwhile.

    *left*: ms until it is late on the rolled reading, negative once it is; None where no clock runs.
    """

    agency: Agency
    kept: KeptDuty
    state: DutyState
    as_of: int
    left: int | None

    @property
    def is_late(self) -> bool:
        """Hold where it is open and overdue even on the rolled reading."""
        return self.state == "open" and self.left is not None and self.left < 0

    @property
    def is_late_strictly(self) -> bool:
        """Hold where it is open and overdue on the strict reading."""
        strict = self.kept.duty.due_strict
        return self.state == "open" and strict is not None and self.as_of > strict


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
        yield Owed(agency, one, state, as_of, None if due is None else due - as_of)


def _state(kept: KeptDuty, docket: Docket, law: Law, *, as_of: int) -> DutyState:
    if kept.state != "open":
        return kept.state
    # The trail may be further than the desk, or may hold what never comes into its inbox.
    ended = overtaken(kept, docket, law, offset=kept.offset, log_time=as_of)
    return "open" if ended is None else ended.state


def _urgency(owed: Owed) -> tuple[bool, bool, int, int]:
    """Order by time left; what has no clock after what has one, what is closed last."""
    return owed.state != "open", owed.left is None, owed.left or 0, owed.kept.opened_at
