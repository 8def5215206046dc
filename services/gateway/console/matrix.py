"""Where do handoffs pile up, and do the figures add up? Sender by receiver, lines of agencies."""

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from starlette.responses import Response

from services.gateway.console import times
from services.gateway.console.names import LANES
from services.gateway.console.shell import Shell, render
from yisong.audit.handoffs import Cell, Handoff, handoffs
from yisong.audit.trails import Trail
from yisong.ledger import Law

_WIDTH: Final = 200.0
_GAP: Final = 1.5
_AGES: Final = (times.DAY, 3 * times.DAY, 10 * times.DAY)
_SHOWN: Final = 50


class Sum(NamedTuple):
    """
    Handoffs added up: *sent* = *answered* + *running* + *late* + *ended*.

    *ended*: nothing is owed any more without an answer. *refused*: went nowhere, and are not *sent*. *oldest*: the
    longest that one has been pending, in ms.
    """

    sent: int = 0
    answered: int = 0
    running: int = 0
    late: int = 0
    ended: int = 0
    refused: int = 0
    oldest: int | None = None

    @property
    def adds_up(self) -> bool:
        """Hold where the parts are the whole."""
        return self.sent == self.answered + self.running + self.late + self.ended

    @property
    def open(self) -> int:
        """How many have no answer yet."""
        return self.running + self.late

    def bars(self, most: int) -> Sequence[tuple[str, float, float]]:
        """Return the stretches of its bar (style, x, width), where *most* handoffs fill it."""
        found, x = [], 0.0
        for style, count in (
            ("b-ans", self.answered),
            ("b-run", self.running),
            ("b-late", self.late),
            ("b-end", self.ended),
        ):
            width = count / max(1, most) * _WIDTH
            if count:
                found.append((style, round(x, 1), round(max(1.0, width - _GAP), 1)))
                x += width
        return found


class Matrix(NamedTuple):
    """The sums by line of agencies: *cells* by sender and receiver, of each *row* and *column*, and of all."""

    cells: Mapping[tuple[str, str], Sum]
    rows: Mapping[str, Sum]
    columns: Mapping[str, Sum]
    total: Sum

    @property
    def adds_up(self) -> bool:
        """Hold where rows, columns and cells give the same."""
        sums = [*self.cells.values(), *self.rows.values(), *self.columns.values(), self.total]
        by_rows, by_columns = added(self.rows.values()), added(self.columns.values())
        return all(one.adds_up for one in sums) and by_rows == self.total == by_columns


def matrix(cells: Iterable[Cell], law: Law) -> Matrix:
    """Add up *cells*, which are by organ, by line of agencies."""
    by_line: dict[tuple[str, str], list[Sum]] = {}
    for one in cells:
        key = (_line(one.sender, law), _line(one.receiver, law))
        by_line.setdefault(key, []).append(_sum(one))
    found = {key: added(sums) for key, sums in by_line.items()}
    rows: Mapping[str, Sum] = {line: added(one for key, one in found.items() if key[0] == line) for line in LANES}
    columns: Mapping[str, Sum] = {line: added(one for key, one in found.items() if key[1] == line) for line in LANES}
    return Matrix(found, rows, columns, added(found.values()))


def added(sums: Iterable[Sum]) -> Sum:
    """Return the sum of *sums*."""
    found = list(sums)
    waiting = [one.oldest for one in found if one.oldest is not None]
    return Sum(
        sent=sum(one.sent for one in found),
        answered=sum(one.answered for one in found),
        running=sum(one.running for one in found),
        late=sum(one.late for one in found),
        ended=sum(one.ended for one in found),
        refused=sum(one.refused for one in found),
        oldest=max(waiting, default=None),
    )


def ages(pending: Iterable[Handoff], law: Law) -> dict[str, tuple[int, ...]]:
    """Count pending handoffs by the line that owes the answer and by age: under 1, 3 and 10 days, and beyond."""
    found = {line: [0] * (len(_AGES) + 1) for line in LANES}
    for one in pending:
        line = _line(one.receiver, law)
        if line in found:
            found[line][sum(one.age >= least for least in _AGES)] += 1
    return {line: tuple(counts) for line, counts in found.items()}


def handoffs_page(shell: Shell, *, sender: str, receiver: str, region: str) -> Response:
    """Return the page of all handoffs; *sender*, *receiver*: whose open ones are listed. *region*: first two digits."""
    law, now = shell.world.law, int(time.time() * 1000)
    with shell.world.connection() as connection:
        found = handoffs(Trail(shell.world.agency, connection), law, now=now)
    cells = [one for one in found.cells if _is_there(one.sender, region, law)]
    pending = [one for one in found.pending if _is_there(one.sender, region, law)]
    sums = matrix(cells, law)
    chosen = (sender, receiver) if (sender, receiver) in sums.cells else _worst(sums)
    listed = [one for one in pending if chosen == (_line(one.sender, law), _line(one.receiver, law))]
    return render(
        shell,
        "handoffs.html",
        current="handoffs",
        sums=sums,
        most=max((one.sent for one in sums.cells.values()), default=1),
        chosen=chosen,
        listed=listed[:_SHOWN],
        more=max(0, len(listed) - _SHOWN),
        ages=ages(pending, law),
        pending=len(pending),
        regions={
            code[:2]: name
            for code, name in law.rulebook.directory.regions.items()
            if code.endswith("0000") and code != "000000"
        },
        region=region,
        now=now,
    )


def _worst(sums: Matrix) -> tuple[str, str] | None:
    """Return the cell with the most late ones, else with the most open ones, else the largest."""
    return max(
        sums.cells, key=lambda key: (sums.cells[key].late, sums.cells[key].open, sums.cells[key].sent), default=None
    )


def _sum(one: Cell) -> Sum:
    return Sum(one.sent, one.receipted, one.pending - one.late, one.late, one.ended, one.refused, one.oldest)


def _line(organ: str, law: Law) -> str:
    found = law.organs.get(organ)
    return "" if found is None else found.role


def _is_there(organ: str, region: str, law: Law) -> bool:
    found = law.organs.get(organ)
    return not region or (found is not None and (found.region_code or "").startswith(region))
