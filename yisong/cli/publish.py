"""How does a person, or a script, publish? ``yisong publish FILE.json``, or ``-`` for the standard input."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, cast
from uuid import UUID

import orjson
import typer
from rich.console import Console
from rich.table import Table

from yisong.errors import NotPublishable
from yisong.publishing.instants import to_ms, to_text
from yisong.publishing.published import Published, Wait
from yisong.publishing.publisher import Publisher

_PARTS = frozenset({"event_id", "at", "header", "body", "note"})

File = Annotated[
    str, typer.Argument(metavar="FILE", help="One event a line or one in the whole file; - is the standard input.")
]
Until = Annotated[str, typer.Option("--wait", help="Until what: logged, verdict, receipt, or none.")]
Receipts = Annotated[
    Path | None,
    typer.Option(file_okay=False, help="Wait for receipts, and write each to this folder, named after its event id."),
]
Store = Annotated[Path | None, typer.Option(help="Publish without a node, from this SQLite file.")]
Seconds = Annotated[float, typer.Option(help="How long to wait, in seconds.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs: one object a line.")]


def publish(  # noqa: PLR0913 (the command's options)
    file: File,
    *,
    wait: Until = "verdict",
    receipts: Receipts = None,
    store: Store = None,
    timeout: Seconds = 30.0,
    json: AsJson = False,
) -> None:
    """
    Publish the events in FILE, each {"header": …, "body": …} as in the history format.

    An event may have an "event_id" (a UUID: the same one again publishes nothing new) and, on a demo bus, an "at".
    Every event is checked before the first is sent; an identifier that breaks its own rule is only warned of.
    Exit code 1: one of them was refused. A receipt needs a node, and a quorum of the nodes: it says by how many an
    event is recorded.
    """
    until = _until(wait) if receipts is None else "receipt"
    events = [_event(row, line) for line, row in enumerate(_rows(file), start=1)]
    with Publisher(store=store) as publisher:
        _check(publisher, events)
        _warn(publisher, events)
        known = [_publish(publisher, event, until, timeout) for event in events]
    if receipts is not None:
        _write(receipts, known)
    _show(known, json=json)
    if any(one.verdict == "refused" for one in known):
        raise typer.Exit(1)


def _warn(publisher: Publisher, events: Sequence[Mapping[str, object]]) -> None:
    """Say what looks wrong before it is sent, beside the receipts; it changes no exit code."""
    for line, event in enumerate(events, start=1):
        for warning in publisher.warnings(_part(event, "header"), _part(event, "body")):
            typer.echo(f"Warning: event {line}: {warning}", err=True)


def _until(wait: str) -> Wait:
    match wait:
        case "logged" | "verdict" | "receipt":
            return wait
        case "none":
            return None
        case _:
            raise typer.BadParameter("must be logged, verdict, receipt or none", param_hint="--wait")


def _write(folder: Path, known: Sequence[Published]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for one in known:
        if one.recorded is not None and one.recorded.receipt is not None:
            (folder / f"{one.event_id}.tlog-proof").write_bytes(one.recorded.receipt.encode())


def _rows(file: str) -> Sequence[object]:
    try:
        text = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as fault:
        raise typer.BadParameter(f"cannot be read ({fault.strerror})", param_hint="FILE") from fault
    try:
        return [orjson.loads(text)]
    except orjson.JSONDecodeError:
        pass
    try:
        return [orjson.loads(line) for line in text.splitlines() if line.strip()]
    except orjson.JSONDecodeError as fault:
        raise NotPublishable(
            "The file cannot be read; nothing was sent.", ["it is neither JSON nor JSON Lines"]
        ) from fault


def _event(row: object, line: int) -> Mapping[str, object]:
    if not isinstance(row, dict) or not isinstance(row.get("header"), dict) or not isinstance(row.get("body"), dict):
        raise NotPublishable(
            f"Event {line} cannot be read; nothing was sent.", ["it needs the objects header and body"]
        )
    if unknown := sorted(row.keys() - _PARTS):
        raise NotPublishable(
            f"Event {line} cannot be read; nothing was sent.", [f"{name}: unknown" for name in unknown]
        )
    return row


def _check(publisher: Publisher, events: Sequence[Mapping[str, object]]) -> None:
    faults = [
        f"event {line}: {fault}"
        for line, event in enumerate(events, start=1)
        for fault in publisher.faults(_part(event, "header"), _part(event, "body"), at=_at(event))
    ]
    if faults:
        raise NotPublishable("Not publishable; nothing was sent.", faults)


def _publish(publisher: Publisher, event: Mapping[str, object], wait: Wait, timeout: float) -> Published:
    chosen = event.get("event_id")
    event_id = UUID(str(chosen)) if chosen is not None else None
    header, body = _part(event, "header"), _part(event, "body")
    return publisher.publish_header(header, body, event_id=event_id, at=_at(event), wait=wait, timeout=timeout)


def _part(event: Mapping[str, object], name: str) -> Mapping[str, object]:
    return cast("Mapping[str, object]", event[name])


def _at(event: Mapping[str, object]) -> int | None:
    return to_ms(str(event["at"])) if "at" in event else None


def _show(known: Sequence[Published], *, json: bool) -> None:
    if json:
        for one in known:
            # A position and a count of nodes are named tuples, which orjson leaves to us.
            row = {**asdict(one), "recorded": None if one.recorded is None else one.recorded._asdict()}
            sys.stdout.write(orjson.dumps(row, default=list, option=orjson.OPT_APPEND_NEWLINE).decode())
        return
    table = Table("event", "position", "log time", "verdict", "reason", "recorded")
    for one in known:
        place = "" if one.position is None else f"{one.position.partition}/{one.position.offset}"
        when = "" if one.log_time is None else to_text(one.log_time)
        recorded = "" if one.recorded is None else f"by {one.recorded.by} of {one.recorded.of}"
        table.add_row(str(one.event_id), place, when, one.verdict or "not known yet", one.reason or "", recorded)
    Console().print(table)
