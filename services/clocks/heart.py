"""
How is an idle bus known to be alive? Each node says a heartbeat, once an interval, which every trail records.

It goes the whole way of an event: outbox, sender, log, every node's trail. So where all are recorded, everything works,
however little the agencies have to say. Source: envelope.md, System notices: in the register docket of region 000000,
at most one a minute and node. One that has no verdict yet keeps the next one back: after an outage there is no burst.
"""

from collections.abc import Callable
from secrets import token_bytes
from typing import Final

from services.clocks.store import Store
from yisong.envelope.case_id import register_case_id
from yisong.envelope.codec import SALT_BYTES
from yisong.home import Agency
from yisong.ledger import Law
from yisong.ledger.notices import NATIONAL_REGISTER
from yisong.metrics import Metrics
from yisong.publishing.compose import content, digest_of
from yisong.publishing.ids import new_event_id
from yisong.publishing.instants import to_text
from yisong.publishing.outbox import Draft

LEAST_SECONDS: Final = 60.0
"""No node may say more than one in so long (envelope.md)."""

_ID_NOISE: Final = 10


class Heart:
    """The heartbeats of one node, whose clocks service *store* is alone."""

    def __init__(  # noqa: PLR0913 (what a heart stands on)
        self,
        *,
        agency: Agency,
        law: Law,
        store: Store,
        now: Callable[[], int],
        every: float,
        metrics: Metrics,
    ) -> None:
        """Beat for *agency* each *every* seconds, `LEAST_SECONDS` at least; *now* in ms."""
        self._publisher, self._store, self._now, self._metrics = law.system_organ(agency), store, now, metrics
        self._every = round(max(every, LEAST_SECONDS) * 1000)
        self._next_at: int | None = None
        self._counter = 0

    def beat(self) -> bool:
        """Say one heartbeat, if it is time for it; return whether it was. Raises BusUnreachable."""
        now = self._now()
        if self._next_at is None:
            self._counter, last = self._store.heartbeats(self._publisher)
            self._next_at = last + self._every
        # A clock that was put back must not silence a node for as long.
        if now < self._next_at <= now + self._every:
            return False
        case_id = national_register(now)
        with self._store.transaction():
            if self._store.heartbeat_under_way(self._publisher):
                return False
            self._store.submit(draft(case_id, self._publisher, counter=self._counter + 1, now=now))
        self._counter, self._next_at = self._counter + 1, now + self._every
        self._metrics.count("yisong_clocks_notices_total", event_type="Heartbeat")
        return True


def national_register(now: int) -> str:
    """Return the docket of heartbeats at an instant (ms): the register docket of region 000000 and that year."""
    return register_case_id(NATIONAL_REGISTER, int(to_text(now)[:4]))


def draft(case_id: str, publisher: str, *, counter: int, now: int) -> Draft:
    """Return a heartbeat as the system organ *publisher* says it at the instant *now* (ms)."""
    stated: dict[str, object] = {
        "event_type": "Heartbeat",
        "case_id": case_id,
        "publisher": publisher,
        "occurred_at": to_text(now),
        "region_code": NATIONAL_REGISTER,
        "pii_level": "P0",
    }
    event_id, salt = new_event_id(now, token_bytes(_ID_NOISE)), token_bytes(SALT_BYTES)
    said = content(stated, {"counter": counter}, event_id=event_id, salt=salt)
    return Draft(said=said, digest=digest_of(said), at=None)
