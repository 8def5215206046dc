"""What does a newcomer see first? ``yisong demo``: a bus, what four desks make of cases, and four equal trails."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import typer
from rich.console import Console

from yisong.cli.demo_doors import open_doors
from yisong.cli.demo_story import tell
from yisong.cli.page import page
from yisong.cli.up import Secure
from yisong.embedded import Bus
from yisong.home import Home


def demo(*, secure: Secure = False) -> None:
    """
    Start a bus, play the example histories on it, and watch a case of today.

    Shown are the duties that four desks make of them, and that four trails tell the same story. On a terminal the
    consoles of the four agencies are opened then, until Ctrl-C. Exit code 0 only where all is as expected.
    """
    console, home = page(), Home.find()
    for asked in (signal.SIGTERM, signal.SIGINT):  # SIGINT too: whoever was started in the background would ignore it
        signal.signal(asked, _leave)
    good = False
    try:
        with _bus(console, home, secure=secure) as ours:
            good, cases = tell(console, home)
            if ours is not None and _somebody_watches():
                open_doors(console, ours, cases=cases)
                console.print("\nThe bus stays up; Ctrl-C stops it and everything it started.", style="bold")
                _until_asked_to_stop()
    except KeyboardInterrupt:
        pass  # everything is stopped by now; what was shown until then is the result
    raise typer.Exit(0 if good else 1)


@contextmanager
def _bus(console: Console, home: Home, *, secure: bool) -> Iterator[Bus | None]:
    """Have a bus: the one that runs already, or one of our own, which is stopped at the end (then it is yielded)."""
    if home.running() is not None:
        console.print(f"· a bus already runs from {home.path}; it is used, and left running")
        yield None
        return
    began = time.monotonic()
    bus = Bus.start(home, nodes=True, profile="demo", secure=secure, progress=lambda text: console.print(f"· {text}"))
    with ExitStack() as stack:
        console.print(f"· the bus is up after {time.monotonic() - began:.1f} s")
        stack.callback(console.print, "· stopped; nothing is left running")
        stack.enter_context(bus)
        stack.callback(console.print, "· stopping everything")
        yield bus


def _somebody_watches() -> bool:
    return sys.stdout.isatty() and sys.stdin.isatty() and os.environ.get("CI", "").lower() not in ("1", "true")


def _until_asked_to_stop() -> None:
    while True:
        time.sleep(3600)


def _leave(*_: object) -> None:
    raise KeyboardInterrupt
