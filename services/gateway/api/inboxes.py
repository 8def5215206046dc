"""What lies in an organ's inbox, in the order of the trail, and up to where was it acknowledged?"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, cast

from psycopg import Connection

from services.gateway.api.answers import instant
from services.gateway.api.cursors import Cursor, moved_on
from services.gateway.api.histories import body_document, header_document
from services.gateway.world import World
from yisong.audit.bodies import Reader, bodies_of
from yisong.desk.inbox import header_in
from yisong.envelope.header import Header
from yisong.postgres import queries

_SQL: Final = queries(Path(__file__).with_name("queries.sql"))
Database = Connection[tuple[object, ...]]


class Lying(NamedTuple):
    """One event in an inbox: its position on ``case-events``, log time (ms), verdict and header."""

    partition: int
    offset: int
    log_time: int
    verdict: str
    header: Header | None


def lying(connection: Database, organ: str, cursor: Cursor, *, limit: int) -> Sequence[Lying]:
    """Return what lies behind *cursor* in the inbox of *organ*; each partition in its order, none kept waiting."""
    asked = {"organ": organ, "limit": limit, "partitions": list(cursor), "offsets": list(cursor.values())}
    rows = cast("list[tuple[int, int, int, str, bytes]]", connection.execute(_SQL["inbox"], asked).fetchall())
    return [Lying(partition, offset, at, verdict, header_in(leaf)) for partition, offset, at, verdict, leaf in rows]


def behind(cursor: Cursor, found: Sequence[Lying]) -> Cursor:
    """Return the cursor behind all of *found*."""
    return moved_on(cursor, [(one.partition, one.offset) for one in found])


def acknowledged(connection: Database, reader: Reader) -> Cursor:
    """Return up to where the account of *reader* has acknowledged the inbox of its organ."""
    rows = connection.execute(_SQL["acknowledged"], reader._asdict()).fetchall()
    return dict(cast("list[tuple[int, int]]", rows))


def acknowledge(connection: Database, reader: Reader, cursor: Cursor) -> bool:
    """
    Note that the account of *reader* has taken over all before *cursor*; it never goes back.

    Return False, and note nothing, where the trail has not come so far: nobody can have read that.
    """
    judged = dict(cast("list[tuple[int, int]]", connection.execute(_SQL["judged_up_to"]).fetchall()))
    if any(offset > judged.get(partition, 0) for partition, offset in cursor.items()):
        return False
    said = {**reader._asdict(), "partitions": list(cursor), "offsets": list(cursor.values())}
    connection.execute(_SQL["acknowledge"], said)
    return True


def documents(
    world: World, connection: Database, found: Sequence[Lying], *, reader: Reader, purpose: str | None
) -> list[dict[str, Any]]:
    """Return *found* as JSON has it, with what the events say where a *purpose* is stated, as far as one may know."""
    made = [_document(one) for one in found]
    if purpose is not None and found:
        bodies = bodies_of(connection, found, reader=reader, purpose=purpose, law=world.law, keys=world.keys)
        for document, body in zip(made, bodies, strict=True):
            document.update(body_document(body))
    return made


def _document(one: Lying) -> dict[str, Any]:
    return {
        "position": {"partition": one.partition, "offset": one.offset},
        "log_time": instant(one.log_time),
        "verdict": one.verdict,
        "header": None if one.header is None else header_document(one.header),
    }
