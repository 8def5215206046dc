"""How does one take the proof of an event home? ``yisong receipt``."""

import re
import sys
from pathlib import Path
from typing import Annotated, Final
from uuid import UUID

import orjson
import typer

from yisong.audit.receipts import Place, newest_place, place_at, places_of
from yisong.audit.trails import Trail, open_trail
from yisong.cli.page import page
from yisong.cli.proving import taken_back, verified, when_cosigned, write_proof
from yisong.home import Agency, Home
from yisong.kafka.rulebook_topic import law_of
from yisong.ledger import Law
from yisong.proof.cosigners import cosigners
from yisong.proof.policy import QUORUM
from yisong.proof.receipt import Receipt, receipt_bytes

_POSITION: Final = re.compile(r"(0|[1-9][0-9]{0,8})/(0|[1-9][0-9]{0,17})")

Event = Annotated[
    str | None, typer.Argument(help="The event's id, or its position as partition/offset.", show_default=False)
]
Latest = Annotated[bool, typer.Option("--latest", help="Of the event that the node admitted last.")]
Output = Annotated[Path | None, typer.Option("-o", "--output", dir_okay=False, help="Write the receipt to this file.")]
VerifierKeys = Annotated[
    Path | None, typer.Option("--vkeys", dir_okay=False, help="Write the cosigners' verifier keys to it, one a line.")
]
Node = Annotated[Agency, typer.Option(help="Whose trail to read.")]
Timeout = Annotated[float, typer.Option(help="How many seconds to wait for the quorum.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


def receipt(  # noqa: PLR0913 (the command's options)
    event: Event = None,
    *,
    latest: Latest = False,
    output: Output = None,
    vkeys: VerifierKeys = None,
    node: Node = "police",
    timeout: Timeout = 60.0,
    json: AsJson = False,
) -> None:
    """
    Write the receipt of EVENT, for `yisong verify` or any other tool that reads C2SP tlog-proof: no network is needed.

    Waits until a quorum of the nodes has cosigned a checkpoint over it.
    """
    if (event is None) != latest:
        raise typer.BadParameter("name an event by its id or its position, or say --latest, one of them")
    home = Home.find()
    law = law_of(home, home.need_running())
    with open_trail(home.need_running(), node) as trail:
        place = _newest(trail) if event is None else _place(trail, event)
        made = when_cosigned(
            lambda: trail.cosignatures(law).receipt(place.partition, place.offset, least=QUORUM),
            trail,
            law,
            what=f"The event at {place}",
            partition=place.partition,
            offset=place.offset,
            timeout=timeout,
        )
        restatements = taken_back(trail, law, place.partition)
    _give(made, place, law, restatements, output=output, vkeys=vkeys, json=json)


def _newest(trail: Trail) -> Place:
    place = newest_place(trail)
    if place is None:
        raise typer.BadParameter(f"the node of {trail.agency} has admitted no event yet")
    return place


def _place(trail: Trail, event: str) -> Place:
    """Return where *event* stands. Raises BadParameter: no id and no position, unknown, or in several places."""
    position = _POSITION.fullmatch(event)
    if position is not None:
        place = place_at(trail, int(position[1]), int(position[2]))
        if place is None:
            raise typer.BadParameter(f"the trail of {trail.agency} has nothing at {event}")
        return place
    try:
        found = places_of(trail, UUID(event))
    except ValueError:
        raise typer.BadParameter(f"{event} is no event id (a UUID) and no position (partition/offset)") from None
    if not found:
        raise typer.BadParameter(
            f"the trail of {trail.agency} remembers no event {event}. It may not be there yet; or it was refused "
            "before it counted: then name its position"
        )
    if len(found) > 1:
        raise typer.BadParameter(f"several events have the id {event}; name a position: {', '.join(map(str, found))}")
    return found[0]


def _give(  # noqa: PLR0913 (what there is to give, and how)
    made: Receipt,
    place: Place,
    law: Law,
    restatements: tuple[bytes, ...],
    *,
    output: Path | None,
    vkeys: Path | None,
    json: bool,
) -> None:
    data, keys = receipt_bytes(made), cosigners(law.rulebook)
    statement = verified(data, law, restatements=restatements)
    if vkeys is not None:
        vkeys.write_text("".join(f"{key.text}\n" for key in keys), encoding="ascii")
    if output is not None:
        write_proof(output, data, restatements)
    said = {
        "position": str(place),
        "case_id": place.docket,
        "verdict": place.verdict,
        "reason": place.reason,
        "size": made.signed.checkpoint.size,
        "recorded_by": statement.facts["have"],
        "of": statement.facts["of"],
        "restatements": statement.facts["restatements"],
    }
    if json:
        shown = {**said, "file": str(output)} if output else {**said, "receipt": data.decode()}
        typer.echo(orjson.dumps(shown, option=orjson.OPT_INDENT_2))
    elif output is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        for one in statement.restated:  # there is no file that they could lie beside
            typer.echo(one, err=True)
    else:
        verdict = place.verdict if place.reason is None else f"{place.verdict} ({place.reason})"
        page().print(
            f"The event at {place}, {verdict}, is recorded by {said['recorded_by']} of {said['of']} nodes, in a "
            f"checkpoint over {said['size']} records. Receipt: {output}",
            markup=False,
            soft_wrap=True,
        )
        for one in statement.restated:
            page().print(one, markup=False, soft_wrap=True)
