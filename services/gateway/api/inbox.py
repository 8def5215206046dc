"""How does an agency system get what concerns its organ? In order, at least once, by cursors that are positions."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Annotated, Any, Final

import orjson
from anyio import to_thread
from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response, StreamingResponse

from services.gateway.api import inboxes
from services.gateway.api.answers import JsonRoute, problems
from services.gateway.api.callers import Alive, Reading
from services.gateway.api.cases import STATED
from services.gateway.api.cursors import Cursor, read_cursor, write_cursor
from services.gateway.api.pages import Limit
from services.gateway.problems import Fault, Problem
from services.gateway.world import World, world_of
from yisong.audit.bodies import Reader

router = APIRouter(prefix="/inbox", tags=["inbox"], route_class=JsonRoute)

_LOOK_SECONDS: Final = 0.25
_LONGEST_WAIT: Final = 30
_STREAM_SECONDS: Final = 300.0
_SIGN_SECONDS: Final = 15.0
_LONGEST_CURSOR: Final = 4_000

After = Annotated[
    str | None,
    Query(max_length=_LONGEST_CURSOR, description="A cursor; without one, from what was acknowledged on."),
]
Purpose = Annotated[
    str | None,
    Query(
        min_length=2,
        max_length=200,
        pattern=STATED,
        description="Why bodies are read; without one there are headers only.",
    ),
]


class Acknowledgement(BaseModel):
    """Up to where an inbox was taken over."""

    model_config = ConfigDict(extra="forbid", strict=True)

    cursor: str = Field(max_length=_LONGEST_CURSOR, examples=["0-12.4-7"])


@router.get("", summary="What concerns the caller's organ?", responses=problems())
async def inbox(  # noqa: PLR0913 (from where, how much, how long, and why)
    request: Request,
    *,
    caller: Reading,
    alive: Alive,
    after: After = None,
    limit: Limit = 100,
    wait: Annotated[int, Query(ge=0, le=_LONGEST_WAIT, description="Wait so many seconds where nothing is there.")] = 0,
    purpose: Purpose = None,
) -> Response:
    """
    Return admitted events that concern the caller's organ, each partition in its order, and the cursor behind them.

    At least once: the same cursor gives the same events again; an event is known by its position. Where nothing is
    there, the answer may be waited for (`wait`), and is then empty.
    """
    world, reader = world_of(request), Reader(caller.account, caller.organ)
    cursor = await to_thread.run_sync(_begin, world, reader, after)
    deadline = time.monotonic() + wait
    while True:
        found, behind = await to_thread.run_sync(_look, world, reader, cursor, limit, purpose)
        if found or time.monotonic() >= deadline or await request.is_disconnected():
            break
        await asyncio.sleep(_LOOK_SECONDS)
    answer = {"events": found, "cursor": write_cursor(behind)}
    return JSONResponse(answer, headers={"yisong-trail-behind": str(alive.behind)})


@router.get(
    "/stream",
    summary="What concerns the caller's organ, as it comes",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}, "description": "Server-sent events"}, **problems()},
)
async def stream(
    request: Request, *, caller: Reading, alive: Alive, after: After = None, purpose: Purpose = None
) -> Response:
    """
    Send events as they come, each with the cursor behind it as its id; `Last-Event-ID` goes on from there.

    The stream ends after five minutes; a client that speaks the protocol comes again by itself.
    """
    del alive
    world, reader = world_of(request), Reader(caller.account, caller.organ)
    last = request.headers.get("last-event-id", after)
    cursor = await to_thread.run_sync(_begin, world, reader, last)
    return StreamingResponse(_stream(request, world, reader, cursor, purpose), media_type="text/event-stream")


@router.post("/ack", summary="Acknowledge what was taken over", status_code=200, responses=problems(400, 409, 413, 415))
def ack(request: Request, caller: Reading, said: Acknowledgement) -> dict[str, str]:
    """Note that all before the cursor was taken over by this account; it never goes back. Return where it stands."""
    world, reader = world_of(request), Reader(caller.account, caller.organ)
    cursor = _read(world, said.cursor, Fault("/cursor", "is no cursor of this inbox"))
    with world.connection() as connection:
        if not inboxes.acknowledge(connection, reader, cursor):
            raise Problem(
                409, "not-read", "The cursor lies behind what this node's trail has judged. Nothing was noted."
            )
        return {"cursor": write_cursor(inboxes.acknowledged(connection, reader))}


async def _stream(
    request: Request, world: World, reader: Reader, cursor: Cursor, purpose: str | None
) -> AsyncIterator[bytes]:
    until = time.monotonic() + _STREAM_SECONDS
    said = time.monotonic()
    yield b"retry: 1000\n\n"
    while time.monotonic() < until and not await request.is_disconnected():
        # One at a time: each event has the cursor behind it.
        found, cursor = await to_thread.run_sync(_look, world, reader, cursor, 1, purpose)
        for document in found:
            said = time.monotonic()
            yield f"id: {write_cursor(cursor)}\nevent: event\ndata: ".encode() + orjson.dumps(document) + b"\n\n"
        if not found:
            if time.monotonic() - said > _SIGN_SECONDS:
                said = time.monotonic()
                yield b": still here\n\n"
            await asyncio.sleep(_LOOK_SECONDS)


def _begin(world: World, reader: Reader, after: str | None) -> Cursor:
    if after is not None:
        return _read(world, after, Fault("", "is no cursor of this inbox", parameter="after"))
    with world.connection() as connection:
        return inboxes.acknowledged(connection, reader)


def _look(
    world: World, reader: Reader, cursor: Cursor, limit: int, purpose: str | None
) -> tuple[list[dict[str, Any]], Cursor]:
    with world.connection() as connection:
        found = inboxes.lying(connection, reader.organ, cursor, limit=limit)
        made = inboxes.documents(world, connection, found, reader=reader, purpose=purpose)
    return made, inboxes.behind(cursor, found)


def _read(world: World, text: str, fault: Fault) -> Cursor:
    try:
        return read_cursor(text, partitions=world.law.bus.partitions)
    except ValueError:
        raise Problem(422, "not-valid", "Nothing was done.", faults=[fault]) from None
