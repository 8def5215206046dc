"""Do fold and oracle say the same? What both say, in words that they share."""

import json
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from tests.unit.ledger import oracle
from tests.unit.ledger.story import Story
from yisong.audit.history_file import History
from yisong.envelope.open import Opened
from yisong.ledger import Docket, breaches
from yisong.publishing.instants import to_ms, to_text
from yisong.schemas import registry


@cache
def bus() -> oracle.Bus:
    """Return the bus of the stories: each organ has a good key #1, and a key #0 revoked in 2011."""
    born, revoked = to_ms("2010-01-01T00:00:00+08:00"), to_ms("2011-01-01T00:00:00+08:00")
    keys = {f"{organ}#1": oracle.KeyRow(organ, born, None, None) for organ in oracle.organs()}
    keys |= {f"{organ}#0": oracle.KeyRow(organ, born, None, revoked) for organ in oracle.organs()}
    schemas = {registry().body(name).fingerprint: name for name in oracle.catalogue()}
    return oracle.Bus(schemas, keys, partitions=12)


class View(NamedTuple):
    """States, clocks and derived breaches of a docket, in words that both implementations share."""

    states: dict[oracle.Ref, str]
    clocks: list[tuple[object, ...]]
    breaches: list[tuple[int, str]]


def by_oracle(docket: oracle.Docket) -> View:
    return View(
        docket.states,
        [
            (c.timer, c.aggregate, c.number, c.started_by, c.start, c.due.strict, c.due.rolled, c.stopped_by, c.outcome,
             c.due.provisional, c.owed_by)
            for c in docket.clocks
        ],
        docket.breaches,
    )  # fmt: skip


def by_ledger(docket: Docket) -> View:
    return View(
        {(ref.kind, ref.id): state for ref, state in docket.states.items() if state != "none"},
        [
            (c.timer, c.aggregate, c.number, c.started_by, c.start, c.due_strict, c.due_rolled, c.stopped_by, c.outcome,
             c.provisional, c.owed_by)
            for c in docket.clocks
        ],
        sorted((breach.at, breach.clock_id) for breach in breaches(docket)),
    )  # fmt: skip


class Told(NamedTuple):
    """One docket of a file: its case id, the numbers of its lines, their records in their chains, and the story."""

    case_id: str
    numbers: list[int]
    records: list[Opened]
    story: Story


def told_of(lines: Sequence[dict[str, Any]]) -> Iterator[Told]:
    """Tell the *lines* of a file, and yield each of its dockets."""
    told: dict[str, Told] = {}
    ids: list[Any] = []
    for number, line in enumerate(lines, start=1):
        case_id = line["header"]["case_id"]
        docket = told.setdefault(case_id, Told(case_id, [], [], Story(case_id)))
        docket.story.ids = ids
        record = docket.story.opened(line["at"], line["header"], line["body"])
        docket.story.record(record)
        docket.numbers.append(number)
        docket.records.append(record)
    yield from told.values()


def lines_of(path: Path) -> list[dict[str, Any]]:
    """Return the lines of a file, as JSON has them."""
    return [json.loads(text) for text in path.read_text("utf-8").splitlines()]


def as_json(history: History) -> list[dict[str, Any]]:
    """Return the lines of a history that was read, as JSON has them."""
    return [{"at": to_text(line.at), "header": dict(line.fields), "body": line.body} for line in history.lines]


def golden(path: Path) -> Iterator[tuple[str, list[int], list[Opened]]]:
    """Yield each docket of a file: its case id, the numbers of its lines, and its records in their chains."""
    yield from (one[:3] for one in told_of(lines_of(path)))
