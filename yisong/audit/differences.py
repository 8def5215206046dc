"""Is a replay as expected: on each trail, line by line, and in all that follows from it?"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from yisong.audit.expected_file import ADMITTED, COUNTED, Expected, Row
from yisong.audit.history_file import Expectation, Line
from yisong.audit.outcome import outcome
from yisong.audit.played import Found, Played
from yisong.ledger import Law
from yisong.publishing.instants import to_text

_Part = tuple[str, str, str]
_INSTANTS: Final = frozenset({"start", "due_strict", "due_rolled", "at"})


class Difference(NamedTuple):
    """One thing that is not as expected, on the trail of one agency; *what* in the ids of the file."""

    agency: str
    what: str
    expected: str
    found: str


def differences(played: Played, expected: Expected | None, found: Found, law: Law) -> Iterator[Difference]:
    """Name everything that the trail *found* does not say as *played*'s own lines and *expected* have it."""
    parts = [*_verdict_differences(played, expected, found, law)]
    if expected is not None:
        parts += _count_differences(played, expected, found, law)
        parts += _outcome_differences(played, expected, found, law)
    for part in parts:
        yield Difference(found.agency, *part)


def disagreements(played: Played, trails: Sequence[Found]) -> Iterator[Difference]:
    """Name every line of which the trails do not all say the same, whatever was expected."""
    first = trails[0]
    for line, position in played.lines():
        for other in trails[1:]:
            said, says = first.judged[position], other.judged[position]
            if said != says:
                detail = ", but with another leaf" if said.verdict == says.verdict else ""
                what = f"{line.name} ({position})"
                yield Difference(
                    other.agency, what, f"{said.verdict} as {first.agency} says", f"{says.verdict}{detail}"
                )


def wanted(line: Line, played: Played, expected: Expected | None, law: Law) -> Expectation | None:
    """Return how *line* must be judged; None where neither its file nor an expected file says."""
    if line.expect is not None:
        return line.expect
    if expected is not None:
        return None if _is_of_the_system(line, law) else expected.verdict(line.number)
    # A file that says of one line what must become of it, says of the others that they are admitted.
    return ADMITTED if any(one.expect is not None for one in played.history.lines) else None


def _is_of_the_system(line: Line, law: Law) -> bool:
    """Hold for the records that expected files leave out."""
    organ = law.organs.get(line.publisher)
    return organ is not None and organ.role == "system"


def _verdict_differences(played: Played, expected: Expected | None, found: Found, law: Law) -> Iterator[_Part]:
    for line, position in played.lines():
        want, said = wanted(line, played, expected, law), found.judged[position].verdict
        if want is not None and want != said:
            yield f"{line.name}, {line.fields.get('event_type')} ({position})", str(want), str(said)


def _count_differences(played: Played, expected: Expected, found: Found, law: Law) -> Iterator[_Part]:
    if expected.lines != len(played.history.lines):
        yield "number of lines", str(expected.lines), str(len(played.history.lines))
    counted = Counter(
        found.judged[position].verdict.verdict for line, position in played.lines() if not _is_of_the_system(line, law)
    )
    for name, verdict in COUNTED.items():
        if (want := expected.counts.get(name, 0)) != (have := counted[verdict]):
            yield f"number of lines {verdict}", str(want), str(have)


def _outcome_differences(played: Played, expected: Expected, found: Found, law: Law) -> Iterator[_Part]:
    have = outcome(played, found, law, as_of=expected.as_of)
    yield from _set_differences(expected.states, have.states)
    yield from _set_differences(expected.timers, have.timers)
    yield from _set_differences(expected.derived, have.derived)


def _set_differences(expected: Iterable[Row], found: Iterable[Row]) -> Iterator[_Part]:
    want, have = _by_where(expected), _by_where(found)
    for where in sorted({*want, *have}):
        wants, haves = want.get(where, []), have.get(where, [])
        if Counter(wants) != Counter(haves):
            yield where, _said(wants, haves), _said(haves, wants)


def _by_where(rows: Iterable[Row]) -> Mapping[str, list[Row]]:
    grouped: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row.where].append(row)
    return grouped


def _said(rows: Sequence[Row], others: Sequence[Row]) -> str:
    """Say what *rows* are; where there is one on each side, only in what they differ."""
    if not rows:
        return "none"
    if len(rows) == len(others) == 1:
        mine, theirs = rows[0]._asdict(), others[0]._asdict()
        return _shown({name: value for name, value in mine.items() if value != theirs[name]})
    return " | ".join(_shown(row._asdict()) for row in rows)


def _shown(fields: Mapping[str, object]) -> str:
    return ", ".join(
        f"{name} {to_text(value) if name in _INSTANTS and isinstance(value, int) else value}"
        for name, value in fields.items()
    )
