"""Which keys are in this keystore, and how does an organ get others? ``yisong keys new|rotate|list|policy``."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.table import Table

from yisong import schemas
from yisong.cli.rotate import rotate
from yisong.cli.trusting import known_versions
from yisong.errors import BusNotFound, KeyNotUsable
from yisong.home import Home
from yisong.proof.policy import QUORUM
from yisong.proof.trust import trust_in
from yisong.rulebook.model import BusProfile, Key
from yisong.signing.key_file import Algorithm, KeyUse
from yisong.signing.keystore import Keystore

Use = Annotated[KeyUse, typer.Option(help="To sign events, to seal bodies, or to cosign checkpoints.")]
Of = Annotated[
    Algorithm | None,
    typer.Option("--algorithm", help="A node may cosign with ml-dsa-44 as well, in a second line.", show_default=False),
]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]
Quorum = Annotated[int, typer.Option(help="How many of the cosigners a proof needs.")]
Passphrase = Annotated[str | None, typer.Option(envvar="YISONG_PASSPHRASE", help="Encrypt private keys with it.")]

BEIJING = timezone(timedelta(hours=8))

app = typer.Typer(help="The private keys of this home, and their public rows.", no_args_is_help=True)
app.command()(rotate)


@app.command()
def new(
    org: str, *, use: Use = "sign", algorithm: Of = None, passphrase: Passphrase = None, json: AsJson = False
) -> None:
    """Make a key of the organ ORG (V9801, S-police), valid from now on. It counts once the rulebook has its row."""
    home = Home.find()
    organs = schemas.genesis(_bus(home)).directory.organs
    if org not in organs:
        raise KeyNotUsable(
            f"{org} is no organ of the directory, so no key of it can count. Known are {', '.join(organs)}"
        )
    now = time.time_ns() // 1_000_000
    key = Keystore(home.keys, passphrase or None).new(org, use, valid_from=now, algorithm=algorithm)
    _show((key,), {}, json=json)
    if not json:
        Console(stderr=True).print("Nothing it signs is admitted before a version of the rulebook holds this row.")


@app.command(name="list")
def list_keys(*, json: AsJson = False) -> None:
    """List the keys of this home: public halves only, so that no passphrase is needed."""
    home = Home.find()
    _show(Keystore(home.keys).keys(), {key.key_id: key for key in _bus(home).keys}, json=json)


@app.command()
def policy(*, quorum: Quorum = QUORUM) -> None:
    """
    Write a policy for `yisong verify`: the cosigners of this home's bus, and how many must have signed.

    They are those of all versions of the rulebook, where the bus runs; what was assumed stands in its first line.
    """
    versions = known_versions(Home.find())
    text = trust_in(versions.rulebooks, quorum=quorum).policy.text.decode()
    typer.echo(f"# {versions.words}\n{text}", nl=False)


def _bus(home: Home) -> BusProfile:
    """Return the bus of *home*; one without keys where there is none yet."""
    try:
        return home.bus()
    except BusNotFound:
        return BusProfile(name="unnamed", profile="demo", partitions=1, keys=())


def _show(keys: tuple[Key, ...], registered: Mapping[str, Key], *, json: bool) -> None:
    if json:
        rows = [{**_row(key), "registered": registered.get(key.key_id) == key} for key in keys]
        typer.echo(orjson.dumps(rows, option=orjson.OPT_INDENT_2))
        return
    table = Table(box=None)
    for title in ("key", "use", "public", "valid from", "valid to", "revoked", "registered"):
        table.add_column(title, no_wrap=True)
    for key in keys:
        known = "yes" if registered.get(key.key_id) == key else "no"
        instants = (_shown(key.valid_from), _shown(key.valid_to), _shown(key.revoked_from))
        use = key.use if key.algorithm != "ml-dsa-44" else f"{key.use} {key.algorithm}"
        table.add_row(key.key_id, use, f"{key.public.hex()[:8]}…", *instants, known)
    Console().print(table)


def _row(key: Key) -> dict[str, str | None]:
    """Return the row of *key* as the directory writes it, instants in RFC 3339."""
    return {
        "key_id": key.key_id,
        "org": key.org,
        "use": key.use,
        "algorithm": key.algorithm,
        "public": key.public.hex(),
        "valid_from": _instant(key.valid_from),
        "valid_to": _instant(key.valid_to),
        "revoked_from": _instant(key.revoked_from),
    }


def _instant(instant: int | None) -> str | None:
    if instant is None:
        return None
    shown = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=instant)
    return shown.astimezone(BEIJING).isoformat("T", "milliseconds")


def _shown(instant: int | None) -> str:
    return "–" if instant is None else (_instant(instant) or "")[:16].replace("T", " ")
