"""Under which addresses does everybody read the public docket? None of them is there unless the gateway was told so."""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Annotated, Any, Final, Literal, NamedTuple

import orjson
from fastapi import APIRouter, FastAPI, Query, Request
from pydantic import BaseModel, Field, create_model
from starlette.responses import Response

from services.gateway.api.answers import instant
from services.gateway.api.deriving import Deriving
from services.gateway.api.limits import Limits
from services.gateway.api.pages import Limit, link_next
from services.gateway.api.row_documents import rows_of
from services.gateway.console.errors import PageRoute
from services.gateway.console.names import Names
from services.gateway.console.public_docket import PublicDocket, Shown
from services.gateway.console.register_cells import Parts, Words
from services.gateway.console.shell import render_for_anybody
from services.gateway.console.texts import texts
from services.gateway.problems import MEDIA_TYPE, Problem
from services.gateway.who.address import address_of
from services.gateway.world import World, state_of, world_of
from yisong.registers.docket import PublicRow
from yisong.registers.exports import Export
from yisong.registers.rendering import export_csv, row_json

RATE: Final = 5.0
"""Requests a second from one address, for long."""
KEPT_SECONDS: Final = 300
"""For so long whoever stands in between may show an answer without asking again."""
PAGE: Final = 40
_KINDS: Final = ("penalty", "exposure", "list entry")
_HEAD: Final = ("kind", "on", "organ", "organ_name", "doc_no", "organisations", "doubts", "sources")
_NOT_MODIFIED: Final = 304

Kind = Annotated[Literal["penalty", "exposure", "list entry"] | None, Query(description="Only these.")]
After = Annotated[int, Query(ge=0, le=10**9, description="So many rows are known already.")]


class _PublicPage(BaseModel):
    """A page of the public docket, the newest first."""

    agency: str
    as_of: str = Field(description="When it was made.")
    total: int = Field(description="How many rows there are on all pages.")


PublicDocument: Final = create_model(
    "PublicDocument", __base__=_PublicPage, __doc__=_PublicPage.__doc__, rows=(rows_of(PublicRow), ...)
)


class Line(NamedTuple):
    """A row of the page, and what it says beside its head, each under its name."""

    row: PublicRow
    says: Sequence[tuple[str, Parts]]


def _problems() -> dict[int | str, dict[str, Any]]:
    said = {
        404: "This gateway has no public docket",
        422: "Understood, and at fault; every fault is named",
        429: "Too many requests; wait as long as Retry-After says",
        503: "PostgreSQL is away, or too many wait; wait as long as Retry-After says",
    }
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}}
    return {status: {"description": words, "content": content} for status, words in said.items()}


pages: Final = APIRouter(prefix="/public", include_in_schema=False, route_class=PageRoute)
files: Final = APIRouter(prefix="/public", tags=["public"])


@pages.get("/docket")
def page(
    request: Request,
    kind: Kind = None,
    number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
    lang: Literal["zh", "en"] = "zh",
) -> Response:
    """Show the public docket as a page."""
    shown, t = _asked(request), texts(lang)
    rows, first = _of_kind(shown, kind), (number - 1) * PAGE
    names = Names(world_of(request).law, t)
    words = Words(names, linked=False)
    text = render_for_anybody(
        "public_docket.html",
        t,
        names,
        words=words,
        lines=[_line(row, words) for row in rows[first : first + PAGE]],
        total=len(rows),
        made_at=shown.made_at,
        page=number,
        pages=max(1, -(-len(rows) // PAGE)),
        kind=kind or "",
        kinds=_KINDS,
        agency=world_of(request).agency,
    )
    language = {"content-language": "zh-Hans" if lang == "zh" else "en"}
    return _kept(request, Response(text, media_type="text/html", headers=language))


@files.get(
    "/docket.json",
    summary="What may everybody know?",
    responses={200: {"model": PublicDocument, "description": "The public docket"}, **_problems()},
    response_class=Response,
)
def as_json(request: Request, *, kind: Kind = None, after: After = 0, limit: Limit = 100) -> Response:
    """Return public penalties, exposures and published entries of lists, the newest first. Nobody need say who asks."""
    shown = _asked(request)
    rows = _of_kind(shown, kind)
    document = {
        "agency": world_of(request).agency,
        "as_of": instant(shown.made_at),
        "total": len(rows),
        "rows": [row_json(row) for row in rows[after : after + limit]],
    }
    answer = Response(orjson.dumps(document), media_type="application/json")
    if after + limit < len(rows):
        link_next(request, answer, after=after + limit)
    return _kept(request, answer)


@files.get(
    "/docket.csv",
    summary="The same for spreadsheets",
    responses={
        200: {"description": "The public docket, whole", "content": {"text/csv": {"schema": {"type": "string"}}}},
        **_problems(),
    },
    response_class=Response,
)
def as_csv(request: Request, *, kind: Kind = None) -> Response:
    """Return the whole public docket as CSV, the newest first. Nobody need say who asks."""
    found = Export(row_type=PublicRow, rows=_of_kind(_asked(request), kind), withheld=())
    headers = {"content-disposition": 'attachment; filename="docket.csv"'}
    return _kept(request, Response(export_csv(found), media_type="text/csv; charset=utf-8", headers=headers))


def install(app: FastAPI, world: World, deriving: Deriving) -> None:
    """Open the public docket of *world* in *app*."""
    app.state.public_docket, app.state.public_limits = PublicDocket(world, deriving), Limits(RATE)
    mount(app)


def mount(app: FastAPI) -> None:
    """Give *app* the routes, with or without something behind them."""
    for one in (pages, files):
        app.include_router(one)


def _asked(request: Request) -> Shown:
    """Return what is public, to whoever does not ask too often. Raises Problem (429), and as `PublicDocket.shown`."""
    try:
        state_of(request, "public_limits", Limits).take(address_of(request))
    except Problem as fault:
        detail = "From this address more is asked for than is answered. Wait as long as Retry-After says."
        raise Problem(fault.status, fault.code, detail, headers=fault.headers) from None
    return state_of(request, "public_docket", PublicDocket).shown()


def _of_kind(shown: Shown, kind: str | None) -> tuple[PublicRow, ...]:
    return tuple(row for row in shown.rows if kind is None or row.kind == kind)


def _line(row: PublicRow, words: Words) -> Line:
    names: Iterable[str] = (one for one in PublicRow.__dataclass_fields__ if one not in _HEAD)
    found = ((words.heading(name), words.parts("PublicRow", name, getattr(row, name))) for name in names)
    return Line(row, [(name, parts) for name, parts in found if parts])


def _kept(request: Request, response: Response) -> Response:
    """Return *response* as one that anybody may keep for a while, or 304 to whoever has it already (RFC 9111)."""
    etag = f'"{sha256(bytes(response.body)).hexdigest()[:32]}"'
    kept = {"etag": etag, "cache-control": f"public, max-age={KEPT_SECONDS}"}
    known = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    if etag in known:
        return Response(status_code=_NOT_MODIFIED, headers=kept)
    response.headers.update(kept)
    return response
