"""
How does a node sign checkpoints: sizes that only grow, one root each, durable before published?

One round an interval: publish what is left over, read the topic `checkpoints` to its end, compare it with our own tree,
sign what `yisong.proof.cosigning` says, write it down, publish it. It is safe to die at any line.
"""

import logging
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from threading import Event
from typing import Final

from kafka.errors import KafkaError
from psycopg import Error as PsycopgError

from services.trail.merge import Merger
from services.trail.shown import Shown, in_words
from yisong.bootstrap import Bootstrap
from yisong.errors import BusUnreachable, KeyNotUsable, NotProven, TreeDiffers, YisongError
from yisong.home import Agency
from yisong.kafka.checkpoints_topic import CheckpointsTopic
from yisong.ledger import Law, hash_in_force
from yisong.metrics import Metrics
from yisong.postgres import connect
from yisong.postgres.checkpoints import CheckpointStore, OwnTree, Root
from yisong.postgres.tree import tree_reader
from yisong.proof.announcement import Announced, Checkpoints, Halt
from yisong.proof.checkpoint import number_of
from yisong.proof.consistency import check_consistency, consistency_proof
from yisong.proof.cosigner import Cosigner, Nodes, PrivateKeys
from yisong.proof.cosigning import Rulebooks, Standing, contradicted, rulebooks, size_to_sign, until_turn
from yisong.proof.tree import root

_LOG = logging.getLogger(__name__)
#: How often a node signs, where nothing else was said.
EVERY_SECONDS: Final = 5.0
# A node that has nothing to say says so once in so many intervals: silence would be an alarm.
_IDLE_INTERVALS: Final = 10
_AGAIN_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """
    Whose checkpoints these are, and with what.

    *law* gives the newest law known. *anyway*: sign although others state another rulebook or have other roots; what is
    signed wrongly must be restated later. *alive* is called whenever the signer has come round.
    """

    agency: Agency
    dsn: str
    bootstrap: Bootstrap
    keys: PrivateKeys
    law: Callable[[], Law]
    every: float = EVERY_SECONDS
    anyway: bool = False
    alive: Callable[[], object] = lambda: None


def run_checkpoints(what: Signing, metrics: Metrics, stop: Event) -> None:
    """
    Sign until *stop* is set; where Kafka or PostgreSQL is away, begin again. Run it in a daemon thread.

    Waits its turn where another process of the node signs.
    """
    while not stop.is_set():
        try:
            _begin(what, metrics, stop)
        except BusUnreachable as fault:
            _LOG.warning("%s", fault)
            stop.wait(_AGAIN_SECONDS)
        except (YisongError, PsycopgError, KafkaError):
            _LOG.exception("The checkpoints of this node begin again; events go on, and are proven later.")
            stop.wait(what.every)
        what.alive()


def _begin(what: Signing, metrics: Metrics, stop: Event) -> None:
    with closing(connect(what.dsn, autocommit=True, name="yisong-checkpoints")) as connection:
        store = CheckpointStore(connection)
        while not store.hold():
            what.alive()
            if stop.wait(_AGAIN_SECONDS):
                return
        merger = Merger(store, us=what.agency, partitions=what.law().bus.partitions, metrics=metrics)
        with closing(CheckpointsTopic(what.bootstrap, first=merger.next_offset)) as topic:
            rounds = Rounds(what, store, topic, merger, metrics)
            while not stop.is_set():
                rounds.round(now=_now())
                what.alive()
                stop.wait(_until_turn(what))


def _until_turn(what: Signing) -> float:
    nodes = sorted(Nodes(what.law()).names | {what.agency})
    return until_turn(_now(), every=what.every, turn=nodes.index(what.agency), turns=len(nodes))


def _now() -> int:
    return time.time_ns() // 1_000_000


