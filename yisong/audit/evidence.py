"""Whose is a file of the evidence store, and who may have it? Whoever may read the body of an event that cites it."""

from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import UUID

from psycopg import Connection

from yisong.audit.bodies import seen_at
from yisong.audit.readings import Reader, note_reading
from yisong.ledger import Law
from yisong.postgres import queries
from yisong.postgres.connection import reachable

_SQL: Final = queries(Path(__file__).with_name("evidence.sql"))


class HandedIn(NamedTuple):
    """A file as the bus cites it: *sha256* (32 bytes), *size* in bytes, *media_type* as it was first handed in."""

    sha256: bytes
    size: int
    media_type: str


class Right(NamedTuple):
    """A right to a *file*: by the event that cites it, with its *case_id*; None where the reader's organ owns it."""

    file: HandedIn
    event_id: UUID | None
    case_id: str | None


def hand_in(connection: Connection[Any], by: Reader, file: HandedIn, *, at: int) -> HandedIn:
    """
    Write down that *by*'s organ has handed in *file*, *at* so many ms; return it as it was handed in first.

    Raises BusUnreachable.
    """
    row = {**file._asdict(), **by._asdict(), "at": at}
    with reachable(), connection.transaction():
        connection.execute(_SQL["hand_in"], row)
        return _known(connection, file.sha256, by.organ) or file


def right_to(
    connection: Connection[Any], sha256: bytes, reader: Reader, *, event_id: UUID | None, law: Law
) -> Right | None:
    """
    Return why *reader* may have the file of this hash; None where he may not, or there is none: he learns not which.

    *event_id*: of an event that cites it in its manifest, and whose body *reader*'s organ may read. Without one, only
    the organ that handed the file in may have it. Raises NotProven where the trail is not what its records give, and
    BusUnreachable.
    """
    with reachable():
        file = _known(connection, sha256, reader.organ if event_id is None else None)
        if file is None or event_id is None:
            return None if file is None else Right(file, None, None)
        for partition, offset, docket in connection.execute(_SQL["citing"], {"event_id": event_id}).fetchall():
            seen = seen_at(connection, [(partition, offset)], law).get((partition, offset))
            cites = seen is not None and any(one.sha256 == sha256 for one in seen.header.attachments)
            if seen is not None and cites and reader.organ in seen.readers:
                return Right(file, event_id, docket)
    return None


def note_evidence(connection: Connection[Any], reader: Reader, right: Right, *, purpose: str) -> None:
    """Write down that *reader* takes a file away. Raises ValueError where no *purpose* is stated, BusUnreachable."""
    note_reading(
        connection,
        reader,
        what="evidence",
        case_id=right.case_id or "",
        purpose=purpose,
        events=() if right.event_id is None else (right.event_id,),
        sha256=right.file.sha256,
    )


def _known(connection: Connection[Any], sha256: bytes, organ: str | None) -> HandedIn | None:
    row = connection.execute(_SQL["handed_in"], {"sha256": sha256, "organ": organ}).fetchone()
    return None if row is None else HandedIn(sha256, row[1], row[2])
