"""
Which port of this machine is free, and stays ours until somebody listens on it?

A bus chooses all its ports at its start, and some of its processes come much later. So that no other bus takes a port
in between, it is kept: an abstract Unix socket of its number is bound (unix(7)), which the kernel lets go at our end.
"""

import random
import socket
import sys
from collections.abc import Iterable

# Below the range from which Linux takes ports for outgoing connections, so that none of those is in the way later.
LOWEST, HIGHEST = 20000, 32000
LOOPBACK = "127.0.0.1"


_KEPT: dict[int, socket.socket] = {}


def free(preferred: int | None = None) -> int:
    """Return a port on which nobody listens or will, the *preferred* one if possible; it is kept until `release`."""
    if preferred is not None and _keep(preferred):
        return preferred
    while True:
        port = random.randrange(LOWEST, HIGHEST)  # noqa: S311 (no secret: a number to try)
        if _keep(port):
            return port


def release(ports: Iterable[int]) -> None:
    """Let others have *ports*, as far as they are kept."""
    for port in ports:
        if kept := _KEPT.pop(port, None):
            kept.close()


def _keep(port: int) -> bool:
    """Keep *port*, unless somebody has it; without abstract sockets other processes are not kept from it."""
    if port in _KEPT or listening(port):
        return False
    mark = socket.socket(socket.AF_UNIX)
    try:
        if sys.platform == "linux":
            mark.bind(f"\0yisong-port-{port}")
    except OSError:
        mark.close()
        return False
    _KEPT[port] = mark
    return True


def listening(port: int) -> bool:
    """Hold where *port* of the loopback interface cannot be listened on."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return True
    return False


def accepts(port: int) -> bool:
    """Hold where somebody accepts connections on *port* of the loopback interface."""
    try:
        socket.create_connection((LOOPBACK, port), timeout=1).close()
    except OSError:
        return False
    return True
