"""How does somebody learn, for a case and a purpose, whom a P2 token means? Its owner is asked, of whichever line."""

import asyncio
import time
from typing import Any, Final
from uuid import UUID, uuid4

from anyio import to_thread
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse

from services.gateway.api.answers import JsonRoute, problems
from services.gateway.api.callers import Principal, Reading
from services.gateway.api.cases import CaseId, checked, now_ms
from services.gateway.api.pii import Token, database_of
from services.gateway.problems import Problem
from services.gateway.world import World, world_of
from yisong.audit.readings import Reader
from yisong.errors import NotOpenable, Unreadable
from yisong.pii.asking import Pending, answer_to, ask
from yisong.pii.resolving import LONGEST_PURPOSE, Answer, Asked, Node
from yisong.pii.tokens import owner_of

router: Final = APIRouter(tags=["pii"], route_class=JsonRoute)
_unkept: Final = APIRouter(tags=["pii"])
"""Without ETags: no browser keeps an answer."""

_PATIENCE_SECONDS: Final = 10.0
_LOOK_SECONDS: Final = 0.2
_AN_HOUR: Final = "3600"


class PurposeIn(BaseModel):
    """What for somebody wants to know."""

    model_config = ConfigDict(extra="forbid")

    purpose: str = Field(
        min_length=2, max_length=LONGEST_PURPOSE, description="Put on record, here and at the owner's."
    )


class Resolved(BaseModel):
    """What a token stands for, as its owner tells it."""

    token: str
    value: str


class Waiting(BaseModel):
    """The owner has not answered yet."""

    token: str
    request_id: UUID = Field(description="Ask again at Location: /v1/token-requests/{request_id}.")


_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    200: {"model": Resolved},
    202: {"model": Waiting, "description": "Asked, and not answered yet: ask again at Location"},
}


@router.post(
    "/cases/{case_id}/tokens/{token}:resolve",
    summary="Who is it?",
    response_model=Resolved,
    responses={**_ANSWERS, **problems(400, 404, 408, 410, 413, 415)},
)
async def resolve(request: Request, case_id: CaseId, token: Token, caller: Reading, said: PurposeIn) -> Response:
    """
    Ask the owner of a P2 token what it stands for, for a case and a purpose; the token names the owner.

    He answers by rule: the caller's organ must be among the readers of an act in this case, not of its own line, that
    carries the token. Whatever he answers is on record at his node, with account, organ, case and purpose. The request
    and the answer travel sealed; 202 where he takes longer than 10 s.
    """
    asked = Asked(caller.account, caller.organ, checked(case_id), token, said.purpose)
    request_id = uuid4()
    answer = await to_thread.run_sync(_ask, world_of(request), asked, request_id)
    until = time.monotonic() + _PATIENCE_SECONDS
    while isinstance(answer, Pending) and time.monotonic() < until:
        await asyncio.sleep(_LOOK_SECONDS)
        _, answer = await to_thread.run_sync(_answer, world_of(request), caller, request_id)
    return _shown(token, answer)


@_unkept.get(
    "/token-requests/{request_id}",
    summary="What has the owner answered?",
    response_model=Resolved,
    responses={**_ANSWERS, **problems(404, 410)},
)
def asked_before(request: Request, request_id: UUID, caller: Reading) -> Response:
    """Answer as `:resolve` would have done, for a day; 404 for what this account has not asked."""
    token, answer = _answer(world_of(request), caller, request_id)
    return _shown(token, answer)


def _ask(world: World, asked: Asked, request_id: UUID) -> Answer | Pending:
    if owner_of(asked.token, world.law) is None:
        raise _of_nobody()
    with database_of(world) as connection:
        return ask(connection, asked, _node(world), request_id=request_id, now=now_ms())


def _answer(world: World, caller: Principal, request_id: UUID) -> tuple[str, Answer | Pending]:
    with database_of(world) as connection:
        try:
            found = answer_to(connection, request_id, Reader(caller.account, caller.organ), _node(world))
        except (NotOpenable, Unreadable) as fault:
            detail = "The owner's answer does not open, so it says nothing. Ask again; an operator can see why."
            raise Problem(410, "not-openable", detail) from fault
    if found is None:
        raise Problem(404, "not-known", "This account has asked nothing under this id.")
    return found


def _shown(token: str, answer: Answer | Pending) -> Response:
    if isinstance(answer, Pending):
        if answer.lapsed:
            raise Problem(404, "not-known", "The answer was kept for a day, and is gone. Ask again.")
        location = {"location": f"/v1/token-requests/{answer.request_id}"}
        return JSONResponse({"token": token, "request_id": str(answer.request_id)}, 202, headers=location)
    if answer.why is not None:
        raise _refused(answer.why)
    return JSONResponse({"token": token, "value": answer.value})


def _refused(why: str) -> Problem:
    match why:
        case "too-many":
            detail = (
                "The caller's organ has asked this owner too often within an hour. Wait as long as Retry-After says."
            )
            return Problem(429, why, detail, headers={"Retry-After": _AN_HOUR})
        case "erased":
            return Problem(410, why, "Its owner has erased what the token stood for. It is gone for good.")
        case "unknown":
            return Problem(404, why, "Its owner keeps nothing under this token.")
        case "reporter":
            return Problem(403, why, "The token is a reporter's: who that is, is told to nobody over the bus (P3).")
    detail = (
        "In this case there is no act of another line, readable to the caller's organ, that carries this token; so its "
        "owner does not say whose it is. The request is on record there."
    )
    return Problem(403, "no-need-to-know", detail)


def _of_nobody() -> Problem:
    return Problem(404, "unknown", "The token names no organ of the directory, so there is nobody to ask.")


def _node(world: World) -> Node:
    return Node(world.agency, world.law, world.keys)


router.include_router(_unkept)
