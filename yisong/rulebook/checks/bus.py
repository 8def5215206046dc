"""Is a bus profile sound: its name, its partitions, its keys?"""

import re
from collections.abc import Iterator

from yisong.rulebook.checks.names import repeated, unknown
from yisong.rulebook.files import Files
from yisong.rulebook.model import BusProfile, Key

_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,62}")
_KEY_ID = re.compile(r"(?P<org>.+)#(0|[1-9]\d*)", re.ASCII)
_ALGORITHMS = {"sign": ("ed25519",), "cosign": ("ed25519", "ml-dsa-44"), "seal": ("x25519",)}
_PUBLIC_BYTES = {"ed25519": 32, "x25519": 32, "ml-dsa-44": 1312}


def bus_faults(bus: BusProfile, files: Files) -> list[str]:
    """Return what is wrong with *bus*; a bus without keys is sound, and admits nothing."""
    faults = repeated("bus profile", "key", (key.key_id for key in bus.keys))
    faults += repeated("bus profile", "public key", (key.public.hex() for key in bus.keys))
    if not _NAME.fullmatch(bus.name):
        faults.append("bus profile: a name has small letters, digits, dots and hyphens; every event signs it")
    if bus.partitions < 1:
        faults.append("bus profile: there is at least one partition")
    organs = {organ.id for organ in files.directory.orgs} | {organ.id for organ in files.directory.system_orgs}
    for key in bus.keys:
        faults += _key_faults(key, organs)
    return faults


def _key_faults(key: Key, organs: set[str]) -> Iterator[str]:
    where = f"bus profile: {key.key_id}"
    yield from unknown(where, "organ", [key.org], organs)
    shape = _KEY_ID.fullmatch(key.key_id)
    if shape is None or shape["org"] != key.org:
        yield f"{where}: a key of {key.org} is called {key.org}#1, {key.org}#2 …"
    if key.algorithm not in _ALGORITHMS[key.use]:
        yield f"{where}: a key to {key.use} is {' or '.join(_ALGORITHMS[key.use])}"
    if len(key.public) != _PUBLIC_BYTES.get(key.algorithm, len(key.public)):
        yield f"{where}: a public key has {_PUBLIC_BYTES[key.algorithm]} bytes"
    if key.valid_to is not None and key.valid_to <= key.valid_from:
        yield f"{where}: ends before it begins"
