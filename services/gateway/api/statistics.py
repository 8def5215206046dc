"""What do the statistics of a month, quarter, half-year or campaign say, and how is a version of them frozen?"""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi import Path as InPath

from services.gateway.api.answers import JsonRoute, instant, problems
from services.gateway.api.callers import Alive, Approving, Principal, Reading
from services.gateway.api.counting import Progress
from services.gateway.api.figure_documents import (
    CountingDocument,
    DifferenceDocuments,
    FrozenDocument,
    NewVersion,
    StatisticsDocument,
    VersionDocuments,
)
from services.gateway.api.figures import statistics_of
from services.gateway.api.forms import Form, as_csv, as_json, in_either_form, wants_csv
from services.gateway.problems import Fault, Problem
from services.gateway.world import world_of
from yisong.audit.readings import Reader
from yisong.statistics.figures import BYS, By
from yisong.statistics.scope import SHAPES, Scope, scope_of
from yisong.statistics.seen_by import Kept
from yisong.statistics.shown import differences_csv, figures_csv
from yisong.statistics.versions import Document, total

router: Final = APIRouter(prefix="/statistics", tags=["statistics"], route_class=JsonRoute)

_AGAIN_SECONDS: Final = "2"
_GROUPINGS: Final[Mapping[str, By]] = {**{one: one for one in BYS}, "work": "work_type", "platform": "platform_type"}

Month = Annotated[str | None, Query(max_length=7, description="Of a month.", examples=["2016-08"])]
Quarter = Annotated[str | None, Query(max_length=7, description="Of a quarter.", examples=["2016-Q3"])]
Half = Annotated[str | None, Query(max_length=7, description="Of a half-year.", examples=["2016-H2"])]
Campaign = Annotated[str | None, Query(max_length=40, description="Of a campaign.", examples=["JW2016"])]
Grouped = Annotated[
    Literal["organ", "province", "level", "work_type", "platform_type", "source", "work", "platform"] | None,
    Query(description="Add up by this, not all of it; `work` and `platform` are short for their types."),
]
Number = Annotated[int, InPath(ge=1, le=9_999)]


def asked_scope(month: Month = None, quarter: Quarter = None, half: Half = None, campaign: Campaign = None) -> Scope:
    """Return what is asked for. Raises Problem 422 with every fault where it is nothing."""
    periods = {"month": month, "quarter": quarter, "half": half}
    named = {name: text for name, text in periods.items() if text is not None}
    faults = [Fault("", f"is no {name}", parameter=name) for name, text in named.items() if not _is(name, text)]
    if len(named) > 1 or not (named or campaign is not None):
        faults.append(Fault("", "name one of month, quarter and half, or campaign, or one of each", parameter="month"))
    if not faults:
        try:
            return scope_of(next(iter(named.values()), None), campaign)
        except ValueError:
            faults = [Fault("", "is no name of a campaign", parameter="campaign")]
    raise Problem(422, "not-valid", "Nothing was added up.", faults=faults)


Asked = Annotated[Scope, Depends(asked_scope)]


@router.get(
    "",
    summary="What do the figures say?",
    response_class=Response,
    responses={
        **in_either_form(StatisticsDocument, "The figures"),
        202: {"model": CountingDocument, "description": "They are being counted; ask again as Retry-After says"},
        **problems(),
    },
)
def statistics(  # noqa: PLR0913 (what is asked, by whom and in which form)
    request: Request, *, caller: Reading, alive: Alive, scope: Asked, by: Grouped = None, form: Form = None
) -> Response:
    """
    Return the figures that follow from the events, beside those that were filed.

    They are those of this node, as the caller's organ may read: an amount from a body that it need not know is not
    readable here, never 0. CSV has the figures alone. Reports that are shown are put on the log of readings; sums are
    nobody's words.
    """
    found = statistics_of(request).found(_reader(caller), scope)
    if isinstance(found, Progress):
        answer = as_json({"counted": found.counted, "records": found.records}, behind=alive.behind, status=202)
        answer.headers["retry-after"] = _AGAIN_SECONDS
        return answer
    grouping = grouping_of(by)
    if wants_csv(request, form):
        return as_csv(figures_csv(total(found.document, grouping)), _file(scope, grouping), behind=alive.behind)
    said = found.document
    document = {
        "scope": said["scope"],
        "node": world_of(request).agency,
        "organ": caller.organ,
        "vector": said["vector"],
        "behind": found.behind,
        "rulebook": said["rulebook"],
        "by": grouping,
        "figures": said["figures"][grouping or "total"],
        "clusters": said["clusters"],
        "filed": said["filed"],
    }
    return as_json(document, behind=alive.behind)


