"""Which bytes are the one way to write this? Base64 and decimals, read so that no second spelling passes."""

import re
from base64 import b64decode, b64encode

from yisong.errors import Unreadable

#: Numbers that a proof may name: offsets, sizes and instants are below 2^63 everywhere on the bus.
BEYOND = 1 << 63

_DECIMAL = re.compile(rb"0|[1-9][0-9]{0,18}")


def base64_text(data: bytes) -> bytes:
    """Return *data* in the standard alphabet with its padding (RFC 4648, section 4)."""
    return b64encode(data)


def from_base64(text: bytes, *, what: str) -> bytes:
    """
    Return what *text* encodes. Raises Unreadable, naming *what*.

    Unused bits must be zero, so that there is exactly one text for some bytes (RFC 4648, section 3.5).
    """
    try:
        data = b64decode(text, validate=True)
    except ValueError as fault:
        raise Unreadable(f"{what} is no base64.") from fault
    if b64encode(data) != text:
        raise Unreadable(f"{what} is base64 with bits set that nothing uses.")
    return data


def from_decimal(text: bytes, *, what: str) -> int:
    """Return the number *text*, below 2^63 and without a leading zero. Raises Unreadable, naming *what*."""
    if not _DECIMAL.fullmatch(text) or int(text) >= BEYOND:
        raise Unreadable(f"{what} is no decimal number without leading zeros below 2^63.")
    return int(text)


def shown(text: bytes, *, longest: int = 80) -> str:
    """Return what a stranger wrote so that it can only be read: no line breaks, no escapes of a terminal, not long."""
    words = text.decode("utf-8", "replace")
    safe = "".join(one if one.isprintable() else "\ufffd" for one in words[:longest])
    return safe + "…" if len(words) > longest else safe
