"""What does an agency system read of registers, and take along for the credit system? As JSON, or as CSV."""

from collections.abc import Iterable
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as InPath
from pydantic import BaseModel, Field, create_model

from services.gateway.api import forms
from services.gateway.api.answers import JsonRoute, instant, problems
from services.gateway.api.callers import Alive, Principal, Reading
from services.gateway.api.cases import AsOf, instant_of, now_ms
from services.gateway.api.forms import Form, in_either_form, wants_csv
from services.gateway.api.pages import Limit, link_next
from services.gateway.api.registering import credit_for, register_for, write_down
from services.gateway.api.row_documents import REGISTER_ROWS, rows_of
from services.gateway.problems import Problem
from services.gateway.world import world_of
from yisong.audit.readings import Reader
from yisong.registers.catalogue import KINDS
from yisong.registers.credit import CreditRow
from yisong.registers.exports import Withheld
from yisong.registers.rendering import as_csv, columns, export_csv, row_json
from yisong.registers.rows import Unread

router = APIRouter(tags=["registers"], route_class=JsonRoute)

MOST_UNREAD: Final = 500
"""So many events that are not readable here are named in JSON; all are counted, and all stand in CSV."""
Name = Annotated[
    str, InPath(pattern=r"^[a-z-]{1,40}$", description=f"One of {', '.join(KINDS)}.", examples=["parties"])
]
After = Annotated[int, Query(ge=0, le=10**9, description="So many rows are known already.")]


class Column(BaseModel):
    """A column of a register."""

    name: str
    detail: bool = Field(description="Too much for a screen: it stands in JSON and CSV only.")


class RegisterKind(BaseModel):
    """A register that there is."""

    name: str = Field(examples=["black-list"])
    zh: str = Field(description="What it is called in Chinese.")
    event_types: list[str] = Field(description="From which events it follows.")
    columns: list[Column]


class RegisterKinds(BaseModel):
    """Every register."""

    registers: list[RegisterKind]


class UnreadDocument(BaseModel):
    """An event that may belong to it, and whose body is not readable for the caller's organ."""

    event: str
    case_id: str
    event_type: str
    variant: str | None
    organ: str = Field(description="Whose event it is.")
    logged: str = Field(description="The day on which it was logged.")
    why: str = Field(description="not-in-audience, sealed, erased or broken.")


class UnreadDocuments(BaseModel):
    """What may belong to it and is not readable for the caller's organ."""

    count: int
    events: list[UnreadDocument] = Field(description=f"{MOST_UNREAD} at most; all of them stand in CSV.")


class _RegisterPage(BaseModel):
    """A page of a register, as the caller's organ may read it at this node."""

    register_: str = Field(alias="register")
    zh: str
    node: str
    organ: str = Field(description="For whose eyes it was made.")
    as_of: str
    total: int = Field(description="How many rows there are on all pages.")
    not_readable_here: UnreadDocuments
    notes: list[str]


class _CreditExport(BaseModel):
    """The credit export: what is public of organisations, by credit code."""

    node: str
    organ: str = Field(description="For whose eyes it was made.")
    as_of: str
    withheld: int = Field(description="So many events do not go out, or not whole; which and why is asked for apart.")


RegisterDocument: Final = create_model(
    "RegisterDocument", __base__=_RegisterPage, __doc__=_RegisterPage.__doc__, rows=(REGISTER_ROWS, ...)
)
CreditDocument: Final = create_model(
    "CreditDocument", __base__=_CreditExport, __doc__=_CreditExport.__doc__, rows=(rows_of(CreditRow), ...)
)


class WithheldDocument(BaseModel):
    """An event that does not go out, or not whole."""

    event: str
    case_id: str
    event_type: str
    doc_no: str | None
    why: str


class WithheldDocuments(BaseModel):
    """What does not go out: for those who export, and no part of the export."""

    as_of: str
    withheld: list[WithheldDocument]


@router.get("/registers", summary="Which registers are there?", responses=problems(), response_model=RegisterKinds)
def registers(caller: Reading, alive: Alive) -> dict[str, Any]:
    """Return every register with its columns, and the events that it follows from."""
    del caller, alive
    return {
        "registers": [
            {
                "name": name,
                "zh": kind.zh,
                "event_types": kind.event_types,
                "columns": [
                    {"name": one.name.strip("_"), "detail": bool(one.metadata.get("detail"))}
                    for one in columns(kind.row_type, details=True)
                ],
            }
            for name, kind in KINDS.items()
        ]
    }


