"""Which hash identifies a version of the rulebook on every node?"""

import hashlib
import json
from pathlib import Path

from yisong.rulebook.model import BusProfile, Key

GENESIS_FROM = "2000-01-01T00:00:00.000+08:00"


def rulebook_hash(contract: Path, bus: BusProfile) -> bytes:
    """
    Return the SHA-256 of the genesis version: its number, date, and the hash of each file and of the bus profile.

    *contract* is the folder that holds ``rulebook/`` and ``schemas/``. The schema of an inbox is left out: it is
    between a node and its desks, and two nodes may have different ones.
    """
    return hashlib.sha256(canonical(genesis_manifest(contract, bus))).digest()


def genesis_manifest(contract: Path, bus: BusProfile) -> dict[str, object]:
    """Return what the hash of the genesis version covers."""
    schemas = (path for path in (contract / "schemas").rglob("*.avsc") if not path.match("schemas/delivery.v*.avsc"))
    paths = sorted([*(contract / "rulebook").glob("*.yaml"), *schemas])
    files = {path.relative_to(contract).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}
    files["bus"] = hashlib.sha256(canonical(bus_profile(bus))).hexdigest()
    return {"n": 1, "prev_hash": None, "effective_from": GENESIS_FROM, "files": files}


def bus_profile(bus: BusProfile) -> dict[str, object]:
    """Return the bus profile as plain data, its keys in the order of their ids."""
    keys = [_key(key) for key in sorted(bus.keys, key=lambda key: key.key_id)]
    return {"name": bus.name, "profile": bus.profile, "partitions": bus.partitions, "keys": keys}


def canonical(value: object) -> bytes:
    """Return *value* as JSON that is the same on every machine: sorted keys, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


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
