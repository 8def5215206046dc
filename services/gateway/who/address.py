"""From where does somebody ask? What the lock-out counts, and the log of logins holds."""

from ipaddress import ip_address

from starlette.requests import HTTPConnection

UNKNOWN = "unknown"
"""What stands where a proxy that is trusted names no address, or there is none."""


def address_of(request: HTTPConnection) -> str:
    """Return the address of the client: of whoever is connected, or of whom a trusted proxy names (`__main__`)."""
    try:
        return UNKNOWN if request.client is None else str(ip_address(request.client.host))
    except ValueError:
        return UNKNOWN
