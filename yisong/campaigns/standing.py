"""What has become of each report that the calendar asks for: filed, late, missing or not yet due? Values in and out."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal, NamedTuple, get_args
from uuid import UUID

from yisong.campaigns.phases import Campaign, Focus
from yisong.campaigns.reports import Report, Span, asked
from yisong.ledger import Law

State = Literal["filed", "late", "missing", "not_yet_due", "not_readable", "not_begun"]
"""
``filed`` in time on the rolled reading · ``late`` filed after it · ``missing`` not filed, and over · ``not_yet_due``
not filed, and time is left · ``not_readable`` one of its kind was filed, on which period can't be read here ·
``not_begun`` on a demo bus, where a docket's own log time is its now: nothing was ever said in this register docket.
"""
PERIOD: Final = re.compile(r"[0-9]{4}(-(Q[1-4]|0[1-9]|1[0-2]))?", re.ASCII)
"""What a period looks like: a year, a quarter or a month."""
STATES: Final[tuple[State, ...]] = get_args(State)
_FOCUSED: Final = ("plan", "annual_plan")
_FOCUS_ASKED: Final = range(3, 5)


class Filed(NamedTuple):
    """
    A report on the log: *act* (``Type:variant``) of *organ*, on which *period* (None: not readable here), and where.

    *log_time* in ms. *version*: that of the report, None: not readable. *focus*: what a plan will look at.
    """

    organ: str
    act: str
    period: str | None
    docket: str
    offset: int
    log_time: int
    partition: int = 0
    event_id: bytes = b""
    campaign: str | None = None
    version: int | None = None
    doc_no: str | None = None
    focus: tuple[Focus, ...] | None = None

    @property
    def id(self) -> str:
        """The event's id, a UUID in lower case."""
        return str(UUID(bytes=self.event_id))

    @property
    def variant(self) -> str:
        """Which kind of report it is."""
        return self.act.partition(":")[2]

    @property
    def few_or_many(self) -> bool:
        """Hold for a plan that has another number of focus areas than the 3 or 4 that are asked for (a warning)."""
        return self.variant in _FOCUSED and self.focus is not None and len(self.focus) not in _FOCUS_ASKED

    def is_on(self, report: Report) -> bool:
        """Hold where this is that report; one on a year may name a part of it, and stands in the docket of a year."""
        if not self._is_of_kind(report):
            return False
        if self.period is None:
            return len(report.period) == len("yyyy") and self.docket[11:15] == report.docket[11:15]
        return self.period.startswith(report.period)

    def may_be_on(self, report: Report) -> bool:
        """Hold where it can't be said here whether this is that report."""
        return self._is_of_kind(report) and self.period is None and self.log_time >= report.opens_at

    def may_be_within(self, period: str) -> bool:
        """Hold where this is on *period* or a part of it; where it can't be read, on a year by its docket."""
        return self.docket[11:15] == period[:4] or not period if self.period is None else self.period.startswith(period)

    def _is_of_kind(self, report: Report) -> bool:
        other = report.campaign is not None and self.campaign not in (None, report.campaign)
        return self.organ == report.organ and self.act in report.owed and not other


class Standing(NamedTuple):
    """
    A report that is asked for, and what has become of it by *as_of* (ms; None: nobody can say when it is there).

    *by*: what was filed first, which is what counts; *later*: further versions of it.
    """

    report: Report
    state: State
    as_of: int | None
    by: Filed | None = None
    later: tuple[Filed, ...] = ()

    @property
    def rolled(self) -> bool:
        """Hold where it was filed in time on the rolled reading only."""
        return self.state == "filed" and self.by is not None and self.by.log_time > self.report.ends.strict

    @property
    def is_late_strictly(self) -> bool:
        """Hold where it is missing, or still open, after its strict end."""
        open_ = self.state in ("missing", "not_yet_due")
        return open_ and self.as_of is not None and self.as_of > self.report.ends.strict


class Calendar(NamedTuple):
    """The reports that are asked for, by due date and organ, and those filed though nothing asks for them."""

    standings: tuple[Standing, ...]
    unasked: tuple[Filed, ...]

    def only(self, *, period: str | None = None, states: Collection[State] = ()) -> "Calendar":
        """
        Return what of it is on *period*, or a part of that (a year has months), and in one of *states*.

        With *states* only what was asked for: of the rest nobody can say whether it came in time.
        """
        on = period or ""
        return Calendar(
            tuple(
                one
                for one in self.standings
                if one.report.period.startswith(on) and (not states or one.state in states)
            ),
            () if states else tuple(one for one in self.unasked if one.may_be_within(on)),
        )


def by_organ(filed: Iterable[Filed]) -> Mapping[str, Sequence[Filed]]:
    """Return what each organ has filed, in the order of *filed*."""
    found: defaultdict[str, list[Filed]] = defaultdict(list)
    for one in filed:
        found[one.organ].append(one)
    return dict(found)


def done_by(report: Report, filed: Iterable[Filed]) -> Filed | None:
    """Return the first of *filed*, in log order, that is *report*; None where there is none."""
    return next((one for one in filed if one.is_on(report)), None)


def standing(report: Report, filed: Sequence[Filed], *, as_of: int | None) -> Standing:
    """Return what has become of *report* by *as_of*; *filed*: what is on the log by then, in its order."""
    matching = [one for one in filed if one.is_on(report)]
    if matching:
        first, *later = matching
        state: State = "filed" if first.log_time <= report.ends.rolled else "late"
        return Standing(report, state, as_of, first, tuple(later))
    if any(one.may_be_on(report) for one in filed):
        return Standing(report, "not_readable", as_of)
    if as_of is None:
        return Standing(report, "not_begun", None)
    return Standing(report, "missing" if as_of > report.ends.rolled else "not_yet_due", as_of)


def calendar(law: Law, spans: Iterable[Span], campaigns: Mapping[str, Campaign], filed: Sequence[Filed]) -> Calendar:
    """Return what has become of all that is asked for in *spans*, and which of *filed* nothing there asks for."""
    own = by_organ(filed)
    found = [
        standing(report, own.get(report.organ, ()), as_of=span.as_of)
        for span in spans
        for report in asked(law, span, campaigns)
    ]
    used = {one for each in found for one in _used(each)}
    by_date = sorted(found, key=lambda one: (one.report.ends.strict, one.report.timer.id, one.report.organ))
    return Calendar(tuple(by_date), tuple(one for one in filed if one not in used))


def _used(one: Standing) -> Iterator[Filed]:
    if one.by is not None:
        yield from (one.by, *one.later)


def bodies_shown(standings: Iterable[Standing]) -> Iterator[UUID]:
    """Yield the events whose bodies are shown with *standings*, for the log of readings."""
    yield from bodies_in(filed for one in standings for filed in _used(one))


def bodies_in(filed: Iterable[Filed]) -> Iterator[UUID]:
    """Yield those of *filed* whose bodies can be read."""
    yield from (UUID(bytes=one.event_id) for one in filed if one.period is not None)
