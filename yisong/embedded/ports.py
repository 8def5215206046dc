"""Which port of this machine is free?"""

import random
import socket

# Below the range from which Linux takes ports for outgoing connections, so that none of those is in the way later.
LOWEST, HIGHEST = 20000, 32000
LOOPBACK = "127.0.0.1"


def free(preferred: int | None = None, *, taken: frozenset[int] = frozenset()) -> int:
    """Return a port on which nobody listens: the *preferred* one if possible, and none of those *taken*."""
    if preferred is not None and preferred not in taken and not listening(preferred):
        return preferred
    while True:
        port = random.randrange(LOWEST, HIGHEST)  # noqa: S311 (no secret: a number to try)
        if port not in taken and not listening(port):
            return port


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
