"""How does one prove that a referral was answered, or that it was not? ``yisong handoff``."""

import re
from functools import partial
from pathlib import Path
from typing import Annotated, Final

import orjson
import typer

from yisong.audit.handoff_files import handoff_over, span_of
from yisong.audit.trails import open_trail
from yisong.cli.page import page
from yisong.cli.proving import taken_back, verified, when_cosigned, write_proof
from yisong.envelope.case_id import is_case_id
from yisong.home import Agency, Home
from yisong.kafka.rulebook_topic import law_of
from yisong.ledger import Law
from yisong.proof.handoff import Handoff, handoff_bytes
from yisong.proof.policy import QUORUM

_REFERRAL: Final = re.compile(r"R-(CRB-.{20})-[1-9][0-9]{0,8}", re.ASCII)

Referral = Annotated[str, typer.Argument(help="The referral's id, R-CRB-…-1.")]
Output = Annotated[Path, typer.Option("-o", "--output", dir_okay=False, help="Write the proof to this file.")]
Node = Annotated[Agency, typer.Option(help="Whose trail to read.")]
Timeout = Annotated[float, typer.Option(help="How many seconds to wait for the quorum.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


def handoff(
    referral: Referral, *, output: Output, node: Node = "copyright", timeout: Timeout = 60.0, json: AsJson = False
) -> None:
    """
    Write the proof that REFERRAL was offered, and receipted when, or unanswered when the receipt clock ran out.

    No body is in it, so it can be shown to anybody. Exit code 1 where neither has come yet.
    """
    found = _REFERRAL.fullmatch(referral)
    if found is None or not is_case_id(found[1]):
        raise typer.BadParameter(f"{referral} is no id of a referral: its form is R-CRB-980100-2016-000021-5-1")
    home = Home.find()
    law = law_of(home, home.need_running())
    with open_trail(home.need_running(), node) as trail:
        span = span_of(trail, found[1], referral)
        if span is None:
            typer.echo(
                f"The trail of {node} has no sending of {referral}, or neither its receipt nor the notice that the "
                "receipt clock ran out: there is nothing to prove yet. See `yisong handoffs`.",
                err=True,
            )
            raise typer.Exit(1)
        made = when_cosigned(
            partial(handoff_over, trail, span, law, case_id=found[1], referral=referral, least=QUORUM),
            trail,
            law,
            what=f"The end of the handoff, at {span.partition}/{span.last},",
            partition=span.partition,
            offset=span.last,
            timeout=timeout,
        )
        restatements = taken_back(trail, law, span.partition)
    _give(made, law, restatements, output, json=json)


def _give(made: Handoff, law: Law, restatements: tuple[bytes, ...], output: Path, *, json: bool) -> None:
    data = handoff_bytes(made)
    said = verified(data, law, restatements=restatements)
    facts = said.facts
    write_proof(output, data, restatements)
    if json:
        names = ("case_id", "referral", "receipted", "late", "sent_at", "ended_at", "records", "size", "have", "of")
        shown = {
            **{name: facts[name] for name in (*names, "restatements")},
            "says": made.says.split("\n"),
            "file": str(output),
        }
        typer.echo(orjson.dumps(shown, option=orjson.OPT_INDENT_2))
        return
    console = page()
    console.print(made.says, markup=False, soft_wrap=True)
    console.print(f"Recorded by {facts['have']} of {facts['of']} nodes. Proof: {output}", markup=False, soft_wrap=True)
    for one in said.restated:
        console.print(one, markup=False, soft_wrap=True)
