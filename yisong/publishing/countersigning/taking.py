"""
What does a node make of a record on its drafts topic? A draft for an organ of its own, an answer to its own, or noise.

Whatever lies there, it is taken in one transaction with the position, twice without harm, and it stops nobody.
"""

import logging
from collections.abc import Callable
from typing import Literal, NamedTuple, cast

from yisong.errors import Unreadable
from yisong.kafka.records import LogRecord
from yisong.ledger import Law
from yisong.postgres.connection import Rows
from yisong.publishing.countersigning.checks import Noise, agency_of, countersigns, log_time_of, offer, said_by
from yisong.publishing.countersigning.messages import (
    Claimed,
    Countersigned,
    Declined,
    Drafted,
    Withdrawn,
    decode,
)
from yisong.publishing.countersigning.received import Drafts
from yisong.publishing.countersigning.sent import withdrawal
from yisong.publishing.countersigning.statements import Statements
from yisong.publishing.signer import Signer
from yisong.telemetry.about import About
from yisong.telemetry.logs import about

Taken = Literal["draft", "signed", "declined", "withdrawn", "known", "late"]
"""
``draft`` for an officer of ours · ``signed``, ``declined`` an answer to ours · ``withdrawn`` by its sender · ``known``
it had come before · ``late`` an answer to a draft of ours that is withdrawn: nothing is done, and the other is told.
"""

_log = logging.getLogger(__name__)


class _Ours(NamedTuple):
    """A draft that we have sent."""

    event_id: bytes
    case_id: str
    publisher: str
    organ: str
    header: bytes
    at: int
    until: int
    state: str
    answer: str | None


class Taking:
    """Takes what lies on the drafts topic of *agency*. For one thread, and inside the caller's transaction."""

    def __init__(self, connection: Rows, *, agency: str, law: Law, signer: Signer, now: Callable[[], int]) -> None:
        """Keep what is taken through *connection*; *now*: ms since 1970 by this machine."""
        self._agency, self._law, self._signer, self._now = agency, law, signer, now
        self._drafts, self._statements = Drafts(connection), Statements(connection)

    def take(self, record: LogRecord) -> Taken | Noise:
        """Take one record, and return what it was. Raises BusUnreachable."""
        try:
            claimed = decode(record.value, bus=self._law.bus.name)
        except Unreadable:
            return "unreadable"
        match claimed.said:
            case Drafted() as said:
                return self._draft(claimed, said)
            case Countersigned() | Declined() as said:
                return self._answer(claimed, said, came_at=record.timestamp)
            case Withdrawn() as said:
                return self._withdrawn(claimed, said)

    def _draft(self, claimed: Claimed, said: Drafted) -> Taken | Noise:
        now = self._now()
        found = offer(claimed, said, self._law, agency=self._agency, now=now)
        if isinstance(found, str):
            return found
        return "draft" if self._drafts.receive(found, now=now) else "known"

    def _answer(self, claimed: Claimed, said: Countersigned | Declined, *, came_at: int) -> Taken | Noise:
        rows = self._statements.run("sent", header_hash=said.header_hash)
        if not rows:
            return "unknown"
        ours = _Ours._make(rows[0])
        at = log_time_of(ours.at, self._law, now=self._now())
        fault = said_by(claimed, ours.organ, self._law, at=at)
        if fault is None and isinstance(said, Countersigned):
            fault = countersigns(said.signature, ours.header, ours.organ, self._law, at=at)
        return fault or self._note(said, ours, came_at=came_at)

    def _note(self, said: Countersigned | Declined, ours: _Ours, *, came_at: int) -> Taken:
        if ours.state == "completed" or (ours.state == "open" and ours.answer in ("signed", "declined")):
            return "known"
        if ours.state != "open" or ours.answer is not None or came_at > ours.until:
            return self._late(said, ours)
        self._statements.run("answer", header_hash=said.header_hash, **_columns(said))
        return "signed" if isinstance(said, Countersigned) else "declined"

    def _late(self, said: Countersigned | Declined, ours: _Ours) -> Taken:
        if ours.state == "declined":
            return "known"
        _log.warning(
            "%s has answered the draft of event %s in %s after it was withdrawn. The answer is not used: what is to be "
            "signed must be published again under a new id.",
            ours.organ,
            ours.event_id.hex(),
            ours.case_id,
            extra=about(About(event_id=ours.event_id, case_id=ours.case_id)),
        )
        message = withdrawal(said.header_hash, ours.publisher, ours.at, law=self._law, signer=self._signer)
        agency = agency_of(ours.organ, self._law)
        if message is not None and agency is not None:
            self._statements.say(message, agency=agency, case_id=ours.case_id)
        return "late"

    def _withdrawn(self, claimed: Claimed, said: Withdrawn) -> Taken | Noise:
        rows = self._statements.run("publisher_of_received", header_hash=said.header_hash)
        if not rows:
            return "unknown"
        publisher, at = cast("tuple[str, int]", rows[0])
        fault = said_by(claimed, publisher, self._law, at=log_time_of(at, self._law, now=self._now()))
        if fault is not None:
            return fault
        return "withdrawn" if self._statements.run("withdrawn", header_hash=said.header_hash) else "known"


def _columns(said: Countersigned | Declined) -> dict[str, object]:
    if isinstance(said, Declined):
        return {"answer": "declined", "key_id": None, "signature": None, "officer": said.officer, "reason": said.reason}
    of = {"key_id": said.signature.key_id, "signature": said.signature.value}
    return {"answer": "signed", **of, "officer": None, "reason": None}
