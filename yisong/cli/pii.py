"""What do the P2 tokens of our organs stand for? ``yisong pii new``, ``erase``: at the node of their owner."""

import sys
from typing import Annotated

import typer

from yisong.accounts.login_log import at_the_node
from yisong.cli.node_doors import At, Organ, check_organ, now, owner_of
from yisong.errors import NotAcceptable
from yisong.home import Home
from yisong.kafka.rulebook_topic import law_of
from yisong.pii.tokens import Kind
from yisong.pii.tokens import owner_of as owner_in
from yisong.pii.vault import Vault

app = typer.Typer(help="P2 tokens: what they stand for is kept sealed at their owner's node.", no_args_is_help=True)

KindOf = Annotated[Kind, typer.Option(help="officer: an acting person; person: anything else of level P2.")]
Chosen = Annotated[str | None, typer.Option("--token", help="One that the organ has chosen for it before.")]
Token = Annotated[str, typer.Argument(metavar="TOKEN", help="The token, as U-V9801-01.")]
Reason = Annotated[str, typer.Option(help="Why, and under which rule.")]


@app.command()
def new(at: At, *, organ: Organ, kind: KindOf, token: Chosen = None) -> None:
    """Read a name, number or address of level P2 from standard input, keep it sealed, and show its token."""
    check_organ(at, organ)
    home = Home.find()
    law = law_of(home, home.need_running())
    with owner_of(at) as database:
        vault = Vault(database, organ, law=law, keys=home.keystore())
        # Never an argument: those stand in the history of the shell, and in the list of processes.
        made = vault.token_for(sys.stdin.readline(), kind, account=at_the_node(), now=now(), token=token)
    typer.echo(made.token)


@app.command()
def erase(at: At, token: Token, *, reason: Reason) -> None:
    """Let a token stand for nothing any more; whoever asks learns that it is erased."""
    home = Home.find()
    law = law_of(home, home.need_running())
    organ = owner_in(token, law)
    if organ is None:
        raise NotAcceptable("Nothing was erased.", ["token: names no organ of the directory, as U-V9801-01 does"])
    check_organ(at, organ)
    with owner_of(at) as database:
        vault = Vault(database, organ, law=law, keys=home.keystore())
        if not reason.strip() or not vault.erase(token, account=at_the_node(), reason=reason, now=now()):
            raise NotAcceptable(
                "Nothing was erased.", ["there is nothing under this token, it is erased already, or no reason is said"]
            )
    typer.echo(f"{token} stands for nothing any more.")
