"""How is a node's database made again from the log? ``yisong rebuild``."""

import subprocess
import sys
from typing import Annotated, Any

import orjson
import typer
from rich.markup import escape

from yisong.cli.page import page, stranger
from yisong.home import AGENCIES, Home

_DIFFERS = 4

Agency = Annotated[str | None, typer.Option(metavar="AGENCY", help=f"Only the node of: {', '.join(AGENCIES)}.")]
Repair = Annotated[
    bool, typer.Option("--repair", help="Put what the log gives in the place of what differs; that is kept aside.")
]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


def rebuild(*, agency: Agency = None, repair: Repair = False, json: AsJson = False) -> None:
    """
    Make the database of a node again from the log, beside the live one, and swap when equal.

    The node goes on meanwhile, and others publish. What the log does not give (outbox, accounts, evidence, the desk's
    own) stays as it is. Where the live database differs, the first difference is named and nothing is swapped (exit
    code 3), unless told to repair it. Killed at any moment, start it again: the live database is whole all the time.
    """
    if agency is not None and agency not in AGENCIES:
        raise typer.BadParameter(f"one of {', '.join(AGENCIES)}", param_hint="--agency")
    home = Home.find()
    home.need_running()
    codes = [_one(home, one, repair=repair, json=json) for one in AGENCIES if agency in (None, one)]
    raise typer.Exit(max(codes))


def _one(home: Home, agency: str, *, repair: bool, json: bool) -> int:
    argv = [sys.executable, "-m", "services.trail.rebuilding", "--home", str(home.path), "--agency", agency]
    done = subprocess.run([*argv, *(["--repair"] if repair else [])], stdout=subprocess.PIPE, check=False)
    if done.returncode in (0, _DIFFERS):
        found = orjson.loads(done.stdout)
        if json:
            typer.echo(done.stdout.decode().rstrip())
        else:
            page().print(escape(said(found)), style="green" if found["in_place"] else "red", soft_wrap=True)
        return 3 if done.returncode else 0
    return done.returncode if done.returncode > 0 else 1


def said(found: dict[str, Any]) -> str:
    """Say what came of rebuilding one node, in a few sentences."""
    agency, one = found["agency"], found["difference"]
    told = f"{agency}: {found['entries']} entries were derived from the log. "
    if one is None:
        return told + f"What was kept is the same; the new tables are in place. {_waited(found)}"
    kept, derived = (stranger("nothing" if one[side] is None else str(one[side])) for side in ("kept", "derived"))
    told += (
        f"The first difference is at partition {one['partition']}, offset {one['offset']}: {one['what']}. Kept is "
        f"{kept}; the log gives {derived}. "
    )
    if not found["in_place"]:
        return told + (
            "Nothing was put in place. Somebody has altered the database, or another law judged: see what the other "
            f"nodes say (`yisong compare`), and then `yisong rebuild --agency {agency} --repair`."
        )
    told += (
        f"What the log gives is in place; what was there is kept in a schema replaced_…, as evidence. {_waited(found)}"
    )
    if found["missigned"] is None:
        return told
    at = found["missigned"]["partition"]
    return (
        told + f" This node has signed what was altered: `yisong restate --agency {agency} --partition {at} --why …`."
    )


def _waited(found: dict[str, Any]) -> str:
    return f"Nobody could read for {found['waited'] * 1000:.0f} ms."
