"""How does a node take back what it signed wrongly, once its trail was repaired? ``yisong restate``."""

import time
from contextlib import closing
from typing import Annotated

import orjson
import typer

from yisong.audit.restating import restate as restate_partition
from yisong.cli.page import page
from yisong.home import AGENCIES, Home
from yisong.kafka.rulebook_topic import law_of
from yisong.postgres import connect
from yisong.proof.announcement import Restatement
from yisong.proof.cosigner import Nodes
from yisong.proof.restatements import after_facts

Agency = Annotated[str, typer.Option(metavar="AGENCY", help=f"Whose node: {', '.join(AGENCIES)}.")]
Partition = Annotated[int, typer.Option(min=0, help="Which partition of the log.")]
Why = Annotated[str, typer.Option(help="What was wrong and what was done. Everybody reads it: no personal data.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


def restate(*, agency: Agency, partition: Partition, why: Why, json: AsJson = False) -> None:
    """
    Withdraw the checkpoints of a node that its trail, repaired since, no longer says.

    Only after the repair, and after `yisong compare` has shown that the trail is right again. What was signed stays on
    record; the restatement stands beside it, and the node resumes at the first size above all that it ever signed. Once
    all four nodes have restated the same, the partition goes on under a new origin, and each signs it at once.
    """
    if agency not in AGENCIES:
        raise typer.BadParameter(f"one of {', '.join(AGENCIES)}", param_hint="--agency")
    home = Home.find()
    running = home.need_running()
    cosigner = Nodes(law_of(home, running)).own(agency, home.keystore(), at=time.time_ns() // 1_000_000)
    with closing(connect(running.dsn[agency], autocommit=True, name="yisong-restate")) as connection:
        said = restate_partition(connection, cosigner, partition=partition, why=why)
    if json:
        typer.echo(orjson.dumps(as_json(said), option=orjson.OPT_INDENT_2))
        return
    page().print(
        f"{agency} withdraws {len(said.sizes)} checkpoints of partition {partition}: sizes above {said.sound} up to "
        f"{said.size}. Before offset {said.sound} nothing differs. Its node publishes this with its next round.",
        soft_wrap=True,
    )


def as_json(said: Restatement) -> dict[str, object]:
    """Return a restatement for programs."""
    plain = {name: value for name, value in said._asdict().items() if name != "after"}
    return {**plain, "old_root": said.old_root.hex(), "new_root": said.new_root.hex(), **after_facts(said.after)}
