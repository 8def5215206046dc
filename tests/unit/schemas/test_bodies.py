"""Bodies of the histories go through Avro and back, and what is none is refused by name and without a value."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import avro.io
import avro.schema
import fastavro
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yisong.errors import NotPublishable, Undecodable
from yisong.schemas import body_faults, decode_body, encode_body, pii_level, registry

ROOT = Path(__file__).parents[3]


def lines() -> Iterator[tuple[str, dict[str, object], dict[str, object]]]:
    for path in sorted([*ROOT.glob("examples/histories/*.jsonl"), *ROOT.glob("tests/data/negatives/*.jsonl")]):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            read = json.loads(line)
            yield f"{path.stem}:{number}", read["header"], read["body"]


LINES = list(lines())

HEARTBEAT = registry().body("Heartbeat").fingerprint


class TestHistories:
    def test_there_are_some(self) -> None:
        assert len(LINES) > 400

    def test_every_body_comes_back_as_it_was(self) -> None:
        for where, header, body in LINES:
            event_type = str(header["event_type"])
            data = encode_body(event_type, body)
            assert decode_body(registry().body(event_type).fingerprint, data) == body, where

    def test_avros_own_library_writes_the_same_bytes(self) -> None:
        """Two libraries that disagree would break body_hash between two agencies."""
        for where, header, body in LINES:
            schema = registry().body(str(header["event_type"]))
            data = encode_body(schema.name, body)
            datum = fastavro.schemaless_reader(io.BytesIO(data), schema.parsed, None)
            out = io.BytesIO()
            avro.io.DatumWriter(avro.schema.parse(json.dumps(dict(schema.json)))).write(
                datum, avro.io.BinaryEncoder(out)
            )
            assert out.getvalue() == data, where

    def test_no_body_has_a_fault(self) -> None:
        for where, header, body in LINES:
            variant = header.get("variant")
            assert (
                body_faults(str(header["event_type"]), body, variant=None if variant is None else str(variant)) == ()
            ), where

    def test_the_stated_level_is_that_of_the_fields_filled(self) -> None:
        for where, header, body in LINES:
            assert pii_level(str(header["event_type"]), body) == header["pii_level"], where


class TestEncoding:
    def test_names_every_fault_at_once_and_repeats_no_value(self) -> None:
        body = {
            "kind": "hearsay",
            "sha256": 7,
            "captured_at": "yesterday, 张三",
            "item_count": 2**31,
            "original_medium_sealed": "yes",
            "张三 身份证": 1,
        }
        with pytest.raises(NotPublishable, match="The body is no EvidencePreserved") as raised:
            encode_body("EvidencePreserved", body)
        assert raised.value.faults == (
            "body.(a name that is none): there is no such field",
            "body.kind: must be one of the values of EvidenceKind",
            "body.sha256: must be a text",
            "body.captured_at: must be an RFC 3339 instant with its offset and at most milliseconds",
            "body.method: is missing",
            "body.item_count: is too large for Avro's int",
            "body.storage_ref: is missing",
            "body.original_medium_sealed: must be true or false",
        )
        assert "张三" not in str(raised.value)
        assert "yesterday" not in str(raised.value)

    def test_finds_faults_inside_lists_and_records(self) -> None:
        body = {"subject": "甲", "requirements": ["a", 1], "legal_basis": None}
        with pytest.raises(NotPublishable, match=r"body\.requirements\[1\]: must be a text\n.*legal_basis: is missing"):
            encode_body("RectificationOrdered", body)

    def test_a_type_that_is_not_in_the_catalogue_has_no_body(self) -> None:
        with pytest.raises(NotPublishable, match="there is no 'CaseReopened'"):
            encode_body("CaseReopened", {})

    def test_true_is_no_number(self) -> None:
        with pytest.raises(NotPublishable, match=r"body\.counter: must be a whole number"):
            encode_body("Heartbeat", {"counter": True})

    @pytest.mark.parametrize(
        "instant",
        ["2016-07-18T14:30:00", "2016-07-18", "2016-13-18T14:30:00+08:00", "2016-07-18T14:30:00.1234+08:00", 1],
    )
    def test_an_instant_states_its_offset_and_exists(self, instant: object) -> None:
        with pytest.raises(NotPublishable, match=r"body\.as_of: must be"):
            encode_body("FilingInfoProvided", {"as_of": instant})

    def test_an_instant_is_shown_in_beijing_time_however_it_was_written(self) -> None:
        data = encode_body("FilingInfoProvided", {"as_of": "2016-07-18T06:30:00.250Z"})
        shown = decode_body(registry().body("FilingInfoProvided").fingerprint, data)
        assert shown == {"as_of": "2016-07-18T14:30:00.250+08:00"}


class TestDecoding:
    @pytest.mark.parametrize(
        ("data", "what"),
        [
            (b"", "EOFError while decoding"),
            (b"\x02\x00", "written again they would be others"),  # a byte left over
            (b"\x82\x00", "written again they would be others"),  # a varint longer than it need be
            (b"\xff" * 20, "while decoding"),  # a varint without an end
        ],
    )
    def test_what_is_not_exactly_a_body_is_undecodable(self, data: bytes, what: str) -> None:
        with pytest.raises(Undecodable, match=what):
            decode_body(HEARTBEAT, data)

    def test_a_fingerprint_of_no_body_is_undecodable(self) -> None:
        for fingerprint in (bytes(8), registry().header.fingerprint):
            with pytest.raises(Undecodable, match="No body schema has the fingerprint"):
                decode_body(fingerprint, b"")

    def test_an_instant_beyond_all_years_is_undecodable(self) -> None:
        far = b"\x00" * 8 + b"\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01"
        with pytest.raises(Undecodable, match="OverflowError while decoding"):
            decode_body(registry().body("FilingInfoProvided").fingerprint, far)

    def test_a_list_longer_than_its_bytes_is_undecodable(self) -> None:
        """A count of two to the sixty is no reason to ask for so much memory."""
        many = b"\x04p\x02\xfe\xff\xff\xff\xff\xff\xff\xff\x7f"
        with pytest.raises(Undecodable, match="while decoding"):
            decode_body(registry().body("RectificationOrdered").fingerprint, many)

    @given(st.sampled_from(sorted(registry().event_types)), st.binary(max_size=200))
    def test_random_bytes_are_a_body_or_undecodable(self, fingerprint: bytes, data: bytes) -> None:
        try:
            body = decode_body(fingerprint, data)
        except Undecodable:
            return
        assert encode_body(registry().event_types[fingerprint], body) == data
