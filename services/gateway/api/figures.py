"""What do the statistics say to one organ? Documents as this organ may read, made once for each state of the trail."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock
from typing import Any, Final, NamedTuple, TypeVar

import orjson
from starlette.requests import HTTPConnection

from services.gateway.api.counting import Counting, Progress
from services.gateway.problems import RETRY_SECONDS, Problem
from services.gateway.world import World, state_of
from yisong.audit.readings import Reader
from yisong.errors import NotDrawable
from yisong.ledger import Law
from yisong.plots.figures import Month
from yisong.plots.reading import Pictures
from yisong.statistics.scope import Scope
from yisong.statistics.seen_by import Kept, SeenBy
from yisong.statistics.shown import note_shown
from yisong.statistics.versions import Document, document, freeze

_Made = TypeVar("_Made")

_AT_ONCE: Final = 2
_PATIENCE_SECONDS: Final = 10.0
_HELD: Final = 64
_FRESH_SECONDS: Final = 15.0


class Found(NamedTuple):
    """The statistics of a scope as *document*; *behind*: records of the trail that are not counted yet."""

    document: Document
    behind: int


class Statistics:
    """Answers what is asked of the statistics of *world*. What costs much is held for a while, by vector and reader."""

    def __init__(self, world: World) -> None:
        """Read the database of *world*."""
        self._world, self.counting = world, Counting(world)
        self._held: OrderedDict[Hashable, tuple[float, Any]] = OrderedDict()
        self._lock, self._room = Lock(), BoundedSemaphore(_AT_ONCE)

    def found(self, reader: Reader, scope: Scope) -> Found | Progress:
        """
        Return the statistics of *scope* as the organ of *reader* may read them, or how far counting has come.

        Whose words it shows is written down. Raises BusUnreachable.
        """
        come = self.counting.come()
        if not come.ready:
            return come
        with self._seen(reader.organ) as (seen, connection):
            with seen.at_once():
                vector = seen.vector()
                made = self._once(
                    (reader.organ, scope, _key(vector)), lambda: document(seen, scope, vector, self._world.law)
                )
            note_shown(connection, reader, made, scope.name)
        return Found(made, come.records - sum(vector.values()))

    def months(self, organ: str, scope: Scope, vector: Mapping[int, int]) -> tuple[Month, ...]:
        """Return the figures of each month of *scope* at *vector*; none where there is no month, or are too many."""
        with self._seen(organ) as (seen, connection), seen.at_once():
            pictures = Pictures(connection, self._world.law, agency=self._world.agency, adding=seen)

            def made() -> tuple[Month, ...]:
                try:
                    return pictures.by_month(scope, vector)
                except NotDrawable:
                    return ()

            return self._once((organ, scope, _key(vector), "months"), made)

    def versions(self, organ: str, scope: Scope) -> tuple[tuple[Kept, bool], ...]:
        """Return the frozen versions of *scope*, each with whether *organ* may read all that it says."""
        with self._seen(organ) as (seen, _), seen.at_once():
            return tuple((one, _is_open(seen, scope, one)) for one in seen.kept(scope))

    def scopes(self, organ: str) -> tuple[str, ...]:
        """Return the names of the scopes of which something was frozen."""
        with self._seen(organ) as (seen, _):
            return seen.scopes()

    def span(self, organ: str) -> tuple[int, int] | None:
        """Return between which instants (ms) something counts; None where nothing does."""
        with self._seen(organ) as (seen, _):
            return seen.span()

    def version(self, reader: Reader, scope: Scope, number: int) -> Kept:
        """
        Return a frozen version, byte for byte; whose words it shows is written down.

        Raises Problem 404 where there is none, 403 where the organ of *reader* may not read all that it says.
        """
        with self._seen(reader.organ) as (seen, connection):
            with seen.at_once():
                one = next((kept for kept in seen.kept(scope) if kept.number == number), None)
                if one is None:
                    raise Problem(404, "not-known", "There is no such version of these statistics at this node.")
                if not _is_open(seen, scope, one):
                    raise Problem(403, "not-allowed", _CLOSED)
            note_shown(connection, reader, orjson.loads(one.document), scope.name)
        return one

    def freeze(self, reader: Reader, scope: Scope, number: int) -> tuple[bytes, bool]:
        """
        Freeze version *number* of *scope*, as the organ of *reader* may read; return its bytes, and whether it is new.

        Where it is there already, nothing is frozen, and that one is returned. Raises Problem 403 where it is not for
        this organ to freeze or to read, 409 where it would not be the next, 503 where counting has not come so far.
        """
        need_head(reader.organ, self._world.law)
        come = self.counting.come(patience=_PATIENCE_SECONDS)
        if not come.ready:
            detail = f"{come.counted} of {come.records} records are counted. Nothing was frozen. Try again later."
            raise Problem(503, "counting", detail, headers={"Retry-After": str(RETRY_SECONDS)})
        with self._seen(reader.organ) as (seen, connection):
            with seen.to_freeze():
                newest = max((one.number for one in seen.kept(scope)), default=0)
                if number == newest + 1:
                    made = freeze(seen, scope, seen.vector(), self._world.law)
                    note_shown(connection, reader, orjson.loads(made), scope.name)
                    return made, True
            if number > newest:
                detail = f"The newest version is {newest}, so that the next is {newest + 1}. Nothing was frozen."
                raise Problem(409, "not-the-next", detail)
        return self.version(reader, scope, number).document, False

    @contextmanager
    def _seen(self, organ: str) -> Iterator[tuple[SeenBy, Any]]:
        if not self._room.acquire(timeout=_PATIENCE_SECONDS):
            detail = "Others ask for statistics, too, and it takes too long. Try again."
            raise Problem(503, "busy", detail, headers={"Retry-After": str(RETRY_SECONDS)})
        try:
            with self._world.connection() as connection:
                yield SeenBy(connection, self._world.law, organ), connection
        finally:
            self._room.release()

    def _once(self, key: Hashable, make: Callable[[], _Made]) -> _Made:
        now = time.monotonic()
        with self._lock:
            at, made = self._held.get(key, (float("-inf"), None))
        if now - at > _FRESH_SECONDS:
            made = make()
            with self._lock:
                self._held[key] = (now, made)
                self._held.move_to_end(key)
                while len(self._held) > _HELD:
                    self._held.popitem(last=False)
        return made  # type: ignore[no-any-return]


_CLOSED: Final = (
    "This version was made of bodies that the caller's organ need not know, and it is shown whole or not at all. What "
    "the organ may know is in the figures of today, with what it may not marked as not readable here."
)


def statistics_of(request: HTTPConnection) -> Statistics:
    """Return the statistics of this gateway."""
    return state_of(request, "statistics", Statistics)


def is_head(organ: str, law: Law) -> bool:
    """Hold where *organ* stands at the head of its line: it freezes what all below it then refer to."""
    return organ in law.organs and law.organs[organ].parent is None


def need_head(organ: str, law: Law) -> None:
    """Raise Problem 403 where *organ* does not stand at the head of its line."""
    if not is_head(organ, law):
        detail = "Statistics are frozen by an organ with none above it in the directory. Nothing was frozen."
        raise Problem(403, "not-allowed", detail)


def _is_open(seen: SeenBy, scope: Scope, one: Kept) -> bool:
    said: Document = orjson.loads(one.document)
    vector = {int(partition): size for partition, size in said["vector"].items()}
    return one.maker == seen.organ or seen.may_read(scope, vector, one.maker)


def _key(vector: Mapping[int, int]) -> Hashable:
    return tuple(sorted(vector.items()))
