"""Which acts wait for a second signature, of our organ or of another, and what does one of them say?"""

from collections.abc import Sequence
from typing import Any, Final, Literal, NamedTuple
from uuid import UUID

from psycopg import Connection
from starlette.responses import Response

from services.gateway.console.body_view import Field, body_fields
from services.gateway.console.geometry import ClockBar, clock_bar, linear
from services.gateway.console.head import Head, head
from services.gateway.console.shell import Shell, render
from services.gateway.console.texts import texts
from services.gateway.problems import Problem
from services.gateway.who.clock import now_of
from yisong.audit.bodies import Body
from yisong.audit.draft_bodies import draft_body, own_draft_body
from yisong.audit.readings import Reading, readings
from yisong.audit.rehearsal import Rehearsed, rehearse_draft
from yisong.audit.trails import Trail
from yisong.errors import NotPublishable
from yisong.publishing.countersigning.checks import header_of, log_time_of
from yisong.publishing.countersigning.received import Drafts, Received, Sent
from yisong.publishing.signer import Signer

_CLOSED_SHOWN: Final = 50
_READINGS_LOOKED_AT: Final = 500
_UNPROCESSABLE: Final = 422

State = Literal["open", "signed", "declined", "withdrawn", "expired", "completed"]
"""``signed`` by the second organ, not on the log yet · ``completed`` sent to the log · ``expired`` nobody answered."""


class Line(NamedTuple):
    """
    One draft as listed; instants in ms. *ours*: our organ has sent it; else it is, or was, ours to sign.

    *officer*, *reason*: who has answered or withdrawn it, and why, where somebody has said so.
    """

    ours: bool
    event_id: UUID
    case_id: str
    event_type: str
    publisher: str
    organ: str
    begun: int
    until: int
    state: State
    officer: str
    reason: str


class Shown(NamedTuple):
    """
    One draft as a page: its *line*, the hash of its header, the header laid out, and its day as a bar.

    *body*: its fields, None where it was not opened or is *masked*, and why. *would*: what would come of it, None
    where that cannot be said. *read*: who of our organ has read its body, the newest first.
    """

    line: Line
    header_hash: str
    head: Head
    bar: ClockBar
    body: tuple[Field, ...] | None
    masked: str
    would: Rehearsed | None
    read: tuple[Reading, ...]


class Found(NamedTuple):
    """A draft in the database, received or sent; *header_bytes*, *carried*: what it says; *at*: for which instant."""

    kept: Received | Sent
    header_bytes: bytes
    carried: bytes | None
    at: int
    header_hash: bytes

    @property
    def line(self) -> Line:
        """It as a list has it."""
        return of_received(self.kept) if isinstance(self.kept, Received) else of_sent(self.kept)


def drafts_page(shell: Shell) -> Response:
    """Return the drafts of the viewer's organ: to be signed, sent, and those that are closed."""
    with shell.world.connection() as connection:
        found = lines(connection, shell.organ)
    closed = sorted((one for one in found if one.state != "open"), key=lambda one: -one.begun)
    return render(
        shell,
        "drafts.html",
        current="drafts",
        to_sign=[one for one in found if one.state == "open" and not one.ours],
        sent=[one for one in found if one.state == "open" and one.ours],
        closed=closed[:_CLOSED_SHOWN],
        now=now_of(shell.request),
    )


def lines(connection: Connection[Any], organ: str, *, closed: bool = True) -> Sequence[Line]:
    """Return every draft that *organ* is to sign or has sent, the oldest first. Raises BusUnreachable."""
    drafts = Drafts(connection)
    received = [of_received(one) for one in drafts.received(closed=closed) if one.organ == organ]
    return [*received, *(of_sent(one) for one in drafts.sent(closed=closed) if one.publisher == organ)]


def draft_page(shell: Shell, event_id: UUID, *, opened: bool, said: str = "", fault: str = "") -> Response:
    """
    Return one draft of the viewer's organ; its body where that is to be *opened*, which is written down.

    *said*: what became of what the viewer has just done. *fault*: the form that lacked a reason. Raises Problem 404.
    """
    with shell.world.connection() as connection:
        found = need(connection, shell, event_id)
        one = _shown(shell, connection, found, opened=opened)
    return render(
        shell,
        "draft.html",
        current="drafts",
        status=_UNPROCESSABLE if fault else 200,
        one=one,
        opened=opened,
        said=said,
        fault=fault,
        now=now_of(shell.request),
        reason="" if one.would is None or one.would.reason is None else shell.names.reason(one.would.reason),
    )


