"""Who are the parties 当事人, one row each? By credit code, else by token; which of them are one, an event says."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from yisong.audit.acts import Act
from yisong.registers.rows import DETAIL, NOT_READABLE, Acts, Row, coded, doubts, of, sources, unread
from yisong.registers.said import Value, credit_code, day, records, says, text
from yisong.validators.uscc import Check, uscc_check

_LINKED: Final = "CasesLinked"
SAME: Final = "same_party"


class InCase(NamedTuple):
    """The part that a party has in one case; *party_id*: as that case numbers its parties."""

    case_id: str
    party_id: str
    role: str | None
    opened: str


class Merge(NamedTuple):
    """
    An event that says that the parties of some *cases* are the same.

    *why_not*: None where it made one row of them; else why that can't be told.
    """

    event: str
    on: str
    cases: tuple[str, ...]
    why_not: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyRow(Row):
    """
    One party: *id* is its credit code, for a person its token, and where there is neither ``case/number in the case``.

    *also*: the ids of those with whom it was merged. *names*: of organisations only, as they were stated.
    """

    id: str
    uscc: str | None
    check: Check = field(default="unchecked", metadata=DETAIL)
    kind: str | None = field(metadata=coded("sponsor_kind"))
    names: tuple[str, ...]
    also: tuple[str, ...]
    cases: tuple[str, ...]
    roles: tuple[InCase, ...] = field(default=(), metadata=DETAIL)
    merges: tuple[Merge, ...] = field(default=(), metadata=DETAIL)
    merged_by: tuple[str, ...]


class _Named(NamedTuple):
    """A party as one case names it."""

    key: str
    said: Value
    act: Act


def parties(acts: Acts) -> tuple[PartyRow, ...]:
    """Return the party register, by id. A merge is done where each of the linked cases has one party only."""
    named = [
        _Named(_key(act, said), said, act) for act in of(acts, "CaseOpened") for said in records(says(act), "parties")
    ]
    by_case: defaultdict[str, list[str]] = defaultdict(list)
    for one in named:
        by_case[one.act.case_id].append(one.key)
    closed = frozenset(act.case_id for act in unread(acts, "CaseOpened"))
    merges = [(_merge(act, by_case, closed), act) for act in acts if _says_same(act)]
    first = _first_of_each(named, (merge for merge, _ in merges), by_case)
    rows: defaultdict[str, list[_Named]] = defaultdict(list)
    for one in named:
        rows[first[one.key]].append(one)
    return tuple(_row(key, rows[key], merges) for key in sorted(rows))


def _says_same(act: Act) -> bool:
    return (act.event_type, act.header.variant) == (_LINKED, SAME)


def _key(act: Act, said: Value) -> str:
    known = credit_code(text(said, "uscc")) or text(said, "person_token")
    return known or f"{act.case_id}/{text(said, 'party_id')}"


def _merge(act: Act, by_case: Mapping[str, list[str]], closed: frozenset[str]) -> Merge:
    cited = (cite.id for cite in act.header.cites if cite.kind == "case")
    cases = tuple(dict.fromkeys((*cited, act.case_id)))
    return Merge(act.id, day(act.header.occurred_at), cases, _why_not(cases, by_case, closed))


def _why_not(cases: Iterable[str], by_case: Mapping[str, list[str]], closed: frozenset[str]) -> str | None:
    for case in cases:
        if case not in by_case:
            return f"the parties of {case} are {NOT_READABLE}" if case in closed else f"{case} has no parties here"
        if len(set(by_case[case])) > 1:
            return f"{case} has several parties, and the event does not say which"
    return None


def _first_of_each(
    named: Iterable[_Named], merges: Iterable[Merge], by_case: Mapping[str, list[str]]
) -> dict[str, str]:
    """Return by key the one under which its row stands: of those merged, a credit code, else the first by name."""
    group = {one.key: {one.key} for one in named}
    for merge in merges:
        if merge.why_not is None:
            together = set().union(*(group[by_case[case][0]] for case in merge.cases))
            group.update(dict.fromkeys(together, together))
    return {key: min(some, key=lambda one: ("/" in one, uscc_check(one) != "ok", one)) for key, some in group.items()}


def _row(key: str, named: list[_Named], merges: Iterable[tuple[Merge, Act]]) -> PartyRow:
    cases = tuple(dict.fromkeys(one.act.case_id for one in named))
    concerned = [(merge, act) for merge, act in merges if set(merge.cases) & set(cases)]
    acts = [*(one.act for one in named), *(act for _, act in concerned)]
    codes = [code for one in named if (code := credit_code(text(one.said, "uscc"))) is not None]
    uscc = key if key in codes else next(iter(codes), None)
    names = (text(one.said, "name") for one in named if text(one.said, "kind") != "person")
    return PartyRow(
        id=key,
        uscc=uscc,
        check=uscc_check(uscc),
        kind=next((text(one.said, "kind") for one in named), None),
        names=tuple(dict.fromkeys(filter(None, names))),
        also=tuple(sorted({one.key for one in named} - {key})),
        cases=cases,
        roles=tuple(_in_case(one) for one in named),
        merges=tuple(merge for merge, _ in concerned),
        merged_by=tuple(merge.event for merge, _ in concerned if merge.why_not is None),
        doubts=doubts(acts),
        sources=sources(acts),
    )


def _in_case(one: _Named) -> InCase:
    opened = day(one.act.header.occurred_at)
    return InCase(one.act.case_id, text(one.said, "party_id") or "", text(one.said, "role"), opened)
