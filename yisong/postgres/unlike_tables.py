"""In what do the live tables of a node differ from the same ones made again beside them?"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, LiteralString, NamedTuple

from psycopg import Connection, sql

from yisong.postgres.connection import reachable
from yisong.postgres.kept import Unlike
from yisong.postgres.queries import queries

BESIDE: Final = "rebuilding"
"""The schema in which the tables are made again."""

_SQL = queries(Path(__file__).with_name("beside.sql"))
_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "entries": ("partition", "offset"),
    "bodies": ("partition", "offset"),
    "local_inbox": ("organ", "partition", "offset"),
    "tree_nodes": ("partition", "level", "index"),
    "dockets": ("case_id",),
    "positions": ("partition",),
}
# At which offset a pair of rows, live and ours, differs, and whether that is looked at.
_Where = tuple[LiteralString, LiteralString]
_OFFSETS: Final[_Where] = ('"offset"', '"offset" >= %(first)s AND "offset" < %(end)s')
_LAST: Final[LiteralString] = "greatest(live.last_offset, ours.last_offset)"
_END_OF_NODE: Final[LiteralString] = '(("index" + 1) << level)'
_WHERE: Final[Mapping[str, _Where]] = {
    "bodies": (_OFFSETS[0], _OFFSETS[1] + ' AND "offset" <> ALL(%(gone)s::bigint[])'),
    "tree_nodes": ('"index" << level', f"{_END_OF_NODE} > %(first)s AND {_END_OF_NODE} <= %(end)s"),
    "dockets": (_LAST, f"{_LAST} >= %(first)s AND {_LAST} < %(end)s"),
}
# What a difference means is said by the verdict before it is said by a hash that follows from it.
_FIRST: Final = ("verdict", "reason", "docket", "docket_index")
_NAMES: Final = {"entries": "entry", "bodies": "record", "tree_nodes": "tree node", "local_inbox": "line of the inbox"}

Row = Mapping[str, Any]


class UnlikeDocket(NamedTuple):
    """A docket that differs, with the offset of its newest record; *kept*: the live row; *derived*: ours."""

    partition: int
    offset: int
    kept: Row | None
    derived: Row | None


class Compared:
    """The live tables and those beside them; the latter are right."""

    def __init__(self, connection: Connection) -> None:
        """Compare through *connection*, as of whatever its transaction sees. Every method raises BusUnreachable."""
        self._connection = connection

    def columns(self, table: str, *, schema: str = BESIDE) -> Sequence[tuple[str, str]]:
        """Return name and type of the columns of a table, in their order."""
        return [(name, kind) for name, kind in self._rows("columns", schema=schema, table=table)]

    def unlike(self, table: str, *, partition: int, first: int, end: int, gone: Sequence[int] = ()) -> Unlike | None:
        """
        Return the first difference between the live *table* and ours, over offsets of a partition; ours is right.

        *gone*: offsets whose bodies are erased, which the live node may not have deleted yet.
        """
        found = self._unlike(table, partition=partition, first=first, end=end, gone=list(gone))
        return None if found is None else _named(table, partition, *found)

    def unlike_docket(self, *, partition: int, first: int, end: int) -> UnlikeDocket | None:
        """
        Return the first docket that differs, of those whose newest record, live or ours, lies in [first, end).

        One that has come further since is left for later.
        """
        found = self._unlike("dockets", partition=partition, first=first, end=end)
        return None if found is None else UnlikeDocket(partition, *found)

    def _unlike(self, table: str, **where: object) -> tuple[int, Row | None, Row | None] | None:
        at, condition = _WHERE.get(table, _OFFSETS)
        query = _comparing(table, [name for name, _ in self.columns(table)], at=sql.SQL(at), where=sql.SQL(condition))
        with reachable():
            return self._connection.execute(query, where).fetchone()

    def stray(self, partitions: Sequence[int]) -> Unlike | None:
        """Return the first entry or docket of a partition in which the live trail has never been."""
        if rows := self._rows("stray", partitions=list(partitions)):
            return Unlike("entry", rows[0][0], rows[0][1], "an entry", None)
        if rows := self._rows("stray_docket", partitions=list(partitions)):
            return Unlike("docket", rows[0][0], rows[0][1], "a docket", None)
        return None

    def _rows(self, name: str, **arguments: object) -> list[tuple[Any, ...]]:
        with reachable():
            return self._connection.execute(_SQL[name], arguments).fetchall()


def _comparing(table: str, columns: Sequence[str], *, at: sql.SQL, where: sql.SQL) -> sql.Composed:
    """Return what gives the first pair of rows of a partition, live and ours, that is not the same in each column."""
    one = sql.SQL('(SELECT * FROM {} WHERE "partition" = %(partition)s)')
    return sql.SQL(
        "SELECT {at}, to_jsonb(live), to_jsonb(ours) FROM {live} AS live FULL JOIN {ours} AS ours USING ({key})"
        " WHERE {where} AND ROW({columns_live}) IS DISTINCT FROM ROW({columns_ours}) ORDER BY 1 LIMIT 1"
    ).format(
        at=at,
        live=one.format(sql.Identifier("public", table)),
        ours=one.format(sql.Identifier(BESIDE, table)),
        key=sql.SQL(", ").join(map(sql.Identifier, _KEYS[table])),
        where=where,
        columns_live=sql.SQL(", ").join(sql.Identifier("live", one) for one in columns),
        columns_ours=sql.SQL(", ").join(sql.Identifier("ours", one) for one in columns),
    )


def _named(table: str, partition: int, at: int, kept: Row | None, derived: Row | None) -> Unlike:
    """Return where a live row and ours differ, by the column that says most; what travelled is never shown."""
    what = _NAMES[table]
    if kept is None or derived is None:
        kept_, derived_ = (None if row is None else "one" for row in (kept, derived))
        return Unlike(what, partition, at, kept_, derived_)
    if table == "bodies":
        return Unlike(what, partition, at, "something else", "what the log holds")
    column = next(one for one in sorted(kept, key=_rank) if kept[one] != derived[one])
    return Unlike(f"{what}, {column}", partition, at, kept[column], derived[column])


def _rank(column: str) -> int:
    return _FIRST.index(column) if column in _FIRST else len(_FIRST)
