"""
How do rows travel in PostgreSQL's binary COPY format?

Each field is its length (four bytes, -1 for null) and its bytes, in the order of the columns. Rows are packed here, not
by the driver's `write_row`, because the trail writes twenty columns an event and most of them repeat.
Source: PostgreSQL manual, COPY, "Binary Format".
"""

from collections.abc import Iterable
from functools import lru_cache
from struct import Struct
from typing import LiteralString

from psycopg import Cursor

NULL = b"\xff\xff\xff\xff"
_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_LENGTH = Struct(">i").pack
_INT4 = Struct(">ii").pack
_INT8 = Struct(">iq").pack
# libpq sends in pieces of about this size anyway; a whole batch as one string would be held twice.
_PIECE = 256 * 1024
_SHORT = 64


def int4(value: int) -> bytes:
    """Pack an ``integer``."""
    return _INT4(4, value)


def int8(value: int | None) -> bytes:
    """Pack a ``bigint``."""
    return NULL if value is None else _INT8(8, value)


def raw(value: bytes | None) -> bytes:
    """Pack a ``bytea`` or, of sixteen bytes, a ``uuid``."""
    return NULL if value is None else _LENGTH(len(value)) + value


def jsonb(value: bytes) -> bytes:
    """Pack JSON text as ``jsonb``, whose binary format is version 1 and the text."""
    return _LENGTH(len(value) + 1) + b"\x01" + value


def text(value: str | None) -> bytes:
    """
    Pack a ``text``.

    A NUL, which PostgreSQL cannot hold in text, is shown as U+FFFD: the leaf keeps the very bytes.
    """
    if value is None:
        return NULL
    # What a stranger wrote may be long; only what can repeat is worth remembering.
    return _short(value) if len(value) <= _SHORT else _packed(value)


def _packed(value: str) -> bytes:
    return raw(shown(value).encode())


_short = lru_cache(maxsize=8192)(_packed)


def shown(value: str) -> str:
    """Return *value* as PostgreSQL can hold it."""
    return value.replace("\0", "\ufffd")


def copy_rows(cursor: Cursor[tuple[object, ...]], statement: LiteralString, rows: Iterable[bytes]) -> None:
    """Send packed *rows*, each with its leading field count, through a ``COPY … FROM STDIN (FORMAT binary)``."""
    with cursor.copy(statement) as copy:
        pieces, size = [_HEADER], len(_HEADER)
        for row in rows:
            pieces.append(row)
            size += len(row)
            if size >= _PIECE:
                copy.write(b"".join(pieces))
                pieces, size = [], 0
        pieces.append(_TRAILER)
        copy.write(b"".join(pieces))
