"""
Which files lie in this archive, and is it safe to read? A ZIP with one form: the same files give the same bytes.

Nothing is compressed, so nothing can swell; nothing is ever written to a disk. What was read is written again and must
be the archive byte for byte, so that there is no place left for a comment, a second directory or hidden data.
"""

import re
from collections.abc import Mapping
from io import BytesIO
from typing import Final
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from yisong.errors import NotProven, Unreadable
from yisong.proof.exact import shown

#: What every such file begins with.
BEGINS: Final = b"PK\x03\x04"
#: More files, or more bytes of them, than any case has.
MOST_FILES, MOST_BYTES = 200_000, 1 << 30

_NAME = re.compile(r"[a-z0-9-]+(/[a-z0-9-]+)?(\.[a-z]+)?", re.ASCII)
_EARLIEST = (1980, 1, 1, 0, 0, 0)
_UNIX, _READABLE = 3, 0o100644 << 16


def archive(files: Mapping[str, bytes]) -> bytes:
    """Return *files* as an archive, in their order, all of one date. Inverse of `read_archive`."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_STORED) as written:
        for name, content in files.items():
            info = ZipInfo(name, _EARLIEST)
            info.create_system, info.external_attr = _UNIX, _READABLE
            written.writestr(info, content)
    return out.getvalue()


def read_archive(data: bytes) -> dict[str, bytes]:
    """
    Return the files of an archive by name, in their order.

    Raises Unreadable: no archive, cut short, too large, compressed, a name twice, or a name that leads out of it.
    NotProven: it holds something besides its files, or a file does not have its checksum.
    """
    try:
        with ZipFile(BytesIO(data)) as opened:
            infos = opened.infolist()
            _check(infos, held=len(data))
            files = {info.filename: opened.read(info) for info in infos}
    except (BadZipFile, NotImplementedError, EOFError, ValueError, RuntimeError, OSError) as fault:
        raise Unreadable("Cut short or damaged: the archive cannot be read.") from fault
    if archive(files) != data:
        raise NotProven("The archive holds something besides its files, or was written again by another program.")
    return files


def _check(infos: list[ZipInfo], *, held: int) -> None:
    names = [info.orig_filename for info in infos]
    if len(infos) > MOST_FILES or sum(info.file_size for info in infos) > min(held, MOST_BYTES):
        raise Unreadable("The archive claims to hold more than it can: it was made to swell when it is opened.")
    for info in infos:
        if not _NAME.fullmatch(info.orig_filename):
            raise Unreadable(
                f"The archive has a file {shown(info.orig_filename.encode())!r}, which may lead out of it."
            )
        if info.compress_type != ZIP_STORED or info.compress_size != info.file_size or info.flag_bits:
            raise Unreadable(f"The file {info.filename} of the archive is compressed or encrypted, and none may be.")
    if len(set(names)) < len(names):
        raise Unreadable("The archive has two files of one name, so nobody could say which one is meant.")
