"""
What belongs to a campaign, for whoever is asked again and again? Each record of the log is looked at once.

The same as `yisong.campaigns.overview.belonging`, added up by docket as the log goes on; from headers alone.
"""

import time
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast

from psycopg import Connection

from yisong.campaigns.overview import CaseOf
from yisong.desk.inbox import header_in
from yisong.envelope.case_id import is_register
from yisong.postgres import queries
from yisong.postgres.connection import Rows, reachable

_SQL: Final = queries(Path(__file__).with_name("queries.sql"))
_RECORDS: Final = 20_000
"""So many records of a partition are looked at in one statement."""
_STATEMENT_MS: Final = 5_000


@dataclass(slots=True)
class Sums:
    """What belongs to one campaign: events by type, and by docket how many, the first and the last of them (ms)."""

    by_type: Counter[str] = field(default_factory=Counter)
    dockets: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    looked: dict[int, int] = field(default_factory=dict)

    @property
    def events(self) -> int:
        """How many events belong to it."""
        return self.by_type.total()

    @property
    def cases(self) -> Sequence[str]:
        """The cases in which they lie, by id; register dockets are none."""
        return sorted(one for one in self.dockets if not is_register(one))

    def take(self, docket: str, event_type: str, log_time: int) -> None:
        """Count one event in."""
        self.by_type[event_type] += 1
        events, first, last = self.dockets.get(docket, (0, log_time, log_time))
        self.dockets[docket] = events + 1, min(first, log_time), max(last, log_time)


class Gathering:
    """Adds up what belongs to campaigns, as far as the log was looked at. For one thread at a time."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._sums: dict[str, Sums] = {}

    def go_on(self, connection: Connection[Any], campaigns: Collection[str], *, seconds: float) -> int:
        """
        Look at what has come since for *campaigns*, for so many *seconds*, or at one stretch.

        Returns how many records are left for another time, of the campaign of which most are. Raises BusUnreachable.
        """
        until, begun = time.monotonic() + seconds, False
        with reachable():
            ends: dict[int, int] = dict(connection.execute(_SQL["positions"]).fetchall())
            for one in campaigns:
                looked = self._sums.setdefault(one, Sums()).looked
                if any(looked.get(partition, 0) > end for partition, end in ends.items()):
                    self._sums[one] = Sums()  # the trail was built anew
            for partition, end in sorted(ends.items()):
                for begin in self._stretches(partition, end, campaigns):
                    if begun and time.monotonic() >= until:
                        break
                    self._look(connection, partition, begin, min(begin + _RECORDS, end), campaigns)
                    begun = True
        left = [sum(end - self.of(one).looked.get(at, 0) for at, end in ends.items()) for one in campaigns]
        return max(left, default=0)

    def of(self, campaign: str) -> Sums:
        """Return what is known to belong to *campaign*."""
        return self._sums.get(campaign) or Sums()

    def _stretches(self, partition: int, end: int, campaigns: Iterable[str]) -> Iterable[int]:
        """Return where the stretches begin that one of *campaigns* has not been looked for in."""
        begin = min((self._sums[one].looked.get(partition, 0) for one in campaigns), default=end)
        return range(begin, end, _RECORDS)

    def _look(
        self, connection: Connection[Any], partition: int, begin: int, end: int, campaigns: Collection[str]
    ) -> None:
        """Look at one stretch for those of *campaigns* that it is new to: a campaign may be announced late."""
        new = {one: self._sums[one] for one in campaigns if self._sums[one].looked.get(partition, 0) < end}
        asked = {"partition": partition, "begin": begin, "end": end, "ids": [one.encode() for one in new]}
        with connection.transaction():
            connection.execute("SELECT set_config('statement_timeout', %s, true)", (str(_STATEMENT_MS),))
            rows = connection.execute(_SQL["naming_between"], asked).fetchall()
        for docket, event_type, log_time, offset, leaf in cast("list[tuple[str, str, int, int, bytes]]", rows):
            header = header_in(leaf)
            sums = None if header is None else new.get(header.campaign_id or "")
            if sums is not None and offset >= sums.looked.get(partition, 0):
                sums.take(docket, event_type, log_time)
        for one in new.values():
            one.looked[partition] = end


def cases_of(connection: Rows, sums: Sums, *, after: str = "", most: int) -> tuple[CaseOf, ...]:
    """Return *most* cases of *sums*, behind the id *after*, each as of its newest record. Raises BusUnreachable."""
    wanted = [one for one in sums.cases if one > after][:most]
    with reachable():
        rows = connection.execute(_SQL["case_states"], {"case_ids": wanted}).fetchall()
    states: Mapping[str, tuple[str, str | None]] = {row[0]: row[1:] for row in cast("list[Any]", rows)}
    return tuple(CaseOf(one, *states[one], *sums.dockets[one]) for one in wanted if one in states)
