"""How does a caller come to a dossier? The notice goes on the log first, and closes what he then takes away."""

from secrets import token_bytes
from typing import cast

from anyio import to_thread

from services.gateway.api.events_in import not_publishable
from services.gateway.api.signs import away
from services.gateway.problems import Fault, Problem
from services.gateway.world import World
from yisong.audit.bodies import Reader, note_reading
from yisong.audit.dossiers import dossier_to, notice_of
from yisong.audit.receipts import Place
from yisong.audit.trails import Trail
from yisong.envelope.codec import SALT_BYTES
from yisong.proof.dossier import dossier_bytes
from yisong.proof.policy import QUORUM
from yisong.proof.trust import trust_in
from yisong.publishing.compose import content, digest_of
from yisong.publishing.ids import new_event_id
from yisong.publishing.outbox import Draft, Row
from yisong.publishing.rounds import wall_clock
from yisong.publishing.signer import Signer
from yisong.publishing.stores import PostgresOutbox
from yisong.publishing.validate import event_faults
from yisong.schemas import decode_body
from yisong.telemetry import tracing

__all__ = ["announced", "away", "dossier"]


async def announced(world: World, case_id: str, reader: Reader, purpose: str) -> bytes:
    """Put the notice that a dossier of a case is made for *reader* into the outbox, and return its event id."""
    return await to_thread.run_sync(_announced, world, case_id, reader, purpose)


def _announced(world: World, case_id: str, reader: Reader, purpose: str) -> bytes:
    with world.connection() as connection, connection.transaction():
        draft = _notice(world, Trail(world.agency, connection), case_id, reader, purpose)
        PostgresOutbox(connection).submit(draft)
        note_reading(connection, reader, what="dossier", case_id=case_id, purpose=purpose)
    return draft.said.event_id


def _notice(world: World, trail: Trail, case_id: str, reader: Reader, purpose: str) -> Draft:
    docket, law = trail.docket(case_id), world.law
    if docket is None:
        raise Problem(404, "not-known", "The trail of this node knows nothing of this case.")
    now = wall_clock()
    header, body, at = notice_of(docket, trail, law, to=reader.organ, purpose=purpose, masked=True, now=now)
    # On a demo bus a docket has a time of its own, by which its notice is judged.
    judged_at = now if at is None else at
    if faults := event_faults(header, body, law=law, signer=Signer(law, world.keys), at=judged_at):
        raise not_publishable([Fault("/purpose", one.partition(": ")[2]) for one in faults])
    event_id = new_event_id(now, token_bytes(10))
    salt, registered = token_bytes(SALT_BYTES), law.registered(judged_at)
    said = content(header, body, event_id=event_id, salt=salt, registered=registered)
    return Draft(said=said, digest=digest_of(said), at=at, trace=tracing.current())


def dossier(world: World, case_id: str, event_id: bytes, reader: Reader) -> bytes | None:
    """
    Return the dossier that the notice *event_id* closes, masked for *reader*; None until a quorum has cosigned it.

    Whoever takes it away reads it: that is written down with the purpose of the notice, each time. Raises Problem where
    there is no such notice for this reader, or it was not admitted; NotProven.
    """
    with world.connection() as connection:
        row = PostgresOutbox(connection).row_of(event_id)
        last = _place(row, case_id, reader)
        if row is None or last is None:
            return None
        trail = Trail(world.agency, connection)
        made = dossier_to(trail, last, world.law, world.versions, mask=reader.organ, least=QUORUM)
    if made is None:
        return None
    data = dossier_bytes(made)
    trust_in(world.law.versions).verify(data)
    with world.connection() as connection:
        note_reading(connection, reader, what="dossier", case_id=case_id, purpose=_purpose(row))
    return data


def _purpose(row: Row) -> str:
    """Return why a notice says that its dossier is made."""
    said = row.draft.said
    return str(decode_body(said.body_schema, said.payload[SALT_BYTES:])["purpose"])


def _place(row: Row | None, case_id: str, reader: Reader) -> Place | None:
    """Return where the notice lies, None before it has a verdict."""
    fields = {} if row is None else row.draft.said.fields
    if row is None or (fields.get("event_type"), fields.get("case_id")) != ("DossierIssued", case_id):
        raise Problem(404, "not-known", "No dossier of this case was asked for under this id.")
    if reader.organ not in cast("list[str]", fields.get("to")):
        raise Problem(404, "not-known", "No dossier of this case was asked for under this id.")
    if row.state == "parked" or row.verdict not in (None, "admitted"):
        raise Problem(409, "refused", "That a dossier is made was not admitted to the log, so there is none.")
    if row.state != "settled" or row.position is None:
        return None
    return Place(row.position.partition, row.position.offset, case_id, "admitted", None)
