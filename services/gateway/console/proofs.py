"""How well is an event proven? By how many of the nodes it is cosigned, and under which checkpoint."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from psycopg import Connection

from yisong.audit.trails import Trail
from yisong.home import AGENCIES
from yisong.ledger import Law
from yisong.postgres import queries
from yisong.postgres.connection import reachable
from yisong.proof.note import parse_line

SQL: Final = queries(Path(__file__).with_name("queries.sql"))
_TIME_BYTES: Final = 8


class Checkpointed(NamedTuple):
    """
    The proof of one event.

    *nodes*: which of the nodes have cosigned a checkpoint over it. *size*, *root*: the checkpoint that most of them
    share; None where there is none yet. *path*: how many hashes lead from the event to its root.
    """

    nodes: frozenset[str]
    size: int | None
    root: bytes | None
    path: int


def cosigned(connection: Connection[Any], partition: int, offsets: Sequence[int]) -> Mapping[int, int]:
    """Return, by offset, how many nodes have cosigned one checkpoint over it. Raises BusUnreachable."""
    if not offsets:
        return {}
    asked = {"partition": partition, "offsets": list(offsets), "first": min(offsets), "nodes": list(AGENCIES)}
    with reachable():
        return dict(connection.execute(SQL["proofs"], asked).fetchall())


def checkpointed(trail: Trail, law: Law, partition: int, offset: int, *, least: int) -> Checkpointed:
    """Return the proof of the event at a position, by a checkpoint that *least* nodes share. Raises BusUnreachable."""
    signed = trail.cosignatures(law).smallest_over(partition, offset, least=least) if least else None
    if signed is None:
        return Checkpointed(frozenset(), None, None, 0)
    nodes = frozenset(line.name.rpartition("/")[2] for line in signed.signatures)
    size = signed.checkpoint.size
    return Checkpointed(nodes, size, signed.checkpoint.root, _path_length(offset, size))


def first_cosigned(
    connection: Connection[Any], positions: Sequence[tuple[int, int]]
) -> Mapping[tuple[int, int], Mapping[str, int]]:
    """
    Return, by position and node, since when (ms, by that node's clock) the node is known to have recorded it.

    It is the time of its first cosignature over the position, so the record is not younger. Raises BusUnreachable.
    """
    asked = {
        "partitions": [partition for partition, _ in positions],
        "offsets": [offset for _, offset in positions],
        "nodes": list(AGENCIES),
    }
    found: dict[tuple[int, int], dict[str, int]] = {position: {} for position in positions}
    with reachable():
        for partition, offset, node, line in connection.execute(SQL["cosigned"], asked).fetchall():
            at = int.from_bytes(parse_line(line.encode()).signature[:_TIME_BYTES], "big") * 1000
            found[(partition, offset)][node] = at
    return found


def _path_length(index: int, size: int) -> int:
    """Return how many hashes the inclusion proof of leaf *index* in a tree of *size* has (RFC 9162, 2.1.3.2)."""
    last, length = size - 1, 0
    while last:
        if index & 1 or index < last:
            length += 1
        index, last = index >> 1, last >> 1
    return length
