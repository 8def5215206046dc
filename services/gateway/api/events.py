"""How does an agency system publish, and learn what became of it? ``POST /v1/events`` and what belongs to it."""

import re
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Annotated, Any, Final
from uuid import UUID

from anyio import to_thread
from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.responses import JSONResponse

from services.gateway.api import documents
from services.gateway.api.answers import JsonRoute, StrictRequest, problems
from services.gateway.api.callers import (
    Alive,
    Asking,
    Publishing,
    alive_now,
    intake_of,
    limits_of,
    publishing,
    verdicts_of,
)
from services.gateway.api.events_in import MOST, Ready, Speaker, ready
from services.gateway.api.outcomes import Outcome, answer, known, refusal
from services.gateway.api.rehearsing import rehearsed
from services.gateway.api.signs import away
from services.gateway.problems import Fault, Problem, problem_response
from services.gateway.world import world_of
from yisong.publishing.signer import Signer


class PublishingRoute(JsonRoute):
    """
    A route of `publish` or `publish_batch`, which calls what they depend on by hand.

    To have that resolved takes the framework longer than to judge an event. A query, which may be at fault, is left to
    it.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Call the endpoint with the same as the framework would, where there is no query."""
        handler, endpoint = super().get_route_handler(), self.endpoint

        async def direct(request: Request) -> Response:
            if request.scope["query_string"]:
                return await handler(request)
            strict = StrictRequest(request.scope, request.receive)
            caller = await publishing(strict)
            signs = await alive_now(strict)
            answered: Response = await endpoint(strict, caller, signs, await strict.json(), dry_run=False)
            return answered

        return direct


router = APIRouter(tags=["events"], route_class=JsonRoute)
_publishing = APIRouter(tags=["events"], route_class=PublishingRoute)

_PATIENCE: Final = 10.0
_MOST_PATIENT: Final = 30.0
_WAIT: Final = re.compile(r"(?:^|[,;\s])wait\s*=\s*(\d{1,6})(?:$|[,;\s])")
DryRun = Annotated[bool, Query(description="Publish nothing; say what would happen now, on the docket as it stands.")]


async def _json(request: Request) -> object:
    return await request.json()


Sent = Annotated[Any, Depends(_json)]


@_publishing.post(
    "/events",
    summary="Publish one event, or several in their order",
    status_code=201,
    openapi_extra=documents.REQUEST,
    responses={**documents.PUBLISHED, **problems(400, 409, 413, 415)},
)
async def publish(
    request: Request, caller: Publishing, alive: Alive, sent: Sent, *, dry_run: DryRun = False
) -> Response:
    """
    Publish an event ({header, body}, as in the history format), and wait for the verdict of this node's own trail.

    The same event id with the same content gives the same answer, and publishes nothing new. An array publishes
    several, as `/v1/events:batch` does.
    """
    if isinstance(sent, list):
        return await _several(request, sent, "", caller.organ, caller.account, dry_run=dry_run, away_now=alive.away)
    (one,) = await _ready(request, [("", sent)], caller.organ)
    if dry_run:
        return JSONResponse((await _rehearse(request, [one]))[0])
    (outcome,) = await _published(request, [one], away_now=alive.away)
    return _answered(request, outcome, alive.behind)


@_publishing.post(
    "/events:batch",
    summary="Publish several events in their order",
    openapi_extra=documents.BATCH_REQUEST,
    responses={**documents.BATCH, **problems(400, 409, 413, 415)},
)
async def publish_batch(
    request: Request, caller: Publishing, alive: Alive, sent: Sent, *, dry_run: DryRun = False
) -> Response:
    """
    Publish {events: […]}: either all of them are accepted, in their order, or none.

    The answer holds one entry for each. 200: all have a verdict; 202: some have none yet.
    """
    if not isinstance(sent, dict) or sent.keys() != {"events"} or not isinstance(sent["events"], list):
        raise Problem(422, "not-valid", "The body must be an object with events, an array, and nothing else.")
    return await _several(
        request, sent["events"], "/events", caller.organ, caller.account, dry_run=dry_run, away_now=alive.away
    )


router.include_router(_publishing)


