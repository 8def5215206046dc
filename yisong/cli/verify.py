"""What does this proof prove, and to whom? ``yisong verify``: no network, no account, no bus."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import orjson
import typer

from yisong.cli.page import page
from yisong.cli.trusting import trusted
from yisong.errors import NotProven, Unreadable
from yisong.proof.restatements import parse_restatements, restatements_beside
from yisong.proof.statement import Statement

NOT_PROVEN: Final = 1
UNREADABLE: Final = 2

File = Annotated[
    Path,
    typer.Argument(exists=True, dir_okay=False, help="A receipt, a checkpoint, a dossier, or the proof of a handoff."),
]
PolicyFile = Annotated[
    Path | None, typer.Option("--policy", exists=True, dir_okay=False, help="Whom you trust: a C2SP tlog-policy.")
]
KeysFile = Annotated[
    Path | None,
    typer.Option("--keys", exists=True, dir_okay=False, help="The directory's keys: `yisong keys list --json`."),
]
RulebookHash = Annotated[
    list[str] | None,
    typer.Option("--rulebook", help="The hash of a version of the rulebook that you know. May be given again."),
]
RestatementsFile = Annotated[
    Path | None,
    typer.Option(
        "--restatements",
        exists=True,
        dir_okay=False,
        help="What nodes have taken back since. By default FILE.restatements, where that lies beside it.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


def verify(  # noqa: PLR0913 (the command's options)
    file: File,
    *,
    policy: PolicyFile = None,
    keys: KeysFile = None,
    rulebook: RulebookHash = None,
    restatements: RestatementsFile = None,
    json: AsJson = False,
) -> None:
    """
    Say what FILE proves, what rests on the quorum, and what it does not prove.

    Exit code 0: proven; 1: not proven; 2: there was nothing to judge (no proof of a known kind or version, of another
    bus, cut short, no policy). Without --policy, policy, keys and rulebook are those of the bus of this home, in all
    versions that it has while it runs, in the first while it does not. What FILE itself says of them is not believed.
    """
    try:
        data, taken_back = file.read_bytes(), _taken_back(file, restatements)
        trust, assumed = trusted(data, policy=policy, keys=keys, rulebooks=rulebook or [])
        statement = trust.verify(data, restatements=taken_back)
    except NotProven as fault:
        _refuse(fault, json=json)
        raise typer.Exit(UNREADABLE if isinstance(fault, Unreadable) else NOT_PROVEN) from None
    if json:
        typer.echo(orjson.dumps(as_json(statement, assumed), option=orjson.OPT_INDENT_2))
    else:
        _print(statement, assumed)


def as_json(statement: Statement, assumed: Sequence[str]) -> dict[str, object]:
    """Return a statement, and what was *assumed*, as ``--json`` writes it."""
    return {
        "proven": True,
        "kind": statement.kind,
        **statement.facts,
        "says": {
            "proven": statement.proven,
            "rests_on_quorum": statement.quorum,
            "taken_back": statement.restated,
            "not_proven": statement.unproven,
            "assumed": assumed,
        },
    }


def _taken_back(file: Path, named: Path | None) -> tuple[bytes, ...]:
    """Return the restatements that were *named*, else those that lie beside *file*. Raises Unreadable."""
    beside = restatements_beside(file)
    found = named or (beside if beside.is_file() else None)
    return () if found is None else parse_restatements(found.read_bytes())


def _refuse(fault: NotProven, *, json: bool) -> None:
    readable = not isinstance(fault, Unreadable)
    if json:
        typer.echo(orjson.dumps({"proven": False, "readable": readable, "why": str(fault)}, option=orjson.OPT_INDENT_2))
        return
    page().print("Not proven." if readable else "Nothing to judge.", style="red")
    page().print(str(fault), markup=False, soft_wrap=True)


def _print(statement: Statement, assumed: Sequence[str]) -> None:
    console = page()
    for title, sentences in (
        ("Proven", statement.proven),
        ("Rests on those who cosigned", statement.quorum),
        ("Taken back by nodes that were wrong", statement.restated),
        ("Not proven by this file", statement.unproven),
        ("Signature lines that are lost", statement.lost),
        ("Whom it was asked to trust", assumed),
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
