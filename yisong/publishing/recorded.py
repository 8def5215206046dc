"""By how many nodes is an event recorded, and what is its receipt once a quorum of them has said so?"""

from typing import NamedTuple, cast

from psycopg import Connection

from yisong.errors import BusNotFound
from yisong.ledger import Law
from yisong.postgres.cosignatures import Cosignatures
from yisong.proof.receipt import receipt_bytes
from yisong.proof.trust import trust_in
from yisong.publishing.outbox import Outbox, Position
from yisong.publishing.stores import PostgresOutbox


class Recorded(NamedTuple):
    """
    *by* so many *of* the nodes have cosigned one checkpoint over the event; the bus's policy asks for *need*.

    *receipt*: the text of the file (C2SP tlog-proof, UTF-8), which proves it to anybody; None below the quorum.
    """

    by: int
    of: int
    need: int
    receipt: str | None

    def __str__(self) -> str:
        return f"recorded by {self.by} of {self.of}"


def recorded_at(connection: Connection, position: Position, law: Law) -> Recorded:
    """
    Return how far the event at *position* is proven, from the database of a node.

    Raises BusUnreachable; NotProven where the node would give a receipt that does not verify.
    """
    kept, trust = Cosignatures.under(connection, law), trust_in(law.versions)
    count = trust.policy.count(())
    made = kept.receipt(position.partition, position.offset, least=count.need)
    if made is None:
        return Recorded(kept.cosigners_over(*position), count.of, count.need, None)
    data = receipt_bytes(made)
    have = cast("int", trust.verify(data).facts["have"])
    return Recorded(have, count.of, count.need, data.decode())


def node_of(outbox: Outbox) -> Connection:
    """Return the connection to the node that has *outbox*. Raises BusNotFound where it is a store without a node."""
    if isinstance(outbox, PostgresOutbox):
        return outbox.connection
    raise BusNotFound(
        "Receipts come from the database of a node, and a store without one knows of no cosignatures. This call has "
        "published nothing. Wait for the verdict, and ask any node for the receipt: `yisong receipt EVENT`."
    )
