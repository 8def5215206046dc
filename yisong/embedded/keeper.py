"""
Who starts the processes of a bus, and clears them away whatever becomes of the one who asked? The keeper.

``python keeper.py`` is the parent of every process of the bus. It takes one JSON request a line on its
standard input and gives one answer a line. When its input ends, because the asker said so or was killed in any way,
the keeper stops everything and leaves: the kernel closes a pipe even for a process that gets no chance to do so itself.
It stands in a session of its own, so that a Ctrl-C in the terminal reaches the asker only.

Run as a file, and standard library only: it starts in a few milliseconds, and what it needs cannot break.
"""

import json
import os
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Request = dict[str, Any]


@dataclass(slots=True)
class Kept:
    """A started process: how it is asked to stop, how long it may take (s), and its place in the order of stopping."""

    process: subprocess.Popen[bytes]
    stop_signal: int
    grace: float
    stage: int


class Keeper:
    """Processes by name; all answers are plain JSON values."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.kept: dict[str, Kept] = {}

    def answer(self, request: Request) -> Request:
        """Do what one *request* asks."""
        match request["do"]:
            case "start":
                return self.start(request)
            case "code":
                return {"code": self.kept[request["name"]].process.poll()}
            case "stop":
                return self.stop(self.kept[request["name"]], signal.Signals(request["signal"]))
        return {"fault": "unknown request"}

    def start(self, request: Request) -> Request:
        """Start a process in a session of its own, its output appended to a log file."""
        try:
            with Path(request["log"]).open("ab") as log:
                process = subprocess.Popen(
                    request["argv"],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd=request["folder"],
                    env={**os.environ, **request["env"]},
                    start_new_session=True,
                )
        except OSError as fault:
            return {"fault": f"{type(fault).__name__}: {fault.strerror}"}
        self.kept[request["name"]] = Kept(process, request["stop_signal"], request["grace"], request["stage"])
        return {"pid": process.pid}

    def stop(self, kept: Kept, how: signal.Signals) -> Request:
        """Send a signal, and wait for the end of the process, which is not left to its own devices for ever."""
        with suppress(ProcessLookupError):
            kept.process.send_signal(how)
        return {"code": self.wait(kept, until=time.monotonic() + kept.grace)}

    def wait(self, kept: Kept, *, until: float) -> int:
        """Wait for the end of a process; past *until* (monotonic) its whole group is killed."""
        with suppress(subprocess.TimeoutExpired):
            kept.process.wait(max(0.0, until - time.monotonic()))
        # What the process may have started itself goes, too.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(kept.process.pid, signal.SIGKILL)
        return kept.process.wait()

    def stop_all(self) -> None:
        """Stop everything: the highest stage first, and within a stage all at once."""
        for stage in sorted({kept.stage for kept in self.kept.values()}, reverse=True):
            group = [kept for kept in self.kept.values() if kept.stage == stage and kept.process.poll() is None]
            asked = time.monotonic()
            for kept in group:
                with suppress(ProcessLookupError):
                    kept.process.send_signal(kept.stop_signal)
            for kept in group:
                self.wait(kept, until=asked + kept.grace)

    def reap(self) -> None:
        """Collect what ended on its own, so that no zombie holds a process id."""
        for kept in self.kept.values():
            kept.process.poll()


def main() -> None:
    """Answer until the input ends or a signal asks to leave; then stop everything."""
    keeper = Keeper()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    try:
        _serve(keeper)
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        keeper.stop_all()


def _serve(keeper: Keeper) -> None:
    held = b""
    while True:
        keeper.reap()
        if not select.select([0], [], [], 0.5)[0]:
            continue
        if not (read := os.read(0, 65536)):
            return
        *lines, held = (held + read).split(b"\n")
        for line in lines:
            with suppress(BrokenPipeError):
                os.write(1, json.dumps(keeper.answer(json.loads(line))).encode() + b"\n")


if __name__ == "__main__":
    main()
