"""What does an agency system read of linked cases, clusters and joint supervisions, over dockets?"""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal, TypeVar

from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as InPath

from services.gateway.api.answers import JsonRoute, problems
from services.gateway.api.callers import Alive, Reading
from services.gateway.api.campaigns import Why
from services.gateway.api.gathered import gathered_of
from services.gateway.api.linked_models import ClustersOut, LinkedOut, SupervisionOut, SupervisionsOut
from services.gateway.api.pages import Limit, link_next
from services.gateway.problems import Problem
from yisong.audit.clusters import Group
from yisong.audit.linked import Linked, bodies_in
from yisong.audit.linked_documents import group_document, linked_document, supervision_document
from yisong.audit.readings import Reader

router = APIRouter(route_class=JsonRoute)

Which = Annotated[str, InPath(max_length=100, description="A case, a cluster or a supervision.")]
_After = Annotated[str, Query(max_length=60, description="Of the page before: as its link to the next says.")]
_One = TypeVar("_One")


@router.get(
    "/clusters",
    tags=["clusters"],
    summary="Which cases hang together?",
    response_model=ClustersOut,
    responses=problems(),
)
def clusters(  # noqa: PLR0913 (for whom and why, which page)
    request: Request,
    response: Response,
    *,
    caller: Reading,
    alive: Alive,
    purpose: Why = "linked cases 并案关联",
    after: _After = "",
    limit: Limit = 20,
) -> dict[str, Any]:
    """
    Return groups of linked cases, the largest first, each with its links and clusters.

    Who links what stands in headers. The name of a cluster and the amounts are shown to whoever may read those bodies.
    """
    del alive
    gathered, reader = gathered_of(request), Reader(caller.account, caller.organ)
    found, left = gathered.linked(reader)
    page = behind(found.groups, after, group_id)[:limit]
    gathered.note(reader, purpose, list(bodies_in(Linked(tuple(page), ()))))
    if len(page) == limit:
        link_next(request, response, after=group_id(page[-1]))
    return {"groups": [group_document(one) for one in page], "count": len(found.groups), "behind": left}


@router.get(
    "/clusters/{which}",
    tags=["clusters"],
    summary="With what does a case hang together?",
    response_model=LinkedOut,
    responses=problems(404),
)
def cluster(
    request: Request, which: Which, caller: Reading, alive: Alive, purpose: Why = "linked cases 并案关联"
) -> dict[str, Any]:
    """Return what has to do with a case, a cluster or a supervision: its group, and the supervisions it is in."""
    del alive
    gathered, reader = gathered_of(request), Reader(caller.account, caller.organ)
    found, left = gathered.linked(reader)
    shown = found.of(which)
    if not any(shown):
        raise unknown()
    gathered.note(reader, purpose, list(bodies_in(shown)))
    return linked_document(shown) | {"behind": left}


@router.get(
    "/supervisions",
    tags=["clusters"],
    summary="Which joint supervisions are there?",
    response_model=SupervisionsOut,
    responses=problems(),
)
def supervisions(  # noqa: PLR0913 (for whom and why, which page)
    request: Request,
    response: Response,
    *,
    caller: Reading,
    alive: Alive,
    status: Annotated[
        Literal["open", "lifted"] | None, Query(description="Only those that go on, or are over.")
    ] = None,
    purpose: Why = "supervisions 联合督办",
    after: _After = "",
    limit: Limit = 20,
) -> dict[str, Any]:
    """Return joint supervisions, those that go on first, with the states of all their members."""
    del alive
    gathered, reader = gathered_of(request), Reader(caller.account, caller.organ)
    found, left = gathered.linked(reader)
    known = [one for one in found.supervisions if status is None or (one.lifted is not None) == (status == "lifted")]
    page = behind(known, after, lambda one: one.ref.id)[:limit]
    gathered.note(reader, purpose, list(bodies_in(Linked((), tuple(page)))))
    if len(page) == limit:
        link_next(request, response, after=page[-1].ref.id)
    return {"supervisions": [supervision_document(one) for one in page], "count": len(known), "behind": left}


@router.get(
    "/supervisions/{supervision}",
    tags=["clusters"],
    summary="How does a joint supervision stand?",
    response_model=SupervisionOut,
    responses=problems(404),
)
def supervision(
    request: Request,
    supervision: Annotated[str, InPath(max_length=60, examples=["D-CRB-970200-2016-000072-B-1"])],
    caller: Reading,
    alive: Alive,
    purpose: Why = "supervisions 联合督办",
) -> dict[str, Any]:
    """Return one joint supervision: members, co-signers, reports, dates and end."""
    del alive
    gathered, reader = gathered_of(request), Reader(caller.account, caller.organ)
    known, _ = gathered.linked(reader)
    found = next((one for one in known.supervisions if one.ref.id == supervision), None)
    if found is None:
        raise unknown()
    gathered.note(reader, purpose, list(bodies_in(Linked((), (found,)))))
    return supervision_document(found)


def group_id(group: Group) -> str:
    """Return by which case a group is named: its first by id."""
    return group.members[0].case_id


def behind(found: Sequence[_One], after: str, id_of: Callable[[_One], str]) -> Sequence[_One]:
    """Return those of *found* that stand behind the one with the id *after*; all where it is none of them any more."""
    at = next((n for n, one in enumerate(found) if id_of(one) == after), -1)
    return found[at + 1 :]


def unknown() -> Problem:
    """Return the problem of an id with which nothing has to do."""
    detail = "Nothing that the caller's organ may read links such a case, and no such cluster or supervision is known."
    return Problem(404, "not-known", detail)
