"""What does the rulebook say of this event? The tables, compiled for look-up; no rule is written here."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from operator import itemgetter
from typing import Any, NamedTuple

from yisong.envelope.header import Header
from yisong.legal_time import Calendar
from yisong.legal_time.days import day_of
from yisong.rulebook.clock_rules import Timer, TimerStart
from yisong.rulebook.model import (
    EventType,
    InstanceMode,
    Machine,
    Organ,
    Reasons,
    Requirement,
    Row,
    Rulebook,
)


class Rows(NamedTuple):
    """The rows of one *machine* that an event may take, by present state, and which instances they move."""

    machine: Machine
    mode: InstanceMode
    by_state: Mapping[str, Row]


class Required:
    """The header fields that one event type and variant must carry, non-null and non-empty, in the contract's order."""

    def __init__(self, requirements: tuple[Requirement, ...]) -> None:
        """Compile *requirements* for the hot path."""
        self._requirements = requirements
        self._values = itemgetter(*(Header._fields.index(one.field) for one in requirements))
        self._counted = tuple((one.field, one.least) for one in requirements if one.least > 1)

    def met_by(self, header: Header) -> bool:
        """Hold where *header* has them all. No instant of a header is 0: an empty value is the only false one."""
        values: tuple[Any, ...] = self._values(header)
        return all(values) and (
            not self._counted or all(len(getattr(header, field)) >= least for field, least in self._counted)
        )

    def first_missing(self, header: Header, reasons: Reasons) -> str:
        """Return the reason that the first missing field of *header* gives (reasons.yaml, header_field_reasons)."""
        missing = next(one for one in self._requirements if not Required((one, one)).met_by(header))
        return reasons.field_reasons.get(missing.field, reasons.default_field_reason)


