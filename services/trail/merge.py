"""What do the other nodes say of the log, and is it what our own tree says?"""

import logging
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile
from typing import Final, NamedTuple

from yisong.errors import TreeDiffers, Unreadable
from yisong.kafka.records import LogRecord
from yisong.metrics import Metrics
from yisong.postgres.checkpoints import CheckpointStore, Line, OwnTree, Peer
from yisong.postgres.tree import tree_reader
from yisong.proof.announcement import Checkpoints, Restatement, canonical_form, decode
from yisong.proof.checkpoint import After, number_of, origin_of
from yisong.proof.cosigner import Nodes
from yisong.proof.cosigning import Stated
from yisong.proof.origins import TakenBack
from yisong.proof.tree import hashes_of

_LOG = logging.getLogger(__name__)
# Of each node and partition so many lines wait for our own trail to come so far; then the oldest is let go: a later
# root stands for all before it.
_MOST_WAITING: Final = 1_000
# Of each node and partition so many differing lines are kept. The first tells where to look.
_MOST_DIFFERING: Final = 100
# So many roots of our own are computed with one query.
_AT_A_TIME: Final = 200


class _Said(NamedTuple):
    """A statement that its node has signed, and the record that holds it."""

    statement: Checkpoints | Restatement
    record: LogRecord


