"""What do tests of rulebook versions need? A next version, files with other rows, and nodes that sign it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace

from yisong.rulebook.identity import BUS
from yisong.rulebook.version import Signature, SignedVersion, Version, signed_bytes
from yisong.signing.keystore import Keystore
from yisong.signing.sign import sign_bytes

DIRECTORY, TIMERS, CALENDAR = (f"rulebook/{name}.yaml" for name in ("directory", "timers", "calendar"))
THREE = ("cac", "copyright", "miit")


def after(newest: Version, *, at: int, files: Mapping[str, str] | None = None, **instead: object) -> Version:
    """Return the version after *newest*, effective from *at* (ms), with other *files* in place of its own."""
    version = Version(n=newest.n + 1, prev_hash=newest.hash, effective_from=at, files={**newest.files, **(files or {})})
    return replace(version, **instead)  # type: ignore[arg-type]


def edited(version: Version, path: str, old: str, new: str) -> dict[str, str]:
    """Return the file at *path* with *new* for *old*, which stands there exactly once."""
    text = version.files[path]
    assert text.count(old) == 1, (path, old, text.count(old))
    return {path: text.replace(old, new)}


def with_organ(version: Version, organ: str, *, valid_from: str = "2010-01-01") -> dict[str, str]:
    """Return the directory with one police organ more, at its end."""
    row = (
        f"- {{id: {organ}, name: 甲省一市公安局新区分局, role: police, region_code: '980100', level: county, "
        f"uscc: 11980100FAKE9200X5, parent: P9801, valid_from: {valid_from}}}\n"
    )
    return edited(
        version, DIRECTORY, "\n# Synthetic parties of the histories.", f"{row}\n# Synthetic parties of the histories."
    )


def revoking(version: Version, *key_ids: str, at: int) -> dict[str, str]:
    """Return the bus profile with these keys revoked from *at* (ms) on."""
    bus = json.loads(version.files[BUS])
    for key in bus["keys"]:
        if key["key_id"] in key_ids:
            key["revoked_from"] = at
    return {BUS: json.dumps(bus)}


def signed_by(version: Version, nodes: Iterable[str], keys: Keystore, *, key: str = "S-{}#1") -> SignedVersion:
    """Return *version* with the signatures of *nodes*, each by the key of its system organ."""
    signed, message = SignedVersion(version=version), signed_bytes(version.bus.name, version.hash)
    for node in nodes:
        key_id = key.format(node)
        signed = signed.signed(Signature(key_id=key_id, value=sign_bytes(message, keys.private(key_id))))
    return signed
