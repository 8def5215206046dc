"""Which campaigns are there, in which phases, from when to when? Values in, values out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final, Literal, NamedTuple, Self

from yisong.envelope.header import Header
from yisong.ledger import Law
from yisong.rulebook.model import Organ

Precision = Literal["day", "month", "season"]
_LEVELS: Final = ("national", "province", "city", "county")
_WHOLE: Final = "whole"


class Focus(NamedTuple):
    """What a phase, or a plan, looks at: a *stance*, and a region, a kind of work or of platform; None = all."""

    stance: str
    region: str | None
    work_type: str | None
    platform_type: str | None
    note: str | None

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Self:
        """Return what one record ``Focus`` of a body says."""
        return cls(said["stance"], *(said.get(name) for name in cls._fields[1:]))


class Phase(NamedTuple):
    """
    One phase of a campaign, as its newest ``CampaignPhaseChanged`` says.

    *kind*: ``whole`` is the campaign itself. *starts_on*, *ends_on*: as announced, None = open; how exact they are says
    *precision*. *organ*: who announced it, under *doc_no*, at *log_time* (ms). *position*: partition and offset.
    *changes*: how many earlier announcements of this phase it replaces.
    """

    campaign: str
    kind: str
    name: str
    series_no: int | None
    starts_on: date
    ends_on: date | None
    precision: Precision
    focus: tuple[Focus, ...]
    organ: str
    doc_no: str | None
    log_time: int
    position: tuple[int, int]
    changes: int = 0
    event_id: bytes = b""

    @property
    def window(self) -> tuple[date, date | None]:
        """Its first and last day at the widest: dates that are exact to the month, or seasonal, mean whole months."""
        if self.precision == "day":
            return self.starts_on, self.ends_on
        return self.starts_on.replace(day=1), None if self.ends_on is None else _last_of_month(self.ends_on)

    @property
    def crosses_years(self) -> bool:
        """Hold where it begins in one year and ends in another, as 国庆、新年期间 does."""
        return self.ends_on is not None and self.ends_on.year != self.starts_on.year

    def covers(self, day: date) -> bool:
        """Hold where *day* lies in its window."""
        first, last = self.window
        return first <= day and (last is None or day <= last)

    def overlaps(self, other: "Phase") -> bool:
        """Hold where a day lies in both windows; what a campaign is as a whole overlaps nothing."""
        if _WHOLE in (self.kind, other.kind):
            return False
        (first, last), (begins, ends) = self.window, other.window
        return (ends is None or first <= ends) and (last is None or begins <= last)


class Campaign(NamedTuple):
    """A campaign: its id, and its phases as they stand, the whole first, then by their first days."""

    id: str
    phases: tuple[Phase, ...]

    @property
    def lead(self) -> Phase:
        """What the campaign is known by: itself as a whole where that was announced, else its first phase."""
        return self.phases[0]

    @property
    def window(self) -> tuple[date, date | None]:
        """Its first and last day: those of the whole, else those of all its phases together; None = open."""
        if self.lead.kind == _WHOLE:
            return self.lead.window
        ends = [one.window[1] for one in self.phases]
        known = [one for one in ends if one is not None]
        return min(one.window[0] for one in self.phases), max(known) if len(known) == len(ends) else None

    @property
    def focus(self) -> tuple[Focus, ...]:
        """What its phases look at, each once."""
        return tuple(dict.fromkeys(focus for phase in self.phases for focus in phase.focus))

    def asks_for_month(self, month: date) -> bool:
        """Hold where a day of *month* (any day of it) lies in its window."""
        first, last = self.window
        return first <= _last_of_month(month) and (last is None or month.replace(day=1) <= last)

    def phases_on(self, day: date) -> tuple[Phase, ...]:
        """Return the phases in which *day* lies, but for the whole: none, one or several."""
        return tuple(one for one in self.phases if one.kind != _WHOLE and one.covers(day))


def campaigns(phases: Iterable[Phase], law: Law) -> dict[str, Campaign]:
    """
    Return the campaigns that *phases*, in log order, announce, by id.

    A later announcement of the same phase (kind and name, by one organ) takes the place of the earlier one. Where
    several organs announce a campaign as a whole, that of the highest level counts.
    """
    newest: dict[tuple[str, str, str, str], Phase] = {}
    for one in sorted(phases, key=lambda one: (one.log_time, one.position)):
        key = (one.campaign, one.kind, one.name, one.organ)
        before = newest.get(key)
        newest[key] = one if before is None else one._replace(changes=before.changes + 1)
    ids = dict.fromkeys(one.campaign for one in newest.values())
    return {id_: Campaign(id_, tuple(_ordered(newest.values(), id_, law))) for id_ in ids}


def _ordered(phases: Iterable[Phase], campaign: str, law: Law) -> Sequence[Phase]:
    own = [one for one in phases if one.campaign == campaign]
    return sorted(own, key=lambda one: (one.kind != _WHOLE, _rank(law.organs.get(one.organ)), one.starts_on, one.name))


def _rank(organ: Organ | None) -> int:
    return _LEVELS.index(organ.level) if organ is not None and organ.level in _LEVELS else len(_LEVELS)


def phase_of(body: Mapping[str, Any], header: Header, *, log_time: int, position: tuple[int, int]) -> Phase | None:
    """Return the phase that a ``CampaignPhaseChanged`` announces, logged at *log_time* (ms); None without campaign."""
    if header.campaign_id is None:
        return None
    ends = body.get("ends_on")
    return Phase(
        campaign=header.campaign_id,
        kind=str(body["phase"]),
        name=str(body["name"]),
        series_no=body.get("series_no"),
        starts_on=date.fromisoformat(str(body["starts_on"])),
        ends_on=None if ends is None else date.fromisoformat(str(ends)),
        precision=body["date_precision"],
        focus=tuple(Focus.of(one) for one in body["focus"]),
        organ=header.speaker,
        doc_no=header.doc_no,
        log_time=log_time,
        position=position,
        event_id=header.event_id,
    )


def months(campaign: Campaign, *, until: date) -> Iterator[date]:
    """Yield the first day of each month in which the campaign runs, up to that of *until* where it is open."""
    first, last = campaign.window
    month = first.replace(day=1)
    while month <= (last or until):
        yield month
        month = _last_of_month(month) + timedelta(days=1)


def _last_of_month(day: date) -> date:
    following = day.replace(day=28) + timedelta(days=4)
    return following.replace(day=1) - timedelta(days=1)
