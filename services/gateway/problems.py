"""What does a caller get who asked for something that cannot be given? Problem details (RFC 9457), never a value."""

import logging
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final, NamedTuple

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import compile_path

from yisong.errors import Faults, ProofFault, RecordFault, WorldFault, YisongError
from yisong.telemetry.about import About
from yisong.telemetry.logs import about
from yisong.telemetry.where import where

MEDIA_TYPE: Final = "application/problem+json"
"""The media type of a problem document (RFC 9457, 6.1)."""
RETRY_SECONDS: Final = 5
"""How soon a caller may try again where the world was at fault."""
UNPROCESSABLE: Final = 422
"""Understood, and not publishable (RFC 9110, 15.5.21)."""

_LOG = logging.getLogger(__name__)
_LONGEST_NAME: Final = 60


class Fault(NamedTuple):
    """
    One fault: where it lies and what is wrong there.

    *pointer*: a JSON pointer (RFC 6901) into what was sent. *zh*: the field's Chinese name, where it has one.
    *parameter*: of the path, the query or the headers, where it lies there.
    """

    pointer: str
    detail: str
    zh: str | None = None
    parameter: str | None = None


class Problem(Exception):
    """A request that ends here: with *status* and the short name *code*; *detail*: what that means and what to do."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        faults: Iterable[Fault] = (),
        headers: Mapping[str, str] | None = None,
        **more: object,
    ) -> None:
        """Take the members of the document; *more* are members of its own (RFC 9457, 3.2)."""
        super().__init__(code)
        self.status, self.code, self.detail = status, code, detail
        self.faults, self.headers, self.more = tuple(faults), dict(headers or {}), more


class FaultDocument(BaseModel):
    """One fault of what was sent."""

    pointer: str = Field(description="JSON pointer (RFC 6901) into what was sent.", examples=["/header/occurred_at"])
    detail: str = Field(description="What is wrong there. It never repeats the value.")
    zh: str | None = Field(default=None, description="The field's Chinese name, where it has one.", examples=["摘要"])
    parameter: str | None = Field(default=None, description="Of the path, the query or the headers; then no pointer.")


class ProblemDocument(BaseModel):
    """Problem details (RFC 9457)."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(
        description="A URN that names the kind of problem.", examples=["urn:yisong:problem:not-publishable"]
    )
    title: str = Field(description="The status in words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What happened, what it means, what to do.")
    request_id: str = Field(description="To be named when one asks an operator.")
    faults: list[FaultDocument] = Field(default_factory=list, description="Every fault of what was sent, at once.")


def problem_response(request: Request, problem: Problem) -> Response:
    """Return *problem* as the answer to *request*."""
    document = {
        "type": f"urn:yisong:problem:{problem.code}",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
        "request_id": request_id(request),
        "faults": [
            {name: value for name, value in one._asdict().items() if value is not None} for one in problem.faults
        ],
        **problem.more,
    }
    return JSONResponse(document, problem.status, headers=problem.headers, media_type=MEDIA_TYPE)


def _stated(fault: Fault) -> dict[str, str]:
    return {name: value for name, value in fault._asdict().items() if value is not None}


def request_id(request: Request) -> str:
    """Return the id under which operators find *request*."""
    return str(request.scope.get("state", {}).get("request_id", ""))


def install(app: FastAPI) -> None:
    """Let every fault of *app*'s routes end as a problem document."""
    app.add_exception_handler(Problem, _of_problem)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(RequestValidationError, _of_validation)
    app.add_exception_handler(YisongError, _of_ours)


def of_world(fault: WorldFault) -> Problem:
    """Return the problem of a world that is at fault: try again later."""
    return Problem(503, "unavailable", str(fault), headers={"Retry-After": str(RETRY_SECONDS)})


async def _of_problem(request: Request, fault: Exception) -> Response:
    if not isinstance(fault, Problem):
        raise TypeError from fault
    return problem_response(request, fault)


async def _of_http(request: Request, fault: Exception) -> Response:
    if not isinstance(fault, HTTPException):
        raise TypeError from fault
    phrase = HTTPStatus(fault.status_code).phrase
    code = phrase.lower().replace(" ", "-")
    words = "This path is not served here, or not with this method. See /openapi.json."
    detail = words if fault.status_code in (404, 405) else f"{phrase}."
    headers = {
        **(fault.headers or {}),
        **(_allowed(request) if fault.status_code == HTTPStatus.METHOD_NOT_ALLOWED else {}),
    }
    return problem_response(request, Problem(fault.status_code, code, detail, headers=headers))


def _allowed(request: Request) -> dict[str, str]:
    """Return the methods of a path, those of all its routes (RFC 9110, 10.2.1): the framework names the first alone."""
    found: set[str] = set()
    for one in iter_route_contexts(request.app.routes):
        if one.path is not None and compile_path(one.path)[0].match(request.url.path):
            found |= set(one.methods or ())
    return {"Allow": ", ".join(sorted(found))}


async def _of_validation(request: Request, fault: Exception) -> Response:
    if not isinstance(fault, RequestValidationError):
        raise TypeError from fault
    faults = [_fault(one) for one in fault.errors()]
    detail = "The request is not as /openapi.json describes it. Nothing was done."
    return problem_response(request, Problem(UNPROCESSABLE, "not-valid", detail, faults=faults))


async def _of_ours(request: Request, fault: Exception) -> Response:
    match fault:
        case WorldFault():
            return problem_response(request, of_world(fault))
        case RecordFault():
            faults = [Fault("", one) for one in fault.faults] if isinstance(fault, Faults) else []
            said = Problem(UNPROCESSABLE, "not-acceptable-record", str(fault).partition("\n")[0], faults=faults)
            return problem_response(request, said)
        case ProofFault():
            known = request_id(request)
            _LOG.critical("request %s: %s", known, fault, extra=about(About(request_id=known)))
            detail = "What this node keeps is not what it should be, so nothing is said of it. An operator was told."
            return problem_response(request, Problem(500, "not-proven", detail))
    return of_nobody(request, fault)


def of_nobody(request: Request, fault: Exception) -> Response:
    """Return the answer to *request* where *fault* is ours: it is logged by its type and place."""
    known = request_id(request)
    # The type and the place, and never the text: it may hold a value from a body.
    _LOG.error("request %s: %s", known, where(fault), extra=about(About(request_id=known)))
    detail = "This is a fault of the gateway. Tell an operator the request id; what was accepted before is not lost."
    return problem_response(request, Problem(500, "internal", detail))


def _words(error: Mapping[str, object]) -> str:
    match error["type"]:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            return "there is no such field"
        case "json_invalid":
            return "is not JSON"
        case "value_error" | "assertion_error":
            return str(error["msg"]).removeprefix("Value error, ")
    return str(error["msg"])


def _fault(error: Mapping[str, Any]) -> Fault:
    where, *steps = [str(one) for one in error["loc"]] or [""]
    if where == "body":
        return Fault("".join(f"/{_escaped(one)}" for one in steps), _words(error))
    return Fault("", _words(error), parameter=" ".join(steps)[:_LONGEST_NAME] or where)


def _escaped(name: str) -> str:
    return name[:_LONGEST_NAME].replace("~", "~0").replace("/", "~1")