class Rounds:
    """The rounds of one signer. Whatever one of them raises, begin again with a new object."""

    def __init__(
        self, what: Signing, store: CheckpointStore, topic: CheckpointsTopic, merger: Merger, metrics: Metrics
    ) -> None:
        """Sign as *what* says, through *store* and *topic*, what *merger* finds to agree."""
        self._what, self._store, self._topic, self._merger = what, store, topic, merger
        self._shown = Shown(what.agency, store, merger, metrics, now=_now())
        self._halts: tuple[Halt, ...] = ()
        self._unlike: set[int] = set()
        self._said_at = 0
        self._other: Mapping[str, tuple[bytes, bytes]] = {}
        self._keyless = self._secondless = False

    def round(self, *, now: int) -> None:
        """Do one round at the instant *now* (ms). Raises BusUnreachable."""
        self._publish()
        nodes = Nodes(self._what.law())
        news = self._read(nodes)
        trees = self._store.own_trees()
        news |= self._merger.compare(trees)
        opinions = self._opinions()
        self._sign(nodes, trees, opinions, now=now)
        self._publish()
        self._shown.show(trees, nodes, news, opinions, self._halts, now=now)

    def _read(self, nodes: Nodes) -> frozenset[int]:
        """Read the topic to its end, and return the partitions of which there is news."""
        news: frozenset[int] = frozenset()
        trees = self._store.own_trees()
        while records := self._topic.poll():
            self._what.alive()
            self._merger.take(records, nodes)
            news |= self._merger.compare(trees)  # at once: of what waits, only so much is kept
        return news

    def _opinions(self) -> Rulebooks:
        """Compare the rulebooks that the others state with ours, and say so where that changes."""
        law = self._what.law()
        found = rulebooks(self._merger.stated(), hash_at=lambda at: hash_in_force(law, at))
        if found.other != self._other:
            for node, (theirs, ours) in found.other.items():
                say = _LOG.critical if found.outvoted else _LOG.error
                say("%s judges by the rulebook %s, and this node by %s.", node, theirs.hex(), ours.hex())
            if found.outvoted:
                _LOG.critical("As many nodes have another rulebook as have ours: this node cosigns nothing meanwhile.")
            if not found.other:
                _LOG.warning("All nodes state the same rulebook again.")
            self._other = found.other
        return found

    def _sign(self, nodes: Nodes, trees: Mapping[int, OwnTree], opinions: Rulebooks, *, now: int) -> None:
        try:
            key = nodes.own(self._what.agency, self._what.keys, at=now)
        except KeyNotUsable as fault:
            if not self._keyless:
                _LOG.critical("%s", fault)
            self._keyless = True
            return
        self._keyless = False
        halted = [Halt(None, "rulebook")] if opinions.outvoted and not self._what.anyway else []
        chosen: dict[int, Root] = {} if halted else self._choose(trees, opinions, halted)
        halts, before = tuple(halted), self._halts
        if halts != before:
            _LOG.log(logging.CRITICAL if halts else logging.WARNING, "not signed by this node: %s", in_words(halts))
        self._halts = halts
        idle = now - self._said_at < _IDLE_INTERVALS * self._what.every * 1000
        if chosen or halts != before or not idle:
            self._say(key, self._second(nodes, now=now), chosen, now=now)
            self._said_at = now

    def _second(self, nodes: Nodes, *, now: int) -> Cosigner | None:
        """Return what signs a second line; None where no key for that is registered, or none is here, which is said."""
        try:
            key = nodes.second(self._what.agency, self._what.keys, at=now)
        except KeyNotUsable as fault:
            if not self._secondless:
                _LOG.error("No second line is signed: %s", fault)
            self._secondless = True
            return None
        self._secondless = False
        return key

    def _choose(self, trees: Mapping[int, OwnTree], opinions: Rulebooks, halted: list[Halt]) -> dict[int, Root]:
        """Return size and root to sign, by partition; what must not be signed is added to *halted*, with its reason."""
        signed, standing = self._store.signed(), self._store.standing(self._what.agency)
        altered = self._store.altered()
        chosen = {}
        for partition, tree in sorted(trees.items()):
            known = Standing(
                size=tree.entries,
                signed=signed[partition].size if partition in signed else 0,
                agreed=self._merger.agreed.get(partition, {}),
                differing=self._merger.differing.get(partition, {}),
            )
            if not tree.whole:
                halted.append(Halt(partition, "building"))
            elif partition in altered:
                halted.append(Halt(partition, "altered"))
            elif contradicted(known, us=self._what.agency) and not self._what.anyway:
                halted.append(Halt(partition, "contradicted"))
            else:
                found = self._continued(partition, known, opinions, standing.get(partition))
                if found is not None:
                    chosen[partition] = found
                if partition in self._unlike:
                    halted.append(Halt(partition, "unlike-signed"))
        return chosen

    def _continued(self, partition: int, known: Standing, opinions: Rulebooks, before: Root | None) -> Root | None:
        """Return what to sign; None where nothing is new, or the tree is not the one that was signed *before*."""
        size = size_to_sign(known, followed=opinions.same)
        if size is not None:
            return self._root(partition, size, before)
        if partition in self._unlike and (before is None or before.size <= known.size):
            self._root(partition, known.size, before)  # only to see whether it was put right
        return None

    def _root(self, partition: int, size: int, before: Root | None) -> Root | None:
        """Return our root of *size*, once it is shown to continue the one that we signed *before*."""
        reader = tree_reader(self._store.connection, partition)
        try:
            found = Root(size, root(size, reader))
            if before is not None:
                proof = consistency_proof(before.size, size, reader)
                check_consistency(before.size, before.root, size, found.root, proof)
        except (NotProven, TreeDiffers) as fault:
            if partition not in self._unlike:
                _LOG.critical(
                    "partition %d: the tree is not the one that this node has signed, so it signs no more of it. "
                    "Somebody altered the database (`yisong fsck`, `yisong compare`); or it was repaired, and what was "
                    "signed wrongly must be restated (`yisong restate`). %s",
                    *(partition, fault),
                )
            self._unlike.add(partition)
            return None
        self._unlike.discard(partition)
        return found

    def _say(self, key: Cosigner, second: Cosigner | None, chosen: Mapping[int, Root], *, now: int) -> None:
        """Cosign what was *chosen*, and write it down with the statement that says so, in one transaction."""
        announced = tuple(self._cosigned(at, found, key, second, now=now) for at, found in chosen.items())
        with self._store.transaction():
            covered = self._cover(chosen)
            for one in announced:
                line = one.line.line.decode().removesuffix("\n")
                signed, origin = Root(one.size, one.root), number_of(one.after)
                self._store.sign(one.partition, signed, line, newest=covered[one.partition], origin=origin)
            newest = max(covered.values(), default=0)
            rulebook = hash_in_force(self._what.law(), newest)
            counter = self._store.next_counter(key.node)
            said = Checkpoints(key.node, counter, rulebook, newest, announced, self._halts)
            self._store.add_statement(counter, key.statement(said))

    def _cosigned(self, at: int, found: Root, key: Cosigner, second: Cosigner | None, *, now: int) -> Announced:
        """Return our lines on *found*, under the origin by which the partition *at* is signed now."""
        after, time_ = self._merger.origins.of(at), now // 1000
        line = key.line(at, *found, time=time_, after=after)
        other = None if second is None else second.line(at, *found, time=time_, after=after)
        return Announced(at, *found, line, other, after)

    def _cover(self, chosen: Mapping[int, Root]) -> Mapping[int, int]:
        """Return, by partition, the newest log time of all that we have signed, what was *chosen* included."""
        known = self._store.covered()
        covered = {partition: newest for partition, (_, newest) in known.items()}
        for partition, found in chosen.items():
            first, newest = known.get(partition, (0, 0))
            later = self._store.newest_log_time(partition, first=first, end=found.size)
            covered[partition] = max(newest, later)
        return covered

    def _publish(self) -> None:
        """Publish what was written down and may not be on the topic: the very same bytes, oldest first."""
        for counter, value in self._store.unpublished():
            self._topic.publish(self._what.agency, value)
            self._store.published(counter)
