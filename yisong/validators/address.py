"""Is this the address of a host (IP), or of a page (URL), and does it give a secret away?"""

import ipaddress
from collections.abc import Iterator
from urllib.parse import SplitResult, parse_qsl, urlsplit

from yisong.validators.domain import domain, reserved
from yisong.validators.remark import Remark, refuse, warn

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

#: Addresses that no host has (RFC 5737, RFC 3849): all that test data may carry.
FOR_DOCUMENTS = tuple(
    ipaddress.ip_network(one) for one in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
)
#: Parameters of a query or fragment that let whoever reads them in.
SECRETS = frozenset(
    (
        *("access_token", "id_token", "jwt", "refresh_token", "token"),
        *("jsessionid", "phpsessid", "session", "session_id", "sessionid", "sid"),
        *("api_key", "apikey", "auth", "authorization", "client_secret", "private_key", "secret"),
        *("passwd", "password", "pwd"),
    )
)


def ip(text: str, *, synthetic: bool) -> Iterator[Remark]:
    """Yield what is wrong with an IP address; *synthetic*: test data."""
    found = _address(text)
    if found is None:
        yield warn("is no IP address (a port or a network stands elsewhere)")
        return
    if str(found) != text:
        yield warn("the IP address is not in its canonical form (RFC 5952)")
    for_documents = any(found in network for network in FOR_DOCUMENTS)
    if synthetic and not for_documents:
        yield warn("test data name addresses for documents only (RFC 5737, RFC 3849)")
    if for_documents and not synthetic:
        yield warn("is an address for documents, which no host has")


def url(text: str, *, synthetic: bool) -> Iterator[Remark]:
    """Yield what is wrong with a URL; *synthetic*: test data. A name, a password or a token in it does not travel."""
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        yield warn("is no URL")
        return
    if parts.username is not None or parts.password is not None:
        yield refuse("the URL holds a user name or a password")
    if SECRETS & _parameters(parts):
        yield refuse("the URL holds a token, a session or a password in its query")
    if parts.scheme not in ("http", "https", "ftp", "rtmp", "rtsp") or not host:
        yield warn("is no URL (scheme://host/path)")
    elif _address(host) is not None:
        yield from ip(host, synthetic=synthetic)
    elif host.isascii():
        yield from (one for one in domain(host, synthetic=synthetic) if one.weight == "warn")
    else:
        yield warn("the host of a URL is written as A-label (xn--…)")
        yield from reserved(host, synthetic=synthetic)


def _address(text: str) -> Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _parameters(parts: SplitResult) -> set[str]:
    pairs = [*parse_qsl(parts.query, keep_blank_values=False), *parse_qsl(parts.fragment, keep_blank_values=False)]
    return {name.lower() for name, _ in pairs}
