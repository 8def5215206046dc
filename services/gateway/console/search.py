"""Where is a case found? By its number or part of it, a document number, an event id, its state, its owner."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from psycopg import Connection
from starlette.responses import RedirectResponse, Response

from services.gateway.console.proofs import SQL
from services.gateway.console.shell import Shell, render
from yisong.desk.inbox import header_in
from yisong.envelope.case_id import is_case_id
from yisong.postgres.connection import reachable

PAGE: Final = 40
_LONGEST: Final = 100
_SEEK_MS: Final = 2000


class Sought(NamedTuple):
    """What is sought: *text* as typed, and a *state*, an *owner*, and what the next page begins *after*."""

    text: str
    state: str
    owner: str
    after: str


class Found(NamedTuple):
    """One case that was found."""

    case_id: str
    state: str
    owner: str | None
    records: int
    log_time: int


def search_page(shell: Shell, sought: Sought) -> Response:
    """Return the cases that are sought; a case or an event that is named whole is shown at once."""
    text = sought.text.strip()[:_LONGEST]
    if is_case_id(text.upper()):
        return RedirectResponse(f"/cases/{text.upper()}", 303)
    with shell.world.connection() as connection:
        place = _event(connection, text)
        if place is not None:
            return RedirectResponse(f"/cases/{place[0]}?event={place[1]}#event", 303)
        by_document = _documents(connection, text) if _is_document(text) else None
        found = _cases(connection, sought._replace(text=text)) if by_document is None else []
        states = [str(row[0]) for row in connection.execute(SQL["states"]).fetchall()]
    shown = found[:PAGE]
    return render(
        shell,
        "search.html",
        current="cases",
        sought=sought._replace(text=text),
        found=shown,
        more=f"{shown[-1].log_time}.{shown[-1].case_id}" if len(found) > PAGE else "",
        documents=by_document,
        states=states,
        owners=sorted(one.id for one in shell.world.law.organs.values() if one.role != "system"),
        anything=bool(states),
    )


def _event(connection: Connection[Any], text: str) -> tuple[str, int] | None:
    """Return the case and number of an event that is named by its id; None where it is none, or in several places."""
    try:
        event_id = UUID(text)
    except ValueError:
        return None
    with reachable():
        rows = connection.execute(SQL["cases_of_event"], {"event_id": event_id}).fetchall()
    return (rows[0][0], rows[0][1]) if len(rows) == 1 else None


def _is_document(text: str) -> bool:
    """Hold for what looks like a document number 文号: it is written with characters that no case number has."""
    return any(not one.isascii() for one in text)


def _documents(connection: Connection[Any], doc_no: str) -> Sequence[tuple[str, int, str]]:
    """Return case, number in it and event type of every event that bears the document number *doc_no*."""
    with reachable(), connection.transaction():
        # Whole leaves are looked through: where that takes too long, the database says so and the page, too.
        connection.execute("SELECT set_config('statement_timeout', %s, true)", (str(_SEEK_MS),))
        rows = connection.execute(SQL["cases_of_document"], {"doc_no": doc_no}).fetchall()
    headers = ((case_id, number, header_in(leaf)) for case_id, number, leaf in rows)
    return [
        (case_id, number, one.event_type)
        for case_id, number, one in headers
        if one is not None and one.doc_no == doc_no
    ]


def _cases(connection: Connection[Any], sought: Sought) -> list[Found]:
    log_time, _, case_id = sought.after.partition(".")
    begins = sought.text.upper().startswith("CRB-")
    asked: Mapping[str, object] = {
        "prefix": sought.text.upper() if begins else None,
        "part": sought.text.upper() if sought.text and not begins else None,
        "state": sought.state or None,
        "owner": sought.owner or None,
        "before": int(log_time) if log_time.isascii() and log_time.isdigit() else None,
        "before_case": case_id,
        "most": PAGE + 1,
    }
    with reachable():
        return [Found(*row) for row in connection.execute(SQL["cases_found"], asked).fetchall()]
