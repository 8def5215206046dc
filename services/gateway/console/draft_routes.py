"""Under which addresses do drafts answer, which wait for a second signature?"""

from typing import Annotated, Final
from uuid import UUID

from anyio import to_thread
from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.console.draft_acts import Asked, do
from services.gateway.console.drafts import draft_page, drafts_page
from services.gateway.console.errors import PageRoute
from services.gateway.console.fields import first, shell_beside, typed_into
from services.gateway.console.shell import shell_of
from services.gateway.who.principal import Principal, needs

router: Final = APIRouter(prefix="/drafts", include_in_schema=False, route_class=PageRoute)

Reading = Annotated[Principal, Depends(needs("read", "audit"))]
_SAID: Final = frozenset({"done", "late", "changed", "no_key", "unread"})


@router.get("")
def drafts(request: Request, viewer: Reading) -> Response:
    """Show which drafts wait, and what became of the others."""
    return drafts_page(shell_of(request, viewer))


@router.get("/{event_id}")
def draft(request: Request, viewer: Reading, event_id: UUID, said: str = "") -> Response:
    """Show one draft; its body where it is asked for."""
    opened = request.query_params.get("open") == "1"
    return draft_page(shell_of(request, viewer), event_id, opened=opened, said=said if said in _SAID else "")


@router.post("/{event_id}/{act}")
async def answer(request: Request, viewer: Reading, event_id: UUID, act: str) -> Response:
    """Sign a draft, decline it, or withdraw one of ours."""
    typed = await typed_into(request)
    asked = Asked(first(typed, "seen"), first(typed, "reason").strip())
    return await to_thread.run_sync(do, await shell_beside(request, viewer), event_id, act, asked)
