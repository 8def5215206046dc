"""How is a history played on a bus, and compared on all four trails?"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from yisong.audit.build import Builder
from yisong.audit.differences import Difference, differences, disagreements
from yisong.audit.expected_file import Expected
from yisong.audit.forecast import Forecast
from yisong.audit.fresh import AS_IT_STANDS, FIRST_FRESH, Renumbering, Unused, renumbered, renumbering, unused_ids
from yisong.audit.history_file import History, Line, merged
from yisong.audit.played import Found, Played, Position
from yisong.audit.signers import Signers
from yisong.audit.trails import Trail, open_trails
from yisong.audit.waiting import found_by, heads_of, wait_until_read
from yisong.errors import BusUnreachable, NotPublishable
from yisong.home import Home, Running
from yisong.kafka.body_keys import KafkaKeys, KeyRecord
from yisong.kafka.producer import KafkaLog, Outgoing
from yisong.ledger import Law

Progress = Callable[[str], None]
"""Told in a few words what is being done now."""

_FRESH = 1_000_000 - FIRST_FRESH


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """
    What became of a replay.

    *continued*: dockets that were on the bus before, which may be why something is not as expected.
    """

    played: tuple[Played, ...]
    found: tuple[Found, ...]
    differences: tuple[Difference, ...]
    continued: frozenset[str]

    @property
    def as_expected(self) -> bool:
        """Hold where everything is as expected on every trail."""
        return not self.differences


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A running demo bus, its law and its keys."""

    home: Home
    running: Running
    law: Law

    @classmethod
    def of(cls, home: Home) -> "Stage":
        """
        Find the bus that runs from *home*.

        Raises BusNotFound where none runs, NotPublishable where it is no demo bus: nobody plays histories of 2016 on
        the log of a production bus.
        """
        running, law = home.need_running(), Law(home.genesis())
        if law.bus.profile != "demo":
            raise NotPublishable(
                f"Histories are played on a demo bus only, and {law.bus.name} is none; nothing was sent.",
                ["its log time is the broker's, and its records are evidence"],
            )
        return cls(home=home, running=running, law=law)


def replay(  # noqa: PLR0913 (each is a choice of the caller's own)
    stage: Stage,
    histories: Sequence[History],
    *,
    expected: Mapping[str, Expected] | None = None,
    fresh: bool = False,
    timeout: float = 60,
    progress: Progress = lambda _: None,
) -> Replay:
    """
    Play *histories*, merged by time, and compare what the four trails say with what the files expect.

    *expected* by the name of its history; *fresh* gives the cases numbers of their own; *timeout* in seconds.
    Raises NotPublishable where a line cannot be made, TimedOut naming the nodes that are missing, BusUnreachable.
    """
    _told_apart(histories)
    expected = expected or {}
    with open_trails(stage.running) as trails:
        progress("reading where the trails are")
        wait_until_read(trails, _ends(stage), timeout=timeout)
        tables = _tables(histories, trails) if fresh else [AS_IT_STANDS] * len(histories)
        lines = merged(renumbered(one, table) for one, table in zip(histories, tables, strict=True))
        heads = heads_of(trails[0], (line.case_id for line in lines))
        progress(f"signing {len(lines)} lines")
        signers = Signers(stage.home.keystore(), stage.law.rulebook)
        builder = Builder(stage.law, signers, Forecast(stage.law, heads))
        records = builder.build(lines)
        progress(f"sending {len(records)} records")
        _give(stage, builder.body_keys)
        played = _placed(histories, tables, lines, _sent(stage, records))
        progress("waiting for four verdicts on each")
        return _compared(stage.law, played, expected, trails, heads=frozenset(heads), timeout=timeout)


def _compared(  # noqa: PLR0913 (the last step takes up what all others made)
    law: Law,
    played: tuple[Played, ...],
    expected: Mapping[str, Expected],
    trails: Sequence[Trail],
    *,
    heads: frozenset[str],
    timeout: float,
) -> Replay:
    positions = [position for one in played for position in one.positions]
    wait_until_read(trails, _after(positions), timeout=timeout)
    case_ids = dict.fromkeys(case_id for one in played for case_id in one.case_ids())
    found = tuple(found_by(trail, positions, case_ids) for trail in trails)
    unlike = [one for file in played for one in disagreements(file, found)]
    for file in played:
        for trail in found:
            unlike += differences(file, expected.get(file.history.name), trail, law)
    return Replay(played=played, found=found, differences=tuple(unlike), continued=heads)


def _told_apart(histories: Sequence[History]) -> None:
    names = [one.name for one in histories]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise NotPublishable(
            "Two files of one name could not be told apart in what is reported; nothing was sent.",
            [f"{name}.jsonl is named twice" for name in twice],
        )


def unused_on(trails: Sequence[Trail]) -> Unused:
    """Return what gives case ids that none of *trails* has seen."""
    taken = {row[0] for trail in trails for row in trail.rows("fresh_dockets")}
    return unused_ids(taken, lambda: FIRST_FRESH + secrets.randbelow(_FRESH))


def _tables(histories: Sequence[History], trails: Sequence[Trail]) -> list[Renumbering]:
    """Give each file numbers that no trail has seen; the same id in two files becomes two cases."""
    unused = unused_on(trails)
    return [renumbering(history, unused) for history in histories]


def _ends(stage: Stage) -> Mapping[int, int]:
    log = KafkaLog(stage.running.bootstrap)
    try:
        return log.ends(range(stage.law.bus.partitions))
    finally:
        log.close()


def _give(stage: Stage, body_keys: Sequence[KeyRecord]) -> None:
    """Put the keys of sealed bodies where their readers look for them, before the bodies."""
    if body_keys:
        with closing(KafkaKeys(stage.running.bootstrap)) as out:
            out.give(body_keys)


def _sent(stage: Stage, records: Sequence[Outgoing]) -> tuple[Position, ...]:
    log = KafkaLog(stage.running.bootstrap)
    try:
        appended = log.append(records)
    finally:
        log.close()
    where = [Position(one.partition, one.offset) for one in appended if one is not None]
    if len(where) < len(records):
        raise BusUnreachable(
            f"Kafka confirmed only {len(where)} of {len(records)} records, so it is not known which of them are on the "
            "log. See that the broker runs (`yisong status`), and play the files again with --fresh."
        )
    return tuple(where)


def _placed(
    histories: Sequence[History], tables: Sequence[Renumbering], lines: Sequence[Line], positions: Sequence[Position]
) -> tuple[Played, ...]:
    """Hand the positions of the merged *lines* back to the files that they come from."""
    where = {(line.file, line.number): position for line, position in zip(lines, positions, strict=True)}
    return tuple(
        Played(history=one, table=table, positions=tuple(where[(line.file, line.number)] for line in one.lines))
        for one, table in zip(histories, tables, strict=True)
    )


def _after(positions: Sequence[Position]) -> Mapping[int, int]:
    """Return the offset after the last of *positions* in each partition."""
    ends: dict[int, int] = {}
    for position in positions:
        ends[position.partition] = max(ends.get(position.partition, 0), position.offset + 1)
    return ends
