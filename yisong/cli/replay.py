"""How does an auditor play histories, and compare four trails with what is expected? ``yisong replay``."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, TypeVar

import orjson
import typer
from rich.console import Console

from yisong.audit.expected_file import Expected, read_expected
from yisong.audit.history_file import History, read_history
from yisong.audit.replay import Replay, Stage
from yisong.audit.replay import replay as play
from yisong.cli import replay_screen
from yisong.cli.page import page
from yisong.errors import NotPublishable
from yisong.home import Home

Files = Annotated[
    list[Path], typer.Argument(help="Histories or negatives; several are merged by time.", exists=True, dir_okay=False)
]
Expects = Annotated[
    list[Path] | None,
    typer.Option("--expect", help="What must come of a history; once for each.", exists=True, dir_okay=False),
]
Fresh = Annotated[bool, typer.Option("--fresh", help="Give the cases numbers that are not on the bus yet.")]
_Read = TypeVar("_Read", History, Expected)
Timeout = Annotated[float, typer.Option(help="Seconds to wait for a trail that does not move.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


def replay(
    files: Files, *, expect: Expects = None, fresh: Fresh = False, timeout: Timeout = 60, json: AsJson = False
) -> None:
    """
    Play histories, each line signed by its publisher.

    Exit code 0 only where all four trails are as expected, 1 where they are not, 2 where nothing could be played.
    """
    histories, given = read_all(files, expect or ())
    expected = matched(histories, given)
    console = page()
    done = play(
        Stage.of(Home.find()),
        histories,
        expected=expected,
        fresh=fresh,
        timeout=timeout,
        progress=(lambda _: None) if json else lambda text: console.print(f"· {text}"),
    )
    if json:
        typer.echo(orjson.dumps(replay_screen.as_json(done), option=orjson.OPT_INDENT_2))
    else:
        show(console, done)
    raise typer.Exit(0 if done.as_expected else 1)


def read_all(files: Sequence[Path], expect: Sequence[Path]) -> tuple[list[History], list[Expected]]:
    """Read all files. Raises NotPublishable, which names every fault of every file at once."""
    faults: list[str] = []
    histories = list(_each(read_history, files, faults))
    expected = list(_each(read_expected, expect, faults))
    if faults:
        raise NotPublishable("The files cannot be played and compared; nothing was sent.", faults)
    return histories, expected


def _each(read: Callable[[Path], _Read], files: Iterable[Path], faults: list[str]) -> Iterator[_Read]:
    """Read each of *files* that can be read, and add to *faults* what is wrong with the others."""
    for file in files:
        try:
            yield read(file)
        except NotPublishable as bad:
            faults += (f"{file}: {fault}" for fault in bad.faults)


def matched(histories: Sequence[History], expected: Sequence[Expected]) -> Mapping[str, Expected]:
    """
    Give each expected file to its history: to the one that it names, or to the only one there is.

    Raises NotPublishable where one belongs to none of them, or two to one.
    """
    if len(histories) == len(expected) == 1:
        return {histories[0].name: expected[0]}
    names, given = {history.name for history in histories}, Counter(one.history for one in expected)
    faults = [f"{name} is not among {', '.join(sorted(names))}" for name in given if name not in names]
    faults += (f"{name} has {times} expected files" for name, times in given.items() if times > 1)
    if faults:
        raise NotPublishable("Each expected file must belong to one history of its own; nothing was sent.", faults)
    return {one.history: one for one in expected}


def show(console: Console, done: Replay) -> None:
    """Show what became of a replay, the differences last."""
    for text in replay_screen.renumbered(done):
        console.print(f"  {text}", style="dim")
    console.print(replay_screen.summary(done))
    if done.as_expected:
        console.print("As expected on all four trails.", style="green")
        return
    console.print("Not as expected:", style="red")
    for text in replay_screen.unlike(done.differences):
        console.print(f"  - {text}", soft_wrap=True)
    if done.continued:
        cases = ", ".join(sorted(done.continued))
        console.print(f"{cases}: on this bus before. Cases play anew with --fresh; a register docket only once.")
