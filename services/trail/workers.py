"""How do several processes share the partitions of one trail?"""

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from threading import Thread


def supervise(settings: argparse.Namespace, shares: Sequence[Sequence[int]]) -> int:
    """
    Run one process per share until we are told to stop or one of them ends, and return the first bad exit code.

    Each hangs on a pipe from us and stops when it closes, so none outlives us, however we end.
    """
    workers = [
        subprocess.Popen(_command(settings, share, place), stdin=subprocess.PIPE) for place, share in enumerate(shares)
    ]
    stopping: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.append(1))
    while not stopping and all(worker.poll() is None for worker in workers):
        time.sleep(0.1)
    for worker in workers:
        if worker.stdin is not None:
            worker.stdin.close()
    return next((code for code in [worker.wait() for worker in workers] if code), 0)


def _command(settings: argparse.Namespace, share: Sequence[int], place: int) -> list[str]:
    """Return the command of the worker in *place*: the first one also sends the outbox and has the node's own port."""
    command = [sys.executable, "-m", "services.trail", "--leash", "--home", str(settings.home)]
    command += [
        "--agency",
        settings.agency,
        "--partitions",
        ",".join(map(str, share)),
        "--threads",
        str(settings.threads),
    ]
    if place or not settings.sender:
        command.append("--no-sender")
    command += ["--checkpoint-seconds", str(settings.checkpoint_seconds)]
    if settings.cosign_anyway:
        command.append("--cosign-anyway")
    if settings.metrics_port or place:
        port = 0 if not settings.metrics_port else settings.metrics_port + place
        command += ["--metrics-port", str(port)]
    return command


def leash(stop: Callable[[], object]) -> None:
    """Call *stop* when standard input closes, which it does when whoever started us is gone."""

    def wait() -> None:
        while os.read(sys.stdin.fileno(), 1):
            pass
        stop()

    Thread(target=wait, name="leash", daemon=True).start()
