"""
How do breaches and warnings get from the node's own dockets onto the log, once and without a storm?

In rounds of two steps, each of them one transaction, so that a crash at any line loses and doubles nothing:

1. *look*: which dockets have new records? What is to be said of their clocks, and when it is our turn, goes to the
   watch list, and the place up to which we have looked moves with it.
2. *say*: whose turn has come, and is true by the docket as it stands now, goes to the outbox. Nothing is said before
   the own trail has read what was on the log when it fell due: somebody else may have said it long ago. So many are
   under way at most, however many fell due while we were down.

Whatever is said, every node checks against its own state: to say it too early or twice would do no harm but noise.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from secrets import token_bytes

from services.clocks.handle import draft
from services.clocks.rules import Notice, first_line, provisional_years, rank, unsaid
from services.clocks.store import Due, Store, Watched
from yisong.envelope.codec import SALT_BYTES
from yisong.home import Agency
from yisong.ledger import Docket, Law, advance
from yisong.metrics import Metrics
from yisong.publishing.ids import new_event_id
from yisong.telemetry import tracing
from yisong.telemetry.about import About
from yisong.telemetry.logs import about

_LOG = logging.getLogger(__name__)
_ID_NOISE = 10
_MOST_DOUBLINGS = 6
_COUNT_EVERY = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """
    How patient a clocks service is, in ms, and how much it does at a time.

    *margin*: how long after the instant a notice is said at the earliest; on a bus of the wall clock because the
    broker's clock may be behind ours, on a demo bus so that a history that is being replayed comes to rest first.
    *grace*: how long the next line waits for the one before it. *again*: when a try that came to nothing is repeated,
    twice as long after each further one. *under_way*: notices without a verdict at most. *look*: records that are
    looked at in one partition and round.
    """

    margin: int = 1_000
    grace: int = 20_000
    again: int = 10_000
    under_way: int = 100
    look: int = 5_000


class Rounds:
    """The clocks service of one node, whose watch list *store* holds alone."""

    def __init__(  # noqa: PLR0913 (what a clocks service stands on)
        self,
        *,
        agency: Agency,
        law: Law,
        store: Store,
        ends: Callable[[], Mapping[int, int]],
        now: Callable[[], int],
        pace: Pace,
        metrics: Metrics | None = None,
    ) -> None:
        """Speak for *agency*. *ends* asks the broker for the offset that comes next in each partition; *now* in ms."""
        self._metrics = metrics or Metrics(agency)
        self._agency, self._law, self._store, self._pace = agency, law, store, pace
        self._publisher = law.system_organ(agency)
        self._ends, self._now = ends, now
        self._to_reach: Mapping[int, int] | None = None
        self._warned_of: frozenset[int] = frozenset()
        self._counted_at = 0

    def begin(self) -> None:
        """Let the lines whose turn it is go first, with what fell due while we were away."""
        self._store.wait_again(now=self._now(), grace=self._pace.grace)

    def round(self) -> bool:
        """Do one round; return whether there was anything to do."""
        looked = self._look()
        said = self._say()
        self._count()
        return said or looked

    def _count(self) -> None:
        """Show how much is watched, once a second: the list may be long."""
        now = self._now()
        if now - self._counted_at >= _COUNT_EVERY:
            watched, due = self._store.counts(now=now)
            self._metrics.gauge("yisong_clocks_watched", watched)
            self._metrics.gauge("yisong_clocks_due", due)
            self._counted_at = now

    # 1. look

    def _look(self) -> bool:
        with self._store.transaction():
            touched = self._store.touched(most=self._pace.look)
            if not touched:
                return False
            dockets = self._store.dockets(touched)
            self._store.watch(touched, self._watch_list(dockets))
        self._warn_of_provisional(dockets.values())
        return True

    def _watch_list(self, dockets: Mapping[str, Docket]) -> tuple[Watched, ...]:
        own_time = self._own_time(dockets)
        found = [
            (docket, notice)
            for docket in dockets.values()
            for notice in unsaid(docket, self._law)
            # Where a docket has a time of its own, nothing falls due between its records.
            if docket.case_id not in own_time or notice.falls_at <= docket.log_time
        ]
        asked = {(docket.case_id, at) for docket, one in found if isinstance(at := one.clock.started_by, int)}
        starters = self._store.starters(asked)
        return tuple(
            self._watched(docket, notice, starters, own_time=docket.case_id in own_time) for docket, notice in found
        )

    def _watched(
        self, docket: Docket, notice: Notice, starters: Mapping[tuple[str, int], str], *, own_time: bool
    ) -> Watched:
        started_by = notice.clock.started_by
        starter = starters.get((docket.case_id, started_by)) if isinstance(started_by, int) else None
        place = rank(self._agency, first=first_line(docket, notice.clock, self._law, starter=starter))
        begins = self._now() if own_time else max(self._now(), notice.falls_at)
        return Watched(
            case_id=docket.case_id,
            notice=notice.name,
            falls_at=notice.falls_at,
            rank=place,
            turn_at=begins + self._pace.margin + place * self._pace.grace,
            log_time=docket.log_time if own_time else None,
        )

    def _own_time(self, case_ids: Iterable[str]) -> frozenset[str]:
        """Return which dockets have a time of their own: on a demo bus, all that were not marked live."""
        if self._law.bus.timestamp_type != "CreateTime":
            return frozenset()
        asked = frozenset(case_ids)
        return asked - self._store.live(asked)

    def _warn_of_provisional(self, dockets: Iterable[Docket]) -> None:
        years = frozenset(year for docket in dockets for year in provisional_years(docket))
        for year in sorted(years - self._warned_of):
            _LOG.warning(
                "Clocks that are running end in %d, whose holidays calendar.yaml did not know when they started: their "
                "dates are provisional. Add the State Council's notice as a new rulebook version once it is out.",
                year,
            )
        self._warned_of |= years
        self._metrics.gauge("yisong_clocks_provisional_years", len(self._warned_of))

    # 2. say

    def _say(self) -> bool:
        if not self._store.any_due(now=self._now()) or not self._caught_up():
            return False
        with self._store.transaction():
            room = self._pace.under_way - self._store.under_way(self._publisher)
            # Before the dockets: a notice that has its verdict by now is in the docket that is read after it.
            rows = self._store.due(now=self._now(), most=max(0, room))
            dockets = self._store.dockets({row.case_id for row in rows})
            own_time = self._own_time(dockets)
            for row in rows:
                self._answer(row, dockets[row.case_id], own_time=row.case_id in own_time)
        return bool(rows)

    def _caught_up(self) -> bool:
        """Return whether our trail has read all that was on the log when we first asked."""
        if self._to_reach is None:
            self._to_reach = self._ends()
        if not self._store.reached(self._to_reach):
            return False
        self._to_reach = None
        return True

    def _answer(self, row: Due, docket: Docket, *, own_time: bool) -> None:
        as_of = docket.log_time if own_time else self._now()
        true = {one.name: one for one in unsaid(advance(docket, as_of, self._law), self._law) if one.falls_at <= as_of}
        notice = true.get(row.notice)
        if notice is None:
            self._store.forget(row)
        elif row.under_way:
            self._store.look_later(row, turn_at=self._now() + self._pace.again)
        else:
            self._put(row, notice, at=as_of if own_time else None)

    def _put(self, row: Due, notice: Notice, *, at: int | None) -> None:
        now, wait = self._now(), self._pace.again << min(row.tries, _MOST_DOUBLINGS)
        event_id = new_event_id(now, token_bytes(_ID_NOISE))
        said = draft(
            notice,
            case_id=row.case_id,
            publisher=self._publisher,
            event_id=event_id,
            salt=token_bytes(SALT_BYTES),
            at=at,
        )
        what = About(event_id=event_id, case_id=row.case_id, event_type=notice.event_type)
        with tracing.span(f"say {notice.event_type}", what=what):
            self._store.say(row, replace(said, trace=tracing.current()), turn_at=now + wait)
        self._metrics.count("yisong_clocks_notices_total", event_type=notice.event_type)
        if row.tries:
            _LOG.warning(
                "%s of %s came to nothing (%s) and is said again, for the %d. time",
                notice.event_type, notice.clock.id, row.reason or row.state, row.tries + 1, extra=about(what),
            )  # fmt: skip
