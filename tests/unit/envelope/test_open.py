import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.envelope.oracle import is_canonical
from tests.unit.envelope.sample import AT, KEY, PARTITION, headers, referral
from tests.vectors import make_envelopes
from yisong.envelope.codec import encode_envelope, encode_header
from yisong.envelope.decoder import NOT_CANONICAL
from yisong.envelope.header import Header, Signature
from yisong.envelope.open import LARGEST_VALUE, MARKER, PREFIX, Opened, open_record, registered_readers
from yisong.schemas import registry

VECTORS = json.loads(Path(make_envelopes.FILE).read_text(encoding="utf-8"))
SIGNED = (Signature("V9801#1", "ed25519", bytes(64)),)
GOOD = encode_envelope(encode_header(referral()), b"salt and body", SIGNED)


def opened(value: bytes | None) -> Opened:
    return open_record(PARTITION, 17, AT, KEY, value)


def looks_canonical(name: str, data: bytes) -> bool:
    return data[:PREFIX] == MARKER + registry().versions[name][0].fingerprint and is_canonical(name, data)


class TestVectors:
    @pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
    def test_are_opened_as_the_contract_says(self, vector: dict[str, object]) -> None:
        """Every committed value is readable, malformed or of an unknown schema as its row says."""
        record = opened(bytes.fromhex(str(vector["value"])))

        found = (record.fault, record.header_bytes is not None, record.header is not None)
        assert found == (vector["fault"], vector["envelope"], vector["header"])

    @pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
    def test_are_canonical_exactly_where_two_libraries_give_the_bytes_back(self, vector: dict[str, object]) -> None:
        """What we call an envelope is what avro and fastavro decode and encode to the same bytes."""
        value = bytes.fromhex(str(vector["value"]))

        assert looks_canonical("Envelope", value) is vector["envelope"]

    def test_are_those_that_their_script_makes(self) -> None:
        """The committed file is what make_envelopes.py writes from today's schemas."""
        assert Path(make_envelopes.FILE).read_text(encoding="utf-8") == make_envelopes.as_json()


class TestOpenRecord:
    def test_returns_every_field_of_the_header(self) -> None:
        """A referral comes out as it went in, instants as integers and ids as bytes."""
        record = opened(GOOD)

        assert (record.fault, record.header, record.carried) == (None, referral(), b"salt and body")
        assert record.signatures == SIGNED
        assert record.valid == ()

    def test_takes_a_tombstone_for_malformed_and_hashes_nothing(self) -> None:
        """A null value has no hash, no header and the reason of a null value."""
        assert opened(None) == Opened(PARTITION, 17, AT, KEY, None, fault="malformed")

    def test_refuses_a_value_over_a_mebibyte_and_still_tells_the_envelope(self) -> None:
        """One byte too many is malformed, though the leaf keeps the header of a canonical envelope."""
        room = (
            LARGEST_VALUE - len(encode_envelope(encode_header(referral()), bytes(2**20 - 2000), SIGNED)) + 2**20 - 2000
        )
        largest = encode_envelope(encode_header(referral()), bytes(room), SIGNED)
        larger = encode_envelope(encode_header(referral()), bytes(room + 1), SIGNED)

        assert (len(largest), opened(largest).fault) == (1_048_576, None)
        assert (opened(larger).fault, opened(larger).header_bytes) == ("malformed", encode_header(referral()))

    def test_calls_a_megabyte_of_noise_malformed_whatever_its_first_bytes(self) -> None:
        """Too large comes first: an unknown fingerprint in front of two mebibytes is malformed."""
        assert opened(MARKER + bytes(2 * LARGEST_VALUE)).fault == "malformed"

    def test_calls_every_truncation_malformed(self) -> None:
        """However many bytes of a good record are missing, it is malformed and never an exception."""
        assert {opened(GOOD[:length]).fault for length in range(len(GOOD))} == {"malformed"}


class TestProperties:
    @given(header=headers(), carried=st.binary(max_size=200))
    def test_what_was_encoded_is_opened_to_the_same_value(self, header: Header, carried: bytes) -> None:
        """Any header at all comes back as it was, with one signature or, where it names a second organ, two."""
        signed = SIGNED * (1 if header.countersignature is None else 2)

        record = opened(encode_envelope(encode_header(header), carried, signed))

        assert (record.fault, record.header, record.carried, record.signatures) == (None, header, carried, signed)

    @settings(max_examples=400)
    @given(data=st.data())
    def test_a_changed_record_is_read_exactly_where_two_libraries_give_it_back(self, data: st.DataObject) -> None:
        """Bits flipped, bytes put in, cut out or doubled: canonical for us is canonical for avro and fastavro."""
        value = changed(data, GOOD)

        record = opened(value)

        assert (record.header_bytes is not None) is looks_canonical("Envelope", value)
        if record.header is not None:
            assert looks_canonical("Header", record.header_bytes or b"")

    @settings(max_examples=400)
    @given(data=st.data())
    def test_a_changed_header_is_read_exactly_where_two_libraries_give_it_back(self, data: st.DataObject) -> None:
        """The same for the bytes of a header: neither more nor less than the two libraries give back is canonical."""
        head = changed(data, encode_header(referral()))

        assert decodes(head) is looks_canonical("Header", head)
        assert opened(encode_envelope(head, b"", SIGNED)).header_bytes == head

    @settings(max_examples=400)
    @given(noise=st.binary(max_size=300), start=st.sampled_from(("", "Envelope", "Header", "Leaf")))
    def test_noise_never_raises(self, noise: bytes, start: str) -> None:
        """Whatever follows a marker, or none, is a record with a fault."""
        prefix = MARKER + registry().versions[start][0].fingerprint if start else b""

        assert opened(prefix + noise).fault in ("malformed", "unknown-schema", None)


def decodes(head: bytes) -> bool:
    """Hold where the header's decoder takes *head*, instants out of range included."""
    try:
        registered_readers().header[head[:PREFIX]](head, PREFIX)
    except NOT_CANONICAL:
        return False
    return True


def changed(data: st.DataObject, good: bytes) -> bytes:
    """Return *good* after one to three changes of the kinds that a decoder may overlook."""
    value = bytearray(good)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(PREFIX, max(PREFIX, len(value) - 1)))
        match data.draw(st.sampled_from(("flip", "insert", "cut", "lengthen", "replace"))):
            case "flip":
                value[at : at + 1] = bytes(byte ^ 1 << data.draw(st.integers(0, 7)) for byte in value[at : at + 1])
            case "insert":
                value[at:at] = data.draw(st.binary(min_size=1, max_size=12))
            case "cut":
                del value[at : at + data.draw(st.integers(1, 12))]
            case "lengthen":
                value[at : at + 1] = bytes(part for byte in value[at : at + 1] for part in (byte | 0x80, 0))
            case _:
                value[at : at + 1] = data.draw(st.sampled_from((b"\x00", b"\x01", b"\x02", b"\x7f", b"\x80", b"\xff")))
    return bytes(value)
