"""
Which rows were imported before, under which case number?

An event's id follows from the organ, the row's own number and which event it is, so that a row is found again whatever
file it stands in. Its case number is no function of the row: numbers are few, two rows would soon get the same. The
node's database gives one, and the outbox keeps it from then on, in the very row of the event that was published with
it. So there is no second memory to disagree with it after a crash: what was published names its case, and what was not
is published as if for the first time; a number that was taken and not used is a gap. Where the outbox is lost with its
database, the trail still has event and case.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, NamedTuple, cast
from uuid import UUID, uuid5

from yisong.desk.inbox import header_in
from yisong.postgres import queries
from yisong.postgres.connection import Rows, reachable
from yisong.publishing.outbox import Row
from yisong.publishing.stores import PostgresOutbox
from yisong.validators.doc_no import normalised

EVENTS: Final = ("clue", "opened", "penalty", "closed")
"""The events of a row, in their order."""

_SPACE: Final = UUID("6b2f3b1e-7c55-5d0b-9a54-1f0f6f4f3a10")
_SQL: Final = queries(Path(__file__).with_name("queries.sql"))
_AT_A_TIME: Final = 10_000
_DOCUMENTS: Final = ("CaseOpened", "PenaltyDecided")


def event_id(organ: str, number: str, name: str, attempt: int) -> UUID:
    """
    Return the id of the event *name* of the row *number* of *organ*: the same at every try (uuid5).

    *attempt*, from 1: another case number had to be taken, since the docket under the one before is a stranger's.
    """
    return uuid5(_SPACE, "\n".join((organ, number, name, str(attempt))))


class Kept(NamedTuple):
    """
    An event that was published before: its case, and what became of it (*verdict* None: nothing yet).

    *row*: of the outbox; None where only the trail has it, and nobody can say here what it said.
    """

    case_id: str
    verdict: str | None
    reason: str | None
    row: Row | None


class Document(NamedTuple):
    """The number of a document, and the type of event that it embodies."""

    event_type: str
    doc_no: str


class Where(NamedTuple):
    """In which case a document stands, by which event."""

    case_id: str
    event_id: UUID


def documents(connection: Rows, organ: str) -> Mapping[Document, Where]:
    """
    Return which cases and penalties of *organ* are on record under which document number, whoever published them.

    *connection*: to the database of its node, in autocommit mode. Raises BusUnreachable.
    """
    found: dict[Document, Where] = {}
    with reachable():
        rows = connection.execute(_SQL["documents"], {"organ": organ, "event_types": list(_DOCUMENTS)}).fetchall()
    for one, docket, event_type, leaf in rows:
        header = header_in(cast("bytes", leaf))
        if header is not None and header.doc_no:
            found.setdefault(
                Document(str(event_type), normalised(header.doc_no)), Where(str(docket), cast("UUID", one))
            )
    return found


def kept(connection: Rows, organ: str, ids: Iterable[UUID]) -> Mapping[UUID, Kept]:
    """
    Return what was published before under *ids*.

    *connection*: to the database of the node of *organ*, in autocommit mode. Raises BusUnreachable.
    """
    asked = list(ids)
    found: dict[UUID, Kept] = {}
    for first in range(0, len(asked), _AT_A_TIME):
        some = asked[first : first + _AT_A_TIME]
        with reachable():
            rows = connection.execute(_SQL["on_record"], {"organ": organ, "event_ids": some}).fetchall()
        for one, docket, verdict, reason in rows:
            found[cast("UUID", one)] = Kept(str(docket), cast("str", verdict), cast("str | None", reason), None)
        for raw, row in PostgresOutbox(connection).rows_of([one.bytes for one in some]).items():
            found[UUID(bytes=raw)] = Kept(str(row.draft.said.fields["case_id"]), row.verdict, row.reason, row)
    return found