@router.get(
    "/registers/{name}",
    summary="What does a register say?",
    responses={**in_either_form(RegisterDocument, "The register"), **problems(404)},
    response_class=Response,
)
def read_register(  # noqa: PLR0913 (what is read, by whom, as of when, in which form and how much of it)
    request: Request,
    *,
    caller: Reading,
    alive: Alive,
    name: Name,
    as_of: AsOf = None,
    form: Form = None,
    after: After = 0,
    limit: Limit = 100,
) -> Response:
    """
    Return a register, derived from admitted events with their corrections, as the caller's organ may read them.

    JSON comes in pages, CSV whole. An event that may belong to it and whose body the caller's organ may not read is
    counted and named, and adds to no figure. That it was read is put on record with the events that were shown.
    """
    if name not in KINDS:
        raise Problem(404, "not-known", f"There is no such register. There are {', '.join(KINDS)}.")
    made = register_for(request, name, organ=caller.organ, at=instant_of(as_of))
    found, whole = made.value, wants_csv(request, form)
    rows = found.rows if whole else found.rows[after : after + limit]
    write_down(request, _reader(caller), f"register {name}", rows, made)
    if whole:
        return forms.as_csv(as_csv(found), name, behind=alive.behind)
    document = {
        "register": found.name,
        "zh": found.zh,
        "node": found.agency,
        "organ": caller.organ,
        "as_of": instant(found.as_of),
        "total": len(found.rows),
        "rows": [row_json(row) for row in rows],
        "not_readable_here": _unread(found.unread),
        "notes": list(found.notes),
    }
    answer = forms.as_json(document, behind=alive.behind)
    if after + limit < len(found.rows):
        link_next(request, answer, after=after + limit, as_of=instant(found.as_of))
    return answer


@router.get(
    "/exports/credit",
    summary="What does the credit system get?",
    responses={**in_either_form(CreditDocument, "The export"), **problems()},
    response_class=Response,
)
def credit_export(
    request: Request, *, caller: Reading, alive: Alive, as_of: AsOf = None, form: Form = None
) -> Response:
    """
    Return what is public of organisations, by credit code: penalties with their party, published entries of lists.

    A penalty whose party is not clear to the caller's organ, or is a person, does not go out: it is counted as
    withheld. That it was exported is put on record with the events that were shown.
    """
    moment = instant_of(as_of)
    made = credit_for(request, organ=caller.organ, at=moment)
    found = made.value
    write_down(request, _reader(caller), "export: credit", found.rows, made)
    if wants_csv(request, form):
        return forms.as_csv(export_csv(found), "credit", behind=alive.behind)
    document = {
        "node": world_of(request).agency,
        "organ": caller.organ,
        "as_of": instant(now_ms() if moment is None else moment),
        "rows": [row_json(row) for row in found.rows],
        "withheld": len(found.withheld),
    }
    return forms.as_json(document, behind=alive.behind)


@router.get("/exports/credit/withheld", summary="What does the credit system not get, and why?", responses=problems())
def credit_withheld(request: Request, *, caller: Reading, alive: Alive, as_of: AsOf = None) -> WithheldDocuments:
    """Return every event that does not go out, or not whole, with the reason: for those who export, and nobody else."""
    del alive
    moment = instant_of(as_of)
    found = credit_for(request, organ=caller.organ, at=moment).value
    return WithheldDocuments(
        as_of=instant(now_ms() if moment is None else moment) or "", withheld=list(_withheld(found.withheld))
    )


def _withheld(found: Iterable[Withheld]) -> Iterable[WithheldDocument]:
    return (WithheldDocument(**one._asdict()) for one in found)


def _unread(found: tuple[Unread, ...]) -> dict[str, Any]:
    return {"count": len(found), "events": [one._asdict() for one in found[:MOST_UNREAD]]}


def _reader(caller: Principal) -> Reader:
    return Reader(caller.account, caller.organ)
