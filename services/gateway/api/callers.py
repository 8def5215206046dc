"""Who calls the API, for what, and how often may he? The dependencies of its routes."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from anyio import to_thread
from fastapi import Depends, Request, Response

from services.gateway.api.intake import Intake
from services.gateway.api.limits import Limits
from services.gateway.api.signs import Signs, SignsOfLife
from services.gateway.api.verdicts import Verdicts
from services.gateway.who.principal import Bearer, Principal, Scope, permitted
from services.gateway.world import state_of

__all__ = [
    "Alive",
    "Approving",
    "Asking",
    "Principal",
    "Publishing",
    "Reading",
    "alive_now",
    "intake_of",
    "limits_of",
    "publishing",
    "verdicts_of",
]


def limits_of(request: Request) -> Limits:
    """Return the rate limits of this gateway."""
    return state_of(request, "limits", Limits)


def intake_of(request: Request) -> Intake:
    """Return where this gateway accepts events."""
    return state_of(request, "intake", Intake)


def verdicts_of(request: Request) -> Verdicts:
    """Return where one waits for verdicts at this gateway."""
    return state_of(request, "verdicts", Verdicts)


def _with(*scopes: Scope) -> Callable[..., Awaitable[Principal]]:
    # In the event loop: nothing here waits, and going to a thread and back would cost more than it does.
    async def caller(request: Request, bearer: Bearer) -> Principal:  # noqa: ARG001 (for the OpenAPI document)
        return await _limited(request, *scopes)

    return caller


async def _limited(request: Request, *scopes: Scope) -> Principal:
    found = await permitted(request, *scopes)
    limits_of(request).take(found.account)
    return found


async def publishing(request: Request) -> Principal:
    """Return who asks, and may publish: `Publishing` as a function. Raises as `permitted`; Problem where too often."""
    return await _limited(request, "publish")


async def alive_now(request: Request) -> Signs:
    """Return the node's signs of life: `Alive` as a function."""
    signs = state_of(request, "signs", SignsOfLife)
    found = signs.held()
    return await to_thread.run_sync(signs.now) if found is None else found


async def _alive(request: Request, response: Response) -> Signs:
    """Return the node's signs of life; every answer says how many records its trail is behind the log."""
    found = await alive_now(request)
    response.headers["yisong-trail-behind"] = str(found.behind)
    return found


Approving = Annotated[Principal, Depends(_with("approve"))]
Publishing = Annotated[Principal, Depends(_with("publish"))]
Asking = Annotated[Principal, Depends(_with("publish", "read", "audit"))]
Reading = Annotated[Principal, Depends(_with("read", "audit"))]
Alive = Annotated[Signs, Depends(_alive)]