class Law:
    """
    One rulebook version, compiled, which knows the others of its bus. Immutable in all that it answers.

    The fold and `advance` may be given any version: they ask it for the one in force (`at`). Whoever looks is given the
    newest, which has every row that the others have.
    """

    def __init__(self, rulebook: Rulebook) -> None:
        """Compile *rulebook*, as the only version that there is."""
        self.rulebook = rulebook
        self._line: tuple[Law, ...] = (self,)
        self.bus = rulebook.bus
        self.organs: Mapping[str, Organ] = rulebook.directory.organs
        self.events: Mapping[str, EventType] = rulebook.catalogue.events
        self.timers: Mapping[str, Timer] = rulebook.timers
        self.reasons = rulebook.reasons
        self.test_data = rulebook.bus.test_data
        #: Organs that may be addressed or act: a system organ is never an addressee.
        self.addressees = frozenset(organ.id for organ in self.organs.values() if organ.role != "system")
        #: Instant of a header, and how far ahead of log time (ms) it may lie.
        self.tolerances = tuple(rulebook.reasons.future_tolerance.items())
        self.calendar = Calendar(rulebook.calendar)
        self.machines: Mapping[str, Machine] = {machine.kind: machine for machine in rulebook.lifecycles.machines}
        self._rows: dict[tuple[str, str | None, str | None], tuple[Rows, ...]] = {}
        self._starts: dict[tuple[Timer, str, str | None], TimerStart] = {}
        self._required = {
            (event.name, variant): Required(requirements)
            for event in rulebook.catalogue.events.values()
            for variant, requirements in event.requires.items()
        }

    @classmethod
    def of(cls, rulebooks: Sequence[Rulebook]) -> "Law":
        """Compile all versions of one bus, genesis first, and return the newest."""
        line = tuple(cls(rulebook) for rulebook in rulebooks)
        for law in line:
            law._line = line  # noqa: SLF001 (our own, before anybody else sees it)
        return line[-1]

    @property
    def versions(self) -> tuple[Rulebook, ...]:
        """All versions of the bus, by number."""
        return tuple(law.rulebook for law in self._line)

    def at(self, log_time: int) -> "Law":
        """Return the law in force at *log_time* (ms): of the highest number among those effective by then."""
        line = self._line
        if len(line) == 1:
            return self
        return next((law for law in reversed(line) if law.rulebook.effective_from <= log_time), line[0])

    def registered(self, instant: int) -> Mapping[bytes, str]:
        """Return the body schemas that may be written at *instant* (ms): the event type of each, by fingerprint."""
        return self.at(instant).rulebook.schema_event_types

    def required(self, event_type: str, variant: str | None) -> Required:
        """Return what the header of an event must carry (events.yaml: always, of the type, of the variant)."""
        return self._required.get((event_type, variant)) or self._required[event_type, None]

    def rows(self, event_type: str, variant: str | None, kind: str | None) -> tuple[Rows, ...]:
        """Return what an event may do in each machine, in the order of lifecycles.yaml; *kind* of its aggregate."""
        key = (event_type, variant, kind)
        found = self._rows.get(key)
        if found is None:
            found = self._rows[key] = tuple(self._compile(event_type, variant, kind))
        return found

    def _compile(self, event_type: str, variant: str | None, kind: str | None) -> list[Rows]:
        compiled: list[Rows] = []
        for machine in self.rulebook.lifecycles.machines:
            by_mode: dict[InstanceMode, dict[str, Row]] = {}
            for row in machine.rows:
                if _speaks_of(row, event_type, variant, kind) and (row.instance != "aggregate" or kind == machine.kind):
                    states = by_mode.setdefault(row.instance, {})
                    for state in row.from_states:
                        states.setdefault(state, row)  # the first row that contains the state is taken
            compiled += [Rows(machine, mode, states) for mode, states in by_mode.items()]
        return compiled

    def timer_at(self, timer: str, instant: int) -> Timer | None:
        """Return the row of *timer* in force at *instant* (ms); None where there is none."""
        newest = self.timers[timer]
        if self.in_force(newest, instant):
            return newest
        return next((row for row in newest.earlier if self.in_force(row, instant)), None)

    def start_of(self, timer: str | Timer, event: str, variant: str | None) -> TimerStart:
        """
        Return from which instant *event* starts *timer*, by that row of it, or by its newest.

        Raises KeyError where timers.yaml does not say.
        """
        row = self.timers[timer] if isinstance(timer, str) else timer
        key = (row, event, variant)
        found = self._starts.get(key)
        if found is None:
            candidates = (start for start in row.starts if start.event == event)
            found = next((start for start in candidates if start.variants is None or variant in start.variants), None)
            if found is None:
                raise KeyError(f"timers.yaml does not say from which instant {event} ({variant}) starts {row.id}")
            self._starts[key] = found
        return found

    def in_force(self, timer: Timer, instant: int) -> bool:
        """Hold where *timer* is in force at *instant* (ms), by its +08:00 date; half open."""
        day = day_of(instant)
        begun = timer.effective_from is None or timer.effective_from.toordinal() <= day
        return begun and (timer.effective_to is None or day < timer.effective_to.toordinal())

    @cached_property
    def breach_rows(self) -> Mapping[tuple[str, str], tuple[Row, ...]]:
        """Rows taken when a clock runs out, by kind of aggregate and timer."""
        found: dict[tuple[str, str], tuple[Row, ...]] = {}
        for machine in self.rulebook.lifecycles.machines:
            for row in machine.rows:
                if row.breach is not None:
                    key = (machine.kind, row.breach)
                    found[key] = (*found.get(key, ()), row)
        return found

    def is_superior(self, organ: str, *, of: str) -> bool:
        """Hold where *organ* stands above *of* in the directory's chain of parents."""
        above = self.organs[of].parent if of in self.organs else None
        while above is not None:
            if above == organ:
                return True
            above = self.organs[above].parent
        return False

    def system_organ(self, node: str) -> str:
        """Return the identity under which *node*, which must exist, speaks for the bus."""
        return next(organ.id for organ in self.organs.values() if organ.role == "system" and organ.node == node)

    def may_act(self, publisher: str, acting_for: str, event_type: str, log_time: int) -> bool:
        """Hold where *publisher* may act for *acting_for*: same role, and its superior or delegate (directory.yaml)."""
        actor, principal = self.organs[publisher], self.organs[acting_for]
        if actor.role != principal.role or actor.role == "system":
            return False
        return self.is_superior(publisher, of=acting_for) or any(
            row.from_org == acting_for
            and row.to_org == publisher
            and event_type in row.event_types
            and valid_at(row.valid_from, row.valid_to, log_time)
            for row in self.rulebook.directory.delegations
        )


def hash_in_force(law: Law, log_time: int) -> bytes:
    """
    Return the hash of the version in force at *log_time* (ms): what a checkpoint message states.

    *law*: any version of the bus. *log_time*: the newest log time of the prefixes that the message covers, so that what
    a node has read beyond them makes no difference (contract/README.md, Rulebook).
    """
    return law.at(log_time).rulebook.hash


def valid_at(valid_from: int, valid_to: int | None, instant: int) -> bool:
    """Hold where *instant* lies in the half-open validity [valid_from, valid_to); None = open."""
    return valid_from <= instant and (valid_to is None or instant < valid_to)


def _speaks_of(row: Row, event_type: str, variant: str | None, kind: str | None) -> bool:
    return (
        row.event == event_type
        and (row.variants is None or variant in row.variants)
        and (row.aggregate is None or row.aggregate == kind)
    )
