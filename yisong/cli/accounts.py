"""Which people may log in at a node? ``yisong accounts add``, ``list``, ``lock``, ``unlock``, ``passwd``."""

import sys
from pathlib import Path
from typing import Annotated

import orjson
import typer

from yisong.accounts.login_log import at_the_node
from yisong.accounts.people import Account, accounts, add_account, lock, set_password, unlock
from yisong.accounts.roles import NAMES, ROLES
from yisong.cli.node_doors import AsJson, At, Organ, check_organ, now, owner_of
from yisong.cli.page import instant, page, ruled
from yisong.errors import NotAcceptable
from yisong.publishing.instants import to_text

app = typer.Typer(
    help="The people who may log in at a node. The three administrators 三员 are kept apart.", no_args_is_help=True
)

Name = Annotated[str, typer.Argument(metavar="ACCOUNT", help="a-z, 0-9, dot, _ and -.")]
Roles = Annotated[list[str], typer.Option("--role", help=f"One or more of {', '.join(ROLES)}.")]
PasswordFile = Annotated[
    Path | None, typer.Option(help="Read the password from this file's first line; else it is asked for.")
]


@app.command()
def add(at: At, name: Name, *, organ: Organ, role: Roles, password_file: PasswordFile = None) -> None:
    """Make an account. Its password is for the first login only: the person has to choose another one then."""
    check_organ(at, organ)
    password = _password(password_file)
    with owner_of(at) as database:
        add_account(database, name, organ=organ, roles=role, password=password, by_whom=at_the_node(), now=now())
    typer.echo(f"{name} may log in at {at} for {organ}, and has to choose a password of his own then.")


@app.command(name="list")
def list_accounts(at: At, *, json: AsJson = False) -> None:
    """List the accounts of a node; no password is in it."""
    with owner_of(at) as database:
        found = accounts(database)
    if json:
        typer.echo(orjson.dumps([_row(one) for one in found], option=orjson.OPT_INDENT_2))
        return
    columns = ("account", "organ", "roles", "made", "password of", "")
    page().print(ruled(f"Accounts of {at}", columns, [_cells(one) for one in found]), soft_wrap=True)


@app.command(name="lock")
def lock_account(at: At, name: Name) -> None:
    """Let an account in no more, and end its sessions at once. It is never deleted: the log of logins names it."""
    with owner_of(at) as database:
        lock(database, name, by_whom=at_the_node(), now=now())
    typer.echo(f"{name} is locked at {at}; its sessions have ended.")


@app.command(name="unlock")
def unlock_account(at: At, name: Name) -> None:
    """Let an account in again, whether it was locked or failed too often."""
    with owner_of(at) as database:
        unlock(database, name, by_whom=at_the_node(), now=now())
    typer.echo(f"{name} may log in at {at}.")


@app.command()
def passwd(at: At, name: Name, *, password_file: PasswordFile = None) -> None:
    """Give an account another password, for its next login only, and end its sessions."""
    password = _password(password_file)
    with owner_of(at) as database:
        set_password(database, name, password, by_whom=at_the_node(), now=now())
    typer.echo(f"{name} has to choose a password of his own at the next login; its sessions have ended.")


def _password(file: Path | None) -> str:
    """Read a password from *file*, or ask for it twice; an argument would be seen by every user of the machine."""
    if file is not None:
        try:
            return file.read_text(encoding="utf-8").partition("\n")[0].removesuffix("\r")
        except (OSError, UnicodeDecodeError) as fault:
            raise NotAcceptable("Nothing was changed.", ["the file of the password cannot be read as UTF-8"]) from fault
    if not sys.stdin.isatty():
        raise NotAcceptable("Nothing was changed.", ["there is nobody to ask for the password: use --password-file"])
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))


def _row(one: Account) -> dict[str, object]:
    return {
        "account": one.account,
        "organ": one.organ,
        "roles": one.roles,
        "scopes": sorted(one.scopes),
        "made_at": to_text(one.made_at),
        "password_at": to_text(one.password_at),
        "must_change": one.must_change,
        "locked": one.locked,
    }


def _cells(one: Account) -> tuple[str, ...]:
    roles = ", ".join(f"{role} {NAMES[role]}" for role in one.roles)
    state = "locked" if one.locked else "has to choose a password" if one.must_change else ""
    return one.account, one.organ, roles, instant(one.made_at)[:10], instant(one.password_at)[:10], state
