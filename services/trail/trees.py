"""How do the trees of our partitions grow with their entries?"""

import logging
from collections.abc import Mapping, Sequence

from psycopg import Connection, Cursor
from psycopg.errors import UniqueViolation

from services.trail.rules import Run
from yisong.errors import TreeDiffers
from yisong.ledger import Entry
from yisong.postgres.tree import build_tree, copy_nodes, tree_reader
from yisong.proof.tree import Grown, grow, peaks_of

_LOG = logging.getLogger(__name__)
# So many entries are put under a tree in one transaction while it is being built: about a second.
_AT_A_TIME = 100_000


class Trees:
    """
    The peaks of our partitions' trees, from which they grow; true only while each of our own transactions commits.

    Whoever else moves a partition on makes our next transaction fail before it writes anything.
    """

    def __init__(self) -> None:
        """Know no tree yet: `build` reads them."""
        self._peaks: dict[int, tuple[bytes, ...]] = {}

    def build(self, connection: Connection, positions: Mapping[int, int]) -> bool:
        """
        Build a piece of a tree that stored entries lack, and return whether there was one.

        A log from before there were trees has none; else this reads the peaks, which takes O(log n) rows a partition.
        Raises TreeDiffers, BusUnreachable.
        """
        for partition in sorted(positions.keys() - self._peaks.keys()):
            built = build_tree(connection, partition, most=_AT_A_TIME)
            if built is not None:
                _LOG.info("building the tree of partition %d: %d of %d entries", partition, *built)
                return True
            self._peaks[partition] = peaks_of(positions[partition], tree_reader(connection, partition))
        return False

    def grown(self, runs: Sequence[Run], entries: Sequence[Entry]) -> Mapping[int, Grown]:
        """Return, by partition, what becomes of the trees with the *entries* of these *runs*, one after the other."""
        trees, begin = {}, 0
        for run in runs:
            end = begin + run.next_offset - run.first
            leaves = (entry.leaf_hash for entry in entries[begin:end])
            trees[run.partition] = grow(self._peaks[run.partition], run.first, leaves)
            begin = end
        return trees

    def wrote(self, grown: Mapping[int, Grown]) -> None:
        """Go on from what a transaction has just written."""
        self._peaks.update((partition, tree.peaks) for partition, tree in grown.items())


def write_trees(cursor: Cursor[tuple[object, ...]], grown: Mapping[int, Grown]) -> None:
    """Write the nodes that became complete. Raises TreeDiffers where somebody else has written one of them."""
    try:
        for partition, tree in grown.items():
            copy_nodes(cursor, partition, tree.completed)
    except UniqueViolation as fault:
        raise TreeDiffers(
            "A tree node that this batch makes complete is stored already. Nothing was written here. The trail never "
            "writes a tree ahead of its entries: somebody else has. Check it with `yisong fsck`."
        ) from fault
