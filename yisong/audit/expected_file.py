"""What does an expected file say: verdicts, and then states, clocks and breaches as of its last line?"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple, get_args

import yaml

from yisong.audit.history_file import Expectation
from yisong.envelope.header import AggregateRef
from yisong.errors import NotPublishable
from yisong.ledger import Verdict
from yisong.publishing.instants import to_ms, to_text

Origin = int | str | None
"""Who started or stopped a clock: a line number, the label of a derived breach (``D1``), or nobody."""

COUNTED: Final[Mapping[str, Verdict]] = {
    "admitted": "admitted",
    "admitted_late": "admitted-late",
    "refused": "refused",
    "duplicate": "duplicate",
}
"""What is counted, by its name in the file."""

_KEYS: Final = frozenset({"history", "lines", "as_of", "counts", "verdicts", "states", "timers", "derived"})


class StateRow(NamedTuple):
    """The final state of one aggregate."""

    kind: str
    id: str
    state: str

    @property
    def where(self) -> str:
        """What the row speaks of."""
        return f"state of {self.kind} {self.id}"


class TimerRow(NamedTuple):
    """One running of a timer; instants in ms, due instants inclusive."""

    id: str
    aggregate: AggregateRef
    started_by: Origin
    start: int
    due_strict: int
    due_rolled: int
    stopped_by: Origin
    outcome: str
    provisional: bool

    @property
    def where(self) -> str:
        """What the row speaks of."""
        return f"clock {self.id} of {self.aggregate.id} from {self.started_by}"


class DerivedRow(NamedTuple):
    """One breach that the fold derives; instants in ms."""

    label: str
    event: str
    timer: str
    aggregate: AggregateRef
    due_rolled: int
    at: int

    @property
    def where(self) -> str:
        """What the row speaks of."""
        return f"breach of {self.timer} of {self.aggregate.id} at {to_text(self.at)}"


Row = StateRow | TimerRow | DerivedRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """
    An expected file; source: the contract's README, "Expected file".

    *verdicts*: of the lines that are not plainly admitted. *as_of* in ms: to there all dockets are advanced.
    """

    history: str
    lines: int
    as_of: int
    counts: Mapping[str, int]
    verdicts: Mapping[int, Expectation]
    states: frozenset[StateRow]
    timers: frozenset[TimerRow]
    derived: frozenset[DerivedRow]

    def verdict(self, number: int) -> Expectation:
        """Return what line *number* is judged."""
        return self.verdicts.get(number, ADMITTED)


ADMITTED: Final = Expectation(verdict="admitted", reason=None)


def read_expected(file: Path) -> Expected:
    """Read an expected file. Raises NotPublishable, naming every fault, where it is not in the format of the README."""
    nothing = f"{file} says nothing that can be compared; nothing was sent."
    try:
        row = yaml.safe_load(file.read_bytes())
    except (yaml.YAMLError, ValueError) as fault:  # ValueError: no UTF-8, or a day that does not exist
        raise NotPublishable(nothing, ["is no YAML"]) from fault
    if faults := list(expected_faults(row)):
        raise NotPublishable(nothing, faults)
    return _expected(row)


def expected_faults(row: object) -> Iterator[str]:
    """Say everything that is wrong with *row*, the content of an expected file."""
    if not isinstance(row, dict):
        yield f"must have exactly the keys {', '.join(sorted(_KEYS))}"
        return
    yield from (f"lacks {name}" for name in sorted(_KEYS - set(row)))
    yield from (f"{name}: no key of an expected file" for name in row if name not in _KEYS)
    kinds = {"history": (str, "a text"), "lines": (int, "a number"), "counts": (dict, "an object")}
    for name, (kind, what) in kinds.items():
        if name in row and not isinstance(row[name], kind):
            yield f"{name}: must be {what}"
    if "as_of" in row and (fault := _fault_of(to_ms, str(row["as_of"]))) is not None:
        yield f"as_of: {fault}"
    if isinstance(counts := row.get("counts"), dict):
        yield from (f"counts: {name} is none of {', '.join(COUNTED)}" for name in counts if name not in COUNTED)
    for name, form in _FORMS.items():
        if name in row:
            yield from _row_faults(name, row[name], form)


def _row_faults(name: str, rows: object, form: Callable[[Any], object]) -> Iterator[str]:
    if not isinstance(rows, list):
        yield f"{name}: must be a list"
        return
    for number, row in enumerate(rows, start=1):
        fault = _fault_of(form, row) if isinstance(row, dict) else "must be an object"
        if fault is not None:
            yield f"{name}[{number}]: {fault}"


def _fault_of(form: Callable[[Any], object], value: object) -> str | None:
    try:
        form(value)
    except KeyError as fault:
        return f"lacks {fault.args[0]}"
    except (ValueError, TypeError) as fault:
        return str(fault)
    return None


def _expected(row: Mapping[str, Any]) -> Expected:
    """Return what *row*, which has no fault, expects."""
    return Expected(
        history=row["history"],
        lines=row["lines"],
        as_of=to_ms(row["as_of"]),
        counts=row["counts"],
        verdicts={one["line"]: _verdict(one) for one in row["verdicts"]},
        states=frozenset(map(_state, row["states"])),
        timers=frozenset(map(_timer, row["timers"])),
        derived=frozenset(map(_derived, row["derived"])),
    )


def _verdict(row: Mapping[str, Any]) -> Expectation:
    _keys(row, ("line", "verdict", "reason"))
    if not isinstance(row["line"], int) or row["verdict"] not in get_args(Verdict):
        raise ValueError("must be {line, verdict, reason} with a line number and a verdict of the contract")
    return Expectation(verdict=row["verdict"], reason=row["reason"])


def _state(row: Mapping[str, Any]) -> StateRow:
    _keys(row, StateRow._fields)
    return StateRow(**row)


def _timer(row: Mapping[str, Any]) -> TimerRow:
    _keys(row, TimerRow._fields, optional=("provisional",))
    known = {"provisional": False, **row, "aggregate": _aggregate(row)}
    return TimerRow(**{**known, **_instants(row, "start", "due_strict", "due_rolled")})


def _derived(row: Mapping[str, Any]) -> DerivedRow:
    _keys(row, DerivedRow._fields)
    return DerivedRow(**{**row, "aggregate": _aggregate(row), **_instants(row, "due_rolled", "at")})


_FORMS: Final[Mapping[str, Callable[[Any], object]]] = {
    "verdicts": _verdict,
    "states": _state,
    "timers": _timer,
    "derived": _derived,
}


def _keys(row: Mapping[str, Any], names: Sequence[str], *, optional: Sequence[str] = ()) -> None:
    """Raise KeyError for the first of *names* that *row* lacks, ValueError for keys that it should not have."""
    for name in names:
        if name not in row and name not in optional:
            raise KeyError(name)
    if unknown := [str(name) for name in row if name not in names]:
        raise ValueError(f"has the unknown key {', '.join(unknown)}")


def _aggregate(row: Mapping[str, Any]) -> AggregateRef:
    match row["aggregate"]:
        case {"kind": str(kind), "id": str(id_)}:
            return AggregateRef(kind, id_)
        case _:
            raise ValueError("an aggregate is {kind, id}")


def _instants(row: Mapping[str, Any], *names: str) -> dict[str, int]:
    return {name: to_ms(str(row[name])) for name in names}
