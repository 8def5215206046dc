"""
Under which origin is a partition signed now? The first, until all nodes have taken back what they signed of it.

A pure function of the restatements on the topic `checkpoints` in their order, so every node comes to the same, whenever
it reads them. Where one node was wrong it restates and goes on, and the log stays what it was. Where all must, whoever
outside remembers what they had signed would see a log that contradicts itself: it goes on as another one, whose origin
names the last checkpoint of the old (design, section 3).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from yisong.proof.checkpoint import After, number_of


class TakenBack(NamedTuple):
    """
    What *node* has taken back of the origin *number* of *partition*: all that it signed above *sound* up to *size*.

    *root*: the one that it had signed for *size*.
    """

    node: str
    partition: int
    number: int
    sound: int
    size: int
    root: bytes


class Origins:
    """The origins of all partitions, as far as restatements were taken in."""

    def __init__(
        self, begun: Mapping[int, Sequence[After]] | None = None, taken_back: Iterable[TakenBack] = ()
    ) -> None:
        """
        Go on from what had come of the topic so far.

        *begun*: by partition, its origins after the first, in their order. *taken_back*: in the order of the topic.
        """
        self._begun = {partition: list(line) for partition, line in (begun or {}).items()}
        self._taken: dict[tuple[int, int], dict[tuple[str, int], TakenBack]] = {}
        for one in taken_back:
            self._note(one)

    def after(self, partition: int) -> tuple[After, ...]:
        """Return after what each origin of a partition came but the first, in their order."""
        return tuple(self._begun.get(partition, ()))

    def of(self, partition: int) -> After | None:
        """Return after what the origin comes under which a partition is signed now; None: it is the first."""
        line = self._begun.get(partition)
        return line[-1] if line else None

    def number(self, partition: int) -> int:
        """Return the how-manieth origin of a partition that is, under which it is signed now."""
        return number_of(self.of(partition))

    def knows(self, partition: int, after: After | None) -> bool:
        """Hold where a partition is, or was, signed under the origin that comes *after* this."""
        return after is None or after in self._begun.get(partition, ())

    def take(self, one: TakenBack, *, nodes: Collection[str]) -> After | None:
        """
        Take in the next restatement, when the rulebook in force names these *nodes*.

        Return after what the new origin comes, where that is the one by which the last of them has restated; else None.
        What comes once more, or is of an earlier origin, begins nothing.
        """
        known, number = self._note(one), self.number(one.partition)
        if known is None or one.number != number or not _by_all(known, nodes):
            return None
        last = max(known, key=lambda other: other.size)  # of equal size, the one that was said first
        began = After(number + 1, last.size, last.root)
        self._begun.setdefault(one.partition, []).append(began)
        return began

    def _note(self, one: TakenBack) -> Collection[TakenBack] | None:
        """Return all that was taken back of this origin, in its order, with *one*; None where that was known."""
        known = self._taken.setdefault((one.partition, one.number), {})
        if (one.node, one.size) in known:
            return None
        known[one.node, one.size] = one
        return known.values()


def _by_all(known: Collection[TakenBack], nodes: Collection[str]) -> bool:
    """
    Hold where there is a size that each of *nodes* has taken back.

    Nodes that were wrong one after the other, each of something else, had the three others against them, and no
    checkpoint of a quorum was withdrawn: then the log goes on.
    """
    for size in {one.size for one in known}:
        if nodes and {one.node for one in known if one.sound < size <= one.size}.issuperset(nodes):
            return True
    return False
