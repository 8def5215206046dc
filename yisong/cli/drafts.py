"""How do two organs sign one act? ``yisong drafts list|show|sign|decline``, and ``withdraw`` for who has sent it."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Annotated, NamedTuple
from uuid import UUID

import orjson
import typer

from yisong.audit.draft_bodies import draft_body
from yisong.cli.page import instant, page, ruled, stranger
from yisong.envelope.header import Header
from yisong.home import AGENCIES, Agency, Home
from yisong.kafka.rulebook_topic import law_of
from yisong.ledger import Law
from yisong.postgres import connect
from yisong.postgres.connection import Rows
from yisong.publishing.countersigning.received import Drafts, Received, Sent
from yisong.publishing.countersigning.taking_back import take_back
from yisong.publishing.instants import to_text
from yisong.publishing.signer import Signer
from yisong.publishing.stores import PostgresOutbox

app = typer.Typer(help="Acts with two signatures 会签: drafts that wait for the second one.", no_args_is_help=True)

Whose = Annotated[Agency | None, typer.Option(help="Whose node; all where not said.")]
Everything = Annotated[bool, typer.Option("--all", help="What was answered, withdrawn or expired, too.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]
Event = Annotated[UUID, typer.Argument(metavar="EVENT", help="The event id of the draft, as `list` shows it.")]
Officer = Annotated[str, typer.Option("--officer", help="Who reads or answers it: an officer token.")]
Why = Annotated[str, typer.Option("--why", help="Why it is not signed, or not wanted any more.")]

_TO_SIGN = ("agency", "event", "type", "case", "by", "for", "until", "state")
_SENT = ("agency", "event", "type", "case", "by", "waits for", "until", "state", "answer")


class _Found(NamedTuple):
    """The draft of an event, and where it lies."""

    agency: Agency
    connection: Rows
    draft: Received


@app.command("list")
def show_all(*, agency: Whose = None, everything: Everything = False, json: AsJson = False) -> None:
    """Show the drafts that wait for the signature of our organs, and those of ours that wait for another's."""
    home = Home.find()
    received: list[tuple[Agency, Received]] = []
    sent: list[tuple[Agency, Sent]] = []
    for one in _agencies(agency):
        with _database(home, one) as connection:
            drafts = Drafts(connection)
            received += [(one, draft) for draft in drafts.received(closed=everything)]
            sent += [(one, draft) for draft in drafts.sent(closed=everything)]
    if json:
        rows = {"received": [_received(*one) for one in received], "sent": [_sent(*one) for one in sent]}
        typer.echo(orjson.dumps(rows, option=orjson.OPT_INDENT_2))
        return
    console = page()
    if received:
        console.print(ruled("To sign 待会签", _TO_SIGN, [_received_row(*one) for one in received]), soft_wrap=True)
    if sent:
        console.print(ruled("Sent 待对方会签", _SENT, [_sent_row(*one) for one in sent]), soft_wrap=True)
    if not received and not sent:
        console.print("No draft waits.")


@app.command("show")
def show(event: Event, *, officer: Officer, agency: Whose = None) -> None:
    """Show what a draft says, header and body, as JSON. That *officer* has read it is noted."""
    home = Home.find()
    with _found(home, event, agency) as found:
        law, draft = _law(home), found.draft
        body = draft_body(found.connection, draft, officer=officer, law=law, keys=home.keystore())
        said = {**_received(found.agency, draft), "header": _header(draft.header), "body": body.value}
        if body.masked is not None:
            said["masked"] = body.masked
        typer.echo(orjson.dumps(said, option=orjson.OPT_INDENT_2))


@app.command("sign")
def sign(event: Event, *, officer: Officer, agency: Whose = None) -> None:
    """Sign a draft for the organ that it names; its sender then publishes it. Exit code 1: it is not open."""
    home = Home.find()
    with _found(home, event, agency) as found:
        law = _law(home)
        signer = Signer(law, home.keystore())
        done = Drafts(found.connection).sign(found.draft, officer=officer, law=law, signer=signer, now=_now())
    _say(found.draft, done=done, how="Signed")


@app.command("decline")
def decline(event: Event, *, officer: Officer, why: Why, agency: Whose = None) -> None:
    """Decline to sign a draft; its sender gets the reason. Exit code 1: it is not open."""
    if not why.strip() or not officer.strip():
        raise typer.BadParameter("must say something", param_hint="--why, --officer")
    home = Home.find()
    with _found(home, event, agency) as found:
        law = _law(home)
        signer, drafts = Signer(law, home.keystore()), Drafts(found.connection)
        done = drafts.decline(found.draft, officer=officer, reason=why, law=law, signer=signer, now=_now())
    _say(found.draft, done=done, how="Declined")


