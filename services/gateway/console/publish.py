"""How does a person publish? A form from the contract, all faults at once, the words of the dry run, the verdict."""

import time
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import orjson
from anyio import to_thread
from starlette.responses import RedirectResponse, Response

from services.gateway.api.callers import verdicts_of
from services.gateway.api.events_in import Ready, Speaker, ready
from services.gateway.api.outcomes import known, submit
from services.gateway.api.signs import SignsOfLife, away
from services.gateway.console.body_view import body_fields
from services.gateway.console.drafts import of_sent
from services.gateway.console.fault_words import said, said_of_place
from services.gateway.console.fields import Typed
from services.gateway.console.form import Filled, body_inputs, body_of
from services.gateway.console.header_form import aggregate_kinds, header_inputs, header_of
from services.gateway.console.proofs import SQL
from services.gateway.console.shell import Shell, render
from services.gateway.console.times import at
from services.gateway.problems import Fault, Problem
from services.gateway.world import state_of
from yisong.audit.rehearsal import Rehearsed, rehearse
from yisong.audit.trails import Trail
from yisong.desk.case_numbers import next_case_id
from yisong.envelope.case_id import is_case_id
from yisong.ledger import Law
from yisong.postgres.connection import reachable
from yisong.publishing.countersigning.received import Drafts
from yisong.publishing.signer import Signer
from yisong.publishing.stores import PostgresOutbox
from yisong.rulebook.model import EventType
from yisong.schemas import pii_level

_PATIENCE: Final = 12.0
_UNPROCESSABLE: Final = 422


def choice_page(shell: Shell, *, case_id: str) -> Response:
    """Return the page on which one chooses what to publish."""
    role = shell.names.role_of(shell.organ)
    events = [one for one in shell.world.law.events.values() if role in one.publishers and not one.is_notice]
    groups: dict[str, list[EventType]] = {}
    for one in events:
        kinds = aggregate_kinds(one, shell.world.law)
        groups.setdefault(kinds[0] if len(kinds) == 1 else "case", []).append(one)
    return render(shell, "publish_choice.html", current="publish", groups=groups, case_id=case_id)


def form_page(shell: Shell, event: EventType, typed: Typed, faults: Sequence[Fault] = ()) -> Response:
    """Return the form of an event type, with what was *typed* and every fault of it beside its field."""
    faults = [one._replace(detail=said(one.detail, shell.t)) for one in faults]
    by_pointer: dict[str, list[str]] = {}
    for one in faults:
        by_pointer.setdefault(one.pointer, []).append(one.detail)
    filled = Filled(typed, by_pointer)
    variant = next(iter(filled.values("variant")), None)
    now = _now()
    first, others = header_inputs(event, variant, filled, shell.names, now=now)
    body = body_inputs(event, filled, shell.names)
    shown = _pointers((*first, *others, *body))
    law = shell.world.law
    return render(
        shell,
        "publish.html",
        current="publish",
        status=_UNPROCESSABLE if faults else 200,
        event=event,
        filled=filled,
        variant=variant,
        first=first,
        others=others,
        others_open=any(one.faults or one.required for one in others),
        body=body,
        kinds=aggregate_kinds(event, law),
        letters=law.rulebook.catalogue.aggregate_letters,
        faults=faults,
        elsewhere=[one for one in faults if not _is_shown(one.pointer, shown)],
        case_faults=[*by_pointer.get("/header/case_id", ()), *by_pointer.get("/header/aggregate", ())],
        variant_faults=by_pointer.get("/header/variant", ()),
    )


async def check(shell: Shell, event: EventType, typed: Typed) -> Response:
    """Return the form with all faults, or, where there are none, what would happen now, to be confirmed."""
    stated = await to_thread.run_sync(_stated, shell, event, typed)
    try:
        (one,) = await to_thread.run_sync(_ready, shell, stated)
    except Problem as problem:
        return await to_thread.run_sync(form_page, shell, event, typed, problem.faults)
    rehearsed = await to_thread.run_sync(_rehearsed, shell, one)
    event_id = UUID(bytes=one.draft.said.event_id)
    sent = orjson.dumps({**stated, "event_id": str(event_id)}).decode()
    return await to_thread.run_sync(_confirm, shell, event, stated, sent, typed, rehearsed, one.warnings)


async def send(shell: Shell, sent: str) -> Response:
    """
    Publish what was confirmed, and go to the page of what became of it. Sent again, it publishes nothing new.

    Raises Problem where the broker is away, or what was confirmed is no event.
    """
    if (await to_thread.run_sync(state_of(shell.request, "signs", SignsOfLife).now)).away:
        raise away()
    try:
        stated = orjson.loads(sent)
    except orjson.JSONDecodeError as fault:
        raise Problem(400, "not-understood", "The form does not hold an event.") from fault
    events = await to_thread.run_sync(_ready, shell, stated)
    accepted = await to_thread.run_sync(submit, shell.world, events)
    waiting = [one.event_id for one in accepted if one.pending]
    if events[0].draft.said.fields.get("countersignature"):
        waiting = []  # the other organ has a day to sign it, and nobody waits that long for a page
    await verdicts_of(shell.request).wait(waiting, seconds=_PATIENCE)
    return RedirectResponse(f"/published/{UUID(bytes=events[0].draft.said.event_id)}", 303)


