"""
What does one docket give to the statistics? All its rows, each with the positions between which it holds.

Pure, and of one docket only: derived again, whenever something is added to it, it gives the same rows and some more. A
correction ends the row of what it corrects, and begins another. So the rows that hold at a vector follow from what lies
before it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from yisong.audit.corrections import corrections
from yisong.audit.righting import righted
from yisong.ledger.cites import named_events
from yisong.rulebook.model import Catalogue
from yisong.statistics.rows import Counted, Derived, Kinds, RanOut, Reported, Stated
from yisong.statistics.rules import COUNTED, OF_SITES, READ, UNKNOWN, Amount, Body, Why, amounts, records, whole

_REFERRALS: Final = frozenset({"ReferralReceipted", "CriminalFilingRefused", "ReconsiderationDecided"})
_REPORTS: Final = frozenset({"monthly", "quarterly", "summary", "adhoc"})


#: What needs no body counts the same wherever it stands.
_PLAIN: Final[Mapping[tuple[str, str | None], tuple[Amount, ...]]] = {
    place: tuple(map(Amount, stats)) for place, stats in COUNTED.items() if place[0] not in READ
}


class _Said(NamedTuple):
    """What an event says from the record *since* on; *why* it can't be read, where it can't."""

    since: int
    body: Body | None
    why: Why | None


class _Context:
    """Whose the referrals, sites and supervisions of a docket are, as earlier events say it."""

    def __init__(self) -> None:
        self.senders: dict[str | None, str] = {}
        self.deciders: dict[str | None, str] = {}
        self.access: dict[str | None, str] = {}
        self.ordered: dict[int, Stated] = {}
        self.supervised: dict[str | None, tuple[Stated, tuple[str, ...]]] = {}

    def learn(self, one: Stated, case_id: str) -> None:
        match one.event_type:
            case "CriminalReferralSent":
                self.senders[one.aggregate_id] = one.organ
            case "SiteActionDecided" if one.variant in ("suspend_approved", "restore_approved"):
                self.deciders[one.aggregate_id] = one.organ
                if one.to:
                    self.access[one.aggregate_id] = one.to[0]
            case "RectificationOrdered" | "RectificationVerified":
                self.ordered[one.offset] = one
            case "JointSupervisionOrdered":
                members = dict.fromkeys(cite.id for cite in one.cites if cite.kind == "case")
                self.ordered[one.offset] = one
                self.supervised[one.aggregate_id] = one, tuple(members) or (case_id,)
            case _:
                pass


def derive(case_id: str, events: Sequence[Stated], ran_out: Iterable[RanOut] = (), *, catalogue: Catalogue) -> Derived:
    """
    Return the rows of the docket *case_id*.

    *events*: its admitted events of the types `WANTED`, in their order; *ran_out*: what of T-RECT and T-JS-DUE was
    missed in it; *catalogue*: what a body, and so a correction of it, may hold.
    """
    said = _said(events, catalogue)
    context = _Context()
    counted: list[Counted] = []
    reported: list[Reported] = []
    lifted: dict[str | None, Stated] = {}
    for one in events:
        context.learn(one, case_id)
        counted += _counted(one, said.get(one.docket_index), context)
        match one.event_type:
            case "JointSupervisionOrdered" | "JointSupervisionLifted":
                counted += _supervised(one, context)
                if one.event_type == "JointSupervisionLifted":
                    lifted[one.aggregate_id] = one
            case "PeriodicReportFiled" if one.variant in _REPORTS:
                reported += _reported(one, said.get(one.docket_index) or (_first(one),))
            case _:
                pass
    for missed in ran_out:
        counted += _overdue(missed, context, lifted)
    return Derived(tuple(counted), tuple(_kinds(events, said)), tuple(reported))


def _first(one: Stated) -> _Said:
    return _Said(one.offset, one.body, one.why)


def _said(events: Sequence[Stated], catalogue: Catalogue) -> Mapping[int, tuple[_Said, ...]]:
    """Return, by number, what events say from when on; only of those that were corrected."""
    changes = [one for one in events if one.event_type == "EventCorrected"]
    if not changes:
        return {}
    found: dict[int, tuple[_Said, ...]] = {}
    pairs: list[tuple[Stated, Stated]] = []
    for by in changes:
        cited = set(named_events(by.cites))
        mine = {by.organ, by.speaker}
        # Only whoever said it may correct it: another publisher may have used the same id.
        pairs += [(by, one) for one in events if one.event_id in cited and one.speaker in mine]
        for number, now in _as_corrected(pairs, catalogue, since=by.offset).items():
            before = found.get(number) or (_first(next(one for one in events if one.docket_index == number)),)
            if now[1:] != before[-1][1:]:
                found[number] = (*before, now)
    return found


def _as_corrected(pairs: Sequence[tuple[Stated, Stated]], catalogue: Catalogue, *, since: int) -> Mapping[int, _Said]:
    events = {one.docket_index: one for pair in pairs for one in pair}
    texts: dict[int, list[tuple[str, str]]] = {}
    unread: set[int] = set()
    for correction in corrections(pairs, {number: one.body for number, one in events.items()}):
        if correction.fields is None:
            unread.add(correction.of)
        for field in correction.fields or ():
            if field.superseded_by is None:
                texts.setdefault(correction.of, []).append((field.field, field.corrected))
    found: dict[int, _Said] = {}
    for number, one in events.items():
        body = one.body
        if number in unread:
            found[number] = _Said(since, None, one.why or "correction")
        elif body is not None:
            right = righted(body, one.event_type, texts.get(number, ()), catalogue)
            found[number] = _Said(since, right.body, None)
    return found


def _counted(one: Stated, said: tuple[_Said, ...] | None, context: _Context) -> Iterator[Counted]:
    if said is None:
        plain = _PLAIN.get((one.event_type, one.variant)) or _PLAIN.get((one.event_type, None))
        for amount in _amounts(one, one.body, one.why) if plain is None else plain:
            yield _row(one, amount, context, one.offset, None, one.body)
        return
    for now, after in zip(said, (*said[1:], None), strict=True):
        for amount in _amounts(one, now.body, now.why):
            yield _row(one, amount, context, now.since, after and after.since, now.body)


def _amounts(one: Stated, body: Body | None, why: Why | None) -> Iterator[Amount]:
    yield from amounts(one.event_type, one.variant, body, why)
    if one.event_type == "CriminalCaseFiled":
        cluster = None if body is None else body.get("cluster_id")
        yield Amount("criminal_cases", detail=None if cluster is None else str(cluster))
        if not one.of_case:
            yield Amount("referrals_filed")
    elif one.event_type == "CasesLinked" and one.variant == "cluster":
        cluster = None if body is None else str(body.get("cluster_id"))
        members = (cite.id for cite in one.cites if cite.kind == "case")
        yield from (Amount("cluster_links", 0, None if cluster else why, cluster, member) for member in members)


def _row(  # noqa: PLR0913, PLR0917 (an amount, of whom, and from when to when)
    one: Stated, amount: Amount, context: _Context, since: int, until: int | None, body: Body | None
) -> Counted:
    organ, access = one.organ, None
    if amount.stat.startswith("referrals_"):
        organ = context.senders.get(one.aggregate_id, organ)
    elif amount.stat in OF_SITES:
        if one.event_type != "LicenceOrFilingCancelled":
            organ, access = context.deciders.get(one.aggregate_id, organ), organ
        else:
            access = context.access.get(one.aggregate_id)
    platform = body.get("platform_type") if body is not None and one.event_type == "InspectionRecorded" else None
    return Counted(
        one.offset, since, until, *(amount.stat, amount.detail, amount.about, amount.value, amount.why),
        organ, access, one.occurred_at, one.campaign, None if platform is None else str(platform),
    )  # fmt: skip


def _supervised(one: Stated, context: _Context) -> Iterator[Counted]:
    """Yield +1 for each case from the order on, and -1 from the end on."""
    order, members = context.supervised.get(one.aggregate_id, (None, ()))
    if order is not None:
        change = 1 if one is order else -1
        yield from (_stock("supervised_open", one.offset, one, order, member, change) for member in members)


def _overdue(missed: RanOut, context: _Context, lifted: Mapping[str | None, Stated]) -> Iterator[Counted]:
    order = context.ordered.get(missed.started)
    if order is None:
        return
    if missed.timer == "T-RECT":
        row = _stock("rectifications_overdue", missed.known, order, order, None, 1)
        yield row._replace(at=missed.at)
        return
    for member in context.supervised[order.aggregate_id][1]:
        yield _stock("supervised_overdue", missed.known, order, order, member, 1)._replace(at=missed.at)
        if (end := lifted.get(order.aggregate_id)) is not None:
            yield _stock("supervised_overdue", end.offset, end, order, member, -1)


def _stock(stat: str, since: int, one: Stated, order: Stated, about: str | None, value: int) -> Counted:  # noqa: PLR0913, PLR0917 (a row has that many fields)
    return Counted(
        one.offset,
        since,
        None,
        stat,
        None,
        about,
        value,
        None,
        order.organ,
        None,
        one.occurred_at,
        order.campaign,
        None,
    )


def _kinds(events: Sequence[Stated], said: Mapping[int, tuple[_Said, ...]]) -> Iterator[Kinds]:
    """Yield of what kind the docket is: as its first clue says, and the opening of its case."""
    clue = next((one for one in events if one.event_type == "ClueFound"), None)
    case = next((one for one in events if one.event_type == "CaseOpened"), None)
    both = [said.get(one.docket_index) or (_first(one),) for one in (clue, case) if one is not None]
    turns = sorted({now.since for one in both for now in one})
    for since, until in zip(turns, (*turns[1:], None), strict=False):
        source, works, platform = _kind(clue, said, since)
        yield Kinds(since, until, source, works, platform, *_kind(case, said, since)[1:])


def _kind(
    one: Stated | None, said: Mapping[int, tuple[_Said, ...]], at: int
) -> tuple[str | None, list[str] | None, str | None]:
    if one is None or one.offset > at:
        return UNKNOWN, [UNKNOWN], UNKNOWN
    body = next(now.body for now in reversed(said.get(one.docket_index) or (_first(one),)) if now.since <= at)
    if body is None:
        return None, None, None
    works = body.get("work_types")
    listed = [str(work) for work in works] if isinstance(works, list | tuple) else []
    return str(body.get("source")), sorted(set(listed)) or [UNKNOWN], str(body.get("platform_type"))


def _reported(one: Stated, said: tuple[_Said, ...]) -> Iterator[Reported]:
    for now, after in zip(said, (*said[1:], None), strict=True):
        head = (
            one.offset,
            now.since,
            after and after.since,
            one.organ,
            str(one.variant),
            one.campaign,
            one.occurred_at,
        )
        if now.body is None:
            yield Reported(*head, *[None] * 8)
            continue
        body = now.body
        form = (str(body.get("period")), str(body.get("template")), whole(body.get("report_version")))
        figures = list(records(body, "figures"))
        for row in figures:
            kinds = [(name, str(row[name])) for name in ("work_type", "platform_type", "source") if row.get(name)]
            kind, key = kinds[0] if len(kinds) == 1 else ("several", None) if kinds else (None, None)
            unit = row.get("unit")
            yield Reported(
                *head, *form, str(row["column"]), None if unit is None else str(unit), kind, key, whole(row["value"])
            )
        if not figures:
            yield Reported(*head, *form, None, None, None, None, None)
