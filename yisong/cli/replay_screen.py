"""What does one see of a replay?"""

from collections import Counter
from collections.abc import Iterable, Iterator

from rich.markup import escape
from rich.table import Table

from yisong.audit.differences import Difference
from yisong.audit.replay import Replay
from yisong.cli.page import coloured
from yisong.home import AGENCIES

_VERDICTS = ("admitted", "admitted-late", "refused", "duplicate")


def summary(replay: Replay) -> Table:
    """Return one row a file: how many lines, and what became of them on the first trail (the others were compared)."""
    screen = Table(title="Replayed", title_justify="left")
    screen.add_column("file")
    for column in ("lines", *_VERDICTS):
        screen.add_column(column, justify="right")
    judged = replay.found[0].judged
    for one in replay.played:
        counts = Counter(str(judged[position].verdict.verdict) for position in one.positions)
        shown = [coloured(verdict, said=str(counts[verdict])) if counts[verdict] else "–" for verdict in _VERDICTS]
        screen.add_row(one.history.name, str(len(one.positions)), *shown)
    return screen


def renumbered(replay: Replay) -> Iterator[str]:
    """Say which case was played under which number."""
    for one in replay.played:
        for stated, fresh in one.table.table.items():
            yield f"{one.history.name}: {stated} is played as {fresh}"


def unlike(differences: Iterable[Difference]) -> Iterator[str]:
    """Say what is not as expected, once for all trails that say the same."""
    who: dict[tuple[str, str, str], list[str]] = {}
    for one in differences:
        who.setdefault((one.what, one.expected, one.found), []).append(one.agency)
    for (what, expected, found), agencies in who.items():
        where = "all four trails" if len(agencies) == len(AGENCIES) else ", ".join(agencies)
        yield escape(f"{what} · expected {expected} · found {found} · on {where}")


def as_json(replay: Replay) -> dict[str, object]:
    """Return the result for programs."""
    return {
        "as_expected": replay.as_expected,
        "files": [
            {
                "file": one.history.name,
                "renumbered": one.table.table,
                "lines": [
                    {
                        "line": line.number,
                        "partition": position.partition,
                        "offset": position.offset,
                        "verdict": replay.found[0].judged[position].verdict.verdict,
                        "reason": replay.found[0].judged[position].verdict.reason,
                    }
                    for line, position in one.lines()
                ],
            }
            for one in replay.played
        ],
        "differences": [one._asdict() for one in replay.differences],
        "continued": sorted(replay.continued),
    }
