"""How do platforms meet their duties? By credit code: clues reported, notices, takedowns, rectifications, lists."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from yisong.audit.acts import Act
from yisong.registers.lists import Listing, listings
from yisong.registers.rectifications import Rectification, rectifications
from yisong.registers.rows import DETAIL, Acts, Counted, Row, doubts, of, sources, unread
from yisong.registers.said import credit_code, day, instant, says, text, whole
from yisong.schemas.instants import show_instant
from yisong.validators.alike import plain
from yisong.validators.uscc import Check, uscc_check

LISTS: Final = ("black", "white", "model_enterprise", "platform_contacts")
MEASURES: Final = ("interview", "warning", "notice", "ad_cutoff", "exposure")
"""The measures that say something of how a company keeps its duties; a memo or a meeting does not."""

_NO_ACTION: Final = "no_action"
_REPORTED: Final = "platform_report"


class Takedown(NamedTuple):
    """
    What a platform did about a right-holder's notice: *how* (``delete`` … ``no_action``), on how many *links*.

    *delay_s*: seconds from notice to act; None without one of them. Instants in RFC 3339.
    """

    how: str
    notice: str | None
    action: str | None
    delay_s: int | None
    counter_notice: str | None
    links: int
    case_id: str
    event: str


class Measure(NamedTuple):
    """An interview 约谈, warning 警示, notice 通报 … of a platform, and its day."""

    kind: str
    on: str
    case_id: str
    event: str


class Reported(NamedTuple):
    """A clue that a platform reported, as it has to (线索报告义务), and the day on which it was found."""

    on: str
    case_id: str
    event: str


class Listed(NamedTuple):
    """An entry of a list that names a platform; *state*: ``listed``, ``published`` or ``removed``."""

    list: str
    state: str
    organ: str
    doc_no: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformRow(Row):
    """
    One platform, by credit code; by name (*uscc* None) where nobody stated one.

    *reported*: clues that it reported itself. *notices*: of right-holders; *taken_down*, *no_action*: what was recorded
    of what it did. *slowest_s*: the longest known time (s) from notice to act. *late*, *failed*: rectifications not in
    time, or found not done.
    """

    uscc: str | None
    names: tuple[str, ...]
    check: Check = field(default="unchecked", metadata=DETAIL)
    reported: Counted
    notices: Counted
    taken_down: Counted
    slowest_s: int | None
    no_action: Counted
    rectifications_ordered: Counted
    late: Counted
    failed: Counted
    measures: Counted
    lists: tuple[str, ...]
    reports: tuple[Reported, ...] = field(default=(), metadata=DETAIL)
    takedowns: tuple[Takedown, ...] = field(default=(), metadata=DETAIL)
    rectifications: tuple[Rectification, ...] = field(default=(), metadata=DETAIL)
    measures_taken: tuple[Measure, ...] = field(default=(), metadata=DETAIL)
    listed: tuple[Listed, ...] = field(default=(), metadata=DETAIL)


class _Platform:
    """The accumulators of one platform; lives no longer than `compliance`."""

    def __init__(self) -> None:
        self.names: dict[str, None] = {}
        self.reports: list[Reported] = []
        self.takedowns: list[tuple[Act, Takedown]] = []
        self.rectifications: list[Rectification] = []
        self.measures: list[Measure] = []
        self.listed: list[Listing] = []
        self.acts: list[Act] = []


_Who = tuple[str | None, str]
"""A credit code; without one, the name in the form in which two are compared."""


def compliance(acts: Acts, as_of: int) -> tuple[PlatformRow, ...]:
    """Return every platform of which something was recorded, by credit code, as of *as_of* (ms)."""
    found: defaultdict[_Who, _Platform] = defaultdict(_Platform)
    for act in of(acts, "ClueFound"):
        if text(says(act), "source") == _REPORTED and (code := text(says(act), "reporting_platform_uscc")) is not None:
            one = _noted(found, act, code, None)
            one.reports.append(Reported(day(act.header.occurred_at), act.case_id, act.id))
    for act in of(acts, "TakedownRecorded"):
        one = _noted(found, act, text(says(act), "platform_uscc"), text(says(act), "platform"))
        one.takedowns.append((act, _takedown(act)))
    for rectification in rectifications(acts, as_of):
        one = _noted(found, rectification.acts[0], rectification.uscc, rectification.subject)
        one.acts += rectification.acts[1:]
        one.rectifications.append(rectification.said)
    for act in (one for one in of(acts, "RegulatoryMeasureTaken") if one.header.variant in MEASURES):
        one = _noted(found, act, text(says(act), "subject_uscc"), text(says(act), "subject"))
        one.measures.append(Measure(act.header.variant or "", day(act.header.occurred_at), act.case_id, act.id))
    for listing in listings(acts, *LISTS):
        one = _noted(found, listing.acts[0], listing.uscc, listing.entry)
        one.acts += listing.acts[1:]
        one.listed.append(listing)
    closed = {kind: len(unread(acts, kind)) for kind in {act.event_type for act in acts}}
    keys = sorted(found, key=lambda who: (who[0] is None, who[0] or "", who[1]))
    return tuple(_row(who, found[who], closed) for who in keys)


def _noted(found: defaultdict[_Who, _Platform], act: Act, code: str | None, name: str | None) -> _Platform:
    uscc = credit_code(code)
    one = found[uscc, "" if uscc is not None else plain(name or "")]
    one.acts.append(act)
    if name is not None:
        one.names[name] = None
    return one


def _takedown(act: Act) -> Takedown:
    said = says(act)
    notice, action = instant(said, "notice_at"), instant(said, "action_at")
    return Takedown(
        how=act.header.variant or "",
        notice=_shown(notice),
        action=_shown(action),
        delay_s=None if notice is None or action is None else (action - notice) // 1000,
        counter_notice=_shown(instant(said, "counter_notice_at")),
        links=whole(said, "links") or 0,
        case_id=act.case_id,
        event=act.id,
    )


def _shown(at: int | None) -> str | None:
    return None if at is None else show_instant(at)


def _row(who: _Who, one: _Platform, closed: dict[str, int]) -> PlatformRow:
    def counted(known: Iterable[object], *kinds: str) -> Counted:
        return Counted(sum(map(bool, known)), sum(closed.get(kind, 0) for kind in kinds))

    takedowns = tuple(takedown for _, takedown in one.takedowns)
    ordered = "RectificationOrdered"
    lists = tuple(Listed(of_.name, _state(of_), of_.organ, of_.since.header.doc_no) for of_ in one.listed)
    return PlatformRow(
        uscc=who[0],
        names=tuple(one.names),
        check=uscc_check(who[0]),
        reported=counted(one.reports, "ClueFound"),
        notices=counted((takedown.notice for takedown in takedowns), "TakedownRecorded"),
        taken_down=counted((takedown.how != _NO_ACTION for takedown in takedowns), "TakedownRecorded"),
        slowest_s=max((t.delay_s for t in takedowns if t.delay_s is not None), default=None),
        no_action=counted((takedown.how == _NO_ACTION for takedown in takedowns), "TakedownRecorded"),
        rectifications_ordered=counted(one.rectifications, ordered),
        late=counted((rectification.late for rectification in one.rectifications), ordered),
        failed=counted((rectification.state == "failed" for rectification in one.rectifications), ordered),
        measures=counted(one.measures, "RegulatoryMeasureTaken"),
        lists=tuple(f"{listed.list} {listed.state}" for listed in lists),
        reports=tuple(one.reports),
        takedowns=takedowns,
        rectifications=tuple(one.rectifications),
        measures_taken=tuple(one.measures),
        listed=lists,
        doubts=doubts(one.acts),
        sources=sources(one.acts),
    )


def _state(listing: Listing) -> str:
    if listing.removed is not None:
        return "removed"
    return "listed" if listing.published is None else "published"
