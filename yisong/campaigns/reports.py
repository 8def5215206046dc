"""Which reports of the calendar 报表 does an organ owe, from when on and until when? Values in, values out."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

from yisong.campaigns.phases import Campaign
from yisong.desk.outcome import Duty
from yisong.envelope.case_id import register_case_id
from yisong.envelope.header import AggregateRef
from yisong.ledger import Law
from yisong.ledger.law import valid_at
from yisong.legal_time.counting import Due, due_on
from yisong.legal_time.days import day_of, end_of_day, start_of_day
from yisong.rulebook.clock_rules import ReportRule, Timer
from yisong.rulebook.model import Organ

NOTICE_DAYS: Final = 30
"""So many days ahead a report that is due on one date is put before its officer (policy of the copyright desk)."""
_NOTICE_OF: Final = re.compile(r"([A-Z]+[0-9]{4})\b")


class Report(NamedTuple):
    """
    A report that *organ* owes *to* another one under *timer*.

    *period*: what it reports on, as its body says it: ``yyyy-mm``, ``yyyy-Qn`` or ``yyyy``. *docket*: the register
    docket in which it falls due. *opens_at*: from when on (ms) it is owed. *ends*: until when, on both readings.
    """

    timer: Timer
    organ: str
    to: str
    owed: tuple[str, ...]
    period: str
    docket: str
    opens_at: int
    ends: Due

    @property
    def campaign(self) -> str | None:
        """The campaign whose notice asks for it; None where it is asked for every year."""
        return campaign_of(self.timer)

    @property
    def duty(self) -> Duty:
        """What is owed, as a duty; its name is the same whenever it is worked out."""
        return Duty(
            name=f"{self.timer.id} {self.organ} {self.ends.strict}",
            by=self.organ,
            owed=self.owed,
            about=AggregateRef("case", self.docket),
            article=self.timer.source,
            why=f"{self.timer.zh}: {self.period}",
            due_strict=self.ends.strict,
            due_rolled=self.ends.rolled,
            advice={"timer": self.timer.id, "period": self.period, "to": self.to, "campaign": self.campaign},
        )


def campaign_of(timer: Timer) -> str | None:
    """
    Return the campaign whose notice a row of the calendar comes from; None for one that is asked for every year.

    Its source begins with the id: ``JW2016 (按月报送; …)``. The notice of 2006 has none, and its quarterly figures and
    yearly plans (按季度, 年度规划) name no end.
    """
    found = _NOTICE_OF.match(timer.source) if timer.report is not None else None
    return None if found is None else found[1]


def reports(law: Law, region: str, year: int, campaigns: Mapping[str, Campaign]) -> Iterator[Report]:
    """
    Yield what falls due in the register docket of *region* and *year*: the reports of every organ of that region.

    A campaign's dates stand in its rows. Its monthly figures are asked for on the months in which it runs, as its
    phases among *campaigns* say; on none while it has not been announced.
    """
    for timer in law.timers.values():
        if timer.report is not None:
            for organ in _by_region(law).get(region, ()):
                yield from _of_organ(timer.id, timer.report, organ, law, year=year, campaigns=campaigns)


@lru_cache(maxsize=4)
def _by_region(law: Law) -> Mapping[str, Sequence[Organ]]:
    found: defaultdict[str, list[Organ]] = defaultdict(list)
    for organ in law.organs.values():
        found[organ.region_code or ""].append(organ)
    return dict(found)


def _of_organ(  # noqa: PLR0913 (a row, an organ, a year, and what they are seen by)
    timer_id: str, newest: ReportRule, organ: Organ, law: Law, *, year: int, campaigns: Mapping[str, Campaign]
) -> Iterator[Report]:
    to = organ.parent if newest.to == "parent" else newest.to
    if organ.role != newest.role or organ.level not in newest.levels or to is None:
        return
    for last in _days(newest, year):
        opens_at = start_of_day(_opens(newest, last).toordinal())
        timer = law.timer_at(timer_id, opens_at)
        if timer is None or not valid_at(organ.valid_from, organ.valid_to, opens_at):
            continue
        if not _is_asked(timer, newest, last, campaigns):
            continue
        ends = due_on(last.toordinal(), roll=timer.roll, calendar=law.calendar.as_known(opens_at))
        if newest.before is not None:  # 12月10日前: strictly without the day, on the lenient reading with it
            ends = ends._replace(strict=end_of_day(last.toordinal() - 1))
        docket = register_case_id(organ.region_code or "", year)
        yield Report(timer, organ.id, to, newest.owed, _period(newest, last), docket, opens_at, ends)


def _is_asked(timer: Timer, rule: ReportRule, last: date, campaigns: Mapping[str, Campaign]) -> bool:
    """Hold but for the monthly figures of a campaign that does not run in that month, as far as anybody has said."""
    of = campaign_of(timer)
    if of is None or rule.monthly_day is None:
        return True
    campaign = campaigns.get(of)
    return campaign is not None and campaign.asks_for_month(_month_before(last))


def _days(rule: ReportRule, year: int) -> Iterator[date]:
    """Yield the days of *year* on which the report is due."""
    yield from (one for one in (rule.on, rule.before) if one is not None and one.year == year)
    if rule.yearly is not None:
        yield date(year, *rule.yearly)
    for month in range(1, 13):
        if rule.monthly_day is not None:
            yield date(year, month, rule.monthly_day)
        if rule.quarter_day is not None and month % 3 == 1:
            yield date(year, month, rule.quarter_day)


def _opens(rule: ReportRule, last: date) -> date:
    """Return the day on which what is reported on is over, or on which a plan or summary should be begun."""
    if rule.monthly_day is not None or rule.quarter_day is not None:
        return last.replace(day=1)
    return max(last.replace(month=1, day=1), date.fromordinal(last.toordinal() - NOTICE_DAYS))


def _period(rule: ReportRule, last: date) -> str:
    before = _month_before(last)
    if rule.monthly_day is not None:
        return f"{before:%Y-%m}"
    if rule.quarter_day is not None:
        return f"{before.year}-Q{(before.month + 2) // 3}"
    return f"{last.year}"


def _month_before(day: date) -> date:
    return date.fromordinal(day.replace(day=1).toordinal() - 1)


class Span(NamedTuple):
    """
    A register docket of a *region* and *year*: since when (ms) one could report in it, and how late it is there.

    *as_of*: None where nobody can say: on a demo bus a docket's own log time is its now, and it has none yet.
    """

    region: str
    year: int
    since: int
    as_of: int | None


def owed(law: Law, span: Span, campaigns: Mapping[str, Campaign]) -> tuple[Report, ...]:
    """Return what was, or still is, to be reported between *since* and *as_of*; what lay before is not asked for."""
    found = asked(law, span, campaigns)
    return tuple(one for one in found if span.as_of is not None and one.opens_at <= span.as_of)


def asked(law: Law, span: Span, campaigns: Mapping[str, Campaign]) -> tuple[Report, ...]:
    """Return the same together with what will be to be reported later in the year."""
    return tuple(one for one in reports(law, span.region, span.year, campaigns) if one.ends.rolled >= span.since)


def regions_of(law: Law) -> tuple[str, ...]:
    """Return the regions whose organs owe a report of the calendar."""
    rules = [one.report for one in law.timers.values() if one.report is not None]
    scopes = {(rule.role, level) for rule in rules for level in rule.levels}
    return tuple(sorted({one.region_code or "" for one in law.organs.values() if (one.role, one.level) in scopes}))


def years_of(since: int, as_of: int) -> range:
    """Return the years in which something may fall due between two instants (ms), in +08:00."""
    return range(_year(since), _year(as_of) + 1)


def _year(instant: int) -> int:
    return date.fromordinal(day_of(instant)).year
