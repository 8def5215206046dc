"""
How does the sender of a node come by the second signature of an act?

A row of the outbox that asks for one gets its number and its header, both final, and becomes a draft, in one
transaction with the message to the other organ's node. What has come of it is written down by whoever reads the drafts
topic, and carried out here, by the one sender: signed, it is completed and sent like everything else; declined, or
unanswered for 24 hours, it is withdrawn, and parked for a person. Its number was on no log, so the next event of the
chain takes it.
"""

from collections.abc import Callable, Sequence
from typing import Final, Literal, NamedTuple, cast

from yisong.envelope.header import Signature
from yisong.errors import NotPublishable
from yisong.ledger import Law
from yisong.postgres.connection import reachable
from yisong.publishing.compose import Composed
from yisong.publishing.countersigning.checks import agency_of, header_of
from yisong.publishing.countersigning.messages import LIFETIME_MS, Drafted, Withdrawn, encode
from yisong.publishing.countersigning.statements import Statements
from yisong.publishing.outbox import Row, Signed
from yisong.publishing.signer import Signer
from yisong.publishing.stores import PostgresOutbox

_ROUND: Final = 100

Park = Callable[[Row, str, str], None]
"""Put a row aside: with its reason as it is kept, and as it may stand in a log."""


class _Answer(NamedTuple):
    """What has come of a draft."""

    header_hash: bytes
    event_id: bytes
    case_id: str
    organ: str
    header: bytes
    at: int
    answer: Literal["signed", "declined", "unanswered"]
    key_id: str | None
    signature: bytes | None
    officer: str | None
    reason: str | None


class SecondSignatures:
    """The drafts that a sender has open. It works on the sender's own connection, and is for that one thread."""

    def __init__(self, outbox: PostgresOutbox, *, law: Law, signer: Signer, now: Callable[[], int]) -> None:
        """Draft rows of *outbox*; *signer* signs for the publishers only. *now*: ms since 1970 by this machine."""
        self._outbox, self._law, self._signer, self._now = outbox, law, signer, now
        self._statements = Statements(outbox.connection)

    def open_events(self) -> Sequence[bytes]:
        """Return the ids of the events of which a draft is open. Raises BusUnreachable."""
        return [cast("bytes", row[0]) for row in self._statements.run("open_drafts")]

    def open(self, row: Row, one: Signed, composed: Composed, *, at: int) -> None:
        """
        Fix number and header of *row*, made for the instant *at* (ms), and put down the message to the other organ.

        Raises NotPublishable where no node speaks for that organ, or the publisher has no key here; BusUnreachable.
        """
        header, now = composed.header, self._now()
        organ = header.countersignature or ""
        agency = agency_of(organ, self._law)
        if agency is None:
            raise NotPublishable("This event cannot be drafted.", [f"countersignature: no node speaks for {organ}"])
        said = Drafted(composed.header_bytes, composed.carried, at, now + LIFETIME_MS)
        value = encode(said, bus=self._law.bus.name, sign=self._signer.signing(header.publisher, at=at))
        with reachable(), self._outbox.connection.transaction():
            self._outbox.draft(one)
            self._statements.run(
                "open_draft",
                header_hash=one.header_hash,
                event_id=header.event_id,
                organ=organ,
                event_type=header.event_type,
                header=composed.header_bytes,
                at=at,
                sent_at=now,
                until=said.until,
                **row.draft.chain._asdict(),
            )
            self._statements.say(value, agency=agency, case_id=header.case_id)

    def carry_out(self, *, park: Park) -> bool:
        """Complete or withdraw every draft of which something has come; return whether there was any."""
        rows = self._statements.run("answers", limit=_ROUND)
        for one in map(_Answer._make, rows):
            row = self._outbox.row_of(one.event_id)
            assert row is not None, "a draft refers to its row"  # noqa: S101 (the database sees to it)
            with reachable(), self._outbox.connection.transaction():
                self._carry_out(one, row, park)
        return bool(rows)

    def _carry_out(self, one: _Answer, row: Row, park: Park) -> None:
        match one.answer:
            case "signed":
                self._complete(one, row, park)
            case "declined":
                said = f"declined by {one.organ}"
                park(row, f"{said} ({one.officer}): {one.reason}", said)
                self._close(one, "declined")
            case "unanswered":
                said = f"unanswered by {one.organ} within 24 hours"
                park(row, said, said)
                self._withdraw(one, row)

    def _complete(self, one: _Answer, row: Row, park: Park) -> None:
        assert one.key_id is not None, "the database sees to it"  # noqa: S101 (as above)
        assert one.signature is not None, "the database sees to it"  # noqa: S101 (as above)
        carried = row.draft.said.payload if row.sealed is None else row.sealed.carried
        composed = Composed(header_of(one.header), one.header, carried)
        second = Signature(one.key_id, "ed25519", one.signature)
        at = self._now() if row.draft.at is None else row.draft.at
        try:
            value = self._signer.envelope(composed, at=at, second=second)
        except NotPublishable as fault:
            said = f"it cannot be signed ({'; '.join(fault.faults)})"
            park(row, said, said)
            self._close(one, "withdrawn")
            return
        self._outbox.countersigned(row.serial, value)
        self._close(one, "completed")

    def _withdraw(self, one: _Answer, row: Row) -> None:
        self._close(one, "withdrawn")
        message = withdrawal(one.header_hash, row.draft.chain.publisher, one.at, law=self._law, signer=self._signer)
        agency = agency_of(one.organ, self._law)
        if message is not None and agency is not None:
            self._statements.say(message, agency=agency, case_id=one.case_id)

    def _close(self, one: _Answer, state: str) -> None:
        self._statements.run("close_sent", header_hash=one.header_hash, state=state)


def withdrawal(header_hash: bytes, publisher: str, at: int, *, law: Law, signer: Signer) -> bytes | None:
    """Return the message that a draft is withdrawn; None where its *publisher* has no key any more to say so with."""
    try:
        sign = signer.signing(publisher, at=at)
    except NotPublishable:
        return None
    return encode(Withdrawn(header_hash), bus=law.bus.name, sign=sign)
