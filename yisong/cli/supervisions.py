"""How does an orderer see which co-signers have not acknowledged a joint supervision? ``yisong supervisions``."""

from typing import Annotated

import orjson
import typer

from yisong.audit.supervisions import Acknowledgement, acknowledgements
from yisong.audit.trails import open_trail
from yisong.cli.page import instant, page, ruled
from yisong.home import Agency, Home
from yisong.publishing.instants import to_text

Node = Annotated[Agency, typer.Option(help="Whose trail to read.")]
All = Annotated[bool, typer.Option("--all", help="Those that were acknowledged or lifted, too.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


def supervisions(*, node: Node = "copyright", all_: All = False, json: AsJson = False) -> None:
    """Show which co-signers of a joint supervision have not acknowledged the order, the oldest first."""
    with open_trail(Home.find().need_running(), node) as trail:
        found = acknowledgements(trail)
    shown = [one for one in found if all_ or (one.acknowledged_at is None and not one.lifted)]
    if json:
        typer.echo(orjson.dumps([_as_json(one) for one in shown], option=orjson.OPT_INDENT_2))
        return
    columns = ("supervision", "orderer", "co-signer", "ordered", "acknowledged", "lifted")
    page().print(ruled("Joint supervisions 联合督办", columns, [_row(one) for one in shown]), soft_wrap=True)


def _row(one: Acknowledgement) -> tuple[str, ...]:
    said = "not yet" if one.acknowledged_at is None else instant(one.acknowledged_at)
    ends = "lifted" if one.lifted else ""
    return one.supervision.id, one.orderer, one.co_signer, instant(one.ordered_at), said, ends


def _as_json(one: Acknowledgement) -> dict[str, object]:
    return {
        "case_id": one.case_id,
        "supervision": one.supervision.id,
        "orderer": one.orderer,
        "co_signer": one.co_signer,
        "ordered_at": to_text(one.ordered_at),
        "acknowledged_at": None if one.acknowledged_at is None else to_text(one.acknowledged_at),
        "lifted": one.lifted,
    }