@router.get(
    "/events/{event_id}",
    summary="What has become of an event?",
    responses={**documents.PUBLISHED, **problems(404, 409)},
)
async def event(request: Request, event_id: UUID, caller: Asking, alive: Alive) -> Response:
    """Answer as `POST /v1/events` did or would have done; 404 for an id that the caller's organ has not published."""
    found = await to_thread.run_sync(known, world_of(request), [event_id.bytes])
    if not found or found[0].publisher != caller.organ:
        raise Problem(404, "not-known", "The caller's organ has published no event of this id here.")
    return _answered(request, found[0], alive.behind)


async def _several(  # noqa: PLR0913 (what was sent, where it lay, and by whom)
    request: Request, rows: Sequence[object], base: str, organ: str, account: str, *, dry_run: bool, away_now: bool
) -> Response:
    if not 1 <= len(rows) <= MOST:
        faults = [Fault(base, f"must hold from 1 to {MOST} events")]
        raise Problem(422, "not-valid", "Nothing was sent.", faults=faults)
    limits_of(request).take(account, cost=len(rows) - 1)
    events = await _ready(request, [(f"{base}/{n}", row) for n, row in enumerate(rows)], organ)
    if dry_run:
        return JSONResponse({"events": await _rehearse(request, events)})
    outcomes = await _published(request, events, away_now=away_now)
    law = world_of(request).law
    pending = any(one.pending for one in outcomes)
    return JSONResponse({"events": [answer(one, law) for one in outcomes]}, 202 if pending else 200)


async def _ready(request: Request, rows: Sequence[tuple[str, object]], organ: str) -> Sequence[Ready]:
    speaker = Speaker(organ, world_of(request).law, _signer(request), time.time_ns() // 1_000_000)
    # One event is looked at sooner than a thread is at hand.
    return ready(rows, speaker) if len(rows) == 1 else await to_thread.run_sync(ready, rows, speaker)


async def _rehearse(request: Request, events: Sequence[Ready]) -> Sequence[dict[str, object]]:
    return await to_thread.run_sync(rehearsed, world_of(request), _signer(request), events)


async def _published(request: Request, events: Sequence[Ready], *, away_now: bool) -> Sequence[Outcome]:
    """Accept *events*, and wait for their verdicts for as long as the caller likes."""
    world = world_of(request)
    ids = [one.draft.said.event_id for one in events]
    if away_now:
        # What was accepted before is answered, also now.
        before = await to_thread.run_sync(known, world, ids)
        if len(before) < len(set(ids)):
            raise away()
    accepted = await intake_of(request).submit(events)
    open_ids = [one.event_id for one in accepted if one.pending]
    settled = dict(await verdicts_of(request).wait(open_ids, seconds=_patience(request)))
    if left := [one for one in open_ids if one not in settled]:
        # Whoever goes without a verdict is told how far his event has come meanwhile.
        settled |= {one.event_id: one for one in await to_thread.run_sync(known, world, left)}
    return [settled.get(one.event_id, one)._replace(warnings=one.warnings) for one in accepted]


def _answered(request: Request, outcome: Outcome, behind: int) -> Response:
    """Return 201, 202 or 409 (RFC 9110), with where to ask again."""
    law, headers = world_of(request).law, {"yisong-trail-behind": str(behind)}
    if outcome.refused:
        response = problem_response(request, refusal(outcome, law))
        response.headers.update(headers)
        return response
    headers["location"] = f"/v1/events/{UUID(bytes=outcome.event_id)}"
    if "prefer" in request.headers:
        headers["preference-applied"] = f"wait={_patience(request):g}"
    body = {**answer(outcome, law), "trail_behind": behind}
    asked = request.method == "GET"
    return JSONResponse(body, 202 if outcome.pending else 200 if asked else 201, headers=headers)


def _patience(request: Request) -> float:
    """Return for how long (s) the caller likes to wait: ``Prefer: wait=N`` (RFC 7240, 4.3)."""
    found = _WAIT.search(request.headers.get("prefer", ""))
    return _PATIENCE if found is None else min(float(found[1]), _MOST_PATIENT)


def _signer(request: Request) -> Signer:
    """Return who knows which keys are here; another one whenever there is another law."""
    world, state = world_of(request), request.app.state
    held = getattr(state, "signer", None)
    if held is None or held[0] is not world.law:
        held = state.signer = (world.law, Signer(world.law, world.keys))
    signer = held[1]
    if not isinstance(signer, Signer):
        raise TypeError("no signer")
    return signer
