"""Under which addresses does the console answer?"""

import re
from typing import Annotated, Final
from uuid import UUID

from anyio import to_thread
from fastapi import APIRouter, Depends, FastAPI, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from services.gateway.console import dossier, errors, publish
from services.gateway.console.account_routes import router as account_router
from services.gateway.console.agreement import agreement_page
from services.gateway.console.campaign_routes import router as campaign_router
from services.gateway.console.case import asked_of, case_page
from services.gateway.console.draft_routes import router as draft_router
from services.gateway.console.errors import PageRoute
from services.gateway.console.fields import first, shell_beside, typed_into
from services.gateway.console.logs import logs_page
from services.gateway.console.matrix import handoffs_page
from services.gateway.console.registers import register_page, registers_page
from services.gateway.console.search import Sought, search_page
from services.gateway.console.shell import LANGUAGE_COOKIE, STATIC, Shell, shell_of
from services.gateway.console.statistics_routes import router as statistics_router
from services.gateway.console.texts import LANGUAGES, language_of
from services.gateway.console.today import today_page
from services.gateway.console.whose import ask, whose_page
from services.gateway.problems import Problem
from services.gateway.who.principal import Principal, needs, principal
from services.gateway.who.refusals import NotAllowed
from yisong.rulebook.model import EventType

router: Final = APIRouter(include_in_schema=False, route_class=PageRoute)

Anybody = Annotated[Principal, Depends(principal)]
Reading = Annotated[Principal, Depends(needs("read", "audit"))]
Looking = Annotated[Principal, Depends(needs("read", "audit", "operate"))]
Reviewing = Annotated[Principal, Depends(needs("review"))]
Publishing = Annotated[Principal, Depends(needs("publish"))]
Serial = Annotated[int | None, Query(ge=1, le=2**63 - 1)]
Instant = Annotated[str | None, Query(max_length=40)]
Page = Annotated[int, Query(ge=1, le=100_000)]
Earlier = Annotated[UUID | None, Query(alias="request")]
_INSIDE: Final = re.compile(r"/(?![/\\])[!-\[\]-~]*", re.ASCII)
_REGION: Final = re.compile(r"\d{2}", re.ASCII)
_A_YEAR: Final = 365 * 24 * 3600
_LONGEST: Final = 100
_MOST_TEXT: Final = 4000


@router.get("/")
def today(request: Request, viewer: Anybody) -> Response:
    """Show what is to be done today; to whoever has nothing to do with cases, what he has to do with."""
    if viewer.scopes.isdisjoint(("read", "audit")):
        return RedirectResponse(_first_page(viewer), 303)
    return today_page(shell_of(request, viewer), everybody=request.query_params.get("all") == "1")


def _first_page(viewer: Principal) -> str:
    if "operate" in viewer.scopes:
        return "/agreement"
    if "review" in viewer.scopes:
        return "/logs"
    if "administer" in viewer.scopes:
        return "/accounts"
    raise NotAllowed("needs read or audit")


@router.get("/search")
def search(request: Request, viewer: Reading) -> Response:
    """Show the cases that are sought."""
    said = request.query_params
    text, state, owner, after = (said.get(name, "")[:_LONGEST] for name in ("q", "state", "owner", "after"))
    return search_page(shell_of(request, viewer), Sought(text, state, owner, after))


@router.get("/handoffs")
def handoffs(request: Request, viewer: Reading, region: str = "", to: str = "") -> Response:
    """Show who handed what to whom, and what is not answered."""
    sender = request.query_params.get("from", "")
    code = region if _REGION.fullmatch(region) else ""
    return handoffs_page(shell_of(request, viewer), sender=sender, receiver=to, region=code)


@router.get("/registers")
def registers(request: Request, viewer: Reading) -> Response:
    """Show which registers there are."""
    return registers_page(shell_of(request, viewer))


@router.get("/registers/{name}")
def register(request: Request, viewer: Reading, name: str, as_of: Instant = None, page: Page = 1) -> Response:
    """Show a register as it stands now, or stood at ``as_of``."""
    return register_page(shell_of(request, viewer), name, as_of=as_of, page=page)


@router.get("/agreement")
def agreement(request: Request, viewer: Looking) -> Response:
    """Show whether the four books agree."""
    return agreement_page(shell_of(request, viewer))


@router.get("/logs")
def logs(request: Request, viewer: Reviewing, reading: Serial = None, login: Serial = None) -> Response:
    """Show who has read what, and who has logged in."""
    return logs_page(shell_of(request, viewer), before_reading=reading, before_login=login)


