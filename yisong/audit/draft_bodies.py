"""What does an officer read of a draft, his organ's own or one to sign? Its body, opened as it is read, and noted."""

from typing import Any, Final
from uuid import UUID

from psycopg import Connection

from yisong.audit.bodies import Body
from yisong.audit.readings import Reader, note_reading
from yisong.desk.inbox import open_body
from yisong.envelope.header import Header
from yisong.errors import NotOpenable
from yisong.ledger import Law
from yisong.postgres.connection import reachable
from yisong.publishing.countersigning.received import Drafts, Received, Sent
from yisong.publishing.opening import Opener, line_keys
from yisong.publishing.signer import PrivateKeys

PURPOSE: Final = "to sign or to decline the draft"
"""Why a draft is read, as the log of readings has it, where nobody says it otherwise."""


def draft_body(  # noqa: PLR0913 (what is read by whom, why, by which law and with which keys)
    connection: Connection[Any],
    draft: Received,
    *,
    officer: str,
    law: Law,
    keys: PrivateKeys,
    purpose: str = PURPOSE,
) -> Body:
    """
    Return the body of *draft*, for the *officer* (token) of the organ that is to sign it, and note that it was read.

    *connection*: to the database of the node of that organ. ``erased``: the draft is not open any more, and
    what it said is not kept. Raises BusUnreachable.
    """
    reader = Reader(officer, draft.organ)
    return _body(connection, draft.header, draft.carried, reader=reader, law=law, keys=keys, purpose=purpose)


def own_draft_body(  # noqa: PLR0913 (as above)
    connection: Connection[Any], draft: Sent, *, officer: str, law: Law, keys: PrivateKeys, purpose: str
) -> Body:
    """Return the body of a *draft* that the *officer*'s own organ has sent; otherwise as `draft_body`."""
    found, reader = Drafts(connection).whole(draft.event_id), Reader(officer, draft.publisher)
    if found is None:
        return Body(masked="erased")
    return _body(connection, found.header, found.carried, reader=reader, law=law, keys=keys, purpose=purpose)


def _body(  # noqa: PLR0913 (as above)
    connection: Connection[Any],
    header: Header,
    carried: bytes | None,
    *,
    reader: Reader,
    law: Law,
    keys: PrivateKeys,
    purpose: str,
) -> Body:
    if carried is None:
        return Body(masked="erased")
    with reachable(), connection.transaction():
        opener = Opener(connection, keys, own=line_keys(law, law.organs[reader.organ].role))
        try:
            key = opener.content_key(header) if header.sealing == "sealed" else None
        except NotOpenable:
            return Body(masked="broken")
        value, fault = open_body(header, carried, key)
        if value is None:
            return Body(masked="sealed" if fault is None else "broken")
        events = [UUID(bytes=header.event_id)]
        note_reading(connection, reader, what="body", case_id=header.case_id, purpose=purpose, events=events)
    return Body(value=value)
