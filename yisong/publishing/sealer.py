"""For whom is a body sealed before it is sent? For those whom its audience will mean once the event is admitted."""

from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple

from yisong.envelope.header import Header
from yisong.envelope.open import open_record
from yisong.envelope.partition import partition_of
from yisong.ledger import Law, fold, ids_needed, own_readers, sealed_to
from yisong.publishing.compose import Content, Fields, SealedBody
from yisong.publishing.opening import seal_key
from yisong.publishing.outbox import Wrap
from yisong.publishing.own_trail import OwnTrail
from yisong.sealing import new_content_key, seal, wrap

# Far beyond every real offset: no clock of an existing docket seems to have been started by what is not logged yet.
_NOT_YET = 1 << 48
_ADMITTED = ("admitted", "admitted-late")


class Fresh(NamedTuple):
    """A body that was sealed just now, and its content key, which nobody keeps in this form."""

    body: SealedBody
    content_key: bytes


def asks_sealing(law: Law, pii_level: str | None, *, at: int) -> bool:
    """Hold where reasons.yaml (`sealing_required`) asks that a body of this level is sealed, *at* an instant (ms)."""
    reasons = law.at(at).reasons
    return pii_level in reasons.sealed_levels and at >= reasons.sealed_from


def with_sealing(fields: Fields, law: Law, *, at: int) -> Fields:
    """Return the stated header *fields*, sealed where their author does not say it and the law asks for it then."""
    if "sealing" in fields or not asks_sealing(law, str(fields.get("pii_level")), at=at):
        return fields
    return {**fields, "sealing": "sealed"}


def sealed_now(said: Content) -> Fresh:
    """Seal the body of *said* under a new content key."""
    content_key, body_hash = new_content_key(), sha256(said.payload).digest()
    carried = seal(said.payload, content_key, event_id=said.event_id, body_hash=body_hash)
    return Fresh(SealedBody(carried, body_hash), content_key)


def expected_readers(value: bytes, header: Header, law: Law, trail: OwnTrail, *, at: int) -> frozenset[str]:
    """
    Return the organs to which the body of a record is to be sealed, as far as its own trail can tell before it is sent.

    *value*: the record as signed. The fold is asked, with the docket as it stands now: where it would not admit the
    event, what it needs may be on its way; then only its publisher gets a key, and the others once it is admitted.
    """
    key = header.case_id.encode()
    opened = open_record(partition_of(key, law.bus.partitions), _NOT_YET, at, key, value)
    opened = opened._replace(valid=(True,) * len(opened.signatures))
    before = trail.before(header.case_id, ids_needed(opened))
    docket, entry = fold(before.docket, opened, law, before.memory)
    if docket is None or entry.verdict not in _ADMITTED:
        return own_readers(header)
    return sealed_to(header, docket, law.at(entry.log_time))


def wraps_for(organs: Iterable[str], fresh: Fresh, header: Header, law: Law, *, at: int) -> tuple[Wrap, ...]:
    """Wrap the content key of *fresh* for each of *organs* that has a key to seal to, valid *at* an instant (ms)."""
    keys = (seal_key(law, organ, at=at) for organ in sorted(organs))
    return tuple(_wrap(fresh.content_key, key.key_id, key.public, header) for key in keys if key is not None)


def _wrap(content_key: bytes, key_id: str, public: bytes, header: Header) -> Wrap:
    wrapped = wrap(content_key, public, event_id=header.event_id, body_hash=header.body_hash)
    return Wrap(header.event_id, key_id, header.body_hash, wrapped)
