"""Which schemas does this bus know, are they sound, and what does one say?"""

import json
from typing import Annotated

import typer

from yisong.contract import folder
from yisong.errors import ContractFault
from yisong.home import Home
from yisong.kafka.asyncapi import asyncapi as document
from yisong.rulebook.catalogue import read_catalogue
from yisong.rulebook.files import read_files
from yisong.schemas import Schema, registry
from yisong.schemas.from_catalogue import snake
from yisong.schemas.generate import derived_schemas

app = typer.Typer(help="The Avro schemas of envelope, header, leaf, inbox and every body.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


@app.command()
def check() -> None:
    """Load every schema and the catalogue, and name every fault at once."""
    known = registry()
    read_files(folder() / "rulebook")
    expected = {row.name for row in read_catalogue(folder() / "rulebook").events}
    have = set(known.event_types.values())
    faults = [f"{name}: has no body schema" for name in sorted(expected - have)]
    faults += [f"{name}: is in no catalogue, and yet has a body schema" for name in sorted(have - expected)]
    derived = derived_schemas(folder())
    faults += [
        f"{path.name}: differs from events.yaml; run `python -m yisong.schemas.generate`"
        for path, text in derived.items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]
    if faults:
        raise ContractFault("Schemas and catalogue contradict each other", faults)
    typer.echo(f"{len(known.by_fingerprint)} schemas, {len(have)} event types: sound")


@app.command(name="list")
def list_(*, as_json: AsJson = False) -> None:
    """List every schema with its fingerprint, as it stands on the wire."""
    schemas = sorted(registry().by_fingerprint.values(), key=lambda schema: (schema.kind == "body", schema.path))
    if as_json:
        typer.echo(json.dumps([_row(schema) for schema in schemas], ensure_ascii=False, indent=2))
        return
    for schema in schemas:
        typer.echo(f"{schema.name:<32} v{schema.version:<3} {schema.fingerprint.hex()}  {schema.path}")


@app.command()
def show(name: Annotated[str, typer.Argument(help="PascalCase, snake_case, or a fingerprint in hex.")]) -> None:
    """Print the newest schema of NAME, as it stands in its file."""
    typer.echo((folder() / _found(name).path).read_text(encoding="utf-8"), nl=False)


@app.command()
def asyncapi() -> None:
    """Print the AsyncAPI document of this bus: topics, messages and schemas, for whoever writes a client."""
    typer.echo(json.dumps(document(Home.find().bus()), ensure_ascii=False, indent=2))


def _found(name: str) -> Schema:
    for schema in sorted(registry().by_fingerprint.values(), key=lambda schema: -schema.version):
        if name in (schema.name, snake(schema.name), schema.fingerprint.hex()):
            return schema
    raise typer.BadParameter(f"there is no schema {name}; `yisong schemas list` shows all")


def _row(schema: Schema) -> dict[str, object]:
    return {
        "name": schema.name,
        "kind": schema.kind,
        "version": schema.version,
        "fingerprint": schema.fingerprint.hex(),
        "file": schema.path,
    }
