"""What is shown in a demo? Cases of 2016, what four desks made of them, a case of today, and four equal trails."""

import os
import shutil
import sys
from pathlib import Path
from typing import Final, NamedTuple

from rich.console import Console

from yisong.audit.expected_file import read_expected
from yisong.audit.history_file import History, read_history
from yisong.audit.replay import Replay, Stage
from yisong.audit.replay import replay as play
from yisong.audit.rest import wait_until_at_rest
from yisong.audit.timeline import timeline
from yisong.audit.trails import open_trail
from yisong.cli import compare_screen, demo_desks, timeline_screen
from yisong.cli.compare import compared
from yisong.cli.demo_live import PATIENCE, LiveCase
from yisong.cli.replay import show
from yisong.contract import folder
from yisong.envelope.case_id import is_register
from yisong.home import Home
from yisong.publishing.rounds import wall_clock

_NODE: Final = "police"
_NEXT: Final = (
    ("{yisong} history {case} --at 2016-08-04", "the same case, as it was known that evening"),
    ("{yisong} duties --organ P9801", "what the police bureau of the city owes, and how much time is left"),
    ("{yisong} history {today}", "the case of today, as its clocks go on"),
    ("{yisong} handoffs", "who handed what to whom, and what is still owed"),
    ("{yisong} compare", "the four trails again, at equal positions"),
    ("{yisong} dossier {case} -o case.zip", "the whole case in one file, for a court"),
    ("{yisong} verify case.zip", "what that file proves, and what it does not"),
    (
        "{yisong} replay {histories}/H3.jsonl --expect {histories}/H3.expected.yaml --fresh",
        "a referral passed on",
    ),
    ("{yisong} status", "what is running, and where"),
)


class Told(NamedTuple):
    """*good*: all was as expected. *cases*: the case ids that are worth another look."""

    good: bool
    cases: tuple[str, ...]


def tell(console: Console, home: Home) -> Told:
    """Play the histories and a case of today, show what came of them; say whether all is as expected."""
    stage, examples = Stage.of(home), folder() / "examples"
    done = _played(console, stage, examples / "histories")
    live = LiveCase(console, stage, examples / "live" / "L1.jsonl")
    good = [done.as_expected, _settled(console, stage, done), _watched(console, stage, live)]
    first = done.played[0].case_ids()[0]
    _told(console, stage, first)
    good.append(_equal(console, stage))
    _what_next(console, first, live.case_id, examples / "histories")
    return Told(all(good), (first, live.case_id))


def _played(console: Console, stage: Stage, where: Path) -> Replay:
    """Play all histories that can be played, under numbers of their own where one of them is on the bus already."""
    files = sorted(where.glob("*.jsonl"))
    histories = [read_history(file) for file in files]
    expected = {one.history: one for one in map(read_expected, sorted(where.glob("*.expected.yaml")))}
    with open_trail(stage.running, _NODE) as trail:
        known = trail.known_dockets(sorted({line.case_id for one in histories for line in one.lines}))
    playable = [one for one in histories if not _has_register(one, known)]
    for one in histories:
        if one not in playable:
            console.print(f"· {one.name} is left out: its register dockets, which have one number only, are on the bus")
    if known:
        console.print("· cases of these files are on the bus already: they are played once more, under other numbers")
    done = play(
        stage,
        playable,
        expected={one.name: expected[one.name] for one in playable},
        fresh=bool(known),
        timeout=PATIENCE,
        progress=lambda text: console.print(f"· {text}"),
    )
    show(console, done)
    return done


def _has_register(history: History, known: frozenset[str]) -> bool:
    """Hold where the history writes into a register docket that is on the bus: it has no other number."""
    return any(line.case_id in known and is_register(line.case_id) for line in history.lines)


def _settled(console: Console, stage: Stage, done: Replay) -> bool:
    """Wait for the desks, and show what they have made of it; say whether nothing lies dead."""
    console.print("\n· waiting until the desks have settled everything, and every breach is on the log")
    wait_until_at_rest(stage.home, stage.running, partitions=stage.law.bus.partitions, timeout=PATIENCE)
    found = demo_desks.worked(stage, [case_id for one in done.played for case_id in one.case_ids()])
    console.print(demo_desks.counted(found), soft_wrap=True)
    console.print()
    console.print(demo_desks.told(found), soft_wrap=True)
    return all(one.owed and not one.dead for one in found)


def _watched(console: Console, stage: Stage, live: LiveCase) -> bool:
    """Let one watch a case that is referred now; say whether all went as it must."""
    console.print(f"\nA case of today, {live.case_id}", style="bold")
    good = live.refer() and live.let_a_clock_run_out()
    wait_until_at_rest(stage.home, stage.running, partitions=stage.law.bus.partitions, timeout=PATIENCE)
    found = demo_desks.worked(stage, [live.case_id])
    console.print()
    console.print(demo_desks.owing(found), soft_wrap=True)
    return good and not any(one.dead for one in found)


def _told(console: Console, stage: Stage, case_id: str) -> None:
    """Show the history of a case and what became of it, without its clocks."""
    with open_trail(stage.running, _NODE) as trail:
        seen = timeline(trail, case_id, stage.law, at=None, now=wall_clock())
    if seen is not None:
        events, *_, states = timeline_screen.screen(seen, stage.law)
        console.print("\nThe first of the cases again, from clue to judgment", style="bold")
        for part in (events, states):
            console.print(part, soft_wrap=True)
        console.print()


def _equal(console: Console, stage: Stage) -> bool:
    """Compare the four trails; say whether they agree."""
    found = compared(stage.running)
    console.print(compare_screen.table(found))
    for text in compare_screen.unlike(found):
        console.print(text, soft_wrap=True)
    console.print(compare_screen.verdict(found), style="bold green" if found.agree else "bold red")
    return found.agree


def _what_next(console: Console, case_id: str, today: str, histories: Path) -> None:
    # After `make demo` the script is in .venv and not on the path.
    yisong = "yisong" if shutil.which("yisong") else os.path.relpath(sys.argv[0])
    shown = {"yisong": yisong, "case": case_id, "today": today, "histories": os.path.relpath(histories)}
    console.print(f"\nWhat to try next while the bus is up (`{yisong} up --detach` starts it again):")
    for command, meaning in _NEXT:
        console.print(f"  {command.format(**shown)}", style="bold", soft_wrap=True)
        console.print(f"      {meaning}", style="dim")
