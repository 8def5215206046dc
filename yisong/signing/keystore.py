"""
Where does an organ keep its private keys? One file a key, 0600, in a folder 0700; encrypted where a passphrase is.

The public half stands in the file in clear, so that listing keys needs no passphrase. What counts as a registered key
is not decided here but in the rulebook: a key that has no row there signs nothing that anybody admits.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from yisong.errors import KeyNotUsable
from yisong.rulebook.model import Key
from yisong.signing.key_file import Algorithm, KeyFile, KeyUse, new_pair, read_key_file
from yisong.signing.passphrase import Lock

_SUFFIX = ".key"
# For each use what it is made for; the first unless something else is asked for.
_ALGORITHMS: Mapping[KeyUse, tuple[Algorithm, ...]] = {
    "sign": ("ed25519",),
    "cosign": ("ed25519", "ml-dsa-44"),
    "seal": ("x25519",),
}


class Keystore:
    """The private keys below one folder; what was read or made stays in memory as long as the keystore does."""

    def __init__(self, folder: Path, passphrase: str | None = None) -> None:
        """
        Use the keys in *folder*, which need not exist yet; with a *passphrase* new keys are encrypted with it.

        KeyNotUsable: the folder's keys are encrypted with another passphrase.
        """
        self.folder = folder
        self._lock = None if passphrase is None else Lock.of(_private(folder), passphrase)
        files = (read_key_file(path) for path in sorted(folder.glob(f"*{_SUFFIX}")))
        self._files: dict[str, KeyFile] = {file.key.key_id: file for file in files}

    def new(  # noqa: PLR0913 (the columns of a key's row)
        self,
        org: str,
        use: KeyUse = "sign",
        *,
        valid_from: int,
        valid_to: int | None = None,
        revoked_from: int | None = None,
        number: int | None = None,
        algorithm: Algorithm | None = None,
    ) -> Key:
        """
        Make a key of *org*, keep its private half and return its row for the directory; instants in milliseconds.

        Its id is ``{org}#{n}`` with the next n of the organ, from 1, or *number*; KeyNotUsable where that is taken, or
        where no key of that *use* is of that *algorithm*.
        """
        algorithm = algorithm or _ALGORITHMS[use][0]
        if algorithm not in _ALGORITHMS[use]:
            raise KeyNotUsable(f"A key to {use} is {' or '.join(_ALGORITHMS[use])}, not {algorithm}; none was made")
        private, public = new_pair(algorithm)
        key = Key(
            key_id=f"{org}#{self._next_number(org) if number is None else number}",
            org=org,
            use=use,
            algorithm=algorithm,
            public=public,
            valid_from=valid_from,
            valid_to=valid_to,
            revoked_from=revoked_from,
        )
        file = KeyFile.of(key, private, lock=self._lock)
        _write_once(_private(self.folder) / _file_name(key), file.text())
        self._files[key.key_id] = file
        return key

    def keys(self) -> tuple[Key, ...]:
        """Return the public rows of all keys, by organ and number."""
        rows = (file.key for file in self._files.values())
        return tuple(sorted(rows, key=lambda key: (key.org, _number(key.key_id))))

    def private(self, key_id: str) -> bytes:
        """Return the private key, 32 bytes (a seed, but to seal); KeyNotUsable: it is not here, or encrypted."""
        file = self._files.get(key_id) or self._made_since(key_id)
        if file is None:
            raise KeyNotUsable(
                f"The private key {key_id} is not in {self.folder}. Sign with a key that is, or copy its file there"
            )
        return file.private(lock=self._lock)

    def _made_since(self, key_id: str) -> KeyFile | None:
        """Return the file of a key that another process has made since we looked; None where there is none."""
        path = self.folder / f"{key_id.replace('#', '.')}{_SUFFIX}"
        if path.parent != self.folder or not path.is_file():
            return None
        self._files[key_id] = read_key_file(path)
        return self._files[key_id]

    def newest(self, org: str, use: KeyUse = "sign", *, registered: Mapping[str, Key] | None = None) -> Key:
        """
        Return the key of *org* with the highest number for that *use*, among those *registered* where given.

        KeyNotUsable: there is none.
        """
        keys = [
            key
            for key in self.keys()
            if (key.org, key.use) == (org, use) and (registered is None or key.key_id in registered)
        ]
        if not keys:
            raise KeyNotUsable(
                f"{org} has no key for {use!r} in {self.folder}. Make one: yisong keys new {org} --use {use}"
            )
        return keys[-1]

    def _next_number(self, org: str) -> int:
        return 1 + max((_number(file.key.key_id) for file in self._files.values() if file.key.org == org), default=0)


def _number(key_id: str) -> int:
    return int(key_id.rpartition("#")[2])


def _file_name(key: Key) -> str:
    # No "#" in a file's name: shells and URLs take what follows it for a comment or a fragment.
    return f"{key.org}.{_number(key.key_id)}{_SUFFIX}"


def _private(folder: Path) -> Path:
    """Return *folder*, made where it was missing, with nobody but its owner let in."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder


def _write_once(path: Path, text: str) -> None:
    """Write a file that did not exist, durably and unreadable to others from its first byte."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise KeyNotUsable(f"{path} exists; a key id is never used again. Take the next number") from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
