"""Under which addresses does the console show statistics?"""

from typing import Annotated, Final

from anyio import to_thread
from fastapi import APIRouter, Depends, Path
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.console import statistics
from services.gateway.console.errors import PageRoute
from services.gateway.console.fields import first, shell_beside, typed_into
from services.gateway.console.shell import shell_of
from services.gateway.console.statistics import Wanted
from services.gateway.who.principal import Principal, needs

router: Final = APIRouter(include_in_schema=False, route_class=PageRoute)

Reading = Annotated[Principal, Depends(needs("read", "audit"))]
Approving = Annotated[Principal, Depends(needs("approve"))]
Number = Annotated[int, Path(ge=1, le=9_999)]
_LONGEST: Final = 60


@router.get("/statistics")
def figures(request: Request, viewer: Reading) -> Response:
    """Show the figures of a period or campaign."""
    return statistics.statistics_page(shell_of(request, viewer), _wanted(request))


@router.get("/statistics/versions/{version}")
def version(request: Request, viewer: Reading, version: Number) -> Response:
    """Show a frozen version, and what differs from the one before."""
    return statistics.version_page(shell_of(request, viewer), _wanted(request), version)


@router.post("/statistics/versions")
async def freeze(request: Request, viewer: Approving) -> Response:
    """Freeze the next version."""
    typed = await typed_into(request)
    wanted = Wanted(first(typed, "period")[:_LONGEST], first(typed, "campaign")[:_LONGEST])
    shell = await shell_beside(request, viewer)
    return await to_thread.run_sync(statistics.freeze, shell, wanted, first(typed, "version"))


def _wanted(request: Request) -> Wanted:
    said = request.query_params
    return Wanted(*(said.get(name, "").strip()[:_LONGEST] for name in Wanted._fields))
