"""How does a history read at other dates? The same acts in their order, years away, closer or further apart."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from yisong.audit.history_file import History, Line, read_history
from yisong.publishing.instants import to_ms, to_text

ROOT: Final = Path(__file__).parents[1]
GIVEN: Final = ROOT / "examples" / "histories"
OURS: Final = ROOT / "tests" / "histories"
NEGATIVES: Final = ROOT / "tests" / "data" / "negatives"

DAY: Final = 86_400_000
INSTANTS: Final = ("occurred_at", "decided_at", "served_at", "due_at")

#: Days that a history may cross: make-up Sundays, National Day, leap days, year ends, 春节 prolonged in 2020, the
#: penalty law of 2021, the day from which bodies are sealed, and days of years whose holidays nobody knows.
CROSSED: Final = (
    *("2012-02-29", "2015-09-03", "2016-01-01", "2016-02-14", "2016-02-29", "2016-09-18", "2016-10-03", "2016-10-09"),
    *("2016-12-31", "2017-01-02", "2019-05-02", "2020-01-31", "2021-07-15", "2021-10-09", "2024-02-29", "2026-12-31"),
    *("2027-10-02", "2030-01-01"),
)


def all_files() -> tuple[Path, ...]:
    """Return every history and negative file of the repository."""
    return tuple(file for folder in (GIVEN, OURS, NEGATIVES) for file in sorted(folder.glob("*.jsonl")))


def read_all() -> Mapping[str, History]:
    """Return every history and negative, by name."""
    return {file.stem: read_history(file) for file in all_files()}


def shifted(history: History, days: int, *, stretch: tuple[int, int] = (1, 1)) -> History:
    """
    Return *history* with every instant *days* later, and the time between its first line and each other multiplied.

    *stretch*: numerator and denominator. Says nothing of verdicts: at other dates others are late.
    """
    begin, (numerator, denominator) = history[1].at, stretch
    name = f"{history.name}{days:+}d{numerator}of{denominator}"

    def moved(instant: int) -> int:
        return begin + days * DAY + (instant - begin) * numerator // denominator

    lines = tuple(_moved(line, moved, file=name) for line in history.lines)
    return History(name=name, lines=lines)


def _moved(line: Line, moved: Callable[[int], int], *, file: str) -> Line:
    instants = {name: to_text(moved(to_ms(str(line.fields[name])))) for name in INSTANTS if line.fields.get(name)}
    return replace(line, file=file, at=moved(line.at), fields={**line.fields, **instants}, expect=None)


def onto(history: History, number: int, day: str) -> int:
    """Return by how many days *history* must be shifted for its line *number* to lie on *day*."""
    return (to_ms(f"{day}T12:00:00+08:00") - history[number].at) // DAY
