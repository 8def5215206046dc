"""What a node puts into an inbox is what its desk takes out of it."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.envelope.oracle import avro_bytes, fastavro_bytes
from tests.unit.ledger.story import Story, history, law, told
from yisong.desk.inbox import (
    LARGEST_DELIVERY,
    InboxRecord,
    decode_record,
    deliveries,
    encode_record,
    open_body,
    read_header,
)
from yisong.desk.shared_duties import dispute
from yisong.envelope.codec import encode_header
from yisong.envelope.header import Header, Signature
from yisong.envelope.open import MARKER, Opened, registered_readers
from yisong.errors import NotOpenable, Undecodable
from yisong.ledger import Entry, dumps
from yisong.schemas import registry
from yisong.sealing import new_content_key, seal

_LONG = st.integers(-(2**63), 2**63 - 1)
RECORDS = st.builds(
    InboxRecord,
    partition=st.integers(0, 2**31 - 1),
    offset=_LONG,
    log_time=_LONG,
    verdict=st.sampled_from(("admitted", "admitted-late")),
    header=st.binary(max_size=300),
    carried=st.binary(max_size=300),
    signatures=st.lists(
        st.builds(Signature, key_id=st.text(), algorithm=st.just("ed25519"), value=st.binary(max_size=70)), max_size=3
    ).map(tuple),
    docket=st.none() | st.binary(max_size=300),
)


class Told(Story):
    """A story of which the last record is kept, to be put into an inbox."""

    last: Opened

    def record(self, opened: Opened) -> Entry:
        self.last = opened
        return super().record(opened)


def referral() -> Told:
    """Tell H1 up to the referral of V9801 to P9801."""
    told_so_far = Told(told("H1").case_id)
    return told_so_far.until("H1", "CriminalReferralSent")


def recorded(story: Told) -> InboxRecord:
    """Return the newest event of *story* as the node records it."""
    entry, opened = story.entries[-1], story.last
    assert opened.header_bytes is not None
    assert opened.carried is not None
    return InboxRecord(
        partition=opened.partition,
        offset=opened.offset,
        log_time=entry.log_time,
        verdict=entry.verdict,
        header=opened.header_bytes,
        carried=opened.carried,
        signatures=opened.signatures,
        docket=dumps(story.now),
    )


class TestRecord:
    @given(RECORDS)
    def test_is_what_two_avro_libraries_write(self, record: InboxRecord) -> None:
        """Byte for byte the single-object encoding of avro and of fastavro."""
        prefix = MARKER + registry().delivery.fingerprint
        said = {**record._asdict(), "signatures": [one._asdict() for one in record.signatures]}

        assert (
            encode_record(record) == prefix + avro_bytes("Delivery", said) == prefix + fastavro_bytes("Delivery", said)
        )

    @given(RECORDS)
    def test_is_read_back_as_it_was(self, record: InboxRecord) -> None:
        assert decode_record(encode_record(record)) == record

    @pytest.mark.parametrize("data", [b"", b"\xc3\x01", MARKER + bytes(8) + b"record"])
    def test_is_refused_where_it_is_none(self, data: bytes) -> None:
        """Bytes that are no inbox record are undecodable, and the message does not repeat them."""
        with pytest.raises(Undecodable, match="no canonical inbox record"):
            decode_record(data)

    def test_with_a_docket_too_large_to_travel_goes_without_it(self) -> None:
        """The event reaches its desk, whoever filled the docket, and a person looks at the case."""
        record = recorded(referral())._replace(docket=bytes(LARGEST_DELIVERY))

        value = encode_record(record)

        assert decode_record(value) == record._replace(docket=None)
        with pytest.raises(Undecodable, match=r"too large to travel.*yisong history"):
            deliveries(value, "police", law())


class TestDelivery:
    def test_is_the_event_with_its_docket_as_it_stands_after_it(self) -> None:
        """P9801 gets the referral: its header, its body, and the 24 hours that began with it."""
        story = referral()

        delivery = deliveries(encode_record(recorded(story)), "police", law())

        assert (delivery.partition, delivery.offset) == (story.last.partition, story.last.offset)
        assert delivery.header == story.entries[-1].header
        assert delivery.docket == story.now
        assert [organ.id for organ in delivery.ours] == ["P9801"]
        assert [clock.owed_by for clock in delivery.clocks("T-REF-03")] == [("P9801",)]
        sent = next(one["body"] for one in history("H1") if one["header"]["event_type"] == "CriminalReferralSent")
        assert (delivery.body, delivery.body_fault) == (sent, None)

    def test_with_a_sealed_body_is_no_fault(self) -> None:
        record = recorded(referral())
        header = read_header(record)._replace(sealing="sealed")

        assert open_body(header, record.carried) == (None, None)

    def test_with_another_body_than_its_header_commits_to_says_so(self) -> None:
        record = recorded(referral())

        assert open_body(read_header(record), record.carried + b"\0") == (None, "commitment")

    def test_with_a_body_that_its_schema_does_not_know_says_so(self) -> None:
        record = recorded(referral())
        carried = record.carried + b"\0"
        header = read_header(record)._replace(body_hash=sha256(carried).digest())

        assert open_body(header, carried) == (None, "schema")

    def test_with_a_sealed_body_opens_with_the_key_that_was_given(self) -> None:
        """The addressed police organ was given a key; a line that is in no audience does not even ask for one."""
        record, key = _sealed(recorded(referral()))

        opened = deliveries(encode_record(record), "police", law(), key_of=lambda _: key)
        closed = deliveries(encode_record(record), "police", law())
        others = deliveries(encode_record(record), "miit", law(), key_of=_never)

        sent = next(one["body"] for one in history("H1") if one["header"]["event_type"] == "CriminalReferralSent")
        assert (opened.body, opened.body_fault) == (sent, None)
        assert (closed.body, closed.body_fault) == (None, None)
        assert (others.body, others.body_fault) == (None, None)

    def test_with_a_sealed_body_that_does_not_open_says_so(self) -> None:
        """Whether the wrapped key or the body itself is at fault: both are disputed in one word."""
        record, _ = _sealed(recorded(referral()))

        other = deliveries(encode_record(record), "police", law(), key_of=lambda _: bytes(32))
        garbage = deliveries(encode_record(record), "police", law(), key_of=_broken)

        assert (other.body, other.body_fault) == (None, "not_openable")
        assert (garbage.body, garbage.body_fault) == (None, "not_openable")
        disputed = dispute(garbage)
        assert disputed is not None
        assert disputed.fields["variant"] == "not_openable"

    def test_with_a_sealed_body_of_another_hash_or_schema_says_so(self) -> None:
        """Who seals may seal anything: what comes out is held to the header."""
        record, key = _sealed(recorded(referral()), payload=b"something else than the header says")
        assert deliveries(encode_record(record), "police", law(), key_of=lambda _: key).body_fault == "commitment"

        payload = bytes(16) + b"\xff no body"
        record, key = _sealed(recorded(referral()), payload=payload, body_hash=sha256(payload).digest())
        assert deliveries(encode_record(record), "police", law(), key_of=lambda _: key).body_fault == "schema"

    def test_with_a_header_that_is_none_is_undecodable(self) -> None:
        with pytest.raises(Undecodable, match="no canonical header"):
            deliveries(encode_record(recorded(referral())._replace(header=b"\xc3\x01")), "police", law())


class TestTheLog:
    def test_does_not_know_the_schema_of_an_inbox(self) -> None:
        """An event that names it as its body's schema is unknown-schema on every node, whatever its release."""
        assert registry().delivery.fingerprint not in registered_readers().registered


def _sealed(
    record: InboxRecord, *, payload: bytes | None = None, body_hash: bytes | None = None
) -> tuple[InboxRecord, bytes]:
    """Return *record* with its body sealed, and the content key."""
    header, key = read_header(record), new_content_key()
    header = header._replace(sealing="sealed", body_hash=body_hash or header.body_hash)
    inside = record.carried if payload is None else payload
    carried = seal(inside, key, event_id=header.event_id, body_hash=header.body_hash)
    return record._replace(header=encode_header(header), carried=carried), key


def _never(_: Header) -> bytes:
    raise AssertionError("nobody asks for a key to what is for others")


def _broken(_: Header) -> bytes:
    raise NotOpenable("no key")
