"""How is the embedded bus started, stopped and looked at? ``yisong up``, ``down``, ``status``."""

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import orjson
import typer
from rich.console import Console
from rich.live import Live

from yisong.cli.status_screen import as_json, checkpoints, progress, table
from yisong.embedded import Bus
from yisong.errors import TimedOut, WorldFault
from yisong.home import Home, Running

STARTING_TAKES_AT_MOST = 300.0
STOPPING_TAKES_AT_MOST = 60.0

Profile = Literal["demo", "production"]
Secure = Annotated[
    bool,
    typer.Option("--secure", help="TLS and passwords for Kafka and PostgreSQL; from the first start, and for ever."),
]
NoNodes = Annotated[bool, typer.Option("--no-nodes", help="Kafka and PostgreSQL only.")]
AskedProfile = Annotated[Profile, typer.Option(help="A demo bus holds test data only.")]
Detach = Annotated[bool, typer.Option("--detach", "-d", help="Leave the bus running, and return.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


def up(
    *, detach: Detach = False, profile: AskedProfile = "demo", no_nodes: NoNodes = False, secure: Secure = False
) -> None:
    """Start the bus of this home: Kafka, PostgreSQL, four nodes, their desks and gateways. Ctrl-C stops it."""
    console, home = Console(), Home.find()
    if found := home.running():
        console.print(f"A bus already runs from {home.path} (process {found.pid}).", highlight=False, soft_wrap=True)
        console.print(table(home, found))
    elif detach:
        _detached(console, home, profile=profile, no_nodes=no_nodes, secure=secure)
    else:
        _in_foreground(console, home, profile=profile, no_nodes=no_nodes, secure=secure)


def down() -> None:
    """Stop the bus of this home, and return when nothing of it is left."""
    console, home = Console(), Home.find()
    running = home.running()
    if running is None and not home.locked():
        console.print(f"No bus runs from {home.path}.", highlight=False, soft_wrap=True)
        return
    if running is not None:
        os.kill(running.pid, signal.SIGTERM)
    until = time.monotonic() + STOPPING_TAKES_AT_MOST
    while home.locked():
        if time.monotonic() > until:
            raise TimedOut(
                f"The bus in {home.path} did not stop within {STOPPING_TAKES_AT_MOST:.0f} s; see {home.logs}."
            )
        time.sleep(0.1)
    console.print("The bus has stopped.")


def status(*, json: AsJson = False) -> None:
    """Show what runs and where it answers. Exit code 1 if no bus runs from this home."""
    home = Home.find()
    running = home.running()
    if json:
        typer.echo(orjson.dumps(as_json(home, running), option=orjson.OPT_INDENT_2))
    elif running is None:
        Console().print(f"No bus runs from {home.path}. Start one with `yisong up`.", highlight=False, soft_wrap=True)
    else:
        console = Console()
        console.print(table(home, running))
        if running.ready and running.nodes:
            console.print(checkpoints(progress(home, running)))
    raise typer.Exit(0 if running else 1)


def _in_foreground(console: Console, home: Home, *, profile: Profile, no_nodes: bool, secure: bool) -> None:
    for asked in (signal.SIGTERM, signal.SIGINT):  # SIGINT too: whoever was started in the background would ignore it
        signal.signal(asked, _leave)
    began = time.monotonic()
    try:
        said, full = partial(_say, console), not no_nodes
        with Bus.start(
            home, nodes=full, gateways=full, profile=profile, secure=secure, heartbeats=True, progress=said
        ) as bus:
            _say(console, f"up after {time.monotonic() - began:.1f} s; Ctrl-C stops it")
            _show(console, home, bus)
    except KeyboardInterrupt:
        _say(console, "stopped; nothing is left running")


def _show(console: Console, home: Home, bus: Bus) -> None:
    """Show the status until somebody asks us to stop; on a terminal it is kept up to date."""
    if not console.is_terminal:
        console.print(table(home, bus.running))
        while True:
            signal.pause()
    with Live(table(home, bus.running), console=console, auto_refresh=False) as live:
        while True:
            time.sleep(1)
            live.update(table(home, bus.running), refresh=True)


def _detached(console: Console, home: Home, *, profile: Profile, no_nodes: bool, secure: bool) -> None:
    home.logs.mkdir(parents=True, exist_ok=True)
    said = home.logs / "up.out"
    argv = [sys.executable, "-m", "yisong.cli", "up", "--profile", profile]
    argv += [*(["--no-nodes"] if no_nodes else []), *(["--secure"] if secure else [])]
    with said.open("wb") as out:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            env={**os.environ, "YISONG_HOME": str(home.path)},
        )
    running = _until_ready(home, process, said)
    console.print(table(home, running))


def _until_ready(home: Home, process: subprocess.Popen[bytes], said: Path) -> Running:
    until = time.monotonic() + STARTING_TAKES_AT_MOST
    while True:
        if process.poll() is not None:
            raise WorldFault(f"The bus did not start.\n{said.read_text(errors='replace').strip()}")
        running = home.running()
        if running is not None and running.ready and running.pid == process.pid:
            return running
        if time.monotonic() > until:
            process.terminate()
            raise TimedOut(f"The bus was not up after {STARTING_TAKES_AT_MOST:.0f} s and was stopped; see {home.logs}.")
        time.sleep(0.1)


def _say(console: Console, text: str) -> None:
    console.print(f"· {text}", highlight=False, soft_wrap=True)


def _leave(*_: object) -> None:
    raise KeyboardInterrupt
