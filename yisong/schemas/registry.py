"""Which Avro schemas does this bus know, and which one does a fingerprint name?"""

import json
import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from fastavro.schema import SchemaParseException, UnknownType, fingerprint, parse_schema, to_parsing_canonical_form
from fastavro.types import Schema as AvroSchema

from yisong.contract import folder
from yisong.errors import ContractFault
from yisong.schemas.from_catalogue import NAMESPACE, snake

Kind = Literal["envelope", "header", "leaf", "body", "delivery"]

_FILE = re.compile(r"(?P<stem>[a-z0-9_]+)\.v(?P<version>[1-9][0-9]*)\.avsc")


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """
    One version of one schema.

    ``fingerprint``: CRC-64-AVRO of the parsing canonical form, 8 bytes in the order of the single-object encoding.
    ``parsed`` has logical types (dates come out as dates), ``plain`` has none: there instants stay integers.
    """

    name: str
    kind: Kind
    event_type: str | None
    version: int
    fingerprint: bytes
    json: Mapping[str, object]
    parsed: AvroSchema
    plain: AvroSchema
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """
    Every schema that came with this release, by fingerprint and by name; ``versions`` holds them oldest first.

    All are read. Written is what the law knows: a release comes to the nodes one by one, before the version of the
    rulebook that registers its schemas (docs/decisions/0004).
    """

    by_fingerprint: Mapping[bytes, Schema]
    versions: Mapping[str, tuple[Schema, ...]]
    event_types: Mapping[bytes, str]

    @property
    def envelope(self) -> Schema:
        """The schema in which an envelope is written."""
        return self.versions["Envelope"][0]

    @property
    def header(self) -> Schema:
        """The schema in which a header is written."""
        return self.versions["Header"][0]

    @property
    def leaf(self) -> Schema:
        """The schema in which a leaf is written: one for all nodes, whatever release each of them has."""
        return self.versions["Leaf"][0]

    @property
    def delivery(self) -> Schema:
        """The newest schema of what lies in an inbox."""
        return self.versions["Delivery"][-1]

    def body(self, event_type: str, registered: Container[bytes] | None = None) -> Schema:
        """
        Return the newest body schema of *event_type* among those *registered*, by their fingerprints.

        None = only the first is, as in the genesis version. KeyError where there is no such type.
        """
        first, *later = self.versions[event_type]
        if first.kind != "body":
            raise KeyError(event_type)
        known = [] if registered is None else [one for one in later if one.fingerprint in registered]
        return [first, *known][-1]


@lru_cache(maxsize=1)
def registry() -> Registry:
    """Return the schemas that come with this installation; raise ContractFault where they contradict themselves."""
    return load_registry(folder() / "schemas")


def load_registry(schemas: Path) -> Registry:
    """Return the schemas below the folder *schemas*; raise ContractFault that names every file at fault."""
    faults: list[str] = []
    found: list[Schema] = []
    for path in sorted([*schemas.glob("*.avsc"), *schemas.glob("events/*.avsc")]):
        try:
            found.append(_load(path, relative=path.relative_to(schemas).as_posix()))
        except (ValueError, KeyError, SchemaParseException, UnknownType) as error:
            faults.append(f"{path.relative_to(schemas).as_posix()}: {error}")
    by_fingerprint = {schema.fingerprint: schema for schema in found}
    versions = _versions(found)
    faults += _registry_faults(found, by_fingerprint, versions)
    if faults:
        raise ContractFault("The schemas contradict themselves; correct the files named", faults)
    return Registry(
        by_fingerprint=MappingProxyType(by_fingerprint),
        versions=MappingProxyType(versions),
        event_types=MappingProxyType({s.fingerprint: s.event_type for s in found if s.event_type is not None}),
    )


def _versions(found: list[Schema]) -> dict[str, tuple[Schema, ...]]:
    names = sorted({schema.name for schema in found})
    return {name: tuple(sorted((s for s in found if s.name == name), key=lambda s: s.version)) for name in names}


def _registry_faults(
    found: list[Schema], by_fingerprint: Mapping[bytes, Schema], versions: Mapping[str, tuple[Schema, ...]]
) -> list[str]:
    faults = [
        f"{schema.path}: has the fingerprint of {by_fingerprint[schema.fingerprint].path}; no two may share one"
        for schema in found
        if by_fingerprint[schema.fingerprint] is not schema
    ]
    for name, schemas in versions.items():
        numbers = [schema.version for schema in schemas]
        if numbers != list(range(1, len(numbers) + 1)):
            faults.append(f"{name}: its versions are {numbers}; they must count 1, 2, 3 … without a gap")
    return faults + [
        f"{name}: there is no such schema"
        for name in ("Envelope", "Header", "Leaf", "Delivery")
        if name not in versions
    ]


def _load(path: Path, *, relative: str) -> Schema:
    file = _FILE.fullmatch(path.name)
    if file is None:
        raise ValueError("a schema file is called name_in_snake_case.vN.avsc")
    raw: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    name, is_body = str(raw["name"]), path.parent.name == "events"
    namespace = f"{NAMESPACE}.events" if is_body else NAMESPACE
    if raw.get("namespace") != namespace or snake(name) != file["stem"]:
        raise ValueError(f"holds {raw.get('namespace')}.{name}; its name says {namespace}.… in snake case")
    return Schema(
        name=name,
        kind=_kind(name, is_body=is_body),
        event_type=name if is_body else None,
        version=int(file["version"]),
        fingerprint=schema_fingerprint(raw),
        json=MappingProxyType(raw),
        parsed=parse_schema(raw),
        plain=parse_schema(without_logical_types(raw)),  # type: ignore[arg-type]  # a record stays a record
        path=f"schemas/{relative}",
    )


def _kind(name: str, *, is_body: bool) -> Kind:
    if is_body:
        return "body"
    kinds: Mapping[str, Kind] = {"Envelope": "envelope", "Header": "header", "Leaf": "leaf", "Delivery": "delivery"}
    return kinds[name]


def schema_fingerprint(raw: Mapping[str, object]) -> bytes:
    """
    Return the CRC-64-AVRO fingerprint of a schema, little-endian as the single-object encoding writes it.

    Source: Avro specification, "Schema Fingerprints" and "Single object encoding".
    """
    return bytes.fromhex(fingerprint(to_parsing_canonical_form(dict(raw)), "CRC-64-AVRO"))


def without_logical_types(node: object) -> object:
    """Return the schema *node* without logical types, so that a decoder leaves integers alone."""
    match node:
        case dict():
            return {key: without_logical_types(value) for key, value in node.items() if key != "logicalType"}
        case list():
            return [without_logical_types(item) for item in node]
        case _:
            return node
