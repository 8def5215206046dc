"""What time is it at this door? Milliseconds since 1970 (UTC), by the machine's clock unless the app has another."""

import time
from typing import cast

from starlette.requests import HTTPConnection


def wall_clock() -> int:
    """Return the machine's time in ms."""
    return time.time_ns() // 1_000_000


def now_of(request: HTTPConnection) -> int:
    """Return the time at which *request* is looked at; a test puts a clock of its own into ``app.state.now``."""
    clock = getattr(request.app.state, "now", wall_clock)
    return cast("int", clock())
