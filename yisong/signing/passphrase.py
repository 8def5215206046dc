"""How do private keys rest on a disk? XSalsa20-Poly1305, under a key that Argon2id makes of a passphrase."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from nacl import pwhash
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox
from nacl.utils import random

from yisong.errors import KeyNotUsable

_FILE = "passphrase.json"
_CHECK = b"yisong keystore"

#: What it costs to try a passphrase: about a second and 256 MiB.
OPS, MEMORY = pwhash.argon2id.OPSLIMIT_MODERATE, pwhash.argon2id.MEMLIMIT_MODERATE


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """What opens and closes the private keys of one folder; a passphrase is stretched once a folder, not a key."""

    box: SecretBox

    @classmethod
    def of(cls, folder: Path, passphrase: str) -> "Lock":
        """Return the lock of *folder*, made at first use; KeyNotUsable: its keys are under another passphrase."""
        path = folder / _FILE
        if not path.exists():
            _write(path, passphrase)
        stored = json.loads(path.read_text(encoding="utf-8"))
        lock = cls(box=_box(passphrase, bytes.fromhex(stored["salt"]), ops=stored["ops"], memory=stored["memory"]))
        lock.open(bytes.fromhex(stored["check"]), what=f"The keystore {folder}")
        return lock

    def close(self, private: bytes) -> bytes:
        """Return *private* encrypted: a random nonce, then the box."""
        return bytes(self.box.encrypt(private))

    def open(self, closed: bytes, *, what: str) -> bytes:
        """Return what was closed; KeyNotUsable, naming *what*: another passphrase, or bytes changed on the disk."""
        try:
            return self.box.decrypt(closed)
        except CryptoError as error:
            raise KeyNotUsable(f"{what} does not open: the passphrase is wrong, or the file was changed") from error


def _write(path: Path, passphrase: str) -> None:
    # The costs stand in the file, so that they can be raised for new keystores without losing the old ones.
    salt = random(pwhash.argon2id.SALTBYTES)
    check = bytes(_box(passphrase, salt, ops=OPS, memory=MEMORY).encrypt(_CHECK))
    stored = {"kdf": "argon2id", "salt": salt.hex(), "ops": OPS, "memory": MEMORY, "check": check.hex()}
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(stored, file, indent=1)


def _box(passphrase: str, salt: bytes, *, ops: int, memory: int) -> SecretBox:
    key = pwhash.argon2id.kdf(SecretBox.KEY_SIZE, passphrase.encode(), salt, opslimit=ops, memlimit=memory)
    return SecretBox(key)
