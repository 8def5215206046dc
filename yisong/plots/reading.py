"""What do a node's database and its trail hold of what is to be drawn? Everything of a picture as of one moment."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, Final

import orjson
from psycopg import Connection

from yisong.audit.trails import Trail, present
from yisong.campaigns.overview import belonging
from yisong.desk.inbox import header_in
from yisong.errors import NotDrawable
from yisong.ledger import Docket, Law, advance, loads
from yisong.plots.ageing import Open, ageing, open_in
from yisong.plots.asked import MOST_MONTHS
from yisong.plots.clocks import Between, clocks, within
from yisong.plots.figures import BY_PROVINCE, MONTHLY, Month, months, provinces
from yisong.plots.picture import EVERYTHING, Picture, Source
from yisong.postgres import queries
from yisong.postgres.connection import reachable
from yisong.statistics.adding import Adding, Vector
from yisong.statistics.figures import figures
from yisong.statistics.scope import Scope, months_of
from yisong.statistics.versions import Document, total

_SQL: Final = queries(Path(__file__).with_name("queries.sql"))


class Pictures:
    """Makes pictures of what the node of an agency has counted. Every method raises BusUnreachable."""

    def __init__(self, connection: Connection[Any], law: Law, *, agency: str, adding: Adding | None = None) -> None:
        """Read through *connection*, which is in autocommit mode; *adding*: the figures as somebody may read them."""
        self._connection, self._law, self._agency = connection, law, agency
        self._adding, self._trail = adding or Adding(connection, law), Trail(agency, connection)

    def months(self, scope: Scope, columns: Collection[str] = (), *, at: Vector | None = None) -> Picture:
        """
        Return *columns* over the months of *scope*; of a campaign those in which something counts for it.

        *at*: counted up to this vector, else as far as the node has counted. Raises NotDrawable where there is no
        month, or are too many to be told apart; NotProven where the node has not counted so far.
        """
        with self._adding.at_once():
            vector = self._vector(at)
            found = self.by_month(scope, vector)
            return months(found, tuple(columns) or MONTHLY, self._law, self._source(scope, vector))

    def by_month(self, scope: Scope, vector: Vector) -> tuple[Month, ...]:
        """Return the figures of each month of *scope* at *vector*, as of one moment. Raises NotDrawable as `months`."""
        newest = self._adding.newest(vector)
        return tuple(
            Month(
                str(month.period),
                figures(self._adding.cells(month, vector, None), None, self._law),
                begun=(month.first or 0) <= newest,
            )
            for month in self._months(scope, vector)
        )

    def provinces(self, scope: Scope, columns: Collection[str] = (), *, at: Vector | None = None) -> Picture:
        """Return *columns* by province; *at* as in `months`. Raises NotProven where the node has not counted so far."""
        with self._adding.at_once():
            vector = self._vector(at)
            found = figures(self._adding.cells(scope, vector, "province"), "province", self._law)
            return provinces(found, tuple(columns) or BY_PROVINCE, self._law, self._source(scope, vector))

    def frozen(self, scope: Scope, written: bytes, columns: Collection[str] = ()) -> Picture:
        """Return *columns* by province as a frozen version says it; *written*: its bytes."""
        said: Document = orjson.loads(written)
        vector = {int(partition): size for partition, size in said["vector"].items()}
        rulebook = (said["rulebook"]["n"], said["rulebook"]["hash"])
        source = Source(scope.name, self._agency, vector, rulebook, said["version"])
        return provinces(total(said, "province"), tuple(columns) or BY_PROVINCE, self._law, source)

    def clocks(self, scope: Scope, *, now: int) -> Picture:
        """
        Return how the clocks of *scope* ended, as the trail knows them as of *now* (ms).

        Of a campaign: those of the dockets in which an event names it. On a demo bus a docket's own time is its now.
        Raises NotDrawable where there are none.
        """
        with self._adding.at_once():
            vector = self._trail.positions()
            dockets = self._stated(self._trail.stream("dockets_with_clocks"), scope, vector)
            span = Between(scope.first, scope.end)
            live = self._trail.live()
            found = [
                clock
                for one in dockets
                for clock in within(advance(one, present(one, self._law, live=live, now=now), self._law).clocks, span)
            ]
            if not found:
                raise NotDrawable(
                    "There is nothing to draw.", [f"of {scope.name or EVERYTHING} no clock ended or runs"]
                )
            return clocks(found, self._law, self._source(scope, vector))

    def ageing(self, scope: Scope, *, now: int) -> Picture:
        """
        Return how old is what is open, as the trail knows it as of *now* (ms).

        Of a period: what was found, opened or proposed in it. Of a campaign, and on a demo bus: as in `clocks`.
        """
        with self._adding.at_once():
            vector = self._trail.positions()
            ends = {kind: sorted(self._law.machines[kind].terminal) for kind in ("case", "referral")}
            rows = self._rows("unfinished", closed=ends["case"], over=ends["referral"])
            dockets = list(self._stated(iter(rows), scope, vector))
            opened = self._opened([one.case_id for one in dockets])
            live = self._trail.live()
            span = Between(scope.first, scope.end)
            found: list[Open] = []
            for one in dockets:
                at = present(one, self._law, live=live, now=now)
                found += open_in(one, self._law, at=at, opened_at=opened.get(one.case_id))
            return ageing((one for one in found if span.holds(one.since)), self._source(scope, vector))

    def _months(self, scope: Scope, vector: Vector) -> tuple[Scope, ...]:
        first, last = scope.first, None if scope.end is None else scope.end - 1
        if first is None or last is None:
            ((first, last),) = self._rows("span", campaign=scope.campaign, **_sizes(vector))
        if first is None or last is None:
            raise NotDrawable("There is nothing to draw.", [f"nothing counts for {scope.name} here: it has no months"])
        found = months_of(first, last + 1, scope.campaign)
        if len(found) > MOST_MONTHS:
            between = f"{found[0].period} to {found[-1].period}"
            fault = f"{scope.name} has {len(found)} months, {between}, and at most {MOST_MONTHS} can be told apart"
            raise NotDrawable("That is too much for one picture.", [f"{fault}; name a --year beside it"])
        return found

    def _vector(self, at: Vector | None) -> Vector:
        vector = self._adding.vector() if at is None else at
        self._adding.check(vector)
        return vector

    def _source(self, scope: Scope, vector: Vector) -> Source:
        return Source(scope.name, self._agency, vector, self._adding.rulebook(vector))

    def _stated(self, rows: Iterator[tuple[Any, ...]], scope: Scope, vector: Vector) -> Iterator[Docket]:
        """Yield dockets; where a campaign is asked for, those in which an event before *vector* names it."""
        named: frozenset[str] | None = None
        if scope.campaign is not None:
            events = belonging(self._connection, [scope.campaign])[scope.campaign].events
            named = frozenset(one.docket for one in events if one.position[1] < vector.get(one.position[0], 0))
        for case_id, state in rows:
            if named is None or case_id in named:
                yield loads(case_id, state)

    def _opened(self, dockets: list[str]) -> dict[str, int]:
        """Return when the case of each docket was opened at first, as who opened it claims (ms)."""
        found: dict[str, int] = {}
        for docket, leaf in self._rows("openings", dockets=dockets):
            header = header_in(leaf)
            if header is not None:
                found.setdefault(docket, header.occurred_at)
        return found

    def _rows(self, name: str, **arguments: object) -> list[tuple[Any, ...]]:
        with reachable():
            return self._connection.execute(_SQL[name], arguments).fetchall()


def _sizes(vector: Vector) -> dict[str, object]:
    return {"partitions": list(vector), "sizes": list(vector.values())}
