"""What does the node's database say of its clocks, and how is what is to be said kept there?"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, cast

from yisong.ledger import Docket, loads
from yisong.postgres import connect, queries
from yisong.postgres.connection import hold, reachable
from yisong.postgres.json_text import from_jsonb
from yisong.publishing.instants import to_ms
from yisong.publishing.outbox import Draft
from yisong.publishing.stores import PostgresOutbox

_SQL = queries(Path(__file__).with_name("queries.sql"))
# One number for all nodes: an advisory lock belongs to a database, and every node has a database of its own.
_CLOCKS_LOCK = 7_140_306


class Watched(NamedTuple):
    """
    One row of the watch list: a *notice* (by its name) that is true from *falls_at* on, unless an act comes before.

    *rank*: how many lines speak before us. *turn_at*: when it is our turn, by the wall clock. *log_time*: that of a
    docket that has a time of its own, None where the wall clock counts. All instants in ms.
    """

    case_id: str
    notice: str
    falls_at: int
    rank: int
    turn_at: int
    log_time: int | None


class Due(NamedTuple):
    """What it is our turn to say; *tries*: how often we have; *state*, *reason*: what became of our last try."""

    case_id: str
    notice: str
    falls_at: int
    tries: int
    state: str | None
    reason: str | None

    @property
    def under_way(self) -> bool:
        """Hold where our last try has no verdict yet."""
        return self.state in ("waiting", "signed", "logged")


class Store:
    """The database of one node, as its clocks service sees it. Not for use by several threads."""

    def __init__(self, dsn: str) -> None:
        """Connect. Raises BusUnreachable."""
        self._connection = connect(dsn, autocommit=True, name="yisong-clocks")
        self._outbox = PostgresOutbox(self._connection)

    def hold(self) -> bool:
        """Become the one clocks service of this node, until closed; return whether nobody else is."""
        return hold(self._connection, _CLOCKS_LOCK)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write all that is inside, or nothing."""
        with reachable(), self._connection.transaction():
            yield

    def touched(self, *, most: int) -> frozenset[str]:
        """Look on by at most *most* records a partition; name the dockets that were touched there, or turned live."""
        self._rows("know_partitions")
        return frozenset(str(row[0]) for name in ("touched", "newly_live") for row in self._rows(name, most=most))

    def live(self, case_ids: Collection[str]) -> frozenset[str]:
        """Return which of these dockets of a demo bus live by the wall clock."""
        return frozenset(str(row[0]) for row in self._rows("live", case_ids=list(case_ids)))

    def dockets(self, case_ids: Collection[str]) -> Mapping[str, Docket]:
        """Return these dockets as of their newest record, where the trail has them."""
        rows = self._rows("dockets", case_ids=list(case_ids))
        return {case_id: loads(case_id, from_jsonb(state)) for case_id, state in rows}

    def starters(self, asked: Collection[tuple[str, int]]) -> Mapping[tuple[str, int], str]:
        """Return who spoke, by docket and offset of the record."""
        rows = self._rows("starters", case_ids=[one[0] for one in asked], offsets=[one[1] for one in asked])
        return {(case_id, offset): organ for case_id, offset, organ in rows}

    def watch(self, touched: Collection[str], rows: Sequence[Watched]) -> None:
        """Let the watch list of the *touched* dockets be *rows*; what was tried already keeps its turn."""
        case_ids, notices = [row.case_id for row in rows], [row.notice for row in rows]
        self._rows("forget_others", touched=list(touched), case_ids=case_ids, notices=notices)
        self._rows(
            "watch",
            case_ids=case_ids,
            notices=notices,
            falls_at=[row.falls_at for row in rows],
            ranks=[row.rank for row in rows],
            turns=[row.turn_at for row in rows],
            log_times=[row.log_time for row in rows],
        )

    def wait_again(self, *, now: int, grace: int) -> None:
        """Give the lines before us their time (*grace* ms each) to say what fell due while we were away."""
        self._rows("wait_again", now=now, grace=grace)

    def any_due(self, *, now: int) -> bool:
        """Return whether it is our turn to say anything."""
        return bool(self._rows("any_due", now=now)[0][0])

    def counts(self, *, now: int) -> tuple[int, int]:
        """Return how many notices are watched, and how many of them it is our turn to say."""
        watched, due = self._rows("counts", now=now)[0]
        return int(watched), int(due)

    def under_way(self, publisher: str) -> int:
        """Return how many notices of *publisher* have no verdict yet."""
        return int(self._rows("under_way", publisher=publisher)[0][0])

    def due(self, *, now: int, most: int) -> tuple[Due, ...]:
        """Return at most *most* notices that it is our turn to say."""
        return tuple(Due(*row) for row in self._rows("due", now=now, most=most))

    def forget(self, one: Due) -> None:
        """Take *one* off the watch list."""
        self._rows("forget", case_id=one.case_id, notice=one.notice)

    def say(self, one: Due, draft: Draft, *, turn_at: int) -> None:
        """Put *draft* into the outbox; should it come to nothing, it is our turn again at *turn_at*."""
        self._outbox.submit(draft)
        self._rows("said", case_id=one.case_id, notice=one.notice, event_id=draft.said.event_id, turn_at=turn_at)

    def look_later(self, one: Due, *, turn_at: int) -> None:
        """Look at *one* again at *turn_at*."""
        self._rows("look_later", case_id=one.case_id, notice=one.notice, turn_at=turn_at)

    def heartbeats(self, publisher: str) -> tuple[int, int]:
        """Return how many heartbeats *publisher* has said here, and when it said the newest (ms; 0 where none)."""
        count, newest = self._rows("heartbeats", publisher=publisher)[0]
        return int(count), 0 if newest is None else to_ms(newest)

    def heartbeat_under_way(self, publisher: str) -> bool:
        """Return whether a heartbeat of *publisher* has no verdict yet."""
        return bool(self._rows("heartbeat_under_way", publisher=publisher)[0][0])

    def submit(self, draft: Draft) -> None:
        """Put *draft* into the outbox."""
        self._outbox.submit(draft)

    def reached(self, ends: Mapping[int, int]) -> bool:
        """Return whether the trail has read each partition up to its offset in *ends*."""
        positions = dict(cast("Iterable[tuple[int, int]]", self._rows("reached")))
        return all(positions.get(partition, 0) >= end for partition, end in ends.items())

    def close(self) -> None:
        """Let go of the database, and of being its clocks service."""
        self._connection.close()

    def _rows(self, name: str, **arguments: object) -> list[tuple[Any, ...]]:
        with reachable():
            found = self._connection.execute(_SQL[name], arguments)
            return found.fetchall() if found.description else []