class Merger:
    """
    Lines of all nodes, compared with our own tree as far as that goes.

    *agreed*, *differing*: by partition and node, as in `Standing`. *origins*: under which each partition is signed now;
    of an earlier one, lines that come late are kept where they agree, and else say nothing. Whatever it raises, the
    object is done with: begin again with a new one, which goes on from what is stored.
    """

    def __init__(self, store: CheckpointStore, *, us: str, partitions: int, metrics: Metrics) -> None:
        """Go on from what *store* holds, for the node *us* of a bus of so many *partitions*. Raises BusUnreachable."""
        self._store, self._us, self._partitions, self._metrics = store, us, partitions, metrics
        self.next_offset = self._noted = store.read_from()
        self.peers = dict(store.peers())
        self.agreed: dict[int, dict[str, int]] = defaultdict(dict)
        self.differing: dict[int, dict[str, int]] = {}
        self.origins = store.origins()
        self.damaged: set[int] = set()
        self._waiting: dict[tuple[int, str], deque[Line]] = {}
        self._begun: set[int] = set()
        for partition, node, size in store.agreed():
            self.agreed[partition][node] = size
        self._read_differing()

    def take(self, records: Sequence[LogRecord], nodes: Nodes) -> None:
        """Take in statements; what is none, or not of one of *nodes*, is counted and let go. Raises BusUnreachable."""
        said = [one for one in (self._statement(record, nodes) for record in records) if one is not None]
        with self._store.transaction():
            for statement, record in said:
                if isinstance(statement, Restatement):
                    self._restated(statement, record, nodes)
                else:
                    self._checkpoints(statement, record, nodes)
        if records:
            self.next_offset = records[-1].offset + 1

    def _statement(self, record: LogRecord, nodes: Nodes) -> _Said | None:
        try:
            claimed = decode(record.value, bus=nodes.bus)
        except Unreadable as fault:
            self._void(record, str(fault))
            return None
        if nodes.said(claimed, at=record.timestamp):
            return _Said(claimed.statement, record)
        self._void(record, "The node that it names has not signed it.")
        return None

    def _void(self, record: LogRecord, why: str) -> None:
        self._metrics.count("yisong_checkpoint_statements_total", peer="", outcome="void")
        _LOG.warning("offset %d of the topic checkpoints is void: %s", record.offset, why)

    def _checkpoints(self, said: Checkpoints, record: LogRecord, nodes: Nodes) -> None:
        halts = ", ".join(f"{'all' if one.partition is None else one.partition}: {one.why}" for one in said.halts)
        peer = Peer(said.node, said.counter, said.rulebook, said.covered, record.timestamp, halts)
        newer = self._store.add_peer(peer)
        if newer:
            self._tell_halts(peer)
            self.peers[said.node] = peer
        outcome = "merged" if newer else "again"
        self._metrics.count("yisong_checkpoint_statements_total", peer=said.node, outcome=outcome)
        for one in said.announced:
            if one.partition >= self._partitions or not nodes.cosigned(said.node, one):
                self._void(record, f"{said.node} names a line of partition {one.partition} that does not hold.")
                continue
            if not self._begun_before(one.partition, one.after, said.node, record):
                continue
            if one.second is not None and not nodes.seconded(said.node, one):
                self._void(record, f"{said.node} names a second line of partition {one.partition} that does not hold.")
                one = one._replace(second=None)  # noqa: PLW2901 (the first one holds)
            origin = number_of(one.after)
            line = Line(one.partition, one.size, one.root, said.node, one.line, record.offset, one.second, origin)
            if said.node == self._us and self._store.adopt(line):
                _LOG.warning("partition %d: adopted size %d, which this node has signed and forgot", *line[:2])
            self._wait(line)

    def _begun_before(self, partition: int, after: After | None, node: str, record: LogRecord) -> bool:
        """Hold where the origin is one that the topic has begun by now."""
        known = self.origins.knows(partition, after)
        if not known:
            self._void(record, f"{node} names an origin of partition {partition} that no restatement has begun.")
        return known

    def _wait(self, line: Line) -> None:
        """Have a line wait for our own trail, in the order of sizes: a node that was wrong may begin again below."""
        waiting = self._waiting.setdefault((line.partition, line.node), deque(maxlen=_MOST_WAITING))
        if waiting and waiting[-1].size > line.size:
            waiting.append(line)
            ordered = sorted(waiting, key=lambda one: one.size)
            waiting.clear()
            waiting.extend(ordered)
        else:
            waiting.append(line)

    def _tell_halts(self, peer: Peer) -> None:
        before = self.peers.get(peer.node)
        if peer.node != self._us and peer.halts != ("" if before is None else before.halts):
            _LOG.warning(
                "%s says that it %s", peer.node, f"does not sign ({peer.halts})" if peer.halts else "signs again"
            )

    def _restated(self, said: Restatement, record: LogRecord, nodes: Nodes) -> None:
        if not self._begun_before(said.partition, said.after, said.node, record):
            return
        value = canonical_form(record.value or b"")
        if self._store.restate(said, said_at=record.timestamp, value=value, place=record.offset):
            _LOG.warning(
                "%s restates partition %d: sizes above %d up to %d are withdrawn: %s",
                *(said.node, said.partition, said.sound, said.size, said.why),
            )
        number = number_of(said.after)
        taken_back = TakenBack(said.node, said.partition, number, said.sound, said.size, said.old_root)
        began = self.origins.take(taken_back, nodes=nodes.named(record.timestamp))
        if began is not None:
            self._begin(said.partition, began, record, nodes)
        self._read_differing()

    def _begin(self, partition: int, after: After, record: LogRecord, nodes: Nodes) -> None:
        """Go on under a new origin: nobody has signed anything of it, and nobody differs."""
        self._store.begin_origin(partition, after, place=record.offset, begun_at=record.timestamp)
        self.agreed.pop(partition, None)
        self._begun.add(partition)
        _LOG.critical(
            "partition %d: all nodes have restated it (offset %d of the topic checkpoints). It is signed from now on "
            "under the origin %s. Proofs on what was taken back do not hold any more: ask for them again.",
            *(partition, record.offset, origin_of(nodes.bus, partition, after)),
        )

    def compare(self, trees: Mapping[int, OwnTree]) -> frozenset[int]:
        """
        Compare what waits with our own trees as far as they go, and return the partitions of which there is news.

        Raises BusUnreachable.
        """
        reached = {partition: tree.entries for partition, tree in trees.items() if tree.whole}
        ready = self._ready(reached)
        with self._store.transaction():
            news = frozenset(partition for partition, lines in ready.items() if self._compare(partition, lines))
            self._recheck(reached)
            for (partition, _), waiting in self._waiting.items():
                while partition in news and waiting and waiting[0].size <= reached[partition]:
                    waiting.popleft()
            self._note_offset()
        begun, self._begun = self._begun, set()
        return news | begun

    def _ready(self, reached: Mapping[int, int]) -> Mapping[int, list[Line]]:
        """Return, by partition, the lines of sizes that we have reached."""
        ready: dict[int, list[Line]] = {}
        for (partition, _), waiting in self._waiting.items():
            lines = list(takewhile(lambda line: line.size <= reached.get(line.partition, 0), waiting))
            if lines:
                ready.setdefault(partition, []).extend(lines)
        return ready

    def _compare(self, partition: int, lines: Sequence[Line]) -> bool:
        """Compare *lines* with our tree; False where that cannot be done."""
        ours = self._own_roots(partition, {line.size for line in lines})
        if not ours:
            return False
        self._store.add_lines([line for line in lines if ours[line.size] == line.root])
        for line in lines:
            if ours[line.size] == line.root:
                self._agrees(line)
            else:
                self._differs(line, ours[line.size])
        return True

    def _agrees(self, line: Line) -> None:
        if line.origin != self.origins.number(line.partition):
            return
        known = self.agreed[line.partition]
        known[line.node] = max(line.size, known.get(line.node, 0))
        if line.node in self.differing.get(line.partition, {}):
            self._tell_equivocation(line)

    def _own_roots(self, partition: int, sizes: Iterable[int]) -> Mapping[int, bytes]:
        """Return our own roots of *sizes*; none where our tree lacks a node that it must have."""
        roots: dict[int, bytes] = {}
        ordered, reader = sorted(sizes), tree_reader(self._store.connection, partition)
        try:
            for at in range(0, len(ordered), _AT_A_TIME):
                some = ordered[at : at + _AT_A_TIME]
                roots.update(zip(some, hashes_of([(0, size) for size in some], reader), strict=True))
        except TreeDiffers as fault:
            if partition not in self.damaged:
                _LOG.critical("partition %d: no checkpoint can be compared. %s", partition, fault)
            self.damaged.add(partition)
            return {}
        self.damaged.discard(partition)
        return roots

    def _differs(self, line: Line, our_root: bytes) -> None:
        if line.origin != self.origins.number(line.partition):
            return
        known = self.differing.setdefault(line.partition, {})
        if line.node in known and self._store.count_open(line.partition, line.node) >= _MOST_DIFFERING:
            return
        if not self._store.add_disagreement(line, our_root):
            return
        _LOG.error(
            "partition %d, size %d: the root of %s is not ours. One of the two trails was altered, or judges by "
            "another law. Find the first differing offset with `yisong compare`.",
            *(line.partition, line.size, "this node's earlier checkpoint" if line.node == self._us else line.node),
        )
        self._tell_equivocation(line)
        self._read_differing()

    def _tell_equivocation(self, line: Line) -> None:
        if self._store.other_roots(line):
            self._metrics.count("yisong_checkpoint_equivocations_total", peer=line.node)
            _LOG.critical(
                "%s has signed two roots of partition %d for the size %d (offset %d of the topic checkpoints). Its key "
                "is used in two places, or it shows two histories: keep both statements, they are evidence.",
                *(line.node, line.partition, line.size, line.place),
            )

    def _recheck(self, reached: Mapping[int, int]) -> None:
        """Look whether our own tree, repaired meanwhile, has by now the roots that were not ours."""
        settled = False
        for partition in self.differing:
            lines = [one for one in self._store.open_disagreements() if one.partition == partition]
            sizes = {one.size for one in lines if one.size <= reached.get(partition, 0)}
            ours = self._own_roots(partition, sizes)
            for line in (one for one in lines if ours.get(one.size) == one.root):
                self._store.repaired(line)
                self._store.add_lines([line])
                self._agrees(line)
                settled = True
        if settled:
            self._read_differing()

    def _read_differing(self) -> None:
        differing: dict[int, dict[str, int]] = {}
        for line in self._store.open_disagreements():
            differing.setdefault(line.partition, {}).setdefault(line.node, line.size)
        self.differing = differing

    def _note_offset(self) -> None:
        """Note from where a restart must read: nothing that still waits may be forgotten."""
        offsets = [min(line.place for line in waiting) for waiting in self._waiting.values() if waiting]
        first = min([self.next_offset, *offsets])
        if first != self._noted:
            self._store.read_up_to(first)
            self._noted = first

    def stated(self) -> Mapping[str, Stated]:
        """Return what the other nodes said last of their rulebooks."""
        others = (peer for node, peer in self.peers.items() if node != self._us)
        return {peer.node: Stated(peer.rulebook, peer.covered) for peer in others}
