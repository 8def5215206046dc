"""Where will an event stand in its publisher's chain, given all that is sent before it?"""

from collections import defaultdict
from collections.abc import Mapping
from itertools import count

from yisong.envelope.open import open_record
from yisong.kafka.producer import Outgoing
from yisong.ledger import Docket, Entry, Known, Law, docket_of, fold, remember
from yisong.publishing.compose import Place
from yisong.signing.verify import verify

# Far beyond every real offset, so that no clock of an existing docket seems to have been started by a record of ours.
_FIRST_OFFSET = 1 << 48


class Forecast:
    """
    The ledger in memory, over the records of a replay as they are made.

    A line that is refused at steps 1 to 5 is not counted in the chain, and only the fold itself knows which one that
    is; so the fold is asked.
    """

    def __init__(self, law: Law, heads: Mapping[str, Docket]) -> None:
        """Start from *heads*: the dockets that are on the bus already, by case id."""
        self._law = law
        self._dockets = dict(heads)
        self._memory: defaultdict[str, dict[bytes, tuple[Known, ...]]] = defaultdict(dict)
        self._offsets = count(_FIRST_OFFSET)

    def place(self, case_id: str, publisher: str) -> Place:
        """Return the place of the next event of *publisher* in docket *case_id*; a system organ is in no chain."""
        organ = self._law.organs.get(publisher)
        if organ is not None and organ.role == "system":
            return Place(0, None)
        docket = self._dockets.get(case_id)
        chain = docket.chains.get(publisher) if docket is not None else None
        return Place(1, None) if chain is None else Place(chain.length + 1, chain.last)

    def log_time(self, case_id: str, at: int) -> int:
        """Return the log time that the next record of docket *case_id* has, if its broker timestamp is *at* (ms)."""
        docket = self._dockets.get(case_id)
        return at if docket is None else max(docket.log_time, at)

    def docket(self, case_id: str) -> Docket | None:
        """Return docket *case_id* as it is after all that was appended; None where it has no record."""
        return self._dockets.get(case_id)

    def append(self, record: Outgoing) -> Entry:
        """Judge *record* as the trails will, once it lies behind all that was appended before."""
        bare = open_record(record.partition, next(self._offsets), record.timestamp, record.key, record.value)
        (opened,) = verify([bare], bus=self._law.bus.name, keys=self._law.rulebook.keys)
        case_id = docket_of(opened, self._law)
        if case_id is None:
            return fold(None, opened, self._law, {})[1]
        memory = self._memory[case_id]
        docket, entry = fold(self._dockets.get(case_id), opened, self._law, memory)
        if docket is not None:
            self._dockets[case_id] = docket
        remember(memory, entry)
        return entry
