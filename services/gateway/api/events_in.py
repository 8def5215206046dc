"""What did a caller say, and what is wrong with it? Events as the history format has them, every fault at once."""

from collections.abc import Iterator, Mapping, Sequence
from secrets import token_bytes
from typing import Final, NamedTuple
from uuid import UUID

from services.gateway.problems import UNPROCESSABLE, Fault, Problem
from yisong.envelope.codec import SALT_BYTES
from yisong.errors import NotPublishable
from yisong.ledger import Law
from yisong.publishing.compose import content, digest_of
from yisong.publishing.field_names import HEADER_NAMES, place_of
from yisong.publishing.identifiers import identifier_warnings
from yisong.publishing.ids import new_event_id
from yisong.publishing.instants import to_ms
from yisong.publishing.outbox import Draft
from yisong.publishing.signer import Signer
from yisong.publishing.validate import event_faults
from yisong.telemetry import tracing

MOST: Final = 100
"""Events that one call may publish."""
_MEMBERS: Final = frozenset({"event_id", "at", "header", "body", "note"})
_LONGEST_NAME: Final = 60


class Stated(NamedTuple):
    """One event as the caller stated it. *at*: ms, on a demo bus only. *pointer*: where it lies in what was sent."""

    event_id: bytes | None
    at: int | None
    header: Mapping[str, object]
    body: Mapping[str, object]
    pointer: str


class Ready(NamedTuple):
    """An event that may be published: its draft, and the sentences that warn of identifiers in it."""

    draft: Draft
    stated: Stated
    warnings: tuple[str, ...]


class Speaker(NamedTuple):
    """For which *organ* the caller speaks, by which *law* and with whose keys (*signer*); *now* in ms."""

    organ: str
    law: Law
    signer: Signer
    now: int


def ready(rows: Sequence[tuple[str, object]], speaker: Speaker) -> tuple[Ready, ...]:
    """
    Return the events that *rows* state, each with its JSON pointer, ready to be published in their order.

    Raises Problem, which names every fault of all of them.
    """
    read = [_read(pointer, row, speaker.law) for pointer, row in rows]
    faults = [fault for stated, found in read for fault in (*found, *_faults(stated, speaker))]
    if faults:
        raise not_publishable(faults)
    return tuple(_ready(stated, speaker) for stated, _ in read if stated is not None)


def not_publishable(faults: Sequence[Fault]) -> Problem:
    """Return the problem of events that may not be sent as they stand."""
    detail = "Not publishable, and nothing was sent. Put right what the faults name, and send it again."
    return Problem(UNPROCESSABLE, "not-publishable", detail, faults=dict.fromkeys(faults))


def _read(pointer: str, row: object, law: Law) -> tuple[Stated | None, list[Fault]]:
    if not isinstance(row, dict):
        return None, [Fault(pointer, "must be an object with header and body")]
    faults = [Fault(f"{pointer}/{_named(name)}", "there is no such field") for name in row.keys() - _MEMBERS]
    for name in ("header", "body"):
        if not isinstance(row.get(name), dict):
            what = "is missing" if name not in row else "must be an object"
            faults.append(Fault(f"{pointer}/{name}", what))
    event_id, at = row.get("event_id"), row.get("at")
    chosen, when = _uuid(event_id), _instant(at)
    if event_id is not None and chosen is None:
        faults.append(Fault(f"{pointer}/event_id", "must be a UUID", HEADER_NAMES["event_id"]))
    if at is not None and when is None:
        faults.append(Fault(f"{pointer}/at", "must be an instant in RFC 3339 with its offset"))
    elif at is not None and law.bus.timestamp_type != "CreateTime":
        faults.append(Fault(f"{pointer}/at", "only a demo bus lets a publisher choose the log time"))
    if not isinstance(row.get("note"), str | None):
        faults.append(Fault(f"{pointer}/note", "must be a text"))
    header, body = row.get("header"), row.get("body")
    if not isinstance(header, dict) or not isinstance(body, dict):
        return None, faults
    stated = {name: value for name, value in header.items() if value is not None}
    return Stated(chosen, when, stated, body, pointer), faults


def _faults(stated: Stated | None, speaker: Speaker) -> Iterator[Fault]:
    if stated is None:
        return
    law, header = speaker.law, stated.header
    at = speaker.now if stated.at is None else stated.at
    publisher = header.get("publisher")
    if isinstance(publisher, str) and publisher in law.organs and publisher != speaker.organ:
        said = f"the caller speaks for {speaker.organ} only"
        yield Fault(f"{stated.pointer}/header/publisher", said, HEADER_NAMES["publisher"])
    for sentence in event_faults(header, stated.body, law=law, signer=speaker.signer, at=at):
        place, said = place_of(sentence, header.get("event_type"), law)
        yield Fault(stated.pointer + place.pointer, said, place.zh)


def _ready(stated: Stated, speaker: Speaker) -> Ready:
    event_id = stated.event_id or new_event_id(speaker.now, token_bytes(10))
    salt, registered = token_bytes(SALT_BYTES), speaker.law.registered(speaker.now if stated.at is None else stated.at)
    try:
        said = content(stated.header, stated.body, event_id=event_id, salt=salt, registered=registered)
    except NotPublishable as fault:
        raise not_publishable([_placed(one, stated, speaker.law) for one in fault.faults]) from fault
    warnings = identifier_warnings(stated.header, stated.body, law=speaker.law)
    draft = Draft(said=said, digest=digest_of(said), at=stated.at, trace=tracing.current())
    return Ready(draft, stated, warnings)


def _placed(sentence: str, stated: Stated, law: Law) -> Fault:
    place, said = place_of(sentence, stated.header.get("event_type"), law)
    return Fault(stated.pointer + place.pointer, said, place.zh)


def _named(name: object) -> str:
    return str(name)[:_LONGEST_NAME].replace("~", "~0").replace("/", "~1")


def _uuid(text: object) -> bytes | None:
    try:
        return UUID(text).bytes if isinstance(text, str) else None
    except ValueError:
        return None


def _instant(text: object) -> int | None:
    try:
        return to_ms(text) if isinstance(text, str) else None
    except ValueError:
        return None
