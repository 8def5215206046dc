"""
What follows from the whole log, for many readers: campaigns, the calendar of reports, linked cases, supervisions?

Worked out by the functions of the command line, of what is kept between two requests: where events lie, and sums. So
each record of the log is looked at once, and a request looks no longer than it has time; what is left is said.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, NamedTuple
from uuid import UUID

from fastapi import Request
from psycopg import Connection

from services.gateway.api.turns import Turns
from services.gateway.world import World, state_of
from yisong.audit.kept_acts import KeptActs
from yisong.audit.linked import READ, Linked, linked_in
from yisong.audit.readings import Reader, note_reading
from yisong.audit.supervisions import Act, acknowledged
from yisong.audit.trails import Trail
from yisong.campaigns import reading
from yisong.campaigns.gathering import Gathering, Sums, cases_of
from yisong.campaigns.overview import Asked, CaseOf, report_calendar
from yisong.campaigns.phases import Campaign
from yisong.campaigns.standing import Calendar
from yisong.ledger import Law
from yisong.publishing.opening import Opener, line_keys

_SECONDS: Final = 2.0
"""So long one request looks at records that nobody has looked at yet."""
_TURN_SECONDS: Final = 15.0
_WAITING: Final = 6
_BUSY: Final = "Others are asking for the same already, and it takes long. Nothing was read; try again."
_ACKNOWLEDGING: Final = ("JointSupervisionOrdered", "JointSupervisionLifted", "DocumentServed")


class Campaigns(NamedTuple):
    """The campaigns by id, what belongs to each, and how many records (*behind*) were not looked at for that yet."""

    known: Mapping[str, Campaign]
    sums: Mapping[str, Sums]
    behind: int


class _Kept:
    """What is kept under one version of the law."""

    def __init__(self, world: World, law: Law) -> None:
        self.law = law
        self.reader: reading.Reader | None = None
        self.gathering = Gathering()
        self.acts = KeptActs((*READ, *_ACKNOWLEDGING), law, agency=world.agency, keys=world.keys)


class Gathered:
    """What follows from the log of one node; whoever asks waits for his turn. Every method raises BusUnreachable."""

    def __init__(self, world: World, *, now: Callable[[], int] = lambda: time.time_ns() // 1_000_000) -> None:
        """Read the database of *world*; *now* in ms."""
        self._world, self._now = world, now
        self._turns = Turns(_BUSY, waiting=_WAITING, seconds=_TURN_SECONDS)
        self._kept: _Kept | None = None

    def campaigns(self, reader: Reader, purpose: str, *, only: str | None = None) -> Campaigns:
        """Return the campaigns, or *only* one of them, and note that their phases were read."""
        with self._turn() as (kept, connection):
            known = self._reader(kept, connection).noted(now=self._now(), organ=reader.organ).campaigns
            wanted = known if only is None else {name: one for name, one in known.items() if name == only}
            behind = kept.gathering.go_on(connection, list(wanted), seconds=_SECONDS)
            sums = {one: kept.gathering.of(one) for one in wanted}
            _note(connection, reader, purpose, [phase.event_id for one in wanted.values() for phase in one.phases])
        return Campaigns(wanted, sums, behind)

    def names(self) -> Sequence[str]:
        """Return the ids of the campaigns, which stand in headers; nothing is read by that."""
        with self._turn() as (kept, connection):
            return sorted(self._reader(kept, connection).noted(now=self._now()).campaigns)

    def cases(self, sums: Sums, *, after: str, most: int) -> Sequence[CaseOf]:
        """Return cases of a campaign behind the id *after*, as of their newest records."""
        with self._turn() as (_, connection):
            return cases_of(connection, sums, after=after, most=most)

    def calendar(self, reader: Reader, wanted: Asked, *, at: int | None = None) -> Calendar:
        """
        Return the calendar of reports as *reader*'s organ may know it, as of now or as it was known *at* an instant.

        Raises BusNotFound where nobody announced such a campaign. What is shown of it is noted by `note`.
        """
        with self._turn() as (kept, connection):
            known, now = self._reader(kept, connection), self._now()
            return report_calendar(known, kept.law, wanted, now=now, at=at, seen_by=reader.organ)

    def linked(self, reader: Reader) -> tuple[Linked, int]:
        """
        Return linked cases and supervisions as *reader*'s organ may know them.

        And how many records of the log were not looked at for that yet. What is shown is noted by `note`. Raises
        NotProven where the trail is not what its records give.
        """
        with self._turn() as (kept, connection):
            behind = kept.acts.go_on(connection, seconds=_SECONDS)
            read = kept.acts.acts(connection, READ, organ=reader.organ)
            served = acknowledged(Act(*one) for one in kept.acts.headers(_ACKNOWLEDGING))
            trail = Trail(self._world.agency, connection)
            return linked_in(trail, read, served, kept.law, now=self._now()), behind

    def note(self, reader: Reader, purpose: str, events: Sequence[UUID]) -> None:
        """Write down that *reader* was shown the bodies of *events*, where there are any."""
        with self._world.connection() as connection:
            _note(connection, reader, purpose, [one.bytes for one in events])

    @contextmanager
    def _turn(self) -> Iterator[tuple[_Kept, Connection[Any]]]:
        with self._turns.turn():
            law = self._world.law
            if self._kept is None or self._kept.law is not law:
                self._kept = _Kept(self._world, law)
            with self._world.connection() as connection:
                yield self._kept, connection

    def _reader(self, kept: _Kept, connection: Connection[Any]) -> reading.Reader:
        world = self._world
        opener = Opener(connection, world.keys, own=line_keys(kept.law, world.agency))
        if kept.reader is None:
            kept.reader = reading.Reader(connection, kept.law, agency=world.agency, key_of=opener.content_key)
        return kept.reader.over(connection, opener.content_key)


def _note(connection: Connection[Any], reader: Reader, purpose: str, events: Sequence[bytes]) -> None:
    shown = [UUID(bytes=one) for one in dict.fromkeys(events) if one]
    if shown:
        note_reading(connection, reader, what="register", case_id="", purpose=purpose, events=shown)


def gathered_of(request: Request) -> Gathered:
    """Return what follows from the log, at the gateway that answers *request*."""
    return state_of(request, "gathered", Gathered)
