"""What does an expected file say: verdicts, and then states, clocks and breaches as of its last line?"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

import yaml

from yisong.audit.history_file import Expectation
from yisong.envelope.header import AggregateRef
from yisong.errors import NotPublishable
from yisong.publishing.instants import to_ms, to_text

Origin = int | str | None
"""Who started or stopped a clock: a line number, the label of a derived breach (``D1``), or nobody."""

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
    """Read an expected file. Raises NotPublishable where it is not in the format of the contract's README."""
    try:
        return parse_expected(yaml.safe_load(file.read_bytes()))
    except (yaml.YAMLError, ValueError, TypeError, KeyError) as fault:
        raise NotPublishable(f"{file} says nothing that can be compared; nothing was sent.", [_why(fault)]) from fault


def parse_expected(row: object) -> Expected:
    """Read the content of an expected file. Raises ValueError, TypeError or KeyError where it has another form."""
    if not isinstance(row, dict) or set(row) != _KEYS:
        raise ValueError(f"must have exactly the keys {', '.join(sorted(_KEYS))}")
    return Expected(
        history=row["history"],
        lines=row["lines"],
        as_of=to_ms(row["as_of"]),
        counts=row["counts"],
        verdicts={one["line"]: Expectation(verdict=one["verdict"], reason=one["reason"]) for one in row["verdicts"]},
        states=frozenset(StateRow(**one) for one in row["states"]),
        timers=frozenset(_timer(one) for one in row["timers"]),
        derived=frozenset(_derived(one) for one in row["derived"]),
    )


def _timer(row: dict[str, object]) -> TimerRow:
    known = {"provisional": False, **row, "aggregate": _aggregate(row)}
    return TimerRow(**{**known, **_instants(row, "start", "due_strict", "due_rolled")})  # type: ignore[arg-type]


def _derived(row: dict[str, object]) -> DerivedRow:
    return DerivedRow(**{**row, "aggregate": _aggregate(row), **_instants(row, "due_rolled", "at")})  # type: ignore[arg-type]


def _aggregate(row: Mapping[str, object]) -> AggregateRef:
    match row["aggregate"]:
        case {"kind": str(kind), "id": str(id_)}:
            return AggregateRef(kind, id_)
        case _:
            raise ValueError("an aggregate is {kind, id}")


def _instants(row: Mapping[str, object], *names: str) -> dict[str, int]:
    return {name: to_ms(str(row[name])) for name in names}


def _why(fault: Exception) -> str:
    match fault:
        case KeyError():
            return f"lacks {fault.args[0]}"
        case yaml.YAMLError():
            return "is no YAML"
        case _:
            return str(fault)