@app.command("withdraw")
def withdraw(event: Event, *, officer: Officer, why: Why, agency: Whose = None) -> None:
    """Withdraw a draft of ours before the other organ has answered. Exit code 1: it has, or it is not open."""
    if not why.strip() or not officer.strip():
        raise typer.BadParameter("must say something", param_hint="--why, --officer")
    home = Home.find()
    for one in _agencies(agency):
        with _database(home, one) as connection:
            for draft in Drafts(connection).sent(event_id=event.bytes):
                law = _law(home)
                outbox, signer = PostgresOutbox(connection), Signer(law, home.keystore())
                if take_back(outbox, draft, officer=officer, reason=why, law=law, signer=signer):
                    said = f"{draft.event_type} of {draft.publisher} in {stranger(draft.case_id)}"
                    typer.echo(f"Withdrawn: {said}. {draft.organ} is told; publish it again under a new id.")
                    return
    _refuse("No draft of ours of that event waits for an answer: yisong drafts list --all")


def _say(draft: Received, *, done: bool, how: str) -> None:
    if not done:
        _refuse("It has been answered, withdrawn or expired meanwhile: yisong drafts list --all")
    typer.echo(f"{how} for {draft.organ}: {draft.event_type} of {draft.publisher} in {stranger(draft.case_id)}.")


@contextmanager
def _found(home: Home, event: UUID, agency: Agency | None) -> Iterator[_Found]:
    """Give the open draft of *event*, else its newest; exit code 1 where no node has any."""
    for one in _agencies(agency):
        with _database(home, one) as connection:
            drafts = Drafts(connection).received(closed=True, event_id=event.bytes)
            if drafts:
                newest = max(drafts, key=lambda draft: (draft.state == "open", draft.received_at))
                yield _Found(one, connection, newest)
                return
    _refuse("No draft of that event has come here: yisong drafts list")


def _refuse(why: str) -> None:
    typer.echo(why, err=True)
    raise typer.Exit(1)


@contextmanager
def _database(home: Home, agency: Agency) -> Iterator[Rows]:
    with closing(connect(home.need_running().dsn[agency], autocommit=True, name="yisong-drafts-cli")) as connection:
        yield connection


def _agencies(agency: Agency | None) -> tuple[Agency, ...]:
    return AGENCIES if agency is None else (agency,)


def _law(home: Home) -> Law:
    return law_of(home, home.need_running())


def _now() -> int:
    return time.time_ns() // 1_000_000


def _received_row(agency: Agency, one: Received) -> tuple[str, ...]:
    event, until = str(UUID(bytes=one.event_id)), instant(one.until)
    return agency, event, one.event_type, stranger(one.case_id), one.publisher, one.organ, until, one.state


def _sent_row(agency: Agency, one: Sent) -> tuple[str, ...]:
    event, until = str(UUID(bytes=one.event_id)), instant(one.until)
    row = (agency, event, one.event_type, stranger(one.case_id), one.publisher, one.organ, until, one.state)
    return (*row, stranger(one.reason or one.answer or ""))


def _received(agency: Agency, one: Received) -> dict[str, object]:
    return {
        "agency": agency,
        "event_id": str(UUID(bytes=one.event_id)),
        "event_type": one.event_type,
        "case_id": one.case_id,
        "publisher": one.publisher,
        "organ": one.organ,
        "received_at": to_text(one.received_at),
        "until": to_text(one.until),
        "state": one.state,
        "officer": one.officer,
        "reason": one.reason,
    }


def _sent(agency: Agency, one: Sent) -> dict[str, object]:
    return {
        "agency": agency,
        **one._asdict(),
        "event_id": str(UUID(bytes=one.event_id)),
        "sent_at": to_text(one.sent_at),
        "until": to_text(one.until),
    }


def _header(header: Header) -> dict[str, object]:
    """Return a header as it is shown: hashes in hexadecimal, instants in RFC 3339."""
    shown: dict[str, object] = {}
    for name, value in header._asdict().items():
        if isinstance(value, bytes):
            shown[name] = str(UUID(bytes=value)) if name.endswith("_id") else value.hex()
        elif name.endswith("_at") and isinstance(value, int):
            shown[name] = to_text(value)
        elif isinstance(value, tuple):
            shown[name] = _plain(value)
        else:
            shown[name] = value
    return shown


def _plain(value: object) -> object:
    match value:
        case bytes():
            return value.hex()
        case tuple() if hasattr(value, "_asdict"):
            return {name: _plain(one) for name, one in value._asdict().items()}
        case tuple():
            return [_plain(one) for one in value]
        case _:
            return value
