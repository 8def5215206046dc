"""Of what are the figures: of which month, quarter or half-year, and of which campaign?"""

import re
from datetime import date
from typing import Final, NamedTuple

from yisong.legal_time.days import add_months, day_of, start_of_day

_PERIOD: Final = re.compile(r"(20[0-9]{2})-(?:(0[1-9]|1[0-2])|Q([1-4])|H([12]))")
_YEAR: Final = re.compile(r"20[0-9]{2}")
SHAPES: Final = {
    "month": re.compile(r"....-[0-9]{2}"),
    "quarter": re.compile(r"....-Q."),
    "half": re.compile(r"....-H."),
    "year": re.compile(r"...."),
}
"""What a period looks like, by its kind; whether it is one, `scope_of` says."""

_CAMPAIGN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


class Scope(NamedTuple):
    """
    What is counted: an event whose ``occurred_at`` lies in a period, that names a campaign, or both.

    *period*: ``2016-08``, ``2016-Q3``, ``2016-H2`` or ``2016``, with *first* and *end* in ms, half open, in +08:00.
    To a *campaign* belongs whatever names it in its header, whenever it happened.
    """

    period: str | None = None
    first: int | None = None
    end: int | None = None
    campaign: str | None = None

    @property
    def name(self) -> str:
        """Under which its versions are kept, and which people read."""
        return " ".join(part for part in (self.period, self.campaign) if part)

    @property
    def variants(self) -> tuple[str, ...]:
        """Which reports are filed on it: PeriodicReportFiled of these variants; a campaign has its summary."""
        if self.period is None:
            return ("summary",)
        return {"": (), "Q": ("quarterly", "adhoc"), "H": ("adhoc",)}.get(self.period[5:6], ("monthly", "adhoc"))


def scope_of(period: str | None = None, campaign: str | None = None) -> Scope:
    """Return the scope of a period, a campaign or both; ValueError where one is none, or both are missing."""
    if campaign is not None and not _CAMPAIGN.fullmatch(campaign):
        raise ValueError(campaign)
    if period is None:
        if campaign is None:
            raise ValueError(period)
        return Scope(campaign=campaign)
    found = _PERIOD.fullmatch(period)
    if found is None:
        raise ValueError(period)
    number, months = next((int(one), n) for one, n in zip(found.groups()[1:], (1, 3, 6), strict=True) if one)
    first = date(int(found[1]), 1 + (number - 1) * months, 1).toordinal()
    return Scope(period, start_of_day(first), start_of_day(add_months(first, months)), campaign)


def year_of(year: str, campaign: str | None = None) -> Scope:
    """Return the scope of a whole year ``2016``, on which nothing is filed or frozen; ValueError where it is none."""
    if not _YEAR.fullmatch(year):
        raise ValueError(year)
    if campaign is not None and not _CAMPAIGN.fullmatch(campaign):
        raise ValueError(campaign)
    first = date(int(year), 1, 1).toordinal()
    return Scope(year, start_of_day(first), start_of_day(add_months(first, 12)), campaign)


def months_of(first: int, end: int, campaign: str | None = None) -> tuple[Scope, ...]:
    """Return the months in which the instants from *first* (ms) to before *end* lie, in their order."""
    found: list[Scope] = []
    month = date.fromordinal(day_of(first)).replace(day=1).toordinal()
    while start_of_day(month) < end:
        after = add_months(month, 1)
        period = date.fromordinal(month).isoformat()[:7]
        found.append(Scope(period, start_of_day(month), start_of_day(after), campaign))
        month = after
    return tuple(found)
