"""How does the bus ask its keeper to start, watch and stop a process?"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

from yisong.embedded import keeper
from yisong.errors import WorldFault

STOPPING_TAKES_AT_MOST = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """
    One process of the bus: what to run, where its output goes, and how it is asked to stop.

    ``grace``: seconds until it is killed. ``stage``: a higher stage is stopped earlier.
    """

    name: str
    argv: Sequence[str]
    log: str
    folder: str
    env: Mapping[str, str] = field(default_factory=dict)
    stop_signal: int = signal.SIGTERM
    grace: float = 10.0
    stage: int = 0


class Processes:
    """The bus's side of the keeper; leaving it, in whatever way, stops every process."""

    def __init__(self, *, log: Path, hand_down: Sequence[int] = ()) -> None:
        """Start the keeper; the file descriptors *hand_down* stay open until it, too, has ended."""
        self._lock = threading.Lock()
        self._started: dict[str, tuple[int, Program]] = {}
        with log.open("ab") as errors:
            self._keeper = subprocess.Popen(
                [sys.executable, "-I", keeper.__file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,
                pass_fds=hand_down,
                bufsize=0,  # nothing is held back that a broken pipe would complain about later
            )

    @property
    def keeper_pid(self) -> int:
        """The process id of the keeper."""
        return self._keeper.pid

    def start(self, program: Program) -> int:
        """Start *program* and return its process id. :raises WorldFault: it cannot be run at all."""
        answer = self._ask({"do": "start", **asdict(program), "argv": list(program.argv), "env": dict(program.env)})
        if "pid" not in answer:
            raise WorldFault(
                f"{program.name} could not be started ({answer['fault']}). Its program is {program.argv[0]}: "
                "check that it exists and may be run; `make` targets install it anew when .venv is removed."
            )
        pid = int(str(answer["pid"]))
        self._started[program.name] = pid, program
        return pid

    def code(self, name: str) -> int | None:
        """Return the exit code of the named process; None while it runs."""
        code = self._ask({"do": "code", "name": name})["code"]
        return None if code is None else int(str(code))

    def stop(self, name: str, *, how: signal.Signals = signal.SIGTERM) -> None:
        """Send a signal to the named process and wait for its end."""
        self._ask({"do": "stop", "name": name, "signal": int(how)})

    def close(self) -> None:
        """Stop every process and the keeper; returns when all of them have ended."""
        with self._lock:
            if self._keeper.stdin is not None and not self._keeper.stdin.closed:
                self._keeper.stdin.close()
            if self._keeper.wait(STOPPING_TAKES_AT_MOST):
                # The keeper was killed itself, so that nobody but us can clear away what it kept.
                self._clear_away()
            if self._keeper.stdout is not None:
                self._keeper.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _clear_away(self) -> None:
        """Stop what was started, the highest stage first, without the keeper."""
        for pid, program in sorted(self._started.values(), key=lambda started: -started[1].stage):
            with suppress(ProcessLookupError):
                os.killpg(pid, program.stop_signal)
                until = time.monotonic() + program.grace
                while time.monotonic() < until:
                    os.killpg(pid, 0)
                    time.sleep(0.05)
                os.killpg(pid, signal.SIGKILL)
        self._started.clear()

    def _ask(self, request: Mapping[str, object]) -> dict[str, object]:
        with self._lock:
            line = self._line(json.dumps(request).encode() + b"\n")
        if not line:
            raise WorldFault("The keeper of the bus's processes has ended, and they with it. Start again: `yisong up`.")
        answer: dict[str, object] = json.loads(line)
        return answer

    def _line(self, request: bytes) -> bytes:
        """Send one line and return the answer; empty when there is no keeper any more."""
        question, answer = self._keeper.stdin, self._keeper.stdout
        if question is None or answer is None or question.closed:
            return b""
        try:
            question.write(request)
            question.flush()
        except BrokenPipeError:
            return b""
        return answer.readline()
