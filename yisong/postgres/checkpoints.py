"""What does a node keep of its own checkpoints and of those of the others?"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from psycopg import Connection

from yisong.postgres.connection import reachable
from yisong.postgres.queries import queries
from yisong.proof.announcement import Restatement
from yisong.proof.checkpoint import After, number_of
from yisong.proof.note import SignatureLine, parse_line
from yisong.proof.origins import Origins, TakenBack
from yisong.proof.policy import QUORUM

_SQL = queries(Path(__file__).with_name("checkpoints.sql"))
# One number for all nodes: an advisory lock belongs to a database, and every node has a database of its own.
_SIGNING_LOCK, _STATEMENT_LOCK = 7_140_307, 7_140_308


class OwnTree(NamedTuple):
    """How many entries a partition has, and whether its tree stands over *all* of them."""

    entries: int
    whole: bool


class Root(NamedTuple):
    """The root that was signed for a size."""

    size: int
    root: bytes


class Line(NamedTuple):
    """
    A node's cosignature of one checkpoint, as it came; *place*: its statement's offset in the topic.

    *second*: the one of another algorithm beside it, where the node signs one. *origin*: the number of the partition's
    origin that it is of.
    """

    partition: int
    size: int
    root: bytes
    node: str
    line: SignatureLine
    place: int
    second: SignatureLine | None = None
    origin: int = 1


class Peer(NamedTuple):
    """What a node said last; *said_at*: timestamp (ms) that the broker gave to it. *halts*: why it does not sign."""

    node: str
    counter: int
    rulebook: bytes
    covered: int
    said_at: int
    halts: str


class CheckpointStore:
    """The tables of one node, through one connection in autocommit mode. Every method raises BusUnreachable."""

    def __init__(self, connection: Connection) -> None:
        """Read and write through *connection*."""
        self.connection = connection

    def hold(self) -> bool:
        """Take the lock of the node's one signer; return whether nobody else has it."""
        return bool(self._one("hold", lock=_SIGNING_LOCK))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Do all of what is inside, or nothing."""
        with reachable(), self.connection.transaction():
            yield

    def own_trees(self) -> Mapping[int, OwnTree]:
        """Return how far the trail has come, by partition."""
        rows = self._rows("own_trees")
        return {at: OwnTree(entries, entries <= 2 * pairs + 1) for at, entries, pairs in rows}

    def altered(self) -> frozenset[int]:
        """Return the partitions of which this node has found its own trail altered, and not put right since."""
        return frozenset(row[0] for row in self._rows("altered"))

    def origins(self) -> Origins:
        """Return under which origins the partitions are and were signed."""
        begun: dict[int, list[After]] = {}
        for partition, *after in self._rows("origins"):
            begun.setdefault(partition, []).append(After(*after))
        return Origins(begun, (TakenBack(*row) for row in self._rows("taken_back")))

    def begin_origin(self, partition: int, after: After, *, place: int, begun_at: int) -> None:
        """
        Note that *partition* is signed under the origin *after* this one, by the restatement at *place* of the topic.

        *begun_at*: that record's timestamp (ms). Nobody has to agree any more on what differed before.
        """
        row = {"partition": partition, **after._asdict(), "place": place, "begun_at": begun_at}
        self._do("begin_origin", **row)
        self._do("origin_ended", **row)

    def signed(self) -> Mapping[int, Root]:
        """Return the largest size ever signed, by partition; nothing of one whose origin we have not signed yet."""
        return {at: Root(size, root) for at, size, root in self._rows("signed")}

    def standing(self, node: str) -> Mapping[int, Root]:
        """Return by partition the largest size that we, *node*, signed of its origin of now and have not withdrawn."""
        return {at: Root(size, root) for at, size, root in self._rows("standing_signed", node=node)}

    def covered(self) -> Mapping[int, tuple[int, int]]:
        """Return, by partition, the largest size signed whose newest log time (ms) is known, and that time."""
        return {at: (size, newest) for at, size, newest in self._rows("covered")}

    def newest_log_time(self, partition: int, *, first: int, end: int) -> int:
        """Return the newest log time of the entries at [*first*, *end*), 0 where there is none."""
        return int(self._one("newest_log_time", partition=partition, first=first, end=end) or 0)

    def sign(self, partition: int, signed: Root, line: str, *, newest: int | None, origin: int = 1) -> None:
        """Write down what we sign. Raises psycopg's IntegrityError where the size is not beyond all of that origin."""
        row = {"partition": partition, **signed._asdict(), "line": line, "newest": newest, "origin": origin}
        self._do("sign", **row)

    def adopt(self, one: Line) -> bool:
        """Write down what we had signed and do not know any more; return whether it was so."""
        return bool(self._do("adopt", **{**one._asdict(), "line": _text(one.line), "second": None}))

    def next_counter(self, node: str) -> int:
        """Return the counter of our next statement; inside a transaction, nobody else takes it before its end."""
        self._rows("take_turn", lock=_STATEMENT_LOCK)
        return 1 + int(self._one("last_counter", node=node))

    def add_statement(self, counter: int, value: bytes) -> None:
        """Write down a statement that is to be published."""
        self._do("add_statement", counter=counter, value=value)

    def unpublished(self) -> Sequence[tuple[int, bytes]]:
        """Return counter and bytes of the statements that Kafka may not have, oldest first."""
        return [(counter, value) for counter, value in self._rows("unpublished")]

    def published(self, counter: int) -> None:
        """Note that Kafka has a statement; older ones that it has, too, are forgotten."""
        with self.transaction():
            self._do("published", counter=counter)
            self._do("forget_statements", counter=counter)

    def add_lines(self, lines: Sequence[Line]) -> None:
        """Keep *lines* whose root is ours."""
        columns = {
            "partitions": [one.partition for one in lines],
            "origins": [one.origin for one in lines],
            "sizes": [one.size for one in lines],
            "nodes": [one.node for one in lines],
            "roots": [one.root for one in lines],
            "lines": [_text(one.line) for one in lines],
            "seconds": [_text_or_none(one.second) for one in lines],
        }
        self._do("add_cosignatures", **columns)

    def add_disagreement(self, one: Line, our_root: bytes) -> bool:
        """Keep a line whose root is not ours; return whether it is new."""
        lines = {"line": _text(one.line), "second": _text_or_none(one.second)}
        row = {**one._asdict(), **lines, "our_root": our_root}
        return bool(self._do("add_disagreement", **row))

    def other_roots(self, one: Line) -> Sequence[bytes]:
        """Return other roots that the same node has signed for the same size of the same origin."""
        place = {"partition": one.partition, "origin": one.origin, "size": one.size}
        return [row[0] for row in self._rows("other_roots", **place, node=one.node, root=one.root)]

    def open_disagreements(self) -> Sequence[Line]:
        """Return lines with another root than ours that nobody has settled."""
        rows = self._rows("open_disagreements")
        return [
            Line(at, size, root, node, _line(line), place, None if second is None else _line(second), origin)
            for at, size, root, node, line, place, second, origin in rows
        ]

    def count_open(self, partition: int, node: str) -> int:
        """Return how many open disagreements there are with *node* in *partition*."""
        return int(self._one("count_open", partition=partition, node=node))

    def repaired(self, one: Line) -> None:
        """Note that our own tree has the root of *one* now."""
        self._do("repaired", partition=one.partition, origin=one.origin, size=one.size, root=one.root)

    def restate(self, one: Restatement, *, said_at: int, value: bytes, place: int) -> bool:
        """
        Settle what a node has withdrawn, by the statement *value* that it has signed; return whether that is new.

        *said_at*, *place*: timestamp (ms) and offset of its record.
        """
        row = {**one._asdict(), "after": None, "origin": number_of(one.after)}
        row |= {"said_at": said_at, "value": value, "place": place}
        self._do("restated", **row)
        self._do("withdraw_lines", **row)
        return bool(self._do("add_restatement", **row))

    def add_peer(self, peer: Peer) -> bool:
        """Keep what a node said last; return whether it is newer than what is kept."""
        return bool(self._do("add_peer", **peer._asdict()))

    def peers(self) -> Mapping[str, Peer]:
        """Return what each node, also ours, said last."""
        return {row[0]: Peer(*row) for row in self._rows("peers")}

    def agreed(self) -> Sequence[tuple[int, str, int]]:
        """Return partition, node, and the largest size of the origin of now at which the node's root was ours."""
        return [(at, node, size) for at, node, size in self._rows("agreed")]

    def read_from(self) -> int:
        """Return the offset of the topic from which to read."""
        return int(self._one("read_from") or 0)

    def read_up_to(self, next_offset: int) -> None:
        """Note from which offset to read after a restart."""
        self._do("read_up_to", next_offset=next_offset)

    def all_signed(self, partition: int, node: str, *, origin: int) -> Sequence[Root]:
        """Return all that we, *node*, signed of that *origin* of *partition* and have not withdrawn, smallest first."""
        return [Root(*row) for row in self._rows("all_signed", partition=partition, node=node, origin=origin)]

    def quorum_size(self, partition: int, nodes: Sequence[str], *, origin: int, least: int = QUORUM) -> int:
        """Return the size of the largest checkpoint of *origin* that so many of *nodes* have cosigned, 0 for none."""
        wanted = {"partition": partition, "origin": origin, "nodes": list(nodes), "least": least}
        return int(self._one("newest_checkpoint", **wanted) or 0)

    def _rows(self, name: str, **arguments: object) -> list[tuple[Any, ...]]:
        with reachable():
            return self.connection.execute(_SQL[name], arguments).fetchall()

    def _one(self, name: str, **arguments: object) -> Any:  # noqa: ANN401 (a column of any type)
        rows = self._rows(name, **arguments)
        return rows[0][0] if rows else None

    def _do(self, name: str, **arguments: object) -> int:
        with reachable():
            return self.connection.execute(_SQL[name], arguments).rowcount


def _text(line: SignatureLine) -> str:
    return line.line.decode().removesuffix("\n")


def _text_or_none(line: SignatureLine | None) -> str | None:
    return None if line is None else _text(line)


def _line(text: str) -> SignatureLine:
    return parse_line(text.encode())
