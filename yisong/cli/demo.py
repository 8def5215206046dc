"""What does a newcomer see first? ``yisong demo``: a bus, one case from clue to judgment, and four equal trails."""

import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import typer
from rich.console import Console

from yisong.audit.expected_file import read_expected
from yisong.audit.history_file import read_history
from yisong.audit.replay import Replay, Stage
from yisong.audit.replay import replay as play
from yisong.audit.timeline import timeline
from yisong.audit.trails import open_trail
from yisong.cli import compare_screen, timeline_screen
from yisong.cli.compare import compared
from yisong.cli.page import page
from yisong.cli.replay import show
from yisong.contract import folder
from yisong.embedded import Bus
from yisong.home import Home

_NODE: Final = "police"
_NEXT: Final = (
    ("{yisong} history {case} --at 2016-08-04", "the same case, as it was known that evening"),
    ("{yisong} handoffs", "who handed what to whom, and what is still owed"),
    ("{yisong} compare", "the four trails again, at equal positions"),
    (
        "{yisong} replay {histories}/H3.jsonl --expect {histories}/H3.expected.yaml --fresh",
        "a referral passed on",
    ),
    ("{yisong} status", "what is running, and where"),
)


def demo() -> None:
    """Start a bus, play one case on it at its own dates, and show that four trails tell the same story."""
    console, home = page(), Home.find()
    signal.signal(signal.SIGTERM, _leave)
    good = False
    try:
        with _bus(console, home) as ours:
            good = _show(console, home)
            if ours and _somebody_watches():
                console.print("\nThe bus stays up; Ctrl-C stops it and everything it started.", style="bold")
                _until_asked_to_stop()
    except KeyboardInterrupt:
        pass  # everything is stopped by now; what was shown until then is the result
    raise typer.Exit(0 if good else 1)


@contextmanager
def _bus(console: Console, home: Home) -> Iterator[bool]:
    """Have a bus: the one that runs already, or one of our own, which is stopped at the end (then yields True)."""
    if home.running() is not None:
        console.print(f"· a bus already runs from {home.path}; it is used, and left running")
        yield False
        return
    began = time.monotonic()
    bus = Bus.start(home, nodes=True, profile="demo", progress=lambda text: console.print(f"· {text}"))
    with ExitStack() as stack:
        console.print(f"· the bus is up after {time.monotonic() - began:.1f} s")
        stack.callback(console.print, "· stopped; nothing is left running")
        stack.enter_context(bus)
        stack.callback(console.print, "· stopping everything")
        yield True


def _show(console: Console, home: Home) -> bool:
    """Play H1, and show its timeline and the four digests; say whether all is as expected."""
    stage, histories = Stage.of(home), folder() / "examples" / "histories"
    done = _played(console, stage, histories)
    case_id = done.played[0].case_ids()[0]
    with open_trail(stage.running, _NODE) as trail:
        seen = timeline(trail, case_id, stage.law, at=None, now=int(time.time() * 1000))
    if seen is not None:
        for part in timeline_screen.screen(seen, stage.law):
            console.print(part, soft_wrap=True)
            console.print()
    found = compared(stage.running)
    console.print(compare_screen.table(found))
    for text in compare_screen.unlike(found):
        console.print(text)
    console.print(compare_screen.verdict(found), style="bold green" if found.agree else "bold red")
    _what_next(console, case_id, histories)
    return done.as_expected and found.agree


def _played(console: Console, stage: Stage, histories: Path) -> Replay:
    history, expected = read_history(histories / "H1.jsonl"), read_expected(histories / "H1.expected.yaml")
    with open_trail(stage.running, _NODE) as trail:
        again = bool(trail.known_dockets(sorted({line.case_id for line in history.lines})))
    if again:
        console.print("· the case is on this bus already; it is played once more, under another number")
    done = play(
        stage,
        [history],
        expected={history.name: expected},
        fresh=again,
        progress=lambda text: console.print(f"· {text}"),
    )
    show(console, done)
    return done


def _what_next(console: Console, case_id: str, histories: Path) -> None:
    # After `make demo` the script is in .venv and not on the path.
    yisong = "yisong" if shutil.which("yisong") else os.path.relpath(sys.argv[0])
    shown = {"yisong": yisong, "case": case_id, "histories": os.path.relpath(histories)}
    console.print(f"\nWhat to try next while the bus is up (`{yisong} up --detach` starts it again):")
    for command, meaning in _NEXT:
        console.print(f"  {command.format(**shown)}", style="bold", soft_wrap=True)
        console.print(f"      {meaning}", style="dim")


def _somebody_watches() -> bool:
    return sys.stdout.isatty() and sys.stdin.isatty() and os.environ.get("CI", "").lower() not in ("1", "true")


def _until_asked_to_stop() -> None:
    while True:
        time.sleep(3600)


def _leave(*_: object) -> None:
    raise KeyboardInterrupt
