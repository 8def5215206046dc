"""What does an agency system read of campaigns, and of the reports that the calendar asks for?"""

from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as InPath

from services.gateway.api.answers import JsonRoute, problems
from services.gateway.api.callers import Alive, Reading
from services.gateway.api.campaign_models import CampaignsOut, OneCampaignOut, ReportsOut
from services.gateway.api.cases import STATED, AsOf, instant_of
from services.gateway.api.gathered import Campaigns, gathered_of
from services.gateway.api.pages import Limit, link_next
from services.gateway.problems import Fault, Problem
from yisong.audit.readings import Reader
from yisong.campaigns.documents import (
    calendar_document,
    campaign_document,
    case_document,
    plan_document,
)
from yisong.campaigns.overview import Asked
from yisong.campaigns.standing import PERIOD, Calendar, Standing, State, bodies_in, bodies_shown
from yisong.errors import BusNotFound

router = APIRouter(tags=["campaigns"], route_class=JsonRoute)

PLANS: Final = frozenset({"PeriodicReportFiled:plan", "PeriodicReportFiled:publicity_plan"})
"""What a plan that is received is called among the acts that are owed."""
Why = Annotated[
    str, Query(min_length=2, max_length=200, pattern=STATED, description="Why it is read; it is put on record.")
]
CampaignId = Annotated[str, InPath(max_length=60, examples=["JW2016"])]
_Part = Annotated[str | None, Query(max_length=60)]
_AFTER: Final = Query(max_length=80, description="Of the page before: as its link to the next says.")


@router.get("/campaigns", summary="Which campaigns are there?", response_model=CampaignsOut, responses=problems())
def campaigns(request: Request, caller: Reading, alive: Alive, purpose: Why = "campaigns 专项行动") -> dict[str, Any]:
    """Return the campaigns that were announced: phases, windows, focus, and how much belongs to each."""
    del alive
    found = gathered_of(request).campaigns(Reader(caller.account, caller.organ), purpose)
    return {"campaigns": [_campaign(found, name) for name in found.known], "behind": found.behind}


@router.get(
    "/campaigns/{campaign_id}",
    summary="What belongs to a campaign?",
    response_model=OneCampaignOut,
    responses=problems(404),
)
def campaign(  # noqa: PLR0913 (of which campaign, for whom and why, which page)
    request: Request,
    response: Response,
    *,
    campaign_id: CampaignId,
    caller: Reading,
    alive: Alive,
    purpose: Why = "campaigns 专项行动",
    after: Annotated[str, Query(max_length=24, description="The last case id of the page before.")] = "",
    limit: Limit = 100,
) -> dict[str, Any]:
    """
    Return one campaign, the plans that were received for it, and the cases in which something was done for it.

    What belongs to it stands in headers, which are for all four agencies; what a plan says only its readers are shown.
    """
    del alive
    gathered, reader = gathered_of(request), Reader(caller.account, caller.organ)
    found = gathered.campaigns(reader, purpose, only=campaign_id)
    if campaign_id not in found.known:
        raise unknown_campaign()
    plans = plans_of(gathered.calendar(reader, Asked(campaign_id)))
    gathered.note(reader, purpose, list(bodies_shown(plans)))
    cases = gathered.cases(found.sums[campaign_id], after=after, most=limit)
    if len(cases) == limit:
        link_next(request, response, after=cases[-1].case_id)
    return _campaign(found, campaign_id) | {
        "plans": [plan_document(one) for one in plans],
        "cases": [case_document(one) for one in cases],
        "behind": found.behind,
    }


@router.get(
    "/reports", summary="Which reports were filed, late, missing?", response_model=ReportsOut, responses=problems(404)
)
def reports(  # noqa: PLR0913 (each is a filter)
    request: Request,
    response: Response,
    *,
    caller: Reading,
    alive: Alive,
    campaign: _Part = None,
    period: Annotated[str | None, Query(pattern=f"^{PERIOD.pattern}$", examples=["2016", "2016-07", "2016-Q3"])] = None,
    organ: _Part = None,
    status: Annotated[list[State] | None, Query(description="Only those in one of these states.")] = None,
    as_of: AsOf = None,
    purpose: Why = "report calendar 报表日历",
    after: Annotated[str, _AFTER] = "",
    limit: Limit = 100,
) -> dict[str, Any]:
    """
    Return what the calendar asks for, by the day on which it is due, and what has become of each report.

    Without campaign or period: what the copyright desk looks at. A report on which the caller's organ may not read is
    `not_readable`, never missing.
    """
    del alive
    gathered, reader = gathered_of(request), Reader(caller.account, caller.organ)
    wanted = asked(campaign, period, organ)
    try:
        whole = gathered.calendar(reader, wanted, at=instant_of(as_of)).only(period=period, states=status or ())
    except BusNotFound as fault:
        raise Problem(404, "not-known", str(fault)) from fault
    page = list(behind(whole, after))[:limit]
    unasked = () if after else whole.unasked
    gathered.note(reader, purpose, [*bodies_shown(page), *bodies_in(unasked)])
    if len(page) == limit:
        link_next(request, response, after=cursor(page[-1]))
    counts = Counter(one.state for one in whole.standings)
    return calendar_document(Calendar(tuple(page), unasked)) | {"counts": counts}


def asked(campaign: str | None, period: str | None, organ: str | None) -> Asked:
    """Return what is asked of the calendar; the year is that of the period where no campaign says which."""
    year = None if period is None or campaign is not None else int(period[:4])
    return Asked(campaign, year, organ)


def plans_of(found: Calendar) -> list[Standing]:
    """Return the plans among the reports that are asked for."""
    return [one for one in found.standings if PLANS & set(one.report.owed)]


def cursor(one: Standing) -> str:
    """Return behind what the next page begins."""
    return f"{one.report.ends.strict}.{one.report.timer.id}.{one.report.organ}"


def behind(found: Calendar, after: str) -> Iterator[Standing]:
    """Yield the reports behind a cursor. Raises Problem 422 where it is none."""
    if not after:
        yield from found.standings
        return
    due, _, rest = after.partition(".")
    timer, _, organ = rest.partition(".")
    if not (due.isascii() and due.isdigit()) or not organ:
        faults = [Fault("", "is no link to a next page", parameter="after")]
        raise Problem(422, "not-valid", "Nothing was read.", faults=faults)
    last = (int(due[:20]), timer, organ)
    yield from (
        one for one in found.standings if (one.report.ends.strict, one.report.timer.id, one.report.organ) > last
    )


def unknown_campaign() -> Problem:
    """Return the problem of a campaign that nobody has announced."""
    return Problem(404, "not-known", "Nobody has announced such a campaign on this bus, as far as this node knows.")


def _campaign(found: Campaigns, name: str) -> dict[str, object]:
    sums = found.sums[name]
    return campaign_document(found.known[name]) | {
        "events": sums.events,
        "by_type": dict(sorted(sums.by_type.items())),
        "cases_count": len(sums.cases),
    }
