"""
The steps that the tables spell out, and the search for a told case that takes one.

A step is one row from one of its states by one of its variants. What it should do is read from the row; whether it does
is seen in the docket before and after the act.
"""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

from tests.unit.ledger.routes import MONDAY, ORGANS, Way, begins, names, way
from tests.unit.ledger.story import law
from yisong.envelope.header import AggregateRef
from yisong.ledger import Clock, Docket, Entry, advance
from yisong.rulebook.model import Machine, Row

MACHINES = law().rulebook.lifecycles.machines


class Step(NamedTuple):
    """One way through one row: from one of its states, by one of its variants (of a breach: the timer)."""

    machine: Machine
    row: Row
    state: str
    variant: str | None

    def __str__(self) -> str:
        variant = f"({self.variant})" if self.variant else ""
        end = f"refused as {self.row.refuse}" if self.row.refuse else self.row.to or self.state
        return f"{self.machine.kind}: {self.state} — {self.row.event or self.row.breach}{variant} → {end}"


def variants_of(row: Row) -> tuple[str | None, ...]:
    return tuple(sorted(row.variants)) if row.variants else law().events[row.event or ""].variants or (None,)


ROWS = [(machine, row) for machine in MACHINES for row in machine.rows]
ACTS = [(machine, row) for machine, row in ROWS if row.event]
STEPS = [
    Step(machine, row, state, variant)
    for machine, row in ACTS
    for state in sorted(row.from_states)
    for variant in variants_of(row)
]


class Of(NamedTuple):
    """A row of a machine."""

    machine: Machine
    row: Row

    @property
    def steps(self) -> list[Step]:
        return [step for step in STEPS if step.row is self.row]

    def __str__(self) -> str:
        states, variants = "|".join(sorted(self.row.from_states)), "|".join(sorted(self.row.variants or ()))
        return f"{self.machine.kind}: {states} — {self.row.event}({variants})"


ADMITTING = [Of(machine, row) for machine, row in ACTS if not row.refuse]


class Told(NamedTuple):
    """One act as it was said, and the docket around it: before it, with its clocks at the act's log time, and after."""

    way: str
    said: dict[str, Any]
    ref: AggregateRef
    before: Docket
    after: Docket
    entry: Entry

    @property
    def taken(self) -> bool:
        return self.entry.verdict in ("admitted", "admitted-late")

    def state(self, docket: Docket) -> str:
        return state_of(docket, self.ref)

    def clocks(self, timer: str) -> Iterator[tuple[Clock | None, Clock]]:
        """Pair the clocks of *timer* on the aggregate that the row moves, before and after the act."""
        earlier = {clock.id: clock for clock in self.before.clocks}
        for clock in self.after.clocks:
            if clock.timer == timer and clock.aggregate == self.ref:
                yield earlier.get(clock.id), clock

    def did(self, verb: str, timer: str) -> bool:
        """Hold where the act started, stopped or voided a clock of *timer*."""
        if verb == "starts":
            return timer in self.started()
        mine = [clock for _, clock in self.clocks(timer) if clock.stopped_by == self.entry.offset]
        return any((clock.outcome == "void") == (verb == "voids") for clock in mine)

    def started(self) -> set[str]:
        mine = (clock for clock in self.after.clocks if clock.aggregate == self.ref)
        return {clock.timer for clock in mine if clock.started_by == self.entry.offset}

    def ended(self) -> set[str]:
        mine = (clock for clock in self.after.clocks if clock.aggregate == self.ref)
        return {clock.timer for clock in mine if clock.stopped_by == self.entry.offset}


def state_of(docket: Docket, ref: AggregateRef) -> str:
    return docket.states.get(ref, "none")


@cache
def standing(name: str, start: int = MONDAY) -> Docket:
    """Return the docket of a way with its clocks advanced to the hour of the next act."""
    told = way(name, start)
    return advance(told.docket_now, told.time, law())


def instances(step: Step, told: Way) -> Iterator[tuple[AggregateRef, str | None, int]]:
    """Yield what an act may be about (which aggregate the row moves, the header's kind and number)."""
    kinds = sorted(law().events[step.row.event or ""].aggregate or {None}, key=str)
    for kind in kinds:
        if step.row.aggregate not in (None, kind):
            continue
        number = told.newest(kind) if kind else 0
        if step.machine.kind == "case":
            new = begins(step.row.event or "", step.variant, kind) if kind else False
            yield told.ref("case", 1), kind, number + 1 if new else max(1, number)
            if kind not in (None, "case") and number and not new:
                yield told.ref("case", 1), kind, number + 1
        elif step.row.instance == "cited":
            new = begins(step.row.event or "", step.variant, kind or "")
            yield told.ref(step.machine.kind, max(1, told.newest(step.machine.kind))), kind, max(1, number + new)
        elif kind == step.machine.kind:
            yield told.ref(kind, max(1, number)), kind, max(1, number)
            yield told.ref(kind, number + 1), kind, number + 1


NEXT_HOUR = 0  # the hour after the last step of a way
When = Callable[[Docket, AggregateRef], int | None]


def tried(
    step: Step, *, roles: frozenset[str] | None = None, start: int = MONDAY, when: When | None = None, **instead: Any
) -> Iterator[Told]:
    """
    Say the event of *step* on every way that stands in its state, by every organ whose role may say it.

    *when*: the log time of the act; None = not on this way.
    """
    row = step.row
    roles = roles or row.by or law().events[row.event or ""].publishers
    organs = [organ for role, organs in ORGANS.items() if role in roles for organ in organs]
    for name in names():
        docket = standing(name, start)
        for ref, kind, number in instances(step, way(name, start)):
            at = when(docket, ref) if when else NEXT_HOUR
            if at is None or state_of(docket, ref) != step.state:
                continue
            if row.refuse is None and not every_machine_may(step, docket, kind, way(name, start), number):
                continue
            act = {"event": row.event, "variant": step.variant, "kind": kind, "number": number, **instead}
            yield from (said(name, start, ref, at, by=by, **act) for by in organs)


def every_machine_may(step: Step, docket: Docket, kind: str | None, told: Way, number: int) -> bool:
    """Hold where each machine has a row for the event in its present state: on other ways saying it is idle."""
    for rows in law().rows(step.row.event or "", step.variant, kind):
        match rows.mode:
            case "case_id":
                states = {docket.case.state}
            case "aggregate":
                states = {state_of(docket, told.ref(kind or "", number))}
            case "cited":
                states = {state for ref, state in docket.states.items() if ref.kind == rows.machine.kind}
        if not states <= set(rows.by_state):
            return False
    return True


def said(name: str, start: int, ref: AggregateRef, at: int, **act: Any) -> Told:
    """Say one act on a way of its own at log time *at*."""
    told = way(name, start).fork()
    told.time = at or told.time
    before = advance(told.docket_now, told.time, law())
    entry = told.act(**{name: value(told) if callable(value) else value for name, value in act.items()})
    return Told(name, act, ref, before, told.now, entry)


@cache
def told_case(step: Step) -> Told | None:
    """Return a case that takes *step*: admitted, or refused under the row's own reason."""
    for told in tried(step):
        if told.entry.reason == step.row.refuse if step.row.refuse else told.taken:
            return told
    return None
