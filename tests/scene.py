"""Before whose eyes does the matrix of need-to-know lie? A bus full of marked events, and what everybody was shown."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from time import monotonic, sleep
from typing import Any, Final, TypeVar

import httpx
import orjson

from tests import audiences, marked, standings
from tests.onlookers import Onlookers
from tests.standings import Event, Look
from tests.waiting import PATIENCE
from yisong.audit.played import Position
from yisong.audit.replay import Stage, replay
from yisong.embedded import Bus

_T = TypeVar("_T")
Cell = tuple[str, str]
"""An event type, and how an organ stands to it."""

HISTORY: Final = "查阅经过"
"""For which purpose everybody has read every history."""
_MARKS: Final = re.compile(rb"qz[a-z]+\d{5}z|(?<![0-9a-f])73\d{9}(?![0-9a-f])")

_AGAIN_SECONDS: Final = 0.2

Key = tuple[str, str, str]
"""Who reads (account), for which purpose, in which case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """
    A bus with four gateways, and everybody who looks.

    *events*: of each case, as the law has them. *answers*: what each organ was answered when it asked for the history
    of each case. *marks*: of each event that has one, by its position. *shown*: the ids of the events whose bodies were
    shown so far, to whom, for which purpose and in which case.
    """

    bus: Bus
    onlookers: Onlookers
    events: Mapping[str, Sequence[Event]]
    answers: Mapping[tuple[str, str], bytes]
    marks: Mapping[Position, str]
    shown: defaultdict[Key, set[str]] = field(default_factory=lambda: defaultdict(set))

    def all_events(self) -> tuple[Event, ...]:
        """Return every event of every case."""
        return tuple(one for of_case in self.events.values() for one in of_case)

    def marks_of(self, events: Iterable[Event]) -> set[str]:
        """Return the marks of *events*."""
        found = (self.marks.get(Position(*one.position)) for one in events)
        return {mark for mark in found if mark is not None}

    def note(self, account: str, purpose: str, looks: Iterable[Look]) -> None:
        """Remember which of *looks* have shown a body."""
        for one in looks:
            if one.found == "shown":
                self.shown[account, purpose, one.event.case_id].add(one.event.event_id)


@contextmanager
def set_on(bus: Bus) -> Iterator[Scene]:
    """Load every history onto *bus*, start its gateways, and let each organ ask for every case once."""
    stage, told = Stage.of(bus.home), marked.histories()
    first = replay(stage, told.histories, fresh=True, timeout=PATIENCE)
    about = marked.notices(first.found[0].dockets)
    second = replay(stage, about.histories, timeout=PATIENCE)
    marks = {**told.by_position(first.played), **about.by_position(second.played)}
    cases = sorted(first.found[0].dockets)
    with closing(Onlookers(bus, bus.start_gateways())) as onlookers:
        end = monotonic() + PATIENCE
        found = onlookers.each(lambda organ: {(one, organ): history(onlookers, one, organ, end=end) for one in cases})
        answers = {key: answer for of_organ in found for key, answer in of_organ.items()}
        events = {case: standings.told(orjson.loads(answers[case, "V00"])["records"]) for case in cases}
        yield Scene(bus=bus, onlookers=onlookers, events=events, answers=answers, marks=marks)


def history(onlookers: Onlookers, case: str, organ: str, *, end: float) -> bytes:
    """Return what *organ* is answered of a case, before the instant *end* once no key to a body is on its way."""
    while True:
        params = {"purpose": HISTORY, "bodies": "true"}
        answer = content(onlookers.system(organ).get(f"/v1/cases/{case}/history", params=params))
        if b'"masked":"sealed"' not in answer or monotonic() > end:
            return answer
        sleep(_AGAIN_SECONDS)


def content(answer: httpx.Response) -> bytes:
    """Return what an *answer* holds, which must be a good one."""
    assert answer.status_code == 200, answer.text[:500]
    return answer.content


def marks_in(data: bytes) -> set[str]:
    """Return all marks that stand somewhere in *data*."""
    return {found.decode() for found in _MARKS.findall(data)}


def looked(events: Iterable[Event], organ: str, records: Iterable[Mapping[str, Any]]) -> Iterator[Look]:
    """Yield what *organ* sees of the body in each of *records*, as the API gives them."""
    by_position = {one.position: one for one in events}
    for record in records:
        event = by_position[record["position"]["partition"], record["position"]["offset"]]
        yield Look(event, organ, record["masked"] or ("shown" if record["body"] is not None else "nothing"))


def cells(events: Iterable[Event], organ: str) -> frozenset[Cell]:
    """Return the cells in which *organ* stands to *events*."""
    return frozenset((one.event_type, relation) for one in events for relation in one.related(organ))


def walked(looks: Iterable[Look]) -> set[Cell]:
    """Return the cells that were looked at."""
    return {cell for one in looks for cell in cells([one.event], one.organ)}


def cover(choices: Iterable[tuple[frozenset[Cell], _T]]) -> list[_T]:
    """Return a few of *choices* that show every cell that any of them shows."""
    left, chosen = list(choices), []
    wanted = frozenset[Cell]().union(*(shown for shown, _ in left))
    while wanted:
        shown, best = max(left, key=lambda one: len(one[0] & wanted))
        wanted -= shown
        chosen.append(best)
    return chosen


def by_organ(pairs: Iterable[tuple[_T, str]]) -> Mapping[str, Sequence[_T]]:
    """Return, for every organ of the directory, what stands beside it in *pairs*."""
    found: dict[str, list[_T]] = {organ: [] for organ in audiences.organs()}
    for one, organ in pairs:
        found[organ].append(one)
    return found
