"""Which campaigns are there, and what belongs to each? Phases on an axis of time, focus, cases, plans."""

from datetime import date
from typing import Any, Final, NamedTuple

from starlette.responses import Response

from services.gateway.api.campaigns import plans_of, unknown_campaign
from services.gateway.api.gathered import Campaigns, gathered_of
from services.gateway.console.names import Names
from services.gateway.console.phase_axis import axis
from services.gateway.console.report_grid import LOOKS, ROLLED
from services.gateway.console.shell import Shell, render
from services.gateway.who.clock import now_of
from yisong.campaigns.overview import Asked
from yisong.campaigns.phases import Campaign, Focus, Phase
from yisong.campaigns.standing import Standing, bodies_shown
from yisong.legal_time.days import day_of

PURPOSE: Final = "专项行动"
PAGE: Final = 40


class FocusRow(NamedTuple):
    """What a campaign looks at, in words; empty = all."""

    stance: str
    region: str
    work: str
    platform: str
    note: str


class PhaseRow(NamedTuple):
    """One phase, its kind in words, its days as announced, and the names of those that overlap it."""

    phase: Phase
    kind: str
    days: str
    overlaps: tuple[str, ...]


class PlanRow(NamedTuple):
    """A plan that is asked for, and how what has become of it looks."""

    standing: Standing
    look: str
    mark: str
    word: str


def campaigns_page(shell: Shell) -> Response:
    """Return the page of all campaigns, the newest first."""
    found = gathered_of(shell.request).campaigns(shell.reader, PURPOSE)
    newest = sorted(found.known.values(), key=lambda one: (one.window[0], one.id), reverse=True)
    return render(
        shell,
        "campaigns.html",
        current="campaigns",
        tab="campaigns",
        campaigns=[(one, found.sums[one.id]) for one in newest],
        days={one.id: days(*one.window, names=shell.names) for one in newest},
        behind=found.behind,
    )


def campaign_page(shell: Shell, campaign_id: str, *, after: str) -> Response:
    """Return the page of one campaign. Raises Problem 404 where nobody has announced it."""
    gathered = gathered_of(shell.request)
    found = gathered.campaigns(shell.reader, PURPOSE, only=campaign_id)
    if campaign_id not in found.known:
        raise unknown_campaign()
    plans = plans_of(gathered.calendar(shell.reader, Asked(campaign_id)))
    gathered.note(shell.reader, PURPOSE, list(bodies_shown(plans)))
    cases = gathered.cases(found.sums[campaign_id], after=after, most=PAGE + 1)
    return render(
        shell,
        "campaign.html",
        current="campaigns",
        tab="campaigns",
        **_of_campaign(found, campaign_id, shell),
        plans=[_plan(one) for one in plans],
        cases=cases[:PAGE],
        more=cases[PAGE - 1].case_id if len(cases) > PAGE else "",
        behind=found.behind,
    )


def _of_campaign(found: Campaigns, campaign_id: str, shell: Shell) -> dict[str, Any]:
    campaign, sums, names = found.known[campaign_id], found.sums[campaign_id], shell.names
    today = None if names.law.bus.test_data else date.fromordinal(day_of(now_of(shell.request)))
    return {
        "campaign": campaign,
        "days": days(*campaign.window, names=names),
        "drawn": axis(campaign, today=today),
        "phases": [_phase(one, campaign, names) for one in campaign.phases],
        "focus": [_focus(one, names) for one in campaign.focus],
        "sums": sums,
        "by_type": [(names.event_type(name), n) for name, n in sums.by_type.most_common()],
        "registers": len(sums.dockets) - len(sums.cases),
    }


def days(first: date, last: date | None, *, names: Names) -> str:
    """Return a window of days in words."""
    return names.t("campaign.days", first=first, last=names.t("campaign.open") if last is None else last)


def _phase(phase: Phase, campaign: Campaign, names: Names) -> PhaseRow:
    others = tuple(one.name for one in campaign.phases if one is not phase and one.overlaps(phase))
    stated = days(phase.starts_on, phase.ends_on, names=names)
    return PhaseRow(phase, names.enum("campaign_phase", phase.kind), stated, others)


def _focus(focus: Focus, names: Names) -> FocusRow:
    regions = names.law.rulebook.directory.regions
    return FocusRow(
        stance=names.enum("focus_stance", focus.stance),
        region="" if focus.region is None else regions.get(focus.region, focus.region),
        work="" if focus.work_type is None else names.enum("work_type", focus.work_type),
        platform="" if focus.platform_type is None else names.enum("platform_type", focus.platform_type),
        note=focus.note or "",
    )


def _plan(one: Standing) -> PlanRow:
    look, mark = ROLLED if one.rolled else LOOKS[one.state]
    return PlanRow(one, look, mark, "filed_rolled" if one.rolled else one.state)
