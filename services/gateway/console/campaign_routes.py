"""Under which addresses does the console show campaigns, the calendar of reports, clusters and supervisions?"""

from typing import Annotated, Final

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.gateway.console.campaigns import campaign_page, campaigns_page
from services.gateway.console.errors import PageRoute
from services.gateway.console.linked import Paged, clusters_page, one_page
from services.gateway.console.reports import Sought, reports_page
from services.gateway.console.shell import shell_of
from services.gateway.who.principal import Principal, needs

router: Final = APIRouter(include_in_schema=False, route_class=PageRoute)

Reading = Annotated[Principal, Depends(needs("read", "audit"))]
_LONGEST: Final = 60


@router.get("/campaigns")
def campaigns(request: Request, viewer: Reading) -> Response:
    """Show the campaigns."""
    return campaigns_page(shell_of(request, viewer))


@router.get("/campaigns/{campaign_id}")
def campaign(request: Request, viewer: Reading, campaign_id: str, after: str = "") -> Response:
    """Show one campaign."""
    return campaign_page(shell_of(request, viewer), campaign_id[:_LONGEST], after=after[:_LONGEST])


@router.get("/reports")
def reports(request: Request, viewer: Reading) -> Response:
    """Show the calendar of reports."""
    said = request.query_params
    names = ("campaign", "period", "organ", "state", "after")
    return reports_page(shell_of(request, viewer), Sought(*(said.get(name, "")[:_LONGEST].strip() for name in names)))


@router.get("/clusters")
def clusters(request: Request, viewer: Reading, group: str = "", supervision: str = "") -> Response:
    """Show linked cases and joint supervisions."""
    paged = Paged(group[:_LONGEST], supervision[:_LONGEST])
    return clusters_page(shell_of(request, viewer), paged)


@router.get("/clusters/{which}")
def linked(request: Request, viewer: Reading, which: str) -> Response:
    """Show what has to do with a case, a cluster or a supervision."""
    return one_page(shell_of(request, viewer), which[:_LONGEST])


@router.get("/supervisions")
def supervisions(_: Reading) -> Response:
    """Send whoever looks for supervisions to where they stand."""
    return RedirectResponse("/clusters", 303)
