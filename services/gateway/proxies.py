"""Whom does the gateway believe when somebody speaks for another? The proxies that it was started with, and nobody."""

from collections.abc import Sequence
from ipaddress import ip_network

from yisong.errors import WiringFault


def trusted(said: Sequence[str]) -> list[str]:
    """
    Return the addresses and networks in *said*, from which X-Forwarded-For and -Proto are believed.

    Raises WiringFault for what is neither, or is everybody: whoever may say where he comes from is never locked out.
    """
    faults = [one for one in said if not _is_some(one)]
    if faults:
        raise WiringFault(
            f"--trusted-proxy takes an address or a network (10.0.0.7, 10.1.0.0/24), and never everybody; not "
            f"{faults[0]!r}. The gateway does not start. Name the addresses from which your ingress connects to it."
        )
    return list(said)


def _is_some(text: str) -> bool:
    try:
        return ip_network(text).prefixlen > 0
    except ValueError:
        return False
