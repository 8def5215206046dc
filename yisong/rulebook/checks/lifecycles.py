"""Does lifecycles.yaml use only names that exist, is every name in it used, and is each move unambiguous?"""

import re
from collections.abc import Iterator
from itertools import combinations

from yisong.rulebook.catalogue import EventRow, aggregate_kinds
from yisong.rulebook.checks.names import repeated, unknown, unused
from yisong.rulebook.files import Files
from yisong.rulebook.lifecycles import EffectShape, MachineShape, RowShape

FILE = "lifecycles.yaml"

_MOVE = re.compile(r"(?P<machine>\w+) (?:(?P<old>[\w|]+) )?→ (?P<new>[\w|]+)")
_EVENT_NAME = re.compile(r"\b[A-Z][a-z]+(?:[A-Z][a-z]+)+\b")


def lifecycle_faults(files: Files) -> list[str]:
    """Return what is wrong with the machines, their rows, guards and the summary of cross effects."""
    faults: list[str] = []
    events = {row.name: row for row in files.events.events}
    for kind, machine in files.lifecycles.machines.items():
        where = f"{FILE}: {kind}"
        faults += _machine_faults(where, kind, machine, files)
        for row in machine.transitions:
            faults += _row_faults(f"{where}: {_label(row)}", row, machine, files, events=events)
        faults += _ambiguous(where, machine)
    for effect in files.lifecycles.cross_effects:
        faults += _effect_faults(effect, files, events=events)
    return faults + list(_use_faults(files, events=events))


def _label(row: RowShape) -> str:
    variants = f":{'|'.join(row.variants)}" if row.variants else ""
    return f"{row.event or f'breach {row.breach}'}{variants} from {', '.join(row.from_)}"


def _machine_faults(where: str, kind: str, machine: MachineShape, files: Files) -> Iterator[str]:
    yield from unknown(FILE, "kind of aggregate", [kind], files.events.aggregate_kinds)
    yield from repeated(where, "state", machine.states)
    yield from unknown(where, "state", machine.terminal, machine.states)
    if (machine.instance == "case_id") != (kind == "case"):
        yield f"{where}: instance case_id is that of the case, and of nothing else"
    if machine.initial in machine.states:
        yield f"{where}: the state {machine.initial} means that there is no aggregate, and is not listed"
    reached = _reached(machine)
    yield from (f"{where}: no row leads to the state {state}" for state in machine.states if state not in reached)


def _reached(machine: MachineShape) -> set[str]:
    reached: set[str] = {machine.initial}
    while True:
        targets = {row.to for row in machine.transitions if row.to and reached & set(row.from_)}
        further = targets - reached - {"same"}
        if not further:
            return reached
        reached |= further


def _row_faults(
    where: str, row: RowShape, machine: MachineShape, files: Files, *, events: dict[str, EventRow]
) -> Iterator[str]:
    states = {machine.initial, *machine.states}
    yield from repeated(where, "state", row.from_)
    yield from unknown(where, "state", [*row.from_, *([] if row.to in (None, "same") else [row.to])], states)
    yield from unknown(where, "guard", row.guards, files.lifecycles.guards)
    running = {timer.id for timer in files.timers.timers if timer.automatic}
    yield from unknown(
        where, "automatic timer", [*row.starts, *row.stops, *row.voids, *filter(None, [row.breach])], running
    )
    if (row.event is None) == (row.breach is None):
        yield f"{where}: a row is taken by an event or by a breach, by exactly one of them"
    if row.refuse is None:
        yield from _move_faults(where, row)
    else:
        yield from _refusal_faults(where, row, files)
    if row.event is not None:
        yield from _event_faults(where, row, events)


def _move_faults(where: str, row: RowShape) -> Iterator[str]:
    if row.to is None:
        yield f"{where}: says neither `to` nor `refuse`"
    if (row.by is None) == (row.event is not None):
        yield f"{where}: a row by an event says by whom, and one by a breach does not"


def _refusal_faults(where: str, row: RowShape, files: Files) -> Iterator[str]:
    yield from unknown(where, "reason", [row.refuse or ""], files.reasons.reasons)
    if row.to or row.by or row.guards or row.starts or row.stops or row.voids:
        yield f"{where}: a row that refuses does nothing else"


def _event_faults(where: str, row: RowShape, events: dict[str, EventRow]) -> Iterator[str]:
    event = events.get(row.event or "")
    if event is None:
        yield f"{where}: there is no event type {row.event}"
        return
    yield from unknown(where, "variant", row.variants or [], event.variants or [])
    yield from repeated(where, "variant", row.variants or [])
    yield from unknown(where, "kind of aggregate of this type", filter(None, [row.aggregate]), aggregate_kinds(event))
    if event.publishers == ["system"]:
        yield f"{where}: a system notice moves nothing"
    for role in row.by or ():
        if role not in event.publishers:
            yield f"{where}: {role} may not publish {event.name} (events.yaml)"


def _ambiguous(where: str, machine: MachineShape) -> Iterator[str]:
    """Yield every pair of rows that one event in one state could both take."""
    for one, other in combinations(machine.transitions, 2):
        same = (one.event, one.breach, one.instance) == (other.event, other.breach, other.instance)
        variants = one.variants is None or other.variants is None or set(one.variants) & set(other.variants)
        aggregate = one.aggregate is None or other.aggregate is None or one.aggregate == other.aggregate
        if same and variants and aggregate and (states := set(one.from_) & set(other.from_)):
            yield f"{where}: two rows of {_label(one)} take the same event in {', '.join(sorted(states))}"


def _effect_faults(effect: EffectShape, files: Files, *, events: dict[str, EventRow]) -> Iterator[str]:
    where = f"{FILE}: cross_effects: {effect.event or effect.breach}"
    yield from unknown(where, "event type", _EVENT_NAME.findall(effect.event or ""), events)
    yield from unknown(where, "timer", filter(None, [effect.breach]), {timer.id for timer in files.timers.timers})
    name, _, variants = (effect.event or "").partition(":")
    if variants and name in events:
        yield from unknown(where, "variant", variants.split("|"), events[name].variants or [])
    for text in effect.moves:
        move = _MOVE.fullmatch(text)
        machine = files.lifecycles.machines.get(move["machine"]) if move else None
        if move is None or machine is None:
            yield f"{where}: {text!r} is no move of a machine"
            continue
        yield from unknown(
            where,
            f"state of {move['machine']}",
            [*(move["old"] or "none").split("|"), *move["new"].split("|")],
            {"none", *machine.states},
        )


def _use_faults(files: Files, *, events: dict[str, EventRow]) -> Iterator[str]:
    cycles = files.lifecycles
    rows = [row for machine in cycles.machines.values() for row in machine.transitions]
    yield from unknown(f"{FILE}: general_guards", "guard", cycles.general_guards, cycles.guards)
    yield from unused(FILE, "guard", cycles.guards, {*cycles.general_guards, *(g for row in rows for g in row.guards)})
    for name, guard in cycles.guards.items():
        yield from unknown(f"{FILE}: guard {name}", "reason", [guard.reason], files.reasons.reasons)
    yield from (
        f"{FILE}: no row of the case takes {name}, so it is illegal in every state"
        for name, event in events.items()
        if event.publishers != ["system"] and name not in {row.event for row in cycles.machines["case"].transitions}
    )
    for number, names in enumerate(cycles.state_sets, start=1):
        if not any(names in (row.from_, row.by) for row in rows):
            yield f"{FILE}: the state set {number} is used by nothing"
