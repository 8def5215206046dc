"""A process that rebuilds a database and is killed with SIGKILL after a step: run by the tests."""

import os
import signal
import sys
from pathlib import Path

from services.trail.rebuild import Rebuilding, rebuild
from yisong.home import Home
from yisong.ledger import Law


def main(home: str, owner_dsn: str, step: str) -> None:
    """Rebuild the database of the police behind *owner_dsn*, up to the end of *step*."""

    def die(done: str) -> None:
        if done == step:
            os.kill(os.getpid(), signal.SIGKILL)

    found = Home(Path(home))
    rebuild(Rebuilding("police", owner_dsn, found.need_running().bootstrap, Law(found.genesis())), step=die)


if __name__ == "__main__":
    main(*sys.argv[1:])
