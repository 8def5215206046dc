"""How does one see what other clock rules would have changed? ``yisong whatif``."""

import time
from pathlib import Path
from typing import Annotated

import orjson
import typer

from yisong.audit.trails import open_trail
from yisong.audit.whatif import what_if
from yisong.cli import whatif_screen
from yisong.cli.page import page
from yisong.contract import folder
from yisong.errors import WiringFault
from yisong.home import Agency, Home
from yisong.kafka.rulebook_topic import law_of
from yisong.ledger import Law
from yisong.rulebook.other_timers import with_timers

Timers = Annotated[
    Path, typer.Option(help="The other clock rules: a timers.yaml, e.g. rulebook/timers.yaml with a number changed.")
]
Node = Annotated[Agency, typer.Option(help="Whose trail to fold again.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


def whatif(*, timers: Timers, node: Node = "police", json: AsJson = False) -> None:
    """Fold the log again under other clock rules, write nothing, and list the cases with another outcome."""
    home = Home.find()
    running, genesis = home.need_running(), home.genesis()
    law, other = law_of(home, running), Law(with_timers(genesis, timers, contract=folder()))
    if len(law.versions) > 1:
        raise WiringFault(
            f"This bus has {len(law.versions)} versions of the rulebook, and other clock rules can be asked of the "
            "genesis version only; nothing was folded."
        )
    with open_trail(running, node) as trail:
        found = what_if(trail, law, other, now=int(time.time() * 1000))
    if json:
        typer.echo(orjson.dumps(whatif_screen.as_json(found), option=orjson.OPT_INDENT_2))
        return
    console = page()
    for part in whatif_screen.screen(found):
        console.print(part, soft_wrap=True)
