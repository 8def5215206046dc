"""Which agency systems may speak to a gateway? ``yisong tokens new``, ``list``, ``revoke``."""

from typing import Annotated, Final

import orjson
import typer
from rich.console import Console

from yisong.accounts.login_log import at_the_node
from yisong.accounts.roles import SYSTEM_SCOPES
from yisong.accounts.tokens import Token, add_token, revoke, tokens
from yisong.cli.node_doors import AsJson, At, Organ, check_organ, now, owner_of
from yisong.cli.page import instant, page, ruled
from yisong.publishing.instants import to_text

app = typer.Typer(help="The tokens by which agency systems are known to a gateway.", no_args_is_help=True)

_YEAR: Final = 365
System = Annotated[str, typer.Argument(metavar="SYSTEM", help="What the system is called: a-z, 0-9, dot, _ and -.")]
Scopes = Annotated[list[str], typer.Option("--scope", help=f"One or more of {', '.join(SYSTEM_SCOPES)}.")]
Days = Annotated[int, typer.Option(help="For how many days it is good.")]
Serial = Annotated[int, typer.Argument(metavar="NUMBER", help="Its number, as `yisong tokens list` says.")]


@app.command()
def new(  # noqa: PLR0913 (what a token is)
    at: At, system: System, *, organ: Organ, scope: Scopes, days: Days = _YEAR, json: AsJson = False
) -> None:
    """Make a token and show it, once: the node keeps its SHA-256 only."""
    check_organ(at, organ)
    with owner_of(at) as database:
        made = add_token(database, system, organ=organ, scopes=scope, days=days, by_whom=at_the_node(), now=now())
    if json:
        typer.echo(orjson.dumps({"serial": made.serial, "token": made.secret}))
        return
    typer.echo(made.secret)
    note = f"Token {made.serial} of {system}. It is shown this once; who has it speaks for {organ}."
    Console(stderr=True, highlight=False).print(note)


@app.command(name="list")
def list_tokens(at: At, *, json: AsJson = False) -> None:
    """List the tokens of a node, with when they were last used (to the hour); never the tokens themselves."""
    with owner_of(at) as database:
        found = tokens(database)
    if json:
        typer.echo(orjson.dumps([_row(one) for one in found], option=orjson.OPT_INDENT_2))
        return
    columns = ("number", "system", "organ", "scopes", "good until", "last used", "")
    page().print(ruled(f"Tokens of {at}", columns, [_cells(one, now()) for one in found]), soft_wrap=True)


@app.command(name="revoke")
def revoke_token(at: At, number: Serial) -> None:
    """Let a token open nothing any more, from now on."""
    with owner_of(at) as database:
        revoke(database, number, by_whom=at_the_node(), now=now())
    typer.echo(f"Token {number} of {at} is revoked.")


def _row(one: Token) -> dict[str, object]:
    return {
        "serial": one.serial,
        "system": one.system,
        "organ": one.organ,
        "scopes": one.scopes,
        "made_at": to_text(one.made_at),
        "expires_at": to_text(one.expires_at),
        "used_at": None if one.used_at is None else to_text(one.used_at),
        "revoked_at": None if one.revoked_at is None else to_text(one.revoked_at),
    }


def _cells(one: Token, at: int) -> tuple[str, ...]:
    used = "never" if one.used_at is None else instant(one.used_at)[:16]
    state = "revoked" if one.revoked_at is not None else "expired" if one.expires_at <= at else ""
    return str(one.serial), one.system, one.organ, " ".join(one.scopes), instant(one.expires_at)[:16], used, state
