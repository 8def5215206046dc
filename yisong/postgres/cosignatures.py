"""Which checkpoints has a node on record, and how many nodes have cosigned them?"""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

from psycopg import Connection

from yisong.ledger import Law
from yisong.postgres.connection import reachable
from yisong.postgres.queries import queries
from yisong.postgres.tree import tree_reader
from yisong.proof.announcement import Restatement, decode
from yisong.proof.checkpoint import After, Checkpoint, Signed, number_of, origin_of
from yisong.proof.inclusion import inclusion_proof
from yisong.proof.note import parse_line
from yisong.proof.receipt import Receipt

_SQL = queries(Path(__file__).with_name("checkpoints.sql"))


class Progress(NamedTuple):
    """
    Of one partition: how many *entries* the trail has, and how many of them a quorum has cosigned.

    *origin*: the number of that under which it is signed now; 1 unless all nodes have restated it.
    """

    entries: int
    cosigned: int
    origin: int = 1

    @property
    def behind(self) -> int:
        """How many entries are not proven yet."""
        return max(0, self.entries - self.cosigned)


class Kept(NamedTuple):
    """A restatement as a node keeps it; *said_at*: timestamp of its record (ms); *value*: as its node has signed it."""

    restatement: Restatement
    said_at: int
    value: bytes


class Cosignatures:
    """
    What one node keeps of cosignatures: lines that verified, over roots that are those of its own tree.

    Where a partition has had several origins, the newest counts that has what is asked for; what was not taken back of
    the others still stands. Every method raises BusUnreachable.
    """

    def __init__(self, connection: Connection, *, bus: str, nodes: Collection[str]) -> None:
        """Read through *connection*; only lines of *nodes* count."""
        self._connection, self._bus, self._nodes = connection, bus, sorted(nodes)

    @classmethod
    def under(cls, connection: Connection, law: Law) -> Self:
        """Read through *connection* what a node keeps of the bus that lives under *law*."""
        nodes = {organ.node for organ in law.organs.values() if organ.role == "system" and organ.node is not None}
        return cls(connection, bus=law.bus.name, nodes=nodes)

    def smallest_over(self, partition: int, offset: int, *, least: int) -> Signed | None:
        """Return the smallest checkpoint over *offset* that *least* nodes have cosigned, None where there is none."""
        return self._signed("smallest_checkpoint", partition, offset=offset, least=least)

    def newest(self, partition: int, *, least: int) -> Signed | None:
        """Return the largest checkpoint that *least* nodes have cosigned; None where there is none yet."""
        return self._signed("newest_checkpoint", partition, least=least)

    def cosigners_over(self, partition: int, offset: int) -> int:
        """Return how many nodes have cosigned a checkpoint over *offset*, all of one checkpoint: recorded by k of 4."""
        for least in range(len(self._nodes), 0, -1):
            if self.smallest_over(partition, offset, least=least) is not None:
                return least
        return 0

    def receipt(self, partition: int, offset: int, *, least: int) -> Receipt | None:
        """
        Return the receipt of what stands at *offset*, on the smallest checkpoint over it that *least* have cosigned.

        The checkpoint carries every cosignature that this node has of it. None where no such checkpoint is known yet.
        """
        signed = self.smallest_over(partition, offset, least=least)
        if signed is None:
            return None
        path = inclusion_proof(offset, signed.checkpoint.size, tree_reader(self._connection, partition))
        ((leaf,),) = self._rows("leaf", partition=partition, offset=offset)
        return Receipt(leaf, offset, path, signed)

    def progress(self, *, least: int) -> Mapping[int, Progress]:
        """Return, by partition, how much *least* nodes have cosigned."""
        found = {}
        for partition, entries, _ in sorted(self._rows("own_trees")):
            newest = self.newest(partition, least=least)
            origin = number_of(self._origins(partition)[0])
            found[partition] = Progress(entries, 0 if newest is None else newest.checkpoint.size, origin)
        return found

    def origin(self, partition: int) -> str:
        """Return the origin under which *partition* is signed now."""
        return origin_of(self._bus, partition, self._origins(partition)[0])

    def _origins(self, partition: int) -> Sequence[After | None]:
        """Return the origins of *partition*, the newest first."""
        return *(After(*row) for row in self._rows("origins_of", partition=partition)), None

    def _signed(self, name: str, partition: int, **arguments: object) -> Signed | None:
        for after in self._origins(partition):
            origin = number_of(after)
            rows = self._rows(name, partition=partition, origin=origin, nodes=self._nodes, **arguments)
            if rows:
                size, root, lines = rows[0]
                checkpoint = Checkpoint(origin_of(self._bus, partition, after), size, root)
                return Signed(checkpoint, tuple(parse_line(line.encode()) for line in lines))
        return None

    def restatements(self, partition: int | None = None) -> Sequence[Kept]:
        """Return what nodes have withdrawn of *partition*, or of all, oldest first."""
        found = []
        for value, said_at in self._rows("restatements", partition=partition):
            said = decode(value, bus=self._bus).statement
            if isinstance(said, Restatement):
                found.append(Kept(said, said_at, value))
        return found

    def _rows(self, name: str, **arguments: object) -> list[tuple[Any, ...]]:
        with reachable():
            return self._connection.execute(_SQL[name], arguments).fetchall()
