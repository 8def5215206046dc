"""Who runs the bus of a home? Whoever holds its lock; the kernel lets go of it, however its holder ends."""

import fcntl
import os
import time
from pathlib import Path

from yisong.errors import WiringFault

# A `yisong status` holds a shared lock for an instant; a bus that was killed is cleared away within seconds.
PATIENCE = 25.0


class HomeLock:
    """The lock of a home, to be handed down to the keeper, so that it is held until everything has ended."""

    def __init__(self, run: Path) -> None:
        """Take the lock of the folder *run*. :raises WiringFault: another bus has it, and keeps it."""
        run.mkdir(parents=True, exist_ok=True)
        self.descriptor = os.open(run / "lock", os.O_RDWR | os.O_CREAT, 0o644)
        until = time.monotonic() + PATIENCE
        while not self._taken():
            if time.monotonic() > until:
                os.close(self.descriptor)
                raise WiringFault(f"Another bus holds {run.parent}. See `yisong status`; `yisong down` stops it.")
            time.sleep(0.1)

    def release(self) -> None:
        """Let go of it."""
        os.close(self.descriptor)

    def _taken(self) -> bool:
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