@router.get("/versions", summary="Which versions were frozen?", responses=problems(), response_model=VersionDocuments)
def versions(request: Request, caller: Reading, alive: Alive, scope: Asked) -> dict[str, Any]:
    """Return the frozen versions of a scope, the first first, each with whether the caller's organ may read it."""
    del alive
    found = statistics_of(request).versions(caller.organ, scope)
    return {"scope": _named(scope), "versions": [_version(one, is_open=is_open) for one, is_open in found]}


@router.get(
    "/versions/{version}",
    summary="What does a frozen version say?",
    response_class=Response,
    responses={200: {"model": FrozenDocument, "description": "Its very bytes"}, **problems(403, 404)},
)
def version(request: Request, *, caller: Reading, alive: Alive, version: Number, scope: Asked) -> Response:
    """
    Return a frozen version, byte for byte as it was frozen.

    It is shown whole or not at all: to an organ that may read all that it was made of.
    """
    kept = statistics_of(request).version(_reader(caller), scope, version)
    return as_json(kept.document, behind=alive.behind)


@router.get(
    "/versions/{version}/differences",
    summary="What differs from the version before, and through which events?",
    response_class=Response,
    responses={**in_either_form(DifferenceDocuments, "The differences"), **problems(403, 404)},
)
def differences(  # noqa: PLR0913 (of what, by whom and in which form)
    request: Request, *, caller: Reading, alive: Alive, version: Number, scope: Asked, form: Form = None
) -> Response:
    """Return the list of differences of a frozen version; of the first there is none, and it is empty."""
    kept = statistics_of(request).version(_reader(caller), scope, version)
    said: Document = orjson.loads(kept.document)
    rows = said.get("differences", [])
    if wants_csv(request, form):
        return as_csv(differences_csv(rows), f"{_file(scope)}-v{version}-differences", behind=alive.behind)
    return as_json({"scope": said["scope"], "version": version, "differences": rows}, behind=alive.behind)


@router.post(
    "/versions",
    summary="Freeze the next version",
    response_class=Response,
    status_code=201,
    responses={
        200: {"model": FrozenDocument, "description": "It was frozen before: its very bytes"},
        201: {"model": FrozenDocument, "description": "It is frozen"},
        **problems(400, 403, 404, 408, 409, 413, 415),
    },
)
def freeze(request: Request, *, caller: Approving, alive: Alive, wanted: NewVersion) -> Response:
    """
    Keep the figures as they are now as the next version, for ever.

    For an approver of an organ at the head of its line. The number makes it safe to send again: a version that is there
    is returned, and nothing more is frozen; a number beyond the next is refused.
    """
    scope = asked_scope(wanted.month, wanted.quarter, wanted.half, wanted.campaign)
    written, is_new = statistics_of(request).freeze(_reader(caller), scope, wanted.version)
    return as_json(written, behind=alive.behind, status=201 if is_new else 200)


def grouping_of(by: str | None) -> By | None:
    """Return by what is to be added up, by its long name; None where it is nothing that there is."""
    return None if by is None else _GROUPINGS.get(by)


def _is(kind: str, text: str) -> bool:
    try:
        scope_of(text)
    except ValueError:
        return False
    return SHAPES[kind].fullmatch(text) is not None


def _reader(caller: Principal) -> Reader:
    return Reader(caller.account, caller.organ)


def _named(scope: Scope) -> dict[str, str | None]:
    return {"period": scope.period, "campaign": scope.campaign}


def _file(scope: Scope, by: str | None = None) -> str:
    return "-".join(part for part in ("statistics", scope.period, scope.campaign, by) if part)


def _version(one: Kept, *, is_open: bool) -> dict[str, Any]:
    said: Document = orjson.loads(one.document)
    return {
        "version": one.number,
        "frozen_at": instant(one.at),
        "frozen_for": one.maker,
        "readable_here": is_open,
        "vector": said["vector"],
        "rulebook": said["rulebook"],
    }
