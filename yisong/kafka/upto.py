"""How is `case-events` read up to a bound that somebody else moves on, and not one record further?"""

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Final

from kafka import TopicPartition

from yisong.bootstrap import Bootstrap
from yisong.kafka.log import TOPIC, CaseLog
from yisong.kafka.records import LogRecord

# Of a partition so many records are held beyond the bound; then no more of it is fetched until the bound moves.
_MOST_HELD: Final = 2_000


class UpTo(CaseLog):
    """A reader that hands out no record at or beyond the bound of its partition; what came too early it holds."""

    def __init__(self, bootstrap: Bootstrap, *, positions: Mapping[int, int]) -> None:
        """Read each partition of *positions* from its offset on; nothing before `allow`. Raises as `CaseLog`."""
        super().__init__(bootstrap, positions=positions)
        self._bound = dict(positions)
        self._held: dict[int, deque[LogRecord]] = {partition: deque() for partition in positions}

    def allow(self, bound: Mapping[int, int]) -> None:
        """Hand out what lies before *bound* from now on. Raises PositionLost where the log does not go so far."""
        self.check_range(bound)
        self._bound = dict(bound)

    def ends(self) -> Mapping[int, int]:
        """Return the offset after the newest record of each partition, as the broker says. Raises BusUnreachable."""
        return self.log_ends(self._bound)

    @property
    def exhausted(self) -> bool:
        """Hold once everything before the bound was handed out."""
        return not any(
            self._ready(partition) or (self.next_offset(partition) or 0) < bound
            for partition, bound in self._bound.items()
            if not self._beyond(partition)
        )

    def poll(self, *, timeout_ms: int) -> Mapping[int, Sequence[LogRecord]]:
        """Return what comes next before the bound, as `CaseLog.poll`."""
        self._pause()
        fetched = super().poll(timeout_ms=0 if any(map(self._ready, self._held)) else timeout_ms)
        for partition, records in fetched.items():
            self._held[partition].extend(records)
        return {partition: self._take(partition) for partition in self._held if self._ready(partition)}

    def _pause(self) -> None:
        full = {partition for partition, held in self._held.items() if len(held) > _MOST_HELD}
        for partition in self._held:
            part = TopicPartition(TOPIC, partition)
            (self._consumer.pause if partition in full else self._consumer.resume)(part)

    def _ready(self, partition: int) -> bool:
        held = self._held[partition]
        return bool(held) and held[0].offset < self._bound[partition]

    def _beyond(self, partition: int) -> bool:
        """Hold where the next record of a partition is known, and lies at its bound or beyond."""
        held = self._held[partition]
        return bool(held) and held[0].offset >= self._bound[partition]

    def _take(self, partition: int) -> Sequence[LogRecord]:
        held, taken = self._held[partition], []
        while self._ready(partition):
            taken.append(held.popleft())
        return taken
