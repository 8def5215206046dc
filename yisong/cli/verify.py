"""What does this proof prove, and to whom? ``yisong verify``: no network, no account, no bus."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, NamedTuple

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

_HASH: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)

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
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


def verify(
    file: File,
    *,
    policy: PolicyFile = None,
    keys: KeysFile = None,
    rulebook: RulebookHash = None,
    json: AsJson = False,
) -> None:
    """
    Say what FILE proves, what rests on the quorum, and what it does not prove.

    Exit code 0: proven; 1: not proven; 2: there was nothing to judge (no proof of a known kind or version, of another
    bus, cut short, no policy). Without --policy, policy, keys and genesis rulebook are those of the bus of this home.
    """
    try:
        trusted = _trusted(policy, keys, rulebook or [])
        data = file.read_bytes()
        statement = verify_bytes(data, policy=trusted.policy, keys=trusted.keys, rulebooks=trusted.rulebooks)
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


class Trusted(NamedTuple):
    """Whom the reader trusts, the keys of authors where they are known, and the rulebooks that the reader knows."""

    policy: Policy
    keys: Mapping[str, Key] | None
    rulebooks: tuple[bytes, ...]


def _trusted(policy: Path | None, keys: Path | None, rulebooks: list[str]) -> Trusted:
    known = None if keys is None else parse_keys(keys.read_bytes())
    hashes = tuple(map(_hash, rulebooks))
    if policy is not None:
        return Trusted(parse_policy(policy.read_bytes()), known, hashes)
    home = Home.find()
    if not home.bus_file.exists():
        raise Unreadable(
            f"Nothing was judged: without a policy nobody can say whose cosignatures count. Name one with --policy, or "
            f"in YISONG_HOME the home of the bus; there is none in {home.path}."
        )
    genesis = home.genesis()
    return Trusted(policy_of(cosigners(genesis)), genesis.keys if known is None else known, (*hashes, genesis.hash))


def _hash(text: str) -> bytes:
    if not _HASH.fullmatch(text):
        raise typer.BadParameter(f"{text!r} is no hash of a rulebook: it has 64 hexadecimal digits, in lower case")
    return bytes.fromhex(text)


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
