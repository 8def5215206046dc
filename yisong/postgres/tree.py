"""
How is the tree of a partition stored, read and built?

Its leaves are the leaf hashes of the entries, leaf index = offset; every other complete subtree is a row of tree_nodes.
The trail writes both in one transaction. `build_tree` makes up for entries that were recorded before there were trees.
"""

from collections.abc import Collection, Iterable, Mapping
from itertools import zip_longest
from pathlib import Path
from struct import Struct
from typing import Any, Final, LiteralString, NamedTuple

from psycopg import Connection, Cursor

from yisong.errors import TreeDiffers
from yisong.postgres.binary import copy_rows
from yisong.postgres.connection import reachable
from yisong.postgres.queries import queries
from yisong.proof.tree import HASH_BYTES, Node, Reader, grow, peaks_of

_SQL = queries(Path(__file__).with_name("tree.sql"))
_COPY: Final[LiteralString] = 'COPY tree_nodes ("partition", level, "index", hash) FROM STDIN (FORMAT binary)'
_ROW = Struct(f">hiiihiqi{HASH_BYTES}s").pack


class Built(NamedTuple):
    """How far a tree has been built: *size* leaves, of *entries* that there are."""

    size: int
    entries: int


def tree_reader(connection: Connection, partition: int) -> Reader:
    """Return what reads the nodes of a partition's tree, each time with one query. It raises BusUnreachable."""

    def read(nodes: Collection[Node]) -> Mapping[Node, bytes]:
        above = [node for node in nodes if node.level]
        asked = {
            "partition": partition,
            "levels": [node.level for node in above],
            "indexes": [node.index for node in above],
            "leaves": [node.index for node in nodes if not node.level],
        }
        with reachable():
            return _nodes(connection.execute(_SQL["nodes"], asked, binary=True))

    return read


def tree_size(connection: Connection, partition: int) -> int:
    """
    Return how many leaves a partition's tree holds: up to so many, everything can be proven. Raises BusUnreachable.

    That is the trail's next offset, but for a tree that is still being built.
    """
    entries, pairs = _sizes(connection, partition)
    # Beyond the last pair one more leaf needs no node above it.
    return min(entries, 2 * pairs + 1)


def leaf_hashes(connection: Connection, partition: int, *, first: int, end: int) -> list[bytes]:
    """
    Return the leaf hashes of the entries at the offsets [*first*, *end*).

    Raises TreeDiffers where an entry is missing, BusUnreachable.
    """
    span = {"partition": partition, "first": first, "end": end}
    with reachable():
        rows = connection.execute(_SQL["leaf_hashes"], span, binary=True).fetchall()
    if len(rows) != end - first:
        expected = (offset for offset, row in zip_longest(range(first, end), rows) if row is None or row[0] != offset)
        raise TreeDiffers(
            f"Offset {next(expected)} of partition {partition} has no entry, so no tree can stand over it. Somebody "
            "has taken the entry away: check the trail with `yisong fsck`."
        )
    return [row[1] for row in rows]


def completed_nodes(connection: Connection, partition: int, *, first: int, end: int) -> Mapping[Node, bytes]:
    """Return the stored nodes that became complete when the tree grew from *first* to *end* leaves."""
    span = {"partition": partition, "first": first, "end": end}
    with reachable():
        return _nodes(connection.execute(_SQL["completed"], span, binary=True))


def completed_levels(connection: Connection, partition: int, *, first: int, end: int) -> Mapping[int, bytes]:
    """Return the hashes of the same nodes as `completed_nodes`, by level, one behind the other: much faster."""
    span = {"partition": partition, "first": first, "end": end}
    with reachable():
        return dict(connection.execute(_SQL["completed_levels"], span, binary=True).fetchall())


def nodes_beyond(connection: Connection, partition: int) -> Mapping[Node, bytes]:
    """Return stored nodes, of each level the first, that stand over offsets to which the trail has not come."""
    with reachable():
        return _nodes(connection.execute(_SQL["beyond"], {"partition": partition}, binary=True))


def copy_nodes(cursor: Cursor[Any], partition: int, nodes: Iterable[tuple[Node, bytes]]) -> None:
    """Write nodes of a partition's tree. Raises psycopg's UniqueViolation where one is there."""
    rows = (_ROW(4, 4, partition, 2, level, 8, index, HASH_BYTES, hash_) for (level, index), hash_ in nodes)
    copy_rows(cursor, _COPY, rows)


def build_tree(connection: Connection, partition: int, *, most: int) -> Built | None:
    """
    Put at most *most* further entries (an even number) under the tree of *partition*, in one transaction.

    Returns None where the tree is over all entries. Whatever crashes, the next call goes on behind the last
    transaction; of two processes that call it, each finds what the other has built. Raises TreeDiffers, BusUnreachable.
    """
    with reachable(), connection.transaction(), connection.cursor() as cursor:
        cursor.execute(_SQL["hold_position"], {"partition": partition})
        entries, pairs = _sizes(connection, partition)
        size = 2 * pairs
        if size > entries:
            raise _ahead(partition, size, entries)
        if entries - size < 2:  # noqa: PLR2004 (a last leaf without its pair has no node yet)
            return None
        end = min(entries, size + most)
        peaks = peaks_of(size, tree_reader(connection, partition))
        hashes = leaf_hashes(connection, partition, first=size, end=end)
        copy_nodes(cursor, partition, grow(peaks, size, hashes).completed)
    return Built(end, entries)


def _sizes(connection: Connection, partition: int) -> tuple[int, int]:
    with reachable():
        entries, pairs = connection.execute(_SQL["sizes"], {"partition": partition}).fetchall()[0]
    return entries, pairs


def _nodes(rows: Iterable[tuple[Any, ...]]) -> Mapping[Node, bytes]:
    return {Node(level, index): hash_ for level, index, hash_ in rows}


def _ahead(partition: int, size: int, entries: int) -> TreeDiffers:
    return TreeDiffers(
        f"The tree of partition {partition} stands over {size} offsets, and the trail has come to {entries}. The trail "
        "never writes a tree ahead of its entries: somebody else has written. Check it with `yisong fsck`."
    )
