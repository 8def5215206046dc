"""Who has logged in, and who has read what? For the audit administrator; an organ sees who has read what is its own."""

from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from psycopg import Connection
from pydantic import BaseModel, Field

from services.gateway.problems import MEDIA_TYPE
from services.gateway.who.principal import Principal, needs
from services.gateway.world import world_of
from yisong.accounts.login_log import Login, What, logins
from yisong.audit.readings import Reading, readings
from yisong.postgres import queries
from yisong.postgres.connection import reachable
from yisong.publishing.instants import to_text

_SQL: Final = queries(Path(__file__).with_name("queries.sql"))
_LARGEST: Final = 9_223_372_036_854_775_807
_PROBLEM: Final = "#/components/schemas/ProblemDocument"
_REFUSALS: Final[dict[int | str, dict[str, Any]]] = {
    status: {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {"schema": {"$ref": _PROBLEM}}}}
    for status in (401, 403, 422, 503)
}

router: Final = APIRouter(prefix="/v1", tags=["logs"], responses=_REFUSALS)

Before = Annotated[int | None, Query(ge=1, le=_LARGEST, description="Only lines with a smaller serial: `next`.")]
Most = Annotated[int, Query(ge=1, le=500, description="How many lines at most.")]
Name = Annotated[str | None, Query(max_length=64, pattern=r"^[ -~]*$", description="Of one account or system.")]
CaseId = Annotated[str | None, Query(max_length=64, pattern=r"^[ -~]*$", description="Of one case.")]


class LoginLine(BaseModel):
    """One line of the log of logins."""

    serial: int
    at: str = Field(description="RFC 3339, +08:00.")
    what: What
    who: str | None = Field(description="The account, or the system of a token; null: there is no such account.")
    by_whom: str | None = Field(description="The account that did it, or `node:` and a user of the machine.")
    address: str | None = Field(description="Where from; null: at the node's own command line.")


class LoginLines(BaseModel):
    """Lines of the log of logins, newest first; `next` is the `before` of those that follow, null at the end."""

    lines: list[LoginLine]
    next: int | None


class ReadingLine(BaseModel):
    """One reading: who has read what, in which case and for what purpose."""

    serial: int
    at: str = Field(description="RFC 3339, +08:00.")
    account: str
    organ: str = Field(description="The organ for which the account has read.")
    what: Literal["body", "history", "dossier", "token", "evidence", "register"]
    case_id: str = Field(description="Empty for evidence that an organ took from its own store.")
    events: list[UUID] = Field(description="Whose bodies were shown; empty for a history or a dossier as a whole.")
    purpose: str
    sha256: str | None = Field(description="Of the file that was taken away: 64 hexadecimal digits.")
    token: str | None = Field(description="The P2 token that was asked for.")
    refused: str | None = Field(description="Why the token was not resolved; null: it was.")


class ReadingLines(BaseModel):
    """Readings, newest first; `next` is the `before` of those that follow, null at the end."""

    lines: list[ReadingLine]
    next: int | None


@router.get("/logins", summary="Who has logged in, and changed accounts and tokens?")
def login_lines(
    request: Request,
    _: Annotated[Principal, Depends(needs("review"))],
    who: Name = None,
    before: Before = None,
    limit: Most = 100,
) -> LoginLines:
    """Return the log of logins of this node; scope `review`."""
    with world_of(request).connection() as connection:
        found = logins(connection, most=limit + 1, before=before, who=who)
    lines = [_login_line(one) for one in found[:limit]]
    return LoginLines(lines=lines, next=lines[-1].serial if len(found) > limit else None)


@router.get("/readings", summary="Who has read what, and why?")
def reading_lines(
    request: Request,
    asker: Annotated[Principal, Depends(needs("review", "read", "audit"))],
    case_id: CaseId = None,
    before: Before = None,
    limit: Most = 100,
) -> ReadingLines:
    """
    Return the log of readings of this node: all of it with scope `review`.

    Others see who has read the bodies that their organ published, and the cases that it owns, as a whole, and who has
    asked for its P2 tokens, from whichever line.
    """
    with world_of(request).connection() as connection:
        if "review" in asker.scopes:
            found = list(readings(connection, case_id=case_id, before=before, most=limit + 1))
        else:
            found = _of_owner(connection, asker.organ, case_id=case_id, before=before, most=limit + 1)
    lines = [_reading_line(one) for one in found[:limit]]
    return ReadingLines(lines=lines, next=lines[-1].serial if len(found) > limit else None)


def _of_owner(
    connection: Connection[Any], organ: str, *, case_id: str | None, before: int | None, most: int
) -> list[Reading]:
    asked = {"owner": organ, "case_id": case_id, "before": before, "most": most}
    with reachable():
        rows = connection.execute(_SQL["readings_of_owner"], asked).fetchall()
    return [Reading._make((*row[:6], tuple(row[6]), *row[7:])) for row in rows]


def _login_line(one: Login) -> LoginLine:
    return LoginLine.model_validate({**one._asdict(), "at": to_text(one.at)})


def _reading_line(one: Reading) -> ReadingLine:
    file = None if one.sha256 is None else one.sha256.hex()
    return ReadingLine.model_validate({**one._asdict(), "at": to_text(one.at), "sha256": file})
