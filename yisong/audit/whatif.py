"""Which cases would have ended differently under other clock rules? The same log, folded twice, and nothing written."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal, NamedTuple

from yisong.audit.played import Position
from yisong.audit.timeline import Stored, refolded
from yisong.audit.trails import Trail
from yisong.ledger import Clock, Docket, Entry, Law, advance
from yisong.proof.refold import judged_again

What = Literal["verdict", "state", "clock", "breach"]


class Difference(NamedTuple):
    """
    One thing that is otherwise: the *verdict* on a record, the *state* of an aggregate, a *clock*, a *breach*.

    *subject*: the position and event type of the record, the aggregate, or the clock. *actual*: what the trail says,
    *instead*: what it would say; None = there is no such thing. Of a breach they are its instants, in ms.
    """

    what: What
    subject: str
    actual: str | int | None
    instead: str | int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherCase:
    """A docket that would have another outcome, in what it differs, and the instant (ms) up to which that is said."""

    case_id: str
    as_of: int
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """
    A trail under other clock rules, up to the offsets *upto* (the next one of each partition).

    *dockets*: how many were folded; *cases*: those with another outcome, by case id.
    """

    agency: str
    upto: Mapping[int, int]
    dockets: int
    cases: tuple[OtherCase, ...]

    def count(self, what: What) -> int:
        """Return how many differences of one kind there are."""
        return sum(one.what == what for case in self.cases for one in case.differences)


class Folded(NamedTuple):
    """A docket under one law: advanced to the instant of the comparison, and its entries."""

    docket: Docket
    entries: Sequence[Entry]


def what_if(trail: Trail, law: Law, other: Law, *, now: int) -> WhatIf:
    """
    Fold all that *trail* holds under *law*, which must give what it says, and under *other*; compare docket by docket.

    Clocks are advanced to *now* (ms), on a demo bus to each docket's own newest log time: both times to the same
    instant. Reads one snapshot and writes nothing. Raises ProofFault where the trail is not what its records give,
    BusUnreachable.
    """
    with trail.snapshot():
        upto, dockets, cases = trail.positions(), 0, []
        rows = trail.stream("all_docket_entries")
        for case_id, entries in groupby(rows, key=lambda row: str(row[0])):
            dockets += 1
            found = other_case([Stored(*row[1:]) for row in entries], law, other, agency=trail.agency, now=now)
            if found.differences:
                cases.append(found)
            assert found.case_id == case_id  # noqa: S101 (the key of every record of a docket is its case id)
    return WhatIf(agency=trail.agency, upto=upto, dockets=dockets, cases=tuple(cases))


def other_case(stored: Sequence[Stored], law: Law, other: Law, *, agency: str, now: int) -> OtherCase:
    """Compare one docket under *law* and *other*, from its *stored* records, the first of them included."""
    docket, entries = refolded(stored, law, agency=agency)
    as_of = docket.log_time if law.bus.profile == "demo" else now
    actual = Folded(advance(docket, as_of, law), entries)
    otherwise = folded(stored, other)
    instead = Folded(advance(otherwise.docket, as_of, other), otherwise.entries)
    return OtherCase(case_id=docket.case_id, as_of=as_of, differences=tuple(differences(actual, instead, law)))


def folded(stored: Sequence[Stored], law: Law) -> Folded:
    """Fold the records of one docket under *law*, whatever the trail says of them. *stored* is not empty."""
    judged = tuple(judged_again([one.leaf for one in stored], law))
    docket = judged[-1][0] if judged else None
    if docket is None:
        raise ValueError("a docket has at least one record")
    return Folded(docket, [entry for _, entry in judged])


def differences(actual: Folded, instead: Folded, law: Law) -> Iterator[Difference]:
    """
    Name all in which two foldings of one docket differ: verdicts, states, clock outcomes and breaches.

    A clock that merely ends on another day has the same outcome. What nodes said as the system is left out: under other
    rules they would have said something else, and the breaches themselves are compared.
    """
    yield from _verdicts(actual.entries, instead.entries, law)
    yield from _unlike("state", _states(actual.docket), _states(instead.docket))
    yield from _unlike("clock", _outcomes(actual.docket.clocks), _outcomes(instead.docket.clocks))
    yield from _unlike("breach", _breaches(actual.docket.clocks), _breaches(instead.docket.clocks))


def _verdicts(actual: Iterable[Entry], instead: Iterable[Entry], law: Law) -> Iterator[Difference]:
    for one, other in zip(actual, instead, strict=True):
        header = one.header
        publisher = law.organs.get(header.publisher) if header is not None else None
        if (one.verdict, one.reason) != (other.verdict, other.reason) and (
            publisher is None or publisher.role != "system"
        ):
            named = f"{Position(one.partition, one.offset)} {header.event_type if header is not None else ''}".rstrip()
            yield Difference("verdict", named, _said(one), _said(other))


def _said(entry: Entry) -> str:
    return entry.verdict if entry.reason is None else f"{entry.verdict} ({entry.reason})"


def _states(docket: Docket) -> Mapping[str, str]:
    return {f"{ref.kind} {ref.id}": state for ref, state in docket.states.items()}


def _outcomes(clocks: Iterable[Clock]) -> Mapping[str, str]:
    return {clock.id: clock.outcome for clock in clocks}


def _breaches(clocks: Iterable[Clock]) -> Mapping[str, int]:
    return {clock.id: clock.breached_at for clock in clocks if clock.breached_at is not None}


def _unlike(
    what: What, actual: Mapping[str, str] | Mapping[str, int], instead: Mapping[str, str] | Mapping[str, int]
) -> Iterator[Difference]:
    for subject in dict.fromkeys((*actual, *instead)):
        if actual.get(subject) != instead.get(subject):
            yield Difference(what, subject, actual.get(subject), instead.get(subject))
