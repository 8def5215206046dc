"""What does one see of each event of a case, in the drawing and in the list?"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from services.gateway.console import times
from services.gateway.console.casefile import CaseFile, Record
from services.gateway.console.clocks import Look
from services.gateway.console.drawing import Drawing, Placed, Small, small
from services.gateway.console.names import Names
from yisong.envelope.header import AggregateRef, Header
from yisong.ledger import Docket

_LANE_CLASSES: Final = ("lane-v", "lane-w", "lane-t", "lane-p")
_LAG_SHOWN: Final = times.HOUR
_NODES: Final = 4
_LINE: Final = 3
#: What became of an event, by verdict: the letter that the script counts, and the look of the chip.
VERDICTS: Final[dict[str, tuple[str, Look | str]]] = {
    "admitted": ("a", "void"),
    "admitted-late": ("l", "late"),
    "refused": ("r", "refused"),
    "duplicate": ("d", "void"),
    "absent": ("d", "void"),
}


class Row(NamedTuple):
    """
    One event as shown.

    *silence*: in words where one came before it. *day*: where it is the first of its day. *lines*: its short name,
    broken to fit a column. *states*: of what the case holds, after the event. *proof*: how many of the nodes vouch.
    """

    placed: Placed
    small: Small
    number: int
    silence: str
    day: str
    weekday: str
    lines: tuple[str, ...]
    lane_class: str
    organ: str
    who: str
    readable: bool
    verdict: str
    verdict_look: str
    letter: str
    lag: str
    lag_is_long: bool
    proof: int
    states: str

    @property
    def log_time(self) -> int:
        """When it was logged (ms)."""
        return self.placed.record.entry.log_time

    @property
    def entry_offset(self) -> int:
        """Its offset in the partition of the case."""
        return self.placed.record.entry.offset

    @property
    def whole(self) -> bool:
        """Hold where all nodes vouch for it."""
        return self.proof == _NODES


class Fact(NamedTuple):
    """Something of the case that has a state: its name, and the state as of the instant the case is told of."""

    ref: AggregateRef
    name: str
    state: str


def rows(case: CaseFile, drawn: Drawing, names: Names, *, organ: str) -> Sequence[Row]:
    """Return every event of *case*, as *organ* may see it."""
    refs = _refs(case)
    found: list[Row] = []
    for one in drawn.placed:
        before = found[-1].log_time if found else None
        found.append(_row(one, before, refs, names, organ=organ))
    return found


def _row(one: Placed, before: int | None, refs: Sequence[AggregateRef], names: Names, *, organ: str) -> Row:
    record, t = one.record, names.t
    entry, header = record.entry, record.entry.header
    first_of_day = before is None or times.at(before).date() != times.at(entry.log_time).date()
    letter, look = VERDICTS[entry.verdict]
    lag = 0 if header is None else entry.log_time - header.occurred_at
    return Row(
        placed=one,
        small=small(one, dated=first_of_day),
        number=record.number,
        silence=times.brief(entry.log_time - before, t) if one.gap and before is not None else "",
        day=times.day(entry.log_time, t) if first_of_day else "",
        weekday=times.weekday(entry.log_time, t),
        lines=label(header, names),
        lane_class=_LANE_CLASSES[one.lane],
        organ=_organ(header, names),
        who=who(header, names),
        readable=organ in record.readers,
        verdict=t(f"verdict.{entry.verdict}"),
        verdict_look=look,
        letter=letter,
        lag="" if header is None else f"{'+' if lag >= 0 else '−'}{times.brief(lag, t)}",
        lag_is_long=lag >= _LAG_SHOWN,
        proof=record.cosigners,
        states="|".join(_states(record.docket, refs, names)),
    )


def label(header: Header | None, names: Names) -> tuple[str, ...]:
    """Return the short name of an event, in lines that fit a column."""
    if header is None:
        return tuple(names.t("short.unreadable").split("|"))
    known = names.t.get(f"short.{header.event_type}:{header.variant}", "")
    known = known or names.t.get(f"short.{header.event_type}", "")
    if known:
        return tuple(known.split("|"))
    name = names.event_type(header.event_type)
    if names.t.language == "en":
        return tuple(name.split()[:3])
    return tuple(name[at : at + _LINE] for at in range(0, min(len(name), 3 * _LINE), _LINE))


def who(header: Header | None, names: Names) -> str:
    """Return who says it, and to whom."""
    if header is None:
        return ""
    to = names.t("case.and").join(names.organ(organ) for organ in header.to)
    return f"{names.speaker(header)} → {to}" if to else names.speaker(header)


def _organ(header: Header | None, names: Names) -> str:
    if header is None:
        return "?"
    organ = names.law.organs.get(header.publisher)
    return names.t("line.system") if organ is not None and organ.role == "system" else header.speaker[:8]


def facts(case: CaseFile, names: Names) -> Sequence[Fact]:
    """Return what of the case has a state, the case first, each in its state as of the instant it is told of."""
    refs = _refs(case)
    states = tuple(_states(case.docket, refs, names))
    counts: dict[str, int] = {}
    for ref in refs:
        counts[ref.kind] = counts.get(ref.kind, 0) + 1
    seen: dict[str, int] = {}
    found: list[Fact] = []
    for ref, state in zip(refs, states, strict=True):
        seen[ref.kind] = seen.get(ref.kind, 0) + 1
        name = names.kind(ref.kind) + (f" {seen[ref.kind]}" if counts[ref.kind] > 1 else "")
        found.append(Fact(ref, name, state))
    return found


def _refs(case: CaseFile) -> Sequence[AggregateRef]:
    return tuple(case.records[-1].docket.states)


def _states(docket: Docket, refs: Sequence[AggregateRef], names: Names) -> Iterator[str]:
    states: Mapping[AggregateRef, str] = docket.states
    for ref in refs:
        state = states.get(ref)
        yield "" if state is None or state == "none" else names.state(ref.kind, state)


def counts(case: CaseFile) -> dict[str, int]:
    """Return how many of the records known then had which verdict, by the letter that the script uses."""
    found = dict.fromkeys("alrd", 0)
    for one in case.records[: case.known]:
        found[VERDICTS[one.entry.verdict][0]] += 1
    return found


def title(record: Record, names: Names) -> str:
    """Return the full name of an event."""
    header = record.entry.header
    return names.t("case.unreadable") if header is None else names.event(header.event_type, header.variant)
