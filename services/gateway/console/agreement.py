"""Do the four books agree? What this node knows of it: its own trees, and what the others have signed of theirs."""

import time
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from psycopg import Connection
from starlette.responses import Response

from services.gateway.console.shell import Shell, render
from services.gateway.console.times import brief
from yisong import postgres
from yisong.audit.trails import Trail
from yisong.home import AGENCIES
from yisong.ledger import Law
from yisong.postgres import queries
from yisong.postgres.checkpoints import CheckpointStore
from yisong.postgres.connection import reachable

_SQL: Final = queries(Path(postgres.__file__).with_name("checkpoints.sql"))
_FAULTS: Final = 'SELECT "partition", min("offset") FROM local_faults WHERE settled_at IS NULL GROUP BY "partition"'

Lamp = Literal["ok", "lag", "bad", "none"]


class NodeCell(NamedTuple):
    """
    One node in one partition: how many entries of its book are proven to be those of ours, and what that means.

    *behind*: how many entries of ours that leaves open. *differs*: the smallest size at which it signed another root.
    """

    node: str
    size: int
    lamp: Lamp
    behind: int
    differs: int | None


class PartitionRow(NamedTuple):
    """
    One partition: how many *entries* our own book has, what the nodes have, and the last checkpoint of all four.

    *origin*: the number of that under which it is signed now; above 1 where all nodes have restated it.
    *first_difference*: the stretch of offsets, from the last common one on, in which the first difference lies.
    *altered*: the offset at which our own trail was found altered.
    """

    partition: int
    entries: int
    cells: tuple[NodeCell, ...]
    common: int
    root: bytes | None
    first_difference: tuple[int, int] | None
    altered: int | None
    origin: int = 1

    @property
    def lagging(self) -> tuple[NodeCell, ...]:
        """The nodes that are behind, without disagreeing."""
        return tuple(one for one in self.cells if one.lamp == "lag")


class Peer(NamedTuple):
    """What a node said last: the rulebook in force, when (ms), and why it does not sign, if so."""

    node: str
    rulebook: str
    said_at: int | None
    halts: str


class Agreement(NamedTuple):
    """All partitions that hold anything, and all nodes; *empty*: how many partitions hold nothing."""

    partitions: tuple[PartitionRow, ...]
    peers: tuple[Peer, ...]
    empty: int
    now: int

    @property
    def differing(self) -> tuple[PartitionRow, ...]:
        """The partitions in which a node has signed something else, or our own trail was altered."""
        return tuple(one for one in self.partitions if one.first_difference or one.altered is not None)


def agreed(connection: Connection[Any], trail: Trail, law: Law, *, now: int) -> Agreement:
    """Return how far the nodes agree as of *now* (ms), as this node knows. Raises BusUnreachable."""
    with reachable():
        own = {partition: entries for partition, entries, _ in connection.execute(_SQL["own_trees"]).fetchall()}
        same = {(partition, node): size for partition, node, size in connection.execute(_SQL["agreed"]).fetchall()}
        differs: dict[tuple[int, str], int] = {}
        for partition, size, node, *_ in connection.execute(_SQL["open_disagreements"]).fetchall():
            differs.setdefault((partition, node), size)
        altered = dict(connection.execute(_FAULTS).fetchall())
        peers = {row[0]: row for row in connection.execute(_SQL["peers"]).fetchall()}
    cosignatures, origins = trail.cosignatures(law), CheckpointStore(connection).origins()
    rows = []
    for partition, entries in sorted(own.items()):
        if not entries:
            continue
        newest = cosignatures.newest(partition, least=len(AGENCIES))
        common = (0, None) if newest is None else (newest.checkpoint.size, newest.checkpoint.root)
        cells = tuple(_cell(node, partition, entries, same, differs) for node in AGENCIES)
        row = _row(partition, entries, cells, common, altered.get(partition))
        rows.append(row._replace(origin=origins.number(partition)))
    found = tuple(_peer(node, peers.get(node)) for node in AGENCIES)
    return Agreement(tuple(rows), found, law.bus.partitions - len(rows), now)


def agreement_page(shell: Shell) -> Response:
    """Return the page of the four books."""
    now = int(time.time() * 1000)
    with shell.world.connection() as connection:
        found = agreed(connection, Trail(shell.world.agency, connection), shell.world.law, now=now)
    ages = {one.node: "" if one.said_at is None else brief(now - one.said_at, shell.t) for one in found.peers}
    return render(shell, "agreement.html", current="agreement", found=found, ages=ages, own=shell.world.agency)


def _cell(
    node: str,
    partition: int,
    entries: int,
    same: dict[tuple[int, str], int],
    differs: dict[tuple[int, str], int],
) -> NodeCell:
    size, other = same.get((partition, node), 0), differs.get((partition, node))
    lamp: Lamp = "bad" if other is not None else "none" if not size else "ok" if size >= entries else "lag"
    return NodeCell(node, size, lamp, max(0, entries - size), other)


def _row(
    partition: int, entries: int, cells: tuple[NodeCell, ...], common: tuple[int, bytes | None], altered: int | None
) -> PartitionRow:
    worst = min((one for one in cells if one.differs is not None), key=lambda one: one.differs or 0, default=None)
    between = None if worst is None else (min(worst.size, (worst.differs or 1) - 1), (worst.differs or 1) - 1)
    return PartitionRow(partition, entries, cells, common[0], common[1], between, altered)


def _peer(node: str, row: tuple[Any, ...] | None) -> Peer:
    if row is None:
        return Peer(node, "", None, "")
    _, _, rulebook, _, said_at, halts = row
    return Peer(node, rulebook.hex()[:8], said_at, "" if halts in ("", "[]", "{}") else halts)
