"""Who has read what, in which case and for what purpose? The log of readings of one node, which only grows."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple
from uuid import UUID

from psycopg import Connection

from yisong.postgres import queries
from yisong.postgres.connection import reachable

_SQL: Final = queries(Path(__file__).with_name("bodies.sql"))

What = Literal["body", "history", "dossier", "token", "evidence", "register"]
"""``body`` bodies of single events · ``history`` a case as a whole · ``dossier`` one taken away · ``token`` a P2 token
resolved · ``evidence`` a file · ``register`` a register or an export, with all events that it was made of."""


class Reader(NamedTuple):
    """Who reads: the *account* of a person or system, and the *organ* for which it does."""

    account: str
    organ: str


class Reading(NamedTuple):
    """
    One reading; *at* in ms by the node's clock. *events*: whose bodies were shown, none of a whole history.

    *sha256*: of the file that was taken away, with the event that cites it; *case_id* is empty where an organ took it
    from its own store, whatever cites it, and for a register, which is of many. *token*: the P2 token that was asked
    for, and *refused* why it was not resolved, where it was not; on the owner's node *account* and *organ* are those of
    whoever asked, of any line.
    """

    serial: int
    at: int
    account: str
    organ: str
    what: What
    case_id: str
    events: tuple[UUID, ...]
    purpose: str
    sha256: bytes | None = None
    token: str | None = None
    refused: str | None = None


def note_reading(  # noqa: PLR0913 (who has read what where, and why)
    connection: Connection[Any],
    reader: Reader,
    *,
    what: What,
    case_id: str,
    purpose: str,
    events: Sequence[UUID] = (),
    sha256: bytes | None = None,
    token: str | None = None,
    refused: str | None = None,
) -> None:
    """
    Write down that *reader* reads something, in the transaction in which it is read.

    Raises ValueError where no purpose is stated (domain.md 4.6: no purpose, no reading), BusUnreachable.
    """
    if not purpose.strip():
        raise ValueError("whoever reads states a purpose")
    said = {"what": what, "case_id": case_id, "events": list(events), "purpose": purpose, "sha256": sha256}
    said |= {"token": token, "refused": refused}
    with reachable():
        connection.execute(_SQL["note"], {**reader._asdict(), **said})


def readings(
    connection: Connection[Any],
    *,
    case_id: str | None = None,
    organs: Collection[str] | None = None,
    before: int | None = None,
    most: int = 100,
) -> tuple[Reading, ...]:
    """
    Return the newest *most* readings, newest first; below the serial *before*, of one case, by *organs*, where given.

    Who may ask is for the caller to decide: the audit administrator, and the owner of the case. Raises BusUnreachable.
    """
    asked = {"case_id": case_id, "organs": None if organs is None else sorted(organs), "before": before, "most": most}
    with reachable():
        rows = connection.execute(_SQL["readings"], asked).fetchall()
    return tuple(_reading(row) for row in rows)


def _reading(row: tuple[Any, ...]) -> Reading:
    serial, at, account, organ, what, case_id, events, purpose, *of = row
    return Reading(serial, at, account, organ, what, case_id, tuple(events), purpose, *of)
