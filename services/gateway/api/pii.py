"""How does an organ get a P2 token for a person, and erase him? His name stays at the owner's node, sealed."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse

from services.gateway.api.answers import JsonRoute, problems
from services.gateway.api.callers import Approving, Publishing
from services.gateway.api.cases import now_ms
from services.gateway.problems import RETRY_SECONDS, Fault, Problem
from services.gateway.world import World, world_of
from yisong.errors import KeyNotUsable
from yisong.pii.statements import Database
from yisong.pii.tokens import FORM, LONGEST_VALUE, Kind, is_line
from yisong.pii.vault import Vault

router: Final = APIRouter(tags=["pii"], route_class=JsonRoute)

_LOG = logging.getLogger(__name__)
Token = Annotated[str, Path(pattern=f"^{FORM.pattern}$", max_length=80, examples=["U-V9801-01"])]
Reason = Annotated[str, Query(min_length=2, max_length=200, pattern=r"\S")]


class PersonIn(BaseModel):
    """Somebody, or something, of level P2: an officer, the sponsor of a site, an account, an address."""

    model_config = ConfigDict(extra="forbid")

    value: str = Field(
        min_length=1, max_length=LONGEST_VALUE, description="One line. It is kept sealed, and logged nowhere."
    )
    kind: Kind = Field(description="`officer`: as headers name him; `person`: anything else of level P2.")
    token: str | None = Field(default=None, max_length=80, description="One that the organ has chosen for it before.")


class PersonToken(BaseModel):
    """The token that stands for it on the bus."""

    token: str = Field(examples=["K-V9801-5f0c9d2be1a3477d"])


@router.post(
    "/pii-tokens",
    summary="Get the token of a person",
    status_code=201,
    response_model=PersonToken,
    responses={200: {"model": PersonToken, "description": "It had one"}, **problems(400, 408, 413, 415)},
)
def make(request: Request, caller: Publishing, person: PersonIn) -> Response:
    """
    Keep who it is in the database of this node, sealed, and return the token that stands for it on the bus.

    The same value of the same organ has the same token. The identity of a reporter or a suspect is of level P3, and has
    no place here.
    """
    world = world_of(request)
    with database_of(world) as connection:
        vault = Vault(connection, caller.organ, law=world.law, keys=world.keys)
        made = vault.token_for(person.value, person.kind, account=caller.account, now=now_ms(), token=person.token)
    return JSONResponse({"token": made.token}, 201 if made.new else 200)


@router.delete(
    "/pii-tokens/{token}", summary="Erase a person", status_code=204, responses=problems(400, 404, 408, 413, 415)
)
def erase(request: Request, caller: Approving, token: Token, reason: Reason) -> None:
    """
    Let a token of the caller's organ stand for nothing any more: whoever asks learns that it is erased.

    Who has asked before may have kept it. Answers that wait for their readers go within a day.
    """
    world = world_of(request)
    if not is_line(reason):
        faults = [Fault("", "must be one line of text", "理由", parameter="reason")]
        raise Problem(422, "not-valid", "Nothing was erased.", faults=faults)
    with world.connection() as connection:
        vault = Vault(connection, caller.organ, law=world.law, keys=world.keys)
        if not vault.erase(token, account=caller.account, reason=reason, now=now_ms()):
            detail = "The caller's organ keeps nothing under this token, or has erased it already."
            raise Problem(404, "not-known", detail)


@contextmanager
def database_of(world: World) -> Iterator[Database]:
    """Lend a connection. Raises Problem (503) where a key is not here that must be: an operator has to see to it."""
    try:
        with world.connection() as connection:
            yield connection
    except KeyNotUsable as fault:
        _LOG.error("%s", fault)
        detail = "A key of the caller's organ is not at this node, so nothing was done. An operator was told."
        raise Problem(503, "no-key", detail, headers={"Retry-After": str(RETRY_SECONDS)}) from fault
