import pytest
from hypothesis import given

from tests.unit.envelope.oracle import avro_bytes
from tests.unit.envelope.sample import headers, referral
from yisong.envelope.codec import encode_envelope, encode_header, payload, signed_bytes
from yisong.envelope.header import Header, Signature
from yisong.envelope.open import MARKER
from yisong.schemas import registry


def as_dict(header: Header) -> dict[str, object]:
    return {
        **header._asdict(),
        **{name: list(getattr(header, name)) for name in ("to", "cc", "officers")},
        "aggregate": header.aggregate and header.aggregate._asdict(),
        "cites": [cite._asdict() for cite in header.cites],
        "attachments": [attachment._asdict() for attachment in header.attachments],
    }


class TestCodec:
    @given(headers())
    def test_writes_a_header_as_the_avro_library_does(self, header: Header) -> None:
        """Two libraries, the same bytes, for any header."""
        expected = MARKER + registry().header.fingerprint + avro_bytes("Header", as_dict(header))

        assert encode_header(header) == expected

    def test_keeps_the_header_byte_for_byte(self) -> None:
        """An envelope holds the very bytes that were signed, even where they are no header."""
        assert b"not a header" in encode_envelope(b"not a header", b"", (Signature("V9801#1", "ed25519", b""),))

    def test_refuses_a_header_whose_field_is_of_another_type(self) -> None:
        """An event id of fifteen bytes is not written."""
        with pytest.raises((ValueError, TypeError), match=r"15|fixed"):
            encode_header(referral()._replace(event_id=bytes(15)))

    def test_signs_the_name_of_the_bus_and_the_header(self) -> None:
        """The signed bytes are those of the contract, character by character."""
        assert signed_bytes("示例总线", b"header") == b"yisong-event-v1\n" + "示例总线".encode() + b"\nheader"

    def test_puts_the_salt_before_the_body(self) -> None:
        """Sixteen bytes of salt, no fewer."""
        assert payload(bytes(16), b"body") == bytes(16) + b"body"
        with pytest.raises(ValueError, match="16 bytes, this one 3"):
            payload(b"abc", b"body")
