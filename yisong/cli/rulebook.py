"""Which law is in force, and how does the next come about? ``yisong rulebook propose|sign|show|diff``."""

import time
from pathlib import Path
from typing import Annotated

import orjson
import typer

from yisong.cli import rulebook_screen
from yisong.cli.page import page
from yisong.contract import folder as contract
from yisong.errors import ContractFault, WiringFault
from yisong.home import Agency, Home, write_whole
from yisong.kafka.rights import user_of
from yisong.kafka.rulebook_topic import publish_version, read_versions
from yisong.publishing.instants import to_ms
from yisong.rulebook.model import Key
from yisong.rulebook.propose import files_in, fitness, proposal_text, proposed, read_proposal, with_keys
from yisong.rulebook.succession import NEEDED, Succession, Valid, judge, signing_nodes
from yisong.rulebook.version import Signature, SignedVersion, genesis_version, signed_bytes
from yisong.schemas import rulebook_of
from yisong.signing.sign import sign_bytes
from yisong.signing.verify import verifies

Folder = Annotated[
    Path | None, typer.Argument(help="Files that take the place of those in force, as show --to writes.")
]
File = Annotated[Path, typer.Argument(help="The proposal, with the signatures that it has by now.")]
From = Annotated[str, typer.Option("--from", help="From when it governs: 2027-01-01T00:00:00+08:00.")]
Output = Annotated[Path, typer.Option("--output", "-o", help="Where to write the proposal.")]
Add = Annotated[list[str] | None, typer.Option("--add-key", help="A key of this home that is to be registered.")]
Revoke = Annotated[list[str] | None, typer.Option(help="A key that is to count no more from --from on.")]
Node = Annotated[Agency, typer.Option(help="As which node to sign.")]
To = Annotated[Path | None, typer.Option(help="Write the files of the newest version into this folder.")]
What = Annotated[str, typer.Argument(help="A proposal, or the number of a version.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]

app = typer.Typer(
    help="Versions of the rulebook: the law of this bus, signed by three of four nodes.", no_args_is_help=True
)


@app.command()
def propose(folder: Folder = None, *, since: From, output: Output, add_key: Add = None, revoke: Revoke = None) -> None:
    """Write a proposal for the next version, and show what it changes; where it has faults, name all of them."""
    home, effective_from = Home.find(), to_instant(since)
    succession = succession_of(home)
    newest = succession.newest
    bus = with_keys(newest.bus, added=_own(home, add_key or ()), revoked=dict.fromkeys(revoke or (), effective_from))
    files = {} if folder is None else files_in(folder)
    signed = proposed(newest, files=files, bus=bus, effective_from=effective_from)
    changes = check_fit(succession, signed)
    write_whole(output, proposal_text(signed))
    page().print(rulebook_screen.changes(signed.version, changes), soft_wrap=True)
    page().print(f"Written to {output}. It takes effect once {NEEDED} of 4 nodes have signed it: yisong rulebook sign")


@app.command()
def sign(file: File, *, node: Node) -> None:
    """Sign a proposal as a node, and publish it once three have: one, where a node only revokes keys of its own."""
    home = Home.find()
    succession = succession_of(home)
    signed = read_proposal(file)
    check_fit(succession, signed)
    signed = signed.signed(_signature(home, succession, signed, node))
    write_whole(file, proposal_text(signed))
    judged = judge(succession.newest, signed, append_time=_now(), verifies=verifies)
    if judged.faults:
        page().print(f"Signed by {', '.join(judged.nodes)}; not published yet: {'; '.join(judged.faults)}.")
        return
    offset = publish_version(home.need_running(user_of("trail", node)).bootstrap, signed)
    page().print(f"Signed by {', '.join(judged.nodes)}, and published at offset {offset} of the topic rulebook.")


@app.command()
def show(*, to: To = None, json: AsJson = False) -> None:
    """Show all versions: which is in force, which waits, which is void and why."""
    home, now = Home.find(), _now()
    succession = succession_of(home)
    if to is not None:
        for path, text in succession.newest.files.items():
            (to / path).parent.mkdir(parents=True, exist_ok=True)
            (to / path).write_text(text, encoding="utf-8")
    if json:
        typer.echo(orjson.dumps(rulebook_screen.as_json(succession, now=now), option=orjson.OPT_INDENT_2))
        return
    for part in rulebook_screen.versions(succession, now=now):
        page().print(part, soft_wrap=True)


@app.command()
def diff(what: What) -> None:
    """Show the rows that a version, or a proposal, adds and ends."""
    succession = succession_of(Home.find())
    if not what.isdigit():
        signed = read_proposal(Path(what))
        changes, faults = fitness(succession, signed.version, now=_now(), load=rulebook_of)
        page().print(rulebook_screen.changes(signed.version, changes), soft_wrap=True)
        if faults:
            raise ContractFault(f"{what} is not fit to be signed", faults)
        return
    found = next((one for one in succession.valid if one.version.n == int(what)), None)
    if found is None:
        raise typer.BadParameter(f"there is no valid version {what}; the newest is {succession.newest.n}")
    page().print(rulebook_screen.changes(found.version, found.changes), soft_wrap=True)


def succession_of(home: Home) -> Succession:
    """Return all versions of the bus; the genesis version alone where it does not run and can't have others."""
    running, bus = home.running(), home.bus()
    if running is None and bus.profile == "demo":
        return Succession(valid=(Valid(version=genesis_version(contract(), bus)),))
    return read_versions(home, home.need_running())


def check_may_change(succession: Succession) -> None:
    """Raise WiringFault where the law of this bus never changes."""
    if succession.newest.bus.profile == "demo":
        raise WiringFault("A demo bus has the genesis version only, so that it can be replayed; nothing was written.")


def check_fit(succession: Succession, signed: SignedVersion) -> tuple[rulebook_screen.Change, ...]:
    """Return what *signed* changes. Raises ContractFault naming every fault for which no node must sign it."""
    check_may_change(succession)
    changes, faults = fitness(succession, signed.version, now=_now(), load=rulebook_of)
    if faults:
        raise ContractFault("This version would be void, or stop every node; nothing was written", faults)
    return changes


def _signature(home: Home, succession: Succession, signed: SignedVersion, node: Agency) -> Signature:
    """Sign with the newest key of the node that counts now. Raises WiringFault where this home has none."""
    newest, keystore = succession.newest, home.keystore()
    message = signed_bytes(newest.bus.name, signed.version.hash)
    rows = keystore.keys()
    ours = {key.key_id for key in rows}
    for key in reversed(newest.bus.keys):
        if key.key_id in ours and key.use == "sign":
            one = Signature(key_id=key.key_id, value=sign_bytes(message, keystore.private(key.key_id)))
            alone = SignedVersion(version=signed.version, signatures=(one,))
            if signing_nodes(newest, alone, at=_now(), verifies=verifies) == (node,):
                return one
    raise WiringFault(
        f"No key of the node of {node} that counts now is in {home.keys}; nothing was signed. "
        "A node signs versions with a signing key of its system organ, where its own keys are."
    )


def _own(home: Home, key_ids: tuple[str, ...] | list[str]) -> list[Key]:
    rows = home.keystore().keys()
    keys = {key.key_id: key for key in rows}
    missing = [key_id for key_id in key_ids if key_id not in keys]
    if missing:
        raise ContractFault("These keys can't be proposed", [f"{one}: is not in {home.keys}" for one in missing])
    return [keys[key_id] for key_id in key_ids]


def to_instant(text: str) -> int:
    """Return an instant of the command line in ms. Raises BadParameter, which names it."""
    try:
        return to_ms(text)
    except ValueError as fault:
        raise typer.BadParameter(f"{text}: {fault}") from fault


def _now() -> int:
    return time.time_ns() // 1_000_000