@router.get("/cases")
def cases(_: Reading) -> Response:
    """Send whoever looks for cases to where they are found."""
    return RedirectResponse("/search", 303)


@router.get("/cases/{case_id}")
def case(request: Request, viewer: Reading, case_id: str, x: float | None = None) -> Response:
    """Show a case as it is known now, or was known at ``as_of``."""
    # The slider stands in the same form as the buttons, which name an instant of their own.
    slid = None if request.query_params.get("as_of") else x
    return case_page(shell_of(request, viewer), case_id, asked_of(request), x=slid)


@router.post("/cases/{case_id}/dossier")
async def ask_for_dossier(request: Request, viewer: Reading, case_id: str) -> Response:
    """Have the dossier of a case made for the viewer's organ."""
    typed = await typed_into(request)
    return await dossier.ask(await shell_beside(request, viewer), case_id, first(typed, "purpose"))


@router.get("/cases/{case_id}/dossiers/{event_id}")
async def dossier_made(request: Request, viewer: Reading, case_id: str, event_id: UUID) -> Response:
    """Show whether a dossier can be taken yet."""
    return await dossier.dossier_page(await shell_beside(request, viewer), case_id, event_id)


@router.get("/cases/{case_id}/tokens/{token}")
async def whose(request: Request, viewer: Reading, case_id: str, token: str, asked: Earlier = None) -> Response:
    """Show whom one asks what a P2 token stands for, or what he has answered."""
    return await whose_page(await shell_beside(request, viewer), viewer, case_id, token, request_id=asked)


@router.post("/cases/{case_id}/tokens/{token}")
async def ask_whose(request: Request, viewer: Reading, case_id: str, token: str) -> Response:
    """Ask what a P2 token stands for."""
    typed = await typed_into(request)
    return await ask(await shell_beside(request, viewer), viewer, case_id, token, first(typed, "purpose"))


@router.get("/publish")
def choose(request: Request, viewer: Publishing, type: str = "", case: str = "") -> Response:  # noqa: A002 (as in the address)
    """Show what can be published, or the form of the type that was chosen."""
    shell = shell_of(request, viewer)
    if not type:
        return publish.choice_page(shell, case_id=case[:24])
    said = {name: (value[:_MOST_TEXT],) for name, value in request.query_params.items() if name.startswith("/")}
    typed = {**said, "/header/case_id": (case[:24],)} if case else said
    return publish.form_page(shell, _event(shell, type), publish.numbered(shell, _event(shell, type), typed))


@router.post("/publish/{event_type}")
async def filled(request: Request, viewer: Publishing, event_type: str) -> Response:
    """Check and rehearse what was typed, publish what was confirmed, or show the form again."""
    typed = await typed_into(request)
    shell = await shell_beside(request, viewer)
    event = _event(shell, event_type)
    match first(typed, "step"):
        case "publish":
            return await publish.send(shell, first(typed, "event"))
        case "check" if "more" not in typed:
            return await publish.check(shell, event, typed)
        case "number":
            number = await to_thread.run_sync(publish.new_number, shell)
            typed = {**typed, "/header/case_id": (number,), "aggregate-number": ("1",)}
    return await to_thread.run_sync(publish.form_page, shell, event, typed)


@router.get("/published/{event_id}")
def published(request: Request, viewer: Publishing, event_id: UUID) -> Response:
    """Show what became of an event."""
    return publish.outcome_page(shell_of(request, viewer), event_id)


@router.get("/language/{chosen}")
def language(chosen: str, back: str = "/") -> Response:
    """Speak another language from now on, and go back."""
    response = RedirectResponse(back if _INSIDE.fullmatch(back) else "/", 303)
    if chosen in LANGUAGES:
        said = language_of(chosen)
        response.set_cookie(LANGUAGE_COOKIE, said, max_age=_A_YEAR, path="/", httponly=True, samesite="lax")
    return response


def install(app: FastAPI) -> None:
    """Put the console into *app*, after everything whose faults it shows."""
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    for one in (router, draft_router, account_router, campaign_router, statistics_router):
        app.include_router(one)
    errors.install(app)


def _event(shell: Shell, name: str) -> EventType:
    """Return the event type that the viewer's line may publish. Raises Problem 404 where it may not."""
    event = shell.world.law.events.get(name)
    if event is None or event.is_notice or shell.names.role_of(shell.organ) not in event.publishers:
        raise Problem(404, "no-such-event-type", "The viewer's organ publishes no such event.")
    return event
