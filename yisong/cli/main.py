"""Which commands are there, and what becomes of an error on the way out?"""

import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Final, cast

import typer
from rich.console import Console
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group

from yisong.errors import YisongError

FAULT = 2

COMMANDS: Final[Mapping[str, str]] = {
    "up": "yisong.cli.up:up",
    "down": "yisong.cli.up:down",
    "status": "yisong.cli.up:status",
    "doctor": "yisong.cli.doctor:doctor",
    "demo": "yisong.cli.demo:demo",
    "replay": "yisong.cli.replay:replay",
    "history": "yisong.cli.history:history",
    "compare": "yisong.cli.compare:compare",
    "fsck": "yisong.cli.fsck:fsck",
    "rebuild": "yisong.cli.rebuild:rebuild",
    "backup": "yisong.cli.backup:backup",
    "restore": "yisong.cli.backup:restore",
    "handoffs": "yisong.cli.handoffs:handoffs",
    "duties": "yisong.cli.duties:duties",
    "clues": "yisong.cli.clues:clues",
    "drafts": "yisong.cli.drafts:app",
    "dead-letters": "yisong.cli.dead_letters:app",
    "whatif": "yisong.cli.whatif:whatif",
    "inbox": "yisong.cli.inbox:inbox",
    "receipt": "yisong.cli.receipt:receipt",
    "dossier": "yisong.cli.dossier:dossier",
    "handoff": "yisong.cli.handoff:handoff",
    "restate": "yisong.cli.restate:restate",
    "verify": "yisong.cli.verify:verify",
    "publish": "yisong.cli.publish:publish",
    "import": "yisong.cli.importing:import_",
    "filings": "yisong.cli.filings:app",
    "papers": "yisong.cli.papers:app",
    "supervisions": "yisong.cli.supervisions:supervisions",
    "registers": "yisong.cli.registers:registers",
    "export": "yisong.cli.export:app",
    "clusters": "yisong.cli.clusters:clusters",
    "campaigns": "yisong.cli.campaigns:campaigns",
    "reports": "yisong.cli.reports:reports",
    "stats": "yisong.cli.stats:stats",
    "bodies": "yisong.cli.bodies:app",
    "rulebook": "yisong.cli.rulebook:app",
    "keys": "yisong.cli.keys:app",
    "accounts": "yisong.cli.accounts:app",
    "tokens": "yisong.cli.tokens:app",
    "pii": "yisong.cli.pii:app",
    "schemas": "yisong.cli.schemas:app",
    "topics": "yisong.cli.topics:app",
}
"""One line a command, in the order of the help: where its function stands, or the Typer of a group."""


class OnDemand(TyperGroup):
    """Imports a command when it is called: reading a case need not wait for what starts a broker."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]  # noqa: ARG002 (Typer's own)
        """Name all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: typer.Context, cmd_name: str) -> TyperGroup | TyperCommand | None:  # type: ignore[override]  # noqa: ARG002
        """Return one command; None where there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        return _command(cmd_name)


app = typer.Typer(
    name="yisong",
    help="Yisong 移送: four agencies hand cases over to one another, and each keeps its own, equal audit trail.",
    cls=OnDemand,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback()
def _all() -> None:
    """There is nothing that all commands do; without this a Typer with no registered command refuses to run."""


def _command(name: str) -> TyperGroup | TyperCommand:
    module, _, attribute = COMMANDS[name].partition(":")
    found = getattr(import_module(module), attribute)
    if isinstance(found, typer.Typer):
        command: TyperGroup | TyperCommand = get_group(found)
    else:
        alone = typer.Typer(add_completion=False)
        alone.command()(found)
        command = cast("TyperCommand", get_command(alone))
    command.name = name
    return command


def main() -> None:
    """Run the command line; a fault that Yisong names itself is a message and exit code 2, never a traceback."""
    try:
        app()
    except YisongError as fault:
        Console(stderr=True, highlight=False).print(f"yisong: {fault}", style="red", markup=False, soft_wrap=True)
        sys.exit(FAULT)
    except BrokenPipeError:  # `yisong history … | head` is no fault
        sys.stderr.close()
        sys.exit(0)
