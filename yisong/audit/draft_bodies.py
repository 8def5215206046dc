"""What does an officer read of a draft that he is to sign? Its body, opened at the moment of reading, and noted."""

from typing import Any, Final
from uuid import UUID

from psycopg import Connection

from yisong.audit.bodies import Body
from yisong.audit.readings import Reader, note_reading
from yisong.desk.inbox import open_body
from yisong.errors import NotOpenable
from yisong.ledger import Law
from yisong.postgres.connection import reachable
from yisong.publishing.countersigning.received import Received
from yisong.publishing.opening import Opener, line_keys
from yisong.publishing.signer import PrivateKeys

PURPOSE: Final = "to sign or to decline the draft"
"""Why a draft is read, as the log of readings has it."""


def draft_body(connection: Connection[Any], draft: Received, *, officer: str, law: Law, keys: PrivateKeys) -> Body:
    """
    Return the body of *draft*, for the *officer* (token) of the organ that is to sign it, and note that it was read.

    *connection*: to the database of the node of that organ. ``erased``: the draft is not open any more, and
    what it said is not kept. Raises BusUnreachable.
    """
    if draft.carried is None:
        return Body(masked="erased")
    header = draft.header
    with reachable(), connection.transaction():
        opener = Opener(connection, keys, own=line_keys(law, law.organs[draft.organ].role))
        try:
            key = opener.content_key(header) if header.sealing == "sealed" else None
        except NotOpenable:
            return Body(masked="broken")
        value, fault = open_body(header, draft.carried, key)
        if value is None:
            return Body(masked="sealed" if fault is None else "broken")
        reader = Reader(officer, draft.organ)
        events = [UUID(bytes=draft.event_id)]
        note_reading(connection, reader, what="body", case_id=draft.case_id, purpose=PURPOSE, events=events)
    return Body(value=value)
