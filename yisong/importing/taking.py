"""
How do the rows of a plan become events on the log?

In waves: the first event of every row, then the second … so that many wait for their verdicts at once, and an event is
published only where the one before it was admitted. It can be killed at any line: whoever runs it again goes on.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from yisong.errors import NotAcceptable
from yisong.importing.kept import EVENTS, Kept, event_id
from yisong.importing.planned import ADMITTED, ATTEMPTS, Planned, Step, event_type, header_of, strangers
from yisong.postgres.connection import Rows, hold
from yisong.publishing.published import Published
from yisong.publishing.publisher import Publisher

_LOCK: Final = 7_140_381
Numbers = Callable[[str, int], str]
"""Gives the next case id of a region and year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What became of one event."""

    event_type: str
    event_id: UUID
    verdict: str | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a row: its case, and its events as far as they were published, now or before."""

    line: int
    number: str
    what: str
    case_id: str
    events: tuple[Told, ...]

    @property
    def refused(self) -> bool:
        """Hold where the log did not admit one of them; those that would have followed were not published."""
        return any(one.verdict not in ADMITTED for one in self.events)


def alone(connection: Rows) -> None:
    """See that nobody else imports at this node while *connection* is open. Raises NotAcceptable, BusUnreachable."""
    if not hold(connection, _LOCK):
        raise NotAcceptable(
            "Somebody imports at this node just now; nothing was imported.", ["try again when that import has ended"]
        )


def take(
    rows: Sequence[Planned], publisher: Publisher, numbers: Numbers, *, organ: str, timeout: float
) -> tuple[Taken, ...]:
    """
    Publish what is to be published of *rows*, and return what became of each.

    *timeout* (s): how long to wait for a verdict. Raises TimedOut, BusUnreachable: what was published stands, and the
    same import again goes on from there.
    """
    takers = [_Taker(row, publisher, numbers, organ=organ, timeout=timeout) for row in rows]
    for name in EVENTS:
        for taker in takers:
            taker.send(name)
        for taker in takers:
            taker.wait(name)
    return tuple(taker.taken for taker in takers)


class _Taker:
    """Publishes the events of one row, one behind the other."""

    def __init__(self, row: Planned, publisher: Publisher, numbers: Numbers, *, organ: str, timeout: float) -> None:
        self._row, self._what = row, row.what
        self._publisher, self._numbers, self._organ, self._timeout = publisher, numbers, organ, timeout
        self._case_id = row.case_id
        self._told: list[Told] = []

    @property
    def taken(self) -> Taken:
        case = self._row.case
        return Taken(
            line=case.line, number=case.number, what=self._what, case_id=self._case_id or "", events=tuple(self._told)
        )

    def send(self, name: str) -> None:
        """Give the event *name* to the outbox, where there is one and nothing before it was refused."""
        step = self._step(name)
        if step is not None and step.kept is None:
            self._publish(step, wait=False)

    def wait(self, name: str) -> None:
        """Wait for the verdict on the event *name*; where its docket is a stranger's, take the next number."""
        step = self._step(name)
        if step is None:
            return
        if step.kept is not None and step.kept.verdict is not None:
            told = Told(
                event_type=event_type(step), event_id=step.event_id, verdict=step.kept.verdict, reason=step.kept.reason
            )
        else:
            told = self._judged(step)
        self._told.append(told)

    def _judged(self, step: Step) -> Told:
        said = self._publish(step, wait=True)
        while self._is_first(step) and self._row.attempt < ATTEMPTS and strangers(_as_kept(said, self._case_id)):
            step = self._next_number(step)
            said = self._publish(step, wait=True)
        return Told(event_type=event_type(step), event_id=step.event_id, verdict=said.verdict, reason=said.reason)

    def _publish(self, step: Step, *, wait: bool) -> Published:
        if self._case_id is None:
            header = step.stated.header
            self._case_id = self._numbers(str(header["region_code"]), self._row.case.year)
        return self._publisher.publish_header(
            header_of(step.stated, self._case_id),
            step.stated.body,
            event_id=step.event_id,
            wait="verdict" if wait else None,
            timeout=self._timeout,
        )

    def _next_number(self, first: Step) -> Step:
        """Begin again under another case number, with other ids: what was refused stays refused."""
        attempt, number = self._row.attempt + 1, self._row.case.number
        steps = tuple(
            Step(step.stated, event_id(self._organ, number, step.stated.name, attempt), None)
            for step in self._row.steps
        )
        self._row, self._case_id = replace(self._row, attempt=attempt, steps=steps), None
        return next(step for step in steps if step.stated.name == first.stated.name)

    def _is_first(self, step: Step) -> bool:
        return step.stated.name == self._row.steps[0].stated.name

    def _step(self, name: str) -> Step | None:
        if any(one.verdict not in ADMITTED for one in self._told):
            return None
        return next((step for step in self._row.steps if step.stated.name == name), None)


def _as_kept(said: Published, number: str | None) -> Kept:
    return Kept(number or "", said.verdict, said.reason, None)
