"""Has a started process come to answer, and if not, why? The end of its log says more than any of our words."""

import time
from collections.abc import Callable
from pathlib import Path

from yisong.embedded.processes import Processes
from yisong.errors import TimedOut, WorldFault
from yisong.telemetry.logs import as_read

LAST_LINES = 12


def until_answers(
    processes: Processes, name: str, answers: Callable[[], bool], *, log: Path, seconds: float = 180.0
) -> None:
    """
    Wait until the named process *answers*.

    :raises WorldFault: the process ended instead. :raises TimedOut: it did not answer within *seconds*.
    """
    until = time.monotonic() + seconds
    while not answers():
        code = processes.code(name)
        if code is not None:
            raise WorldFault(f"{name} ended while it was starting (exit code {code}). {last_words(log)}")
        if time.monotonic() > until:
            raise TimedOut(f"{name} runs but did not answer within {seconds:.0f} s. {last_words(log)}")
        time.sleep(0.05)


def last_words(log: Path) -> str:
    """Return a sentence with the end of *log*."""
    try:
        lines = log.read_text(errors="replace").splitlines()[-LAST_LINES:]
    except OSError:
        lines = []
    end = "".join(f"\n    {as_read(line)[:300]}" for line in lines)
    return f"The bus was stopped. The end of {log}:{end}" if end else f"The bus was stopped. Its log is {log}."