def outcome_page(shell: Shell, event_id: UUID) -> Response:
    """Return what became of an event that the viewer's organ has published. Raises Problem 404 where it has not."""
    found = known(shell.world, [event_id.bytes])
    if not found or found[0].publisher != shell.organ:
        raise Problem(404, "not-known", "The viewer's organ has published no event of this id here.")
    reason = shell.names.reason(found[0].reason) if found[0].reason else ""
    with shell.world.connection() as connection:
        drafts = [of_sent(one) for one in Drafts(connection).sent(closed=True, event_id=event_id.bytes)]
        row = PostgresOutbox(connection).row_of(event_id.bytes)
    second = "" if row is None else row.draft.said.fields.get("countersignature")
    draft = drafts[-1] if drafts else None
    shown: dict[str, Any] = {"outcome": found[0], "event_id": event_id, "reason": reason, "draft": draft}
    shown["to_be_drafted"] = bool(second) and draft is None and found[0].pending
    return render(shell, "published.html", current="publish", **shown)


def new_number(shell: Shell) -> str:
    """Return the number of a new case of the viewer's organ and this year; it is nobody else's."""
    region = shell.world.law.organs[shell.organ].region_code or "000000"
    with shell.world.connection() as connection:
        return next_case_id(connection, shell.world.agency, region=region, year=at(_now()).year)


def numbered(shell: Shell, event: EventType, typed: Typed) -> Typed:
    """
    Return what was *typed* with the number of the aggregate that an event is likely to be about.

    Of an event that begins one, the next number of the case; of any other, the newest.
    """
    law = shell.world.law
    kinds = [kind for kind in aggregate_kinds(event, law) if kind != "case"]
    case_id = next(iter(typed.get("/header/case_id", ())), "")
    if not kinds or not is_case_id(case_id):
        return typed
    with shell.world.connection() as connection, reachable():
        asked = {"case_id": case_id, "kind": kinds[0]}
        known = connection.execute(SQL["aggregates"], asked).fetchall()
    begins = _begins(event, kinds[0], law)
    return {**typed, "aggregate-number": (str(max(1, len(known) + begins)),)}


def _begins(event: EventType, kind: str, law: Law) -> bool:
    """Hold where an event begins an aggregate of this *kind*: by the machine, or as the first that speaks of one."""
    machine = law.machines.get(kind)
    if machine is None:
        return next((one.name for one in law.events.values() if one.aggregate == frozenset({kind})), "") == event.name
    return any(row.event == event.name and "none" in row.from_states for row in machine.rows)


def _stated(shell: Shell, event: EventType, typed: Typed) -> dict[str, object]:
    law = shell.world.law
    body = body_of(event, typed, law)
    header = header_of(event, typed, law, publisher=shell.organ)
    header.setdefault("pii_level", _level(event, body))
    return {"header": header, "body": body}


def _level(event: EventType, body: Mapping[str, object]) -> str:
    try:
        return pii_level(event.name, body)
    except (ValueError, TypeError, KeyError, AttributeError):
        return "P2"  # a body that cannot be read has faults of its own, which are named


def _ready(shell: Shell, stated: object) -> tuple[Ready, ...]:
    law = shell.world.law
    return ready([("", stated)], Speaker(shell.organ, law, Signer(law, shell.world.keys), _now()))


def _rehearsed(shell: Shell, one: Ready) -> Rehearsed:
    law, said = shell.world.law, one.draft.said
    with shell.world.connection() as connection:
        trail = Trail(shell.world.agency, connection)
        return rehearse(trail, [(said, one.draft.at or _now())], law, Signer(law, shell.world.keys))[0]


def _confirm(  # noqa: PLR0913, PLR0917 (what is confirmed, and what would come of it)
    shell: Shell,
    event: EventType,
    stated: Mapping[str, Any],
    sent: str,
    typed: Typed,
    rehearsed: Rehearsed,
    warnings: Sequence[str],
) -> Response:
    return render(
        shell,
        "publish_confirm.html",
        current="publish",
        event=event,
        header=stated["header"],
        countersigner=stated["header"].get("countersignature", ""),
        body=body_fields(event.name, stated["body"], shell.names),
        sent=sent,
        typed=[
            (name, value) for name, values in typed.items() for value in values if name not in ("csrf", "step", "more")
        ],
        rehearsed=rehearsed,
        reason="" if rehearsed.reason is None else shell.names.reason(rehearsed.reason),
        warnings=[said_of_place(one, shell.t) for one in warnings],
    )


def _pointers(inputs: Sequence[Any]) -> frozenset[str]:
    found = {"/header/case_id", "/header/aggregate", "/header/variant"}
    for one in inputs:
        found.add(one.name)
        for row in one.rows:
            found |= _pointers(row)
    return frozenset(found)


def _is_shown(pointer: str, shown: frozenset[str]) -> bool:
    header_lists = any(pointer.startswith(f"{one}/") for one in shown if one.startswith("/header/"))
    return pointer in shown or header_lists


def _now() -> int:
    return time.time_ns() // 1_000_000
