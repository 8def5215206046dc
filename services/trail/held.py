"""Which dockets need not be read again, because nobody but us can have written them since?"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

from yisong.ledger import Docket, Known

# What is held is bounded by weight, so that memory stays flat however long the log: bytes of stored JSON (the values in
# memory take some ten times that), and so many for each remembered event.
_MOST = 8_000_000
_WEIGHT_OF_KNOWN = 60

#: The memory of a docket of up to so many events is held whole; of a longer one, only what a batch asks for.
LONG = 500


@dataclass(slots=True)
class Held:
    """
    A docket as we wrote it last, and what it remembers, by event id.

    *whole*: the memory has every remembered event of the docket, so that what it lacks is not remembered.
    """

    docket: Docket | None
    weight: int
    whole: bool
    memory: dict[bytes, tuple[Known, ...]] = field(default_factory=dict)


class HeldDockets:
    """
    The dockets last used, within a bound; true only while each of our own transactions commits.

    Whoever else writes a docket has first moved the position of its partition, so that our next transaction
    fails before it writes anything, and the process ends.
    """

    def __init__(self, most: int = _MOST) -> None:
        """Hold dockets of *most* weight together."""
        self._held: OrderedDict[str, Held] = OrderedDict()
        self._most, self._weight = most, 0

    def get(self, case_id: str) -> Held | None:
        """Return what is held of a docket, if anything, and mark it as used."""
        held = self._held.get(case_id)
        if held is not None:
            self._held.move_to_end(case_id)
        return held

    def put(self, case_id: str, held: Held) -> None:
        """Hold a docket that has just been read."""
        self._weight += held.weight
        self._held[case_id] = held

    def wrote(self, dockets: Mapping[str, tuple[Docket, int, int]], sizes: Mapping[str, int]) -> None:
        """Hold what a transaction has just written, and let go of what was not used for the longest time."""
        for case_id, (docket, _, _) in dockets.items():
            held = self._held[case_id]
            if not held.whole or len(held.memory) > LONG:
                # A docket may grow for ever (heartbeats do); of a long one no memory outlives its batch.
                held.whole, held.memory = False, {}
            weight = sizes[case_id] + _WEIGHT_OF_KNOWN * len(held.memory)
            self._weight += weight - held.weight
            held.docket, held.weight = docket, weight
        while self._weight > self._most and self._held:
            _, gone = self._held.popitem(last=False)
            self._weight -= gone.weight
