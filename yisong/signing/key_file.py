"""What stands in the file of one key? Its row in the directory, and its private half, clear or encrypted."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from nacl.public import PrivateKey
from nacl.signing import SigningKey

from yisong.errors import KeyNotUsable
from yisong.rulebook.model import Key
from yisong.signing.passphrase import Lock

KeyUse = Literal["sign", "seal", "cosign"]
Algorithm = Literal["ed25519", "x25519", "ml-dsa-44"]

_INSTANTS = ("valid_from", "valid_to", "revoked_from")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFile:
    """A key with its private half, of which exactly one form is set: ``clear``, or ``closed`` by a passphrase."""

    key: Key
    clear: bytes | None
    closed: bytes | None

    @classmethod
    def of(cls, key: Key, private: bytes, *, lock: Lock | None) -> "KeyFile":
        """Return the file of a new *key*, encrypted where there is a *lock*."""
        if lock is None:
            return cls(key=key, clear=private, closed=None)
        return cls(key=key, clear=None, closed=lock.close(private))

    def private(self, *, lock: Lock | None) -> bytes:
        """Return the private half; KeyNotUsable: it is encrypted, and *lock* is missing or does not open it."""
        if self.clear is not None:
            return self.clear
        if lock is None or self.closed is None:
            raise KeyNotUsable(f"The private key {self.key.key_id} is encrypted. Give the passphrase of its keystore")
        return lock.open(self.closed, what=f"The private key {self.key.key_id}")

    def text(self) -> str:
        """Return the file's content."""
        row = {
            "key_id": self.key.key_id,
            "org": self.key.org,
            "use": self.key.use,
            "algorithm": self.key.algorithm,
            "public": self.key.public.hex(),
            **{name: getattr(self.key, name) for name in _INSTANTS},
        }
        private = {"clear": self.clear.hex()} if self.clear is not None else {"closed": (self.closed or b"").hex()}
        return json.dumps({**row, "private": private}, indent=1)


def read_key_file(path: Path) -> KeyFile:
    """Return what stands in the file at *path*; KeyNotUsable where that is no key."""
    try:
        row = json.loads(path.read_text(encoding="utf-8"))
        private = {name: bytes.fromhex(half) for name, half in row.pop("private").items()}
        key = Key(**{**row, "public": bytes.fromhex(row["public"])})
        return KeyFile(key=key, clear=private.get("clear"), closed=private.get("closed"))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise KeyNotUsable(f"{path} is not the file of a key. Restore it, or move it away") from error


def new_pair(algorithm: str) -> tuple[bytes, bytes]:
    """
    Return a new private key, 32 bytes, and its public key.

    Of ``ed25519`` and ``ml-dsa-44`` (FIPS 204) the private key is the seed, of ``x25519`` the scalar.
    """
    if algorithm == "ml-dsa-44":
        quantum = MLDSA44PrivateKey.generate()
        return quantum.private_bytes_raw(), quantum.public_key().public_bytes_raw()
    if algorithm == "x25519":
        sealing = PrivateKey.generate()
        return bytes(sealing), bytes(sealing.public_key)
    signing = SigningKey.generate()
    return bytes(signing), bytes(signing.verify_key)
