"""What was sent, and what did each trail say of it?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from yisong.audit.fresh import Renumbering
from yisong.audit.history_file import Expectation, History, Line
from yisong.ledger import Docket


class Position(NamedTuple):
    """Where a record lies on the log."""

    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.partition}:{self.offset}"


class Judged(NamedTuple):
    """What one trail keeps of one record: its verdict, and the hash of the leaf that commits to it."""

    verdict: Expectation
    leaf_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the trail of one *agency* says: of each position, and of the dockets in question, by case id on the bus."""

    agency: str
    judged: Mapping[Position, Judged]
    dockets: Mapping[str, Docket]


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """
    One file as it was sent: *history* in its own ids, *table* from those to the ids on the bus.

    *positions*: where each line lies, in the order of the lines.
    """

    history: History
    table: Renumbering
    positions: tuple[Position, ...]

    def lines(self) -> tuple[tuple[Line, Position], ...]:
        """Return each line with its position."""
        return tuple(zip(self.history.lines, self.positions, strict=True))

    def case_ids(self) -> tuple[str, ...]:
        """Return the dockets of the file, by their ids on the bus."""
        return tuple(dict.fromkeys(self.table.text(line.case_id) for line in self.history.lines))
