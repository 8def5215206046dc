"""What do the registers show that are lists? Black and white lists, model enterprises, contacts, works, sites."""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from yisong.audit.acts import Act
from yisong.registers.lists import Listing, concerns_work, listings, work_keys
from yisong.registers.looking_up import Index
from yisong.registers.rows import (
    DETAIL,
    NOT_READABLE,
    Acts,
    Counted,
    Owed,
    Row,
    coded,
    doubts,
    of,
    sources,
    unread,
)
from yisong.registers.said import credit_code, day, record, records, says, text
from yisong.validators.alike import plain, target_keys
from yisong.validators.uscc import Check, uscc_check

By = Literal["credit code", "name", "clue of the same case"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRow(Row):
    """
    An entry of a list. Days as YYYY-MM-DD; *published*: the day, None where it is not.

    *state*: ``listed``, ``removed``, and where the entry has a window ``not yet`` or ``ended``. *check*: what the check
    characters say of the credit code; issued codes exist that fail it.
    """

    organ: str
    entry: str
    uscc: str | None
    check: Check = field(default="unchecked", metadata=DETAIL)
    sector: str | None = field(metadata=coded("list_sector"))
    state: str
    listed: str
    doc_no: str | None
    published: str | None
    review_on: str | None = field(default=None, metadata=DETAIL)
    valid_from: str | None
    valid_to: str | None
    removed: str | None = field(default=None, metadata=DETAIL)
    appeal: str | None = field(default=None, metadata=DETAIL)
    duties: tuple[Owed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRow(ListRow):
    """How one complains to a platform: an office, never a person."""

    contact: str | None


class Match(NamedTuple):
    """A clue that names a protected work; *found* its day, *protected*: the work was protected on that day."""

    case_id: str
    event: str
    found: str
    protected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkRow(ListRow):
    """A protected work; *clues*: those that name it, *clues_count* with how many clues are not readable here."""

    title: str
    work_type: str | None = field(metadata=coded("work_type"))
    identifier: str | None
    rightsholder: str | None = field(default=None, metadata=DETAIL)
    clues_count: Counted
    clues: tuple[Match, ...]


class Visit(NamedTuple):
    """An inspection of a site, its day, and *by* what it was found to be one of that site."""

    event: str
    case_id: str
    on: str
    by: By


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRow(ListRow):
    """
    A site of the register, or a key site.

    *last_inspected*: a day, ``never``, or that this can't be said here. *visits*: its inspections, in log order.
    """

    list_: str = field(metadata=coded("list_name"))
    target: str | None
    last_inspected: str
    inspections: Counted
    visits: tuple[Visit, ...] = field(default=(), metadata=DETAIL)


def list_rows(acts: Acts, as_of: int, *, name: str) -> tuple[ListRow, ...]:
    """Return the entries of the list *name*, as of *as_of* (ms)."""
    return tuple(ListRow(**_common(one, as_of)) for one in listings(acts, name))


def contacts(acts: Acts, as_of: int) -> tuple[ContactRow, ...]:
    """Return the complaint channels of platforms, as of *as_of* (ms)."""
    found = listings(acts, "platform_contacts")
    return tuple(ContactRow(**_common(one, as_of), contact=text(one.says, "contact")) for one in found)


def protected_works(acts: Acts, as_of: int) -> tuple[WorkRow, ...]:
    """Return the protected works 重点作品 as of *as_of* (ms), each with the clues that name it."""
    clues, closed = Index(of(acts, "ClueFound"), _works_of), len(unread(acts, "ClueFound"))
    rows = []
    for one in listings(acts, "protected_works"):
        work = record(one.says, "work")
        keys = (*work_keys(work), *work_keys({"title": one.entry}))
        matching = [clue for clue in clues.find(keys) if _names(clue, one)]
        common = _common(one, as_of, *matching)
        rows.append(
            WorkRow(
                **common,
                title=text(work, "title") or one.entry,
                work_type=text(work, "work_type"),
                identifier=text(work, "identifier"),
                rightsholder=text(work, "rightsholder"),
                clues_count=Counted(len(matching), closed),
                clues=tuple(_match(clue, one) for clue in matching),
            )
        )
    return tuple(rows)


def _works_of(clue: Act) -> list[Hashable]:
    return [key for work in records(says(clue), "works") for key in work_keys(work)]


def _names(clue: Act, listing: Listing) -> bool:
    return any(concerns_work(listing.says, work) for work in records(says(clue), "works"))


def _match(clue: Act, listing: Listing) -> Match:
    found = day(clue.header.occurred_at)
    return Match(clue.case_id, clue.id, found, listing.stood_on(found))


def sites(acts: Acts, as_of: int) -> tuple[SiteRow, ...]:
    """Return the site register and the key sites as of *as_of* (ms), each with its inspections: coverage."""
    targets, closed = _targets_by_case(acts), len(unread(acts, "InspectionRecorded"))
    visits = Index(of(acts, "InspectionRecorded"), lambda act: _inspected(act, targets.get(act.case_id, frozenset())))
    rows = []
    for one in listings(acts, "site_registry", "key_sites"):
        target, known = record(one.says, "target"), list(_visits(one, visits.find(_site_keys(one)), targets))
        last = max((visit.on for _, visit in known), default=None)
        rows.append(
            SiteRow(
                **_common(one, as_of, *(act for act, _ in known)),
                list_=one.name,
                target=text(target, "value"),
                last_inspected=last or (NOT_READABLE if closed else "never"),
                inspections=Counted(len(known), closed),
                visits=tuple(visit for _, visit in known),
            )
        )
    return tuple(rows)


class Covered(NamedTuple):
    """Of the sites that *stand* on the lists so many were *seen*; *unread* inspections may be of others."""

    seen: int
    stand: int
    unread: int


def covered(rows: Iterable[SiteRow]) -> Covered:
    """Return how many of the sites that stand on the lists have been inspected."""
    standing = [row for row in rows if row.removed is None]
    seen = sum(row.inspections.known > 0 for row in standing)
    return Covered(seen, len(standing), max((row.inspections.unread for row in standing), default=0))


def coverage(rows: Iterable[SiteRow]) -> str:
    """Return the same in a sentence."""
    seen, stand, closed = covered(rows)
    said = f"{seen} of {stand} sites inspected"
    return f"{said}; {closed} inspections {NOT_READABLE} may be of others" if closed else said


def _targets_by_case(acts: Acts) -> dict[str, frozenset[Hashable]]:
    found: dict[str, frozenset[Hashable]] = {}
    for clue in of(acts, "ClueFound"):
        keys = frozenset(target_keys(records(says(clue), "targets")))
        found[clue.case_id] = found.get(clue.case_id, frozenset()) | keys
    return found


def _inspected(act: Act, targets: frozenset[Hashable]) -> list[Hashable]:
    """Return all by which an inspection can be found to be one of a site."""
    said = says(act)
    names = (plain(text(said, name) or "") for name in ("subject", "premises"))
    return [credit_code(text(said, "subject_uscc")), *names, *targets]


def _site_keys(site: Listing) -> list[Hashable]:
    target = record(site.says, "target")
    names = (plain(site.entry), plain(text(target, "value") or site.entry))
    return [site.uscc, *names, *(target_keys([target]) if target else ())]


def _visits(
    site: Listing, inspections: Iterable[Act], targets: dict[str, frozenset[Hashable]]
) -> Iterator[tuple[Act, Visit]]:
    for act in inspections:
        by = _by(site, act, targets.get(act.case_id, frozenset()))
        if by is not None:
            yield act, Visit(act.id, act.case_id, day(act.header.occurred_at), by)


def _by(site: Listing, act: Act, targets: frozenset[Hashable]) -> By | None:
    """Return what shows that the inspection *act* was one of *site*; None where nothing does."""
    said, target = says(act), record(site.says, "target")
    code = credit_code(text(said, "subject_uscc"))
    if code is not None and site.uscc is not None:
        return "credit code" if code == site.uscc else None
    names = {plain(text(said, name) or "") for name in ("subject", "premises")} - {""}
    if names & {plain(site.entry), plain(text(target, "value") or site.entry)}:
        return "name"
    return "clue of the same case" if target and targets & set(target_keys([target])) else None


def _common(one: Listing, as_of: int, *others: Act) -> dict[str, Any]:
    said, acts = one.says, (*one.acts, *others)
    today = day(as_of)
    standing = one.window_on(today)
    state = "removed" if one.removed is not None else "listed" if standing == "running" else standing
    return {
        "organ": one.organ,
        "entry": one.entry,
        "uscc": one.uscc,
        "check": uscc_check(one.uscc),
        "sector": text(said, "sector"),
        "state": state,
        "listed": day(one.since.header.occurred_at),
        "doc_no": one.since.header.doc_no,
        "published": None if one.published is None else day(one.published.header.occurred_at),
        "review_on": text(said, "review_on"),
        "valid_from": text(said, "valid_from"),
        "valid_to": text(said, "valid_to"),
        "removed": None if one.removed is None else day(one.removed.header.occurred_at),
        "appeal": text(said, "appeal"),
        "duties": one.owed(as_of),
        "doubts": doubts(acts),
        "sources": sources(acts),
    }
