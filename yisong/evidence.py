"""
Where do the files lie that an event cites by their hash? In the store of whoever handed them in: here, a folder.

A file is named by its SHA-256 and by nothing that anybody typed, is there whole or not at all, and is given out only
after its content was compared with its name. The bus carries the hash; the content never leaves its owner's store but
through this door. Another store is `yisong.evidence_bucket`; both are held to the same tests.
"""

import fcntl
import os
import secrets
from collections.abc import Callable, Iterator
from hashlib import file_digest, sha256
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Final, NamedTuple, Protocol, cast

from yisong.errors import FileChanged, StoreUnreachable, TooLarge

LARGEST: Final = 256 * 1024 * 1024
"""Bytes of a file at most."""
_PIECE: Final = 1024 * 1024
_IN_MEMORY: Final = 8 * 1024 * 1024
_HASH_BYTES: Final = 32


class Stored(NamedTuple):
    """What was stored: its *sha256* (32 bytes) and *size* in bytes. *new*: it was not there before."""

    sha256: bytes
    size: int
    new: bool


class EvidenceStore(Protocol):
    """Keeps files under their SHA-256, each whole or not at all. *largest*: bytes of a file at most."""

    largest: int

    def receive(self) -> "Incoming":
        """Begin to take a file; whoever does closes it in the end. Raises StoreUnreachable."""

    def open(self, digest: bytes) -> IO[bytes] | None:
        """
        Return the content whose SHA-256 is *digest*, as a copy that nobody can change any more; None if there is none.

        Raises FileChanged where what lies there has another hash, StoreUnreachable.
        """

    def sweep(self) -> int:
        """Take away what uploads left behind that were killed, and return how many; one still under way stays."""


class EvidenceFolder:
    """The evidence store in a folder: ``ab/abcd…`` for what is whole, ``incoming/`` for what is on its way."""

    def __init__(self, path: Path, *, largest: int = LARGEST) -> None:
        """Keep files in *path*, of at most *largest* bytes each; the folder need not exist yet."""
        self._path, self.largest = path, largest

    def receive(self) -> "Incoming":
        """Begin to take a file, as `EvidenceStore.receive`."""
        return receive_into(self._incoming, largest=self.largest, keep=self._keep)

    def open(self, digest: bytes) -> IO[bytes] | None:
        """Return what lies under *digest*, as `EvidenceStore.open`."""
        try:
            file = os.open(self.place(digest), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        except OSError as fault:
            raise _unreachable(fault) from fault
        try:
            with os.fdopen(file, "rb") as kept:
                return verified(kept, digest)
        except OSError as fault:
            raise _unreachable(fault) from fault

    def sweep(self) -> int:
        """Take away what was left behind, as `EvidenceStore.sweep`."""
        return sweep(self._incoming)

    def place(self, digest: bytes) -> Path:
        """Return where the content lies whose SHA-256 is *digest*. Raises ValueError where it is no SHA-256."""
        if len(digest) != _HASH_BYTES:
            raise ValueError("a SHA-256 has 32 bytes")
        name = digest.hex()
        return self._path / name[:2] / name

    @property
    def _incoming(self) -> Path:
        return self._path / "incoming"

    def _keep(self, file: Path, digest: bytes) -> bool:
        place = self.place(digest)
        place.parent.mkdir(mode=0o700, exist_ok=True)
        new = not _is_whole(place, digest)
        if new:
            file.replace(place)
            _sync_folder(place.parent)
        return new


Keep = Callable[[Path, bytes], bool]
"""Put a whole file with this SHA-256 into a store, and say whether it was not there before. Raises OSError."""


class Incoming:
    """One file on its way into a store."""

    def __init__(self, file: Path, *, largest: int, keep: Keep) -> None:
        """Write to *file*, locked, so that `sweep` leaves it alone; what is whole goes where *keep* puts it."""
        self._file, self._largest, self._keep = file, largest, keep
        self._hash, self._size = sha256(), 0
        self._out = os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o400), "wb")
        fcntl.flock(self._out, fcntl.LOCK_EX)

    def close(self) -> None:
        """Let go of the file: what was not kept is gone."""
        self._out.close()
        self._file.unlink(missing_ok=True)

    def write(self, piece: bytes) -> None:
        """Take a further *piece*. Raises TooLarge, StoreUnreachable."""
        self._size += len(piece)
        if self._size > self._largest:
            raise TooLarge(f"A file has at most {self._largest} bytes. Nothing of it was kept.")
        self._hash.update(piece)
        try:
            self._out.write(piece)
        except OSError as fault:
            raise _unreachable(fault) from fault

    def keep(self) -> Stored:
        """
        Put the file, whole, where its hash says, and replace what may lie there under a wrong name.

        Raises StoreUnreachable.
        """
        digest = self._hash.digest()
        try:
            self._out.flush()
            os.fsync(self._out.fileno())
            new = self._keep(self._file, digest)
        except OSError as fault:
            raise _unreachable(fault) from fault
        return Stored(digest, self._size, new)


def receive_into(folder: Path, *, largest: int, keep: Keep) -> Incoming:
    """Begin to take a file in *folder*, as `Incoming`. Raises StoreUnreachable."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return Incoming(folder / secrets.token_hex(16), largest=largest, keep=keep)
    except OSError as fault:
        raise _unreachable(fault) from fault


def sweep(folder: Path) -> int:
    """Take away what lies in *folder* and nobody writes any more, and return how many files that was."""
    swept = 0
    for left in folder.glob("*") if folder.is_dir() else ():
        with left.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            left.unlink(missing_ok=True)
            swept += 1
    return swept


class Readable(Protocol):
    """What gives bytes, piece by piece."""

    def read(self, size: int, /) -> bytes:
        """Return at most *size* bytes; none at the end."""


def verified(kept: Readable, digest: bytes) -> IO[bytes]:
    """
    Copy *kept* while hashing it, so that what was hashed is what is given out, whoever writes to it meanwhile.

    Raises FileChanged where its SHA-256 is not *digest*.
    """
    copy = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 (whoever asked closes it)
    found = sha256()
    for piece in _pieces(kept):
        found.update(piece)
        copy.write(piece)
    if found.digest() != digest:
        copy.close()
        raise FileChanged(
            f"The file {digest.hex()} in the evidence store is not what its name says, so it is given to nobody. "
            "Find out who wrote to the store; hand in the original again, and it is put right."
        )
    copy.seek(0)
    return cast("IO[bytes]", copy)


def _pieces(file: Readable) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece


def _is_whole(place: Path, digest: bytes) -> bool:
    if place.is_symlink() or not place.is_file():
        return False
    with place.open("rb") as file:
        return file_digest(file, "sha256").digest() == digest


def _sync_folder(path: Path) -> None:
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _unreachable(fault: OSError) -> StoreUnreachable:
    return StoreUnreachable(
        f"The evidence store cannot be read or written ({type(fault).__name__}: {os.strerror(fault.errno or 0)}). "
        "Nothing was kept that was not confirmed. See that its folder is there, is ours and has room, and try again."
    )
