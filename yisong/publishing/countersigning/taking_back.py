"""How does an officer take back a draft of his own organ, before the other organ has answered?"""

from typing import cast

from yisong.ledger import Law
from yisong.postgres.binary import shown
from yisong.postgres.connection import reachable
from yisong.publishing.countersigning.checks import agency_of
from yisong.publishing.countersigning.messages import LONGEST_WORDS
from yisong.publishing.countersigning.received import Sent
from yisong.publishing.countersigning.sent import withdrawal
from yisong.publishing.countersigning.statements import Statements
from yisong.publishing.signer import Signer
from yisong.publishing.stores import PostgresOutbox


def take_back(  # noqa: PLR0913 (who does not want which draft any more, and why)
    outbox: PostgresOutbox, draft: Sent, *, officer: str, reason: str, law: Law, signer: Signer
) -> bool:
    """
    Withdraw *draft*, because *officer* says so for a *reason* in words, and park its event; the other node is told.

    What stood behind it in its chain goes on with its number, which was on no log. Return False, and do nothing, where
    the other organ has answered or the draft is not open any more. Raises BusUnreachable.
    """
    statements = Statements(outbox.connection)
    who, why = shown(officer.strip())[:LONGEST_WORDS], shown(reason.strip())[:LONGEST_WORDS]
    with reachable(), outbox.connection.transaction():
        rows = statements.run("take_back", event_id=draft.event_id, officer=who, reason=why)
        if not rows:
            return False
        header_hash, case_id, publisher, organ, at = cast("tuple[bytes, str, str, str, int]", rows[0])
        row = outbox.row_of(draft.event_id)
        assert row is not None, "a draft refers to its row"  # noqa: S101 (the database sees to it)
        outbox.park(row, reason=f"withdrawn by {publisher} ({who}): {why}")
        message, agency = withdrawal(header_hash, publisher, at, law=law, signer=signer), agency_of(organ, law)
        if message is not None and agency is not None:
            statements.say(message, agency=agency, case_id=case_id)
    return True
