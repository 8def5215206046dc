"""May something secret be said to an address? Where nobody else hears it: over TLS, or on this very machine."""

from typing import Final
from urllib.parse import urlsplit

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


def is_safe_address(url: str) -> bool:
    """Say whether what is said to *url* is heard by nobody else: TLS, or this very machine."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
