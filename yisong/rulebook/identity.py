"""Which hash identifies a version of the rulebook on every node?"""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import cast

import rfc8785

from yisong.rulebook.model import BusProfile, Key

GENESIS_FROM = "2000-01-01T00:00:00.000+08:00"
BUS = "bus"
"""The name under which the bus profile with its keys is a file of a version."""


def rulebook_hash(contract: Path, bus: BusProfile) -> bytes:
    """
    Return the SHA-256 of the genesis version: its number, date, and the hash of each file and of the bus profile.

    *contract* is the folder that holds ``rulebook/`` and ``schemas/``. The schema of an inbox is left out: it is
    between a node and its desks, and two nodes may have different ones.
    """
    return manifest_hash(genesis_manifest(contract, bus))


def genesis_manifest(contract: Path, bus: BusProfile) -> dict[str, object]:
    """Return what the hash of the genesis version covers."""
    return manifest(1, None, GENESIS_FROM, genesis_files(contract, bus))


def genesis_files(contract: Path, bus: BusProfile) -> dict[str, bytes]:
    """Return the files of the genesis version: the rulebook, the schemas of the beginning, and the bus profile."""
    schemas = genesis_schemas(contract)
    tables = (path.relative_to(contract).as_posix() for path in (contract / "rulebook").glob("*.yaml"))
    files = {path: (contract / path).read_bytes() for path in sorted([*tables, *schemas])}
    return {**files, BUS: canonical(bus_profile(bus))}


def genesis_schemas(contract: Path) -> tuple[str, ...]:
    """
    Return the paths of the schemas in the genesis version, which ``schemas/GENESIS`` lists.

    No release changes that list: a schema that comes later is registered by a later version of the rulebook.
    """
    return tuple((contract / "schemas/GENESIS").read_text(encoding="utf-8").splitlines())


def manifest(
    n: int, prev_hash: str | None, effective_from: str, files: Mapping[str, str] | Mapping[str, bytes]
) -> dict[str, object]:
    """Return what the hash of a version covers; *prev_hash* in hexadecimal, *effective_from* in RFC 3339."""
    hashes = {
        path: sha256(text.encode() if isinstance(text, str) else text).hexdigest() for path, text in files.items()
    }
    return {"n": n, "prev_hash": prev_hash, "effective_from": effective_from, "files": hashes}


def manifest_hash(covered: dict[str, object]) -> bytes:
    """Return the hash of a version, of which *covered* is the manifest."""
    return sha256(canonical(covered)).digest()


def bus_profile(bus: BusProfile) -> dict[str, object]:
    """Return the bus profile as plain data, its keys in the order of their ids."""
    keys = [_key(key) for key in sorted(bus.keys, key=lambda key: key.key_id)]
    return {"name": bus.name, "profile": bus.profile, "partitions": bus.partitions, "keys": keys}


def canonical(value: object) -> bytes:
    """Return *value* as JSON that is the same on every machine (RFC 8785); its integers lie within 2^53."""
    return rfc8785.dumps(cast("dict[str, object]", value))  # type: ignore[arg-type]  # plain data, as rfc8785 checks


def _key(key: Key) -> dict[str, object]:
    return {
        "key_id": key.key_id,
        "org": key.org,
        "use": key.use,
        "algorithm": key.algorithm,
        "public": key.public.hex(),
        "valid_from": key.valid_from,
        "valid_to": key.valid_to,
        "revoked_from": key.revoked_from,
    }
