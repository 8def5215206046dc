"""
How does a gateway come to registers and exports without standing in the way of whoever publishes?

One is derived at a time, from so many events at most, and what was derived is kept while the trail stands where it
stood. Whose eyes it is made for belongs to it: nothing that one organ may read is shown to another.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Final, Generic, TypeVar, cast
from uuid import UUID

from psycopg import Connection

from services.gateway.api.turns import Turns
from services.gateway.problems import Problem
from services.gateway.world import World
from yisong.audit.acts import END, Act, acts
from yisong.audit.readings import Reader, note_reading
from yisong.postgres import queries
from yisong.postgres.connection import reachable

MOST_EVENTS: Final = 50_000
"""Of more events nothing is derived here: the command line of the node does it without haste."""
_SQL: Final = queries(Path(__file__).with_name("deriving.sql"))
_STATEMENT_MS: Final = 20_000
_WAITING: Final = 6
_PATIENCE_SECONDS: Final = 20.0
_BUSY: Final = "Others wait for registers already. Nothing was read; wait as long as Retry-After says."
_KEPT: Final = 48

T = TypeVar("T")
Acts = Sequence[Act]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made(Generic[T]):
    """What was derived (*value*), and the ids of those events whose bodies went into it (*read*)."""

    value: T
    read: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """
    What is derived from which *event_types*, for whom, as known at *at* (ms; None: now), and as of which *day*.

    *organ*: what it may read, and no more; None: the line, as the node itself reads.
    """

    what: str
    event_types: tuple[str, ...]
    organ: str | None
    at: int | None
    day: str


class Deriving:
    """Derives for one gateway. For any number of threads."""

    def __init__(self, world: World) -> None:
        """Read the trail of the node of *world*."""
        self._world = world
        self._shelf, self._turns = Lock(), Turns(_BUSY, waiting=_WAITING, seconds=_PATIENCE_SECONDS)
        self._kept: OrderedDict[Asked, tuple[object, Made[Any]]] = OrderedDict()

    def made(self, asked: Asked, derive: Callable[[Acts], T]) -> Made[T]:
        """
        Return what *derive* makes of the events that are asked for, or has made of them before.

        Raises Problem: 422 where they are too many, 503 where too many wait already. Raises BusUnreachable.
        """
        kept = self._known(asked)
        if kept is not None:
            return cast("Made[T]", kept)
        with self._turns.turn():
            kept = self._known(asked)  # somebody before us may have asked the same
            return self._made(asked, derive) if kept is None else cast("Made[T]", kept)

    def _known(self, asked: Asked) -> Made[Any] | None:
        with self._world.connection() as connection:
            mark = self._mark(connection)
        with self._shelf:
            kept = self._kept.get(asked)
            if kept is None or kept[0] != mark:
                return None
            self._kept.move_to_end(asked)
            return kept[1]

    def _made(self, asked: Asked, derive: Callable[[Acts], T]) -> Made[T]:
        with self._world.connection() as connection, _bounded(connection):
            mark = self._mark(connection)  # before what is read: who reads more than it says is only asked again
            made = self._derived(connection, asked, derive)
        with self._shelf:
            self._kept[asked] = mark, made
            self._kept.move_to_end(asked)
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return made

    def _mark(self, connection: Connection[Any]) -> object:
        """Return what changes whenever the same question may have another answer."""
        with reachable():
            row = connection.execute(_SQL["mark"]).fetchone()
        return row, self._world.law

    def _derived(self, connection: Connection[Any], asked: Asked, derive: Callable[[Acts], T]) -> Made[T]:
        world, at = self._world, END if asked.at is None else asked.at
        types = {"event_types": sorted(asked.event_types), "at": at, "most": MOST_EVENTS + 1}
        with reachable():
            rows = connection.execute(_SQL["how_many"], types).fetchall()
        if rows[0][0] > MOST_EVENTS:
            raise _too_many()
        found = acts(
            connection,
            asked.event_types,
            world.law,
            agency=world.agency,
            keys=world.keys,
            at=asked.at,
            organ=asked.organ,
        )
        return Made(value=derive(found), read=frozenset(one.id for one in found if one.body is not None))


def note(connection: Connection[Any], reader: Reader, purpose: str, read: Iterable[str]) -> None:
    """Write down that *reader* was shown what these events say. Raises BusUnreachable."""
    note_reading(
        connection,
        reader,
        what="register",
        case_id="",
        purpose=purpose,
        events=[UUID(one) for one in sorted(set(read))],
    )


@contextmanager
def _bounded(connection: Connection[Any]) -> Iterator[None]:
    """Let no statement take too long: the database says so then, and the answer, too."""
    with reachable():
        connection.execute("SELECT set_config('statement_timeout', %s, false)", (str(_STATEMENT_MS),))
    try:
        yield
    finally:
        if not connection.broken:
            connection.execute("RESET statement_timeout")


def _too_many() -> Problem:
    detail = (
        f"It would be made of more than {MOST_EVENTS} events. Ask for it as of an earlier instant, or at the node "
        "(`yisong registers`, `yisong export`)."
    )
    return Problem(422, "too-much", detail)
