"""What does a trail say at the end of a file, in the words of an expected file?"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from yisong.audit.expected_file import DerivedRow, Origin, StateRow, TimerRow
from yisong.audit.played import Found, Played, Position
from yisong.envelope.partition import partition_of
from yisong.ledger import Breach, Clock, Docket, Law, advance, breaches

_BREACHED: Final = "DeadlineBreached"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Final states, every clock instance and every derived breach, in the ids of the file."""

    states: frozenset[StateRow]
    timers: tuple[TimerRow, ...]
    derived: frozenset[DerivedRow]


def outcome(played: Played, found: Found, law: Law, *, as_of: int) -> Outcome:
    """Return what the trail *found* says of the dockets of *played* once their clocks are advanced to *as_of* (ms)."""
    stored = (found.dockets.get(case_id) for case_id in played.case_ids())
    dockets = tuple(advance(docket, as_of, law) for docket in stored if docket is not None)
    names = _Names(played, dockets, partitions=law.bus.partitions)
    return Outcome(
        states=frozenset(
            StateRow(ref.kind, names.stated(ref.id), state)
            for docket in dockets
            for ref, state in docket.states.items()
        ),
        timers=tuple(names.timer(docket, clock) for docket in dockets for clock in docket.clocks),
        derived=frozenset(names.derived(label, breach) for label, breach in names.labelled),
    )


class _Names:
    """Says in the words of the file what a trail says in ids and offsets of the bus."""

    def __init__(self, played: Played, dockets: Iterable[Docket], *, partitions: int) -> None:
        self._back = played.table.inverse
        self._lines = {position: line.number for line, position in played.lines()}
        self._partitions = partitions
        derived = [breach for docket in dockets for breach in breaches(docket)]
        # In the ids of the file, or a file played with fresh numbers would have other labels.
        derived.sort(key=lambda one: (one.at, self.stated(one.case_id), self.stated(one.clock_id)))
        self.labelled = tuple((f"D{number}", breach) for number, breach in enumerate(derived, start=1))
        self._labels = {breach.clock_id: label for label, breach in self.labelled}

    def stated(self, id_: str) -> str:
        """Return an id of the bus as the file has it."""
        return self._back.text(id_)

    def origin(self, docket: Docket, cause: int | str | None) -> Origin:
        """Return the line or the breach that is the *cause* of something in *docket*."""
        match cause:
            case int(offset):
                at = Position(partition_of(docket.case_id.encode(), self._partitions), offset)
                return self._lines.get(at, f"the record at {at}, which is not in the file")
            case str(clock_id):
                return self._labels.get(clock_id, clock_id)
            case None:
                return None

    def timer(self, docket: Docket, clock: Clock) -> TimerRow:
        """Return *clock* as an expected file lists it."""
        return TimerRow(
            id=clock.timer,
            aggregate=clock.aggregate._replace(id=self.stated(clock.aggregate.id)),
            started_by=self.origin(docket, clock.started_by),
            start=clock.start,
            due_strict=clock.due_strict,
            due_rolled=clock.due_rolled,
            stopped_by=self.origin(docket, clock.stopped_by),
            outcome=clock.outcome,
            provisional=clock.provisional,
        )

    def derived(self, label: str, breach: Breach) -> DerivedRow:
        """Return *breach* as an expected file lists it."""
        clock = breach.clock
        aggregate = clock.aggregate._replace(id=self.stated(clock.aggregate.id))
        return DerivedRow(label, _BREACHED, clock.timer, aggregate, clock.due_rolled, breach.at)
