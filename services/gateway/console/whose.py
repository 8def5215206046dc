"""How does a reader of a case learn whom a P2 token means? He says what for, and its owner is asked."""

from typing import Final
from uuid import UUID

import orjson
from anyio import to_thread
from starlette.responses import Response

from services.gateway.api.resolving import PurposeIn, asked_before, resolve
from services.gateway.console.case import PURPOSES, need_case_id, purpose_text
from services.gateway.console.shell import Shell, render
from services.gateway.problems import Problem
from services.gateway.who.principal import Principal
from yisong.pii.tokens import owner_of

_SAID: Final = frozenset({"no-need-to-know", "reporter", "unknown", "erased", "too-many", "not-openable", "not-known"})
"""What an owner answers, or the node says for him, instead of a name; each has a text."""


async def whose_page(shell: Shell, viewer: Principal, case_id: str, token: str, *, request_id: UUID | None) -> Response:
    """Say what a token is and whom one asks; with *request_id* what has been answered. Raises Problem 404."""
    _need(shell, case_id, token)
    if request_id is None:
        return _page(shell, case_id, token)
    try:
        answer = await to_thread.run_sync(asked_before, shell.request, request_id, viewer)
    except Problem as problem:
        return _page(shell, case_id, token, refused=_known(problem))
    return _answered(shell, case_id, token, answer)


async def ask(shell: Shell, viewer: Principal, case_id: str, token: str, purpose: str) -> Response:
    """Ask the owner of a token, for a purpose that goes on record. Raises Problem."""
    _need(shell, case_id, token)
    if purpose not in PURPOSES:
        raise Problem(400, "no-such-purpose", "There is no such purpose.")
    said = PurposeIn(purpose=purpose_text(purpose))
    try:
        answer = await resolve(shell.request, case_id, token, viewer, said)
    except Problem as problem:
        return _page(shell, case_id, token, refused=_known(problem))
    return _answered(shell, case_id, token, answer)


def _need(shell: Shell, case_id: str, token: str) -> None:
    need_case_id(case_id)
    if owner_of(token, shell.world.law) is None:
        raise Problem(404, "unknown", "The token names no organ of the directory, so there is nobody to ask.")


def _known(problem: Problem) -> str:
    if problem.code not in _SAID:
        raise problem
    return problem.code


def _answered(shell: Shell, case_id: str, token: str, answer: Response) -> Response:
    said = orjson.loads(bytes(answer.body))
    return _page(shell, case_id, token, value=said.get("value", ""), request_id=said.get("request_id", ""))


def _page(  # noqa: PLR0913 (what can be said of a token)
    shell: Shell, case_id: str, token: str, *, value: str = "", request_id: str = "", refused: str = ""
) -> Response:
    return render(
        shell,
        "whose.html",
        current="cases",
        case_id=case_id,
        token=token,
        owner=owner_of(token, shell.world.law),
        purposes=PURPOSES,
        value=value,
        request_id=request_id,
        refused=refused,
    )
