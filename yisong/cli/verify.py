"""What does this proof prove, and to whom? ``yisong verify``: no network, no account, no bus."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

import orjson
import typer

from yisong.cli.page import page
from yisong.errors import NotProven, Unreadable
from yisong.home import Home
from yisong.proof.cosigners import cosigners
from yisong.proof.keys_file import parse_keys
from yisong.proof.policy import Policy, policy_of
from yisong.proof.policy_file import parse_policy
from yisong.proof.statement import Statement
from yisong.proof.verifier import verify as verify_bytes
from yisong.rulebook.model import Key

NOT_PROVEN: Final = 1
UNREADABLE: Final = 2

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A receipt, or a checkpoint.")]
PolicyFile = Annotated[
    Path | None, typer.Option("--policy", exists=True, dir_okay=False, help="Whom you trust: a C2SP tlog-policy.")
]
KeysFile = Annotated[
    Path | None,
    typer.Option("--keys", exists=True, dir_okay=False, help="The directory's keys: `yisong keys list --json`."),
]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


def verify(file: File, *, policy: PolicyFile = None, keys: KeysFile = None, json: AsJson = False) -> None:
    """
    Say what FILE proves, what rests on the quorum, and what it does not prove.

    Exit code 0: proven; 1: not proven; 2: there was nothing to judge (no proof of a known kind or version, of another
    bus, cut short, no policy). Without --policy, policy and keys are those of the bus of this home.
    """
    try:
        trusted, known = _trusted(policy, keys)
        statement = verify_bytes(file.read_bytes(), policy=trusted, keys=known)
    except NotProven as fault:
        _refuse(fault, json=json)
        raise typer.Exit(UNREADABLE if isinstance(fault, Unreadable) else NOT_PROVEN) from None
    if json:
        typer.echo(orjson.dumps(as_json(statement), option=orjson.OPT_INDENT_2))
    else:
        _print(statement)


def as_json(statement: Statement) -> dict[str, object]:
    """Return a statement as ``--json`` writes it."""
    return {
        "proven": True,
        "kind": statement.kind,
        **statement.facts,
        "says": {"proven": statement.proven, "rests_on_quorum": statement.quorum, "not_proven": statement.unproven},
    }


def _trusted(policy: Path | None, keys: Path | None) -> tuple[Policy, Mapping[str, Key] | None]:
    """Return whom the reader trusts, and the keys of authors where they are known."""
    known = None if keys is None else parse_keys(keys.read_bytes())
    if policy is not None:
        return parse_policy(policy.read_bytes()), known
    home = Home.find()
    if not home.bus_file.exists():
        raise Unreadable(
            f"Nothing was judged: without a policy nobody can say whose cosignatures count. Name one with --policy, or "
            f"in YISONG_HOME the home of the bus; there is none in {home.path}."
        )
    rulebook = home.genesis()
    return policy_of(cosigners(rulebook)), rulebook.keys if known is None else known


def _refuse(fault: NotProven, *, json: bool) -> None:
    readable = not isinstance(fault, Unreadable)
    if json:
        typer.echo(orjson.dumps({"proven": False, "readable": readable, "why": str(fault)}, option=orjson.OPT_INDENT_2))
        return
    page().print("Not proven." if readable else "Nothing to judge.", style="red")
    page().print(str(fault), markup=False, soft_wrap=True)


def _print(statement: Statement) -> None:
    console = page()
    for title, sentences in (
        ("Proven", statement.proven),
        ("Rests on those who cosigned", statement.quorum),
        ("Not proven by this file", statement.unproven),
        ("Signature lines that are lost", statement.lost),
    ):
        if sentences:
            console.print(title, style="bold")
        for sentence in sentences:
            console.print(f"  - {sentence}", markup=False, soft_wrap=True)
    facts = statement.facts
    console.print(
        f"Verified: recorded by {facts['have']} of {facts['of']}, and the policy asks for {facts['need']}.",
        style="green",
    )
