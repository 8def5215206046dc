"""What do the metrics of a node say of its checkpoints and of those of the others?"""

from collections import Counter
from collections.abc import Mapping
from typing import get_args

from services.trail.lag import Lag
from services.trail.merge import Merger
from yisong.home import Agency
from yisong.metrics import Metrics
from yisong.postgres.checkpoints import CheckpointStore, OwnTree
from yisong.proof.announcement import Halt
from yisong.proof.cosigner import Nodes
from yisong.proof.cosigning import Rulebooks, Why


class Shown:
    """What one signer shows, round by round; it began at the instant *now* (ms)."""

    def __init__(self, us: Agency, store: CheckpointStore, merger: Merger, metrics: Metrics, *, now: int) -> None:
        """Show what *store* and *merger* of the node *us* have."""
        self._us, self._store, self._merger, self._metrics = us, store, merger, metrics
        self._quorums: dict[int, int] = {}
        self._begun_at, self._lag = now, Lag(now=now / 1000)

    def show(  # noqa: PLR0913 (what a round came to)
        self,
        trees: Mapping[int, OwnTree],
        nodes: Nodes,
        news: frozenset[int],
        opinions: Rulebooks,
        halts: tuple[Halt, ...],
        *,
        now: int,
    ) -> None:
        """Show how a round at the instant *now* (ms) ended; *news*: partitions in which it changed something."""
        for partition in news if self._quorums else trees.keys():
            origin = self._merger.origins.number(partition)
            self._quorums[partition] = self._store.quorum_size(partition, sorted(nodes.names), origin=origin)
            self._metrics.gauge("yisong_checkpoint_origin", origin, partition=str(partition))
        behind = self._lag.seconds({at: tree.entries for at, tree in trees.items()}, self._quorums, now=now / 1000)
        self._metrics.gauge("yisong_checkpoint_behind_seconds", behind)
        for partition, size in self._quorums.items():
            self._metrics.gauge("yisong_checkpoint_quorum_size", size, partition=str(partition))
        counted = Counter(one.why for one in halts)
        for why in get_args(Why):
            self._metrics.gauge("yisong_checkpoint_halts", counted[why], why=why)
        self._show_peers(nodes, opinions, now=now)

    def _show_peers(self, nodes: Nodes, opinions: Rulebooks, *, now: int) -> None:
        for peer in nodes.names:
            differing = sum(peer in found for found in self._merger.differing.values())
            self._metrics.gauge("yisong_checkpoint_differs", differing, peer=peer)
            if peer != self._us:
                heard = self._merger.peers.get(peer)
                silent = now - (self._begun_at if heard is None else heard.said_at)
                self._metrics.gauge("yisong_checkpoint_peer_silent_seconds", max(0, silent) / 1000, peer=peer)
                self._metrics.gauge("yisong_checkpoint_rulebook_differs", int(peer in opinions.other), peer=peer)
                # From 0 on, whatever happens: in a series that begins with 1 Prometheus sees no increase.
                self._metrics.count("yisong_checkpoint_equivocations_total", 0, peer=peer)


def in_words(halts: tuple[Halt, ...]) -> str:
    """Return what a node does not sign, for its log."""
    return (
        ", ".join(
            f"{'anything' if one.partition is None else f'partition {one.partition}'} ({one.why})" for one in halts
        )
        or "nothing; it signs all partitions again"
    )
