"""
Is the record a genuine event in its right place, and is it whole? Steps 1 to 8 of reasons.yaml.

Each step returns the reason of its first failure, or None; within a step the order is that of the codes in
reasons.yaml. Step 1 is done by whoever decoded the bytes, and arrives as ``opened.fault``.
"""

from collections.abc import Callable
from typing import NamedTuple

from yisong.envelope.case_id import is_case_id
from yisong.envelope.header import Header
from yisong.envelope.open import Opened
from yisong.envelope.partition import partition_of
from yisong.ledger.docket import Chain, Docket
from yisong.ledger.law import Law, valid_at
from yisong.ledger.verdict import Memory

SECRET = frozenset({"secret_mimi", "secret_jimi", "secret_juemi"})
_NO_CHAIN = Chain(0, b"")


class Given(NamedTuple):
    """What a check may look at: the record with its header, its log time (ms), its docket, the law and the memory."""

    opened: Opened
    header: Header
    log_time: int
    docket: Docket
    law: Law
    memory: Memory


def in_place(opened: Opened, header: Header, law: Law) -> str | None:
    """Step 2: record key, case id and partition."""
    if opened.key is None or opened.key != header.case_id.encode():
        return "wrong-key"
    if not is_case_id(header.case_id):
        return "bad-case-id"
    if opened.partition != partition_of(opened.key, law.bus.partitions):
        return "wrong-partition"
    return None


def marked(header: Header, law: Law) -> str | None:
    """Step 3: test marker and classification. 国家秘密 never travels on this bus."""
    if header.test_data is not law.test_data:
        return "test-data-mismatch"
    return "classification-not-allowed" if header.classification in SECRET else None


def signed(given: Given) -> str | None:
    """Step 4: organs, keys, signatures and carried_hash, all by log time."""
    header, opened, law = given.header, given.opened, given.law
    organ = law.organs.get(header.publisher)
    if organ is None or not valid_at(organ.valid_from, organ.valid_to, given.log_time):
        return "unknown-org"
    # Signatures are verified by the keys of all versions; this one may have none of that id yet.
    if opened.valid[0] is None or opened.signatures[0].key_id not in law.rulebook.keys:
        return "unknown-key"
    if not key_valid(law, opened.signatures[0].key_id, given.log_time):
        return "key-not-valid"
    if not opened.valid[0]:
        return "bad-signature"
    broken = opened.carried_hash != header.carried_hash
    if broken or (header.sealing == "clear" and header.body_hash != header.carried_hash):
        return "carried-hash-mismatch"
    return None


def key_valid(law: Law, key_id: str, log_time: int) -> bool:
    """Hold where the registered key may be used at *log_time* (directory.yaml, key_rules.valid)."""
    return law.rulebook.keys[key_id].usable(log_time)


def is_duplicate(given: Given) -> bool | None:
    """Hold where the same publisher's very header is remembered; False: its id is, with other bytes; None: neither."""
    for known in given.memory.get(given.header.event_id, ()):
        if known.publisher == given.header.publisher:
            return known.header_hash == given.opened.header_hash
    return None


def chained(given: Given) -> str | None:
    """Step 5, second part: the publisher's chain. A system organ has none: 0 and null."""
    header = given.header
    if given.law.organs[header.publisher].role == "system":
        expected, previous = 0, None
    else:
        chain = given.docket.chains.get(header.publisher, _NO_CHAIN)
        expected, previous = chain.length + 1, chain.last or None
    if header.publisher_seq != expected:
        return "sequence-gap"
    return "chain-mismatch" if header.publisher_prev != previous else None


def catalogued(given: Given) -> str | None:
    """Step 6: event type, its schema, role, variant, aggregate kind and id."""
    header, law = given.header, given.law
    event_type = law.events.get(header.event_type)
    if event_type is None:
        return "unknown-event-type"
    if law.rulebook.schema_event_types.get(header.body_schema) != header.event_type:
        return "schema-not-of-type"
    if law.organs[header.publisher].role not in event_type.publishers:
        return "wrong-role"
    # A missing variant or aggregate is a missing header field: step 7.
    if header.variant is not None and header.variant not in (event_type.variants or ()):
        return "unknown-variant"
    if header.aggregate is None:
        return None
    kinds = law.rulebook.catalogue.aggregate_letters if event_type.any_aggregate else event_type.aggregate or ()
    if header.aggregate.kind not in kinds or not _id_fits(header, law):
        return "bad-aggregate"
    return None


def _id_fits(header: Header, law: Law) -> bool:
    """Hold where the aggregate's id is the case id, or ``{letter}-{case id}-{n}``; so no two cases share an id."""
    kind, aggregate_id = header.aggregate or ("", "")
    letter = law.rulebook.catalogue.aggregate_letters[kind]
    if letter is None:
        return aggregate_id == header.case_id
    prefix = f"{letter}-{header.case_id}-"
    number = aggregate_id.removeprefix(prefix)
    return aggregate_id.startswith(prefix) and number.isascii() and number.isdigit() and number[0] != "0"


def complete(given: Given) -> str | None:
    """Step 7: required header fields, second signature, addressees, authority, sealing."""
    header, law = given.header, given.law
    required = law.required(header.event_type, header.variant)
    if not required.met_by(header):
        return required.first_missing(header, law.reasons)
    if header.countersignature is not None and not _countersigned(given):
        return "countersignature-missing"
    return _addressed(header, law) or _authorised(given) or _sealed(given)


def _countersigned(given: Given) -> bool:
    opened = given.opened
    return (
        len(opened.valid) > 1
        and opened.valid[1] is True
        and opened.signatures[1].key_id in given.law.rulebook.keys
        and key_valid(given.law, opened.signatures[1].key_id, given.log_time)
    )


def _addressed(header: Header, law: Law) -> str | None:
    for organ in (*header.to, *header.cc, header.acting_for, header.countersignature):
        if organ is not None and organ not in law.addressees:
            return "unknown-addressee"
    return None


def _authorised(given: Given) -> str | None:
    header = given.header
    if header.acting_for is None:
        return None
    may = given.law.may_act(header.publisher, header.acting_for, header.event_type, given.log_time)
    return None if may else "acting-not-authorised"


def _sealed(given: Given) -> str | None:
    reasons, header = given.law.reasons, given.header
    must = header.pii_level in reasons.sealed_levels and given.log_time >= reasons.sealed_from
    return "body-not-sealed" if must and header.sealing == "clear" else None


def timely(given: Given) -> str | None:
    """Step 8: no instant may lie further ahead of log time than its tolerance (policy)."""
    header = given.header
    for field, tolerance in given.law.tolerances:
        instant: int | None = getattr(header, field)
        if instant is not None and instant > given.log_time + tolerance:
            return "future-dated"
    return None


WHOLE: tuple[Callable[[Given], str | None], ...] = (catalogued, complete, timely)
"""Steps 6 to 8: whatever they refuse is remembered, and counts in its publisher's chain."""
