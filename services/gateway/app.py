"""What does the gateway of an agency serve? Health, the API and the console: one application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from fastapi.telemetry import TelemetryConfig
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from services.gateway import problems
from services.gateway.api import openapi
from services.gateway.api.asyncapi import router as asyncapi
from services.gateway.api.deriving import Deriving
from services.gateway.api.figures import Statistics
from services.gateway.api.gathered import Gathered
from services.gateway.api.intake import Intake
from services.gateway.api.limits import Limits
from services.gateway.api.routes import router as api
from services.gateway.api.signs import SignsOfLife
from services.gateway.api.verdicts import Verdicts
from services.gateway.console import public_routes
from services.gateway.console import routes as console
from services.gateway.counted import Counted
from services.gateway.door import Door
from services.gateway.traced import Traced
from services.gateway.who import install as doors
from services.gateway.who.held import Held
from services.gateway.world import World, world_of
from yisong.accounts.tokens import Token
from yisong.metrics import Metrics
from yisong.metrics.labels import LOSS
from yisong.telemetry import tracing

_TITLE: Final = "Yisong gateway 移送网关"
_VERSION: Final = "1"
_SUMMARY: Final = "One agency's door to the inter-agency case-referral bus."

# The framework's own would tell paths, queries and texts of exceptions. What may be told, `Traced` does.
_SAYS_NOTHING: Final[TelemetryConfig] = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}

_health = APIRouter(tags=["health"])


def build(world: World) -> FastAPI:
    """Return the application that answers in *world*, which it closes at its end."""

    @asynccontextmanager
    async def living(_: FastAPI) -> AsyncIterator[None]:
        world.evidence.sweep()
        yield
        app.state.verdicts.close()
        world.close()

    # No page for trying things out: it would need scripts of others.
    app = FastAPI(
        title=_TITLE,
        summary=_SUMMARY,
        version=_VERSION,
        docs_url=None,
        redoc_url=None,
        lifespan=living,
        telemetry=_SAYS_NOTHING,
    )
    app.state.world = world
    app.state.limits, app.state.signs = Limits(world.rate), SignsOfLife(world)
    app.state.intake, app.state.verdicts, app.state.tokens = Intake(world), Verdicts(world), Held[Token]()
    app.state.metrics = Metrics(world.agency)
    for why in LOSS.values:  # from 0 on: in a series that begins with 1 Prometheus sees no increase
        app.state.metrics.count("yisong_evidence_lost_total", 0, why=why)
    app.state.statistics = Statistics(world)
    app.state.gathered = Gathered(world)
    app.state.deriving = Deriving(world)
    problems.install(app)
    app.add_middleware(Door)
    app.add_middleware(Counted, metrics=app.state.metrics)  # what is added later stands before
    if tracing.is_on():
        app.add_middleware(Traced)
    _open(app)
    if world.public_docket:
        public_routes.install(app, world, app.state.deriving)
    return app


def document() -> dict[str, Any]:
    """Return the OpenAPI document, the same for every agency, with what only some open: no world is needed for it."""
    app = FastAPI(title=_TITLE, summary=_SUMMARY, version=_VERSION)
    _open(app)
    public_routes.mount(app)
    return app.openapi()


def _open(app: FastAPI) -> None:
    """Give *app* its routes, and the document of them."""
    openapi.install(app)
    for router in (_health, asyncapi, api):
        app.include_router(router)
    doors.install(app)
    console.install(app)


@_health.get("/healthz", summary="Does this process live?")
def healthz() -> dict[str, str]:
    """Answer, which is all that is asked."""
    return {"status": "ok"}


@_health.get("/readyz", summary="Can it serve?", responses={503: {"model": problems.ProblemDocument}})
def readyz(request: Request) -> Response:
    """Ask the database of this node for one row."""
    with world_of(request).connection() as connection:
        connection.execute("SELECT 1").fetchone()
    return JSONResponse({"status": "ready", "agency": world_of(request).agency})
