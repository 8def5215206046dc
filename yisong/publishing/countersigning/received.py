"""What does a node know of the drafts that wait for its organs, and how does an officer answer one?"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from yisong.envelope.header import Header
from yisong.ledger import Law
from yisong.postgres.binary import shown
from yisong.postgres.connection import Rows, reachable
from yisong.publishing.countersigning.checks import Offer, agency_of, header_of, log_time_of
from yisong.publishing.countersigning.messages import (
    LIFETIME_MS,
    LONGEST_WORDS,
    Countersigned,
    Declined,
    Said,
    encode,
)
from yisong.publishing.countersigning.statements import Statements
from yisong.publishing.signer import Signer

ReceivedState = Literal["open", "signed", "declined", "withdrawn", "expired"]
"""
``open`` an officer is to look at it · ``signed``, ``declined`` by our officer · ``withdrawn`` by its sender ·
``expired`` nobody has answered in time.
"""


class Received(NamedTuple):
    """
    A draft that an organ of this line is, or was, to sign; instants in ms.

    *at*: for which instant of the log it was made. *carried*: the body as it travels, only while the draft is open.
    """

    header_hash: bytes
    event_id: bytes
    case_id: str
    publisher: str
    organ: str
    event_type: str
    header_bytes: bytes
    carried: bytes | None
    at: int
    received_at: int
    until: int
    state: ReceivedState
    officer: str | None
    reason: str | None
    answered_at: int | None

    @property
    def header(self) -> Header:
        """The header as a value."""
        return header_of(self.header_bytes)


class Sent(NamedTuple):
    """A draft of ours, as it is shown; instants in ms."""

    event_id: bytes
    case_id: str
    publisher: str
    organ: str
    event_type: str
    sent_at: int
    until: int
    state: str
    answer: str | None
    officer: str | None
    reason: str | None


class Whole(NamedTuple):
    """
    What a draft of ours says. *at*: for which instant (ms) of the log it was made.

    *carried*: the body as it travels, only while the draft is open: what was not signed is nobody's record.
    """

    header_hash: bytes
    header_bytes: bytes
    carried: bytes | None
    at: int

    @property
    def header(self) -> Header:
        """The header as a value."""
        return header_of(self.header_bytes)


class Drafts:
    """The drafts of one node, in its database."""

    def __init__(self, connection: Rows) -> None:
        """Keep them through *connection*, which is in autocommit mode."""
        self._connection = connection
        self._statements = Statements(connection)

    def receive(self, offer: Offer, *, now: int) -> bool:
        """Keep a draft that was sent to us; return whether it is new. What stood open before it is withdrawn."""
        header, said = offer.header, offer.said
        row = {
            "header_hash": offer.header_hash,
            "case_id": header.case_id,
            "publisher": header.publisher,
            "until": min(said.until, now + LIFETIME_MS),
        }
        new = self._statements.run(
            "receive",
            event_id=header.event_id,
            organ=offer.organ,
            event_type=header.event_type,
            header=said.header,
            carried=said.carried,
            at=said.at,
            received_at=now,
            **row,
        )
        if new:
            self._statements.run("overtake", **row)
        return bool(new)

    def received(self, *, closed: bool = False, event_id: bytes | None = None) -> Sequence[Received]:
        """Return the drafts that are open, of one event or of all, the newest last; *closed*: the others, too."""
        rows = self._statements.run("received", closed=closed, event_id=event_id)
        return [Received._make(row) for row in rows]

    def sent(self, *, closed: bool = False, event_id: bytes | None = None) -> Sequence[Sent]:
        """Return the drafts of ours that are open, of one event or of all, the newest last; *closed*: others, too."""
        rows = self._statements.run("all_sent", closed=closed, event_id=event_id)
        return [Sent._make(row) for row in rows]

    def whole(self, event_id: bytes) -> Whole | None:
        """Return the newest draft of ours of an event, whole; None where there is none. Raises BusUnreachable."""
        return next((Whole._make(row) for row in self._statements.run("sent_of", event_id=event_id)), None)

    def sign(self, draft: Received, *, officer: str, law: Law, signer: Signer, now: int) -> bool:
        """
        Sign *draft* for its organ, because *officer* (token) says so at *now* (ms), and put the answer down to be sent.

        Return whether it was still open. Raises NotPublishable where the organ has no valid key here; BusUnreachable.
        """
        at = log_time_of(draft.at, law, now=now)
        said = Countersigned(draft.header_hash, signer.signature(draft.organ, draft.header_bytes, at=at))
        return self._answer(draft, said, "signed", (officer, None), law=law, signer=signer, now=now)

    def decline(  # noqa: PLR0913 (who refuses what, and why)
        self, draft: Received, *, officer: str, reason: str, law: Law, signer: Signer, now: int
    ) -> bool:
        """Refuse to sign *draft*, for a *reason* in words that its sender gets to read; otherwise as `sign`."""
        said = Declined(draft.header_hash, _words(officer), _words(reason))
        return self._answer(draft, said, "declined", (said.officer, said.reason), law=law, signer=signer, now=now)

    def _answer(  # noqa: PLR0913 (as above)
        self,
        draft: Received,
        said: Said,
        state: ReceivedState,
        who: tuple[str, str | None],
        *,
        law: Law,
        signer: Signer,
        now: int,
    ) -> bool:
        sign = signer.signing(draft.organ, at=log_time_of(draft.at, law, now=now))
        message = encode(said, bus=law.bus.name, sign=sign)
        agency = agency_of(draft.publisher, law)
        row = {"header_hash": draft.header_hash, "state": state, "now": now}
        with reachable(), self._connection.transaction():
            if not self._statements.run("settle_received", officer=_words(who[0]), reason=who[1], **row):
                return False
            self._statements.say(message, agency=agency or "", case_id=draft.case_id)
        return True


def _words(text: str) -> str:
    """Return what a person wrote in the form in which it may travel and be kept."""
    return shown(text.strip())[:LONGEST_WORDS]
