"""What does one watch of a case that is referred now? It becomes a duty in a moment, and a clock runs out meanwhile."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final, TypeVar
from uuid import UUID

from rich.console import Console

from yisong.audit.fresh import renumbered, renumbering
from yisong.audit.history_file import History, Line, read_history
from yisong.audit.replay import Stage, unused_on
from yisong.audit.timeline import Moment, timeline
from yisong.audit.today import moved, stated
from yisong.audit.trails import Trail, open_trails
from yisong.cli.demo_desks import article
from yisong.cli.duties import acts, desk_store
from yisong.cli.page import due, instant
from yisong.desk.duties import KeptDuty
from yisong.desk.live import mark_live
from yisong.errors import TimedOut
from yisong.home import Agency
from yisong.publishing.instants import to_text
from yisong.publishing.publisher import Publisher
from yisong.publishing.rounds import wall_clock

PATIENCE: Final = 60.0
"""Seconds that the demo waits for anything, on however slow a machine."""

_SECOND: Final = 1_000
_LOOK_SECONDS: Final = 0.05
_ASKED, _BREACH = "SiteActionRequested", "DeadlineBreached"
_Answer = TypeVar("_Answer")


class LiveCase:
    """
    The case in a file, told so that its last event, a referral to the police, is published now.

    A day less a few seconds ago the telecoms authority was asked to suspend the site at once: it has a day to decide.
    """

    def __init__(self, console: Console, stage: Stage, file: Path) -> None:
        """Give the case a number of its own; nothing is published yet."""
        self._console, self._stage = console, stage
        self._history, self._ids = _renumbered(stage, read_history(file)), list[UUID]()
        self.case_id = self._history.lines[0].case_id

    def refer(self) -> bool:
        """Publish the case, and wait until its referral is a duty; return whether all was admitted. Raises TimedOut."""
        *before, referral = self._history.lines
        asked = self._asked.number - 1
        with Publisher(self._stage.home) as publisher:
            for lines in (before[:asked], before[asked:]):
                self._publish(publisher, lines)
                self._verdicts(publisher)
            self._say(f"{len(before)} events of the last days are on the log, from the clue to the approval")
            self._say(f"{instant(wall_clock())} {referral.publisher} publishes {self._named(referral)}")
            began = time.monotonic()
            self._publish(publisher, [referral], now=True)
            kept = self._duty("police", self._ids[-1])
            self._say(f"{time.monotonic() - began:.2f} s later it is a duty of {_told(kept)}")
            return set(self._verdicts(publisher)) == {"admitted"}

    def let_a_clock_run_out(self) -> bool:
        """
        Let the case live by the wall clock until a clock of it has run out, and the breach is on all four trails.

        Return whether it is admitted there, once. Raises TimedOut.
        """
        # Before the case lives: from then on a breach may be said at once, and the duty is another one.
        kept = self._duty("miit", self._ids[self._asked.number - 1])
        mark_live(self._stage.running, [self.case_id])
        self._say("the case lives by the wall clock from now on: its deadlines need no further record to pass")
        self._say(f"since yesterday there is a duty of {_told(kept)}; nobody acts …")
        with open_trails(self._stage.running) as trails:
            found = [_until(partial(self._breaches, trail), f"a breach, {trail.agency}") for trail in trails]
        once, (first, *_), ended = all(len(one) == 1 for one in found), found[0], kept.duty.due_rolled
        by = "" if first.header is None else first.header.publisher
        stands = "once on each trail" if once else f"{[len(one) for one in found]} times on the trails"
        self._say(f"{'' if ended is None else instant(ended)} the time is over")
        self._say(f"{instant(first.log_time)} {by} says so: {self._named_type(_BREACH)} stands {stands}")
        return once

    @property
    def _asked(self) -> Line:
        return next(line for line in self._history.lines if line.fields["event_type"] == _ASKED)

    def _publish(self, publisher: Publisher, lines: Sequence[Line], *, now: bool = False) -> None:
        """Publish *lines* at their own dates, counted back from this second, or as what happens *now*."""
        told = moved(self._history, ends_at=wall_clock() // _SECOND * _SECOND)
        for line in (told[one.number] for one in lines):
            at = None if now else line.at
            said = publisher.publish_header(stated(line, self._ids), line.body, at=at, wait=None)
            self._ids.append(said.event_id)

    def _verdicts(self, publisher: Publisher) -> list[str]:
        """Wait for the verdict on all that was published; what the log does not take has its reason in its place."""
        by = self._history.lines[0].publisher

        def given() -> list[str]:
            looks = [publisher.look(one, publisher=by) for one in self._ids]
            said = [(one.reason or "parked") if one.parked else one.verdict for one in looks if one is not None]
            return [one for one in said if one is not None] if None not in said else []

        return _until(given, "verdicts on the case")

    def _breaches(self, trail: Trail) -> tuple[Moment, ...]:
        seen = timeline(trail, self.case_id, self._stage.law, at=None, now=wall_clock())
        moments = () if seen is None else seen.moments
        return tuple(
            one for one in moments
            if one.header is not None and one.header.event_type == _BREACH and one.verdict == "admitted"
        )  # fmt: skip

    def _duty(self, agency: Agency, because_of: UUID) -> KeptDuty:
        """Wait until the desk of *agency* has a duty because of an event."""
        with desk_store(self._stage.home, agency) as store:

            def found() -> KeptDuty | None:
                kept = store.open_duties(self.case_id)
                return next((one for one in kept if one.event_id == because_of), None)

            return _until(found, f"a duty of {agency}")

    def _named(self, line: Line) -> str:
        to = line.fields["to"]
        named = self._named_type(str(line.fields["event_type"]))
        return f"{named} to {' '.join(map(str, to))}" if isinstance(to, list) else named

    def _named_type(self, event_type: str) -> str:
        return f"{self._stage.law.events[event_type].zh} {event_type}"

    def _say(self, text: str) -> None:
        self._console.print(f"· {text}", soft_wrap=True)


def _renumbered(stage: Stage, history: History) -> History:
    year = int(to_text(wall_clock())[:4])
    with open_trails(stage.running) as trails:
        unused = unused_on(trails)
    return renumbered(history, renumbering(history, lambda region, _: unused(region, year)))


def _told(kept: KeptDuty) -> str:
    duty = kept.duty
    until = "" if duty.due_rolled is None else f" until {due(duty.due_rolled)}"
    return f"{duty.by}: {acts(duty)}{until}, {article(duty)}"


def _until(found: Callable[[], _Answer | None], what: str) -> _Answer:
    """Wait for an answer that is not empty. Raises TimedOut, which says *what* is missing."""
    deadline = time.monotonic() + PATIENCE
    while not (answer := found()):
        if time.monotonic() >= deadline:
            raise TimedOut(f"{what}: has not come within {PATIENCE:g} s. See `yisong status` and the logs of the bus.")
        time.sleep(_LOOK_SECONDS)
    return answer