def need(connection: Connection[Any], shell: Shell, event_id: UUID) -> Found:
    """Return the draft of an event that the viewer's organ is to sign or has sent. Raises Problem 404."""
    drafts = Drafts(connection)
    received = [one for one in drafts.received(closed=True, event_id=event_id.bytes) if one.organ == shell.organ]
    if received:
        one = max(received, key=lambda draft: (draft.state == "open", draft.received_at))
        return Found(one, one.header_bytes, one.carried, one.at, one.header_hash)
    sent = [one for one in drafts.sent(closed=True, event_id=event_id.bytes) if one.publisher == shell.organ]
    whole = drafts.whole(event_id.bytes)
    if not sent or whole is None:
        raise Problem(404, "no-such-draft", "The viewer's organ has no draft of such an event.")
    newest = max(sent, key=lambda draft: (draft.state == "open", draft.sent_at))
    return Found(newest, whole.header_bytes, whole.carried, whole.at, whole.header_hash)


def of_received(one: Received) -> Line:
    """Return a draft that came to us as a list has it."""
    return _line(one, ours=False, begun=one.received_at, state=one.state)


def of_sent(one: Sent) -> Line:
    """Return a draft of ours as a list has it."""
    return _line(one, ours=True, begun=one.sent_at, state=_state_of(one))


def _line(one: Received | Sent, *, ours: bool, begun: int, state: State) -> Line:
    return Line(
        ours=ours,
        event_id=UUID(bytes=one.event_id),
        case_id=one.case_id,
        event_type=one.event_type,
        publisher=one.publisher,
        organ=one.organ,
        begun=begun,
        until=one.until,
        state=state,
        officer=one.officer or "",
        reason=one.reason or "",
    )


def _state_of(one: Sent) -> State:
    if one.answer == "unanswered":
        return "expired"
    match one.state, one.answer:
        case "open", "signed":
            return "signed"
        case "open", "declined":
            return "declined"
        case "completed" | "declined" | "withdrawn" as state, _:
            return state
        case _:
            return "open"


def _shown(shell: Shell, connection: Connection[Any], found: Found, *, opened: bool) -> Shown:
    line, now = found.line, now_of(shell.request)
    body = _body(shell, connection, found) if opened or found.carried is None else None
    value = None if body is None else body.value
    placed, ends = linear(line.begun, line.until), {"strict": line.until, "rolled": line.until}
    return Shown(
        line=line,
        header_hash=found.header_hash.hex(),
        head=head(header_of(found.header_bytes), shell.names),
        bar=clock_bar(placed, start=line.begun, **ends, stopped=None, now=now),
        body=None if value is None else body_fields(line.event_type, value, shell.names),
        masked="" if body is None else body.masked or "",
        would=_would(shell, connection, found),
        read=read_by(shell, connection, line),
    )


def _body(shell: Shell, connection: Connection[Any], found: Found) -> Body:
    law, keys, who = shell.world.law, shell.world.keys, shell.reader.account
    t = texts("zh")
    if isinstance(found.kept, Received):
        why = t("drafts.purpose_to_sign")
        return draft_body(connection, found.kept, officer=who, law=law, keys=keys, purpose=why)
    return own_draft_body(connection, found.kept, officer=who, law=law, keys=keys, purpose=t("drafts.purpose_own"))


def _would(shell: Shell, connection: Connection[Any], found: Found) -> Rehearsed | None:
    if found.carried is None:
        return None
    law = shell.world.law
    trail, signer = Trail(shell.world.agency, connection), Signer(law, shell.world.keys)
    at = log_time_of(found.at, law, now=now_of(shell.request))
    try:
        return rehearse_draft(trail, found.header_bytes, found.carried, law, signer, at=at)
    except NotPublishable:
        return None


def read_by(shell: Shell, connection: Connection[Any], line: Line) -> tuple[Reading, ...]:
    """Return who of the viewer's organ has opened the body of a draft, the newest first. Raises BusUnreachable."""
    seen = readings(connection, case_id=line.case_id, organs=(shell.organ,), most=_READINGS_LOOKED_AT)
    return tuple(one for one in seen if line.event_id in one.events)
