"""Do the fields that an author states become the header that the contract asks for?"""

import json
from hashlib import sha256
from pathlib import Path

import pytest

from yisong.contract import folder
from yisong.envelope.codec import encode_envelope
from yisong.envelope.header import AggregateRef, Attachment, Cite, Header, Signature
from yisong.envelope.open import open_record
from yisong.errors import NotPublishable
from yisong.publishing import compose as subject
from yisong.publishing.compose import Content, Place, compose, content, read_fields
from yisong.publishing.instants import to_ms

H1 = folder() / "examples" / "histories" / "H1.jsonl"
FIRST = Place(1, None)


def line(number: int) -> dict[str, dict[str, object]]:
    """Return one line of history H1, from 1."""
    row: dict[str, dict[str, object]] = json.loads(Path(H1).read_text(encoding="utf-8").splitlines()[number - 1])
    return row


def said(number: int = 1, **instead: object) -> Content:
    row = line(number)
    return content({**row["header"], **instead}, row["body"], event_id=b"i" * 16, salt=b"s" * 16)


class TestCompose:
    def test_the_forms_are_the_fields_of_the_header(self) -> None:
        """What an author states and what is computed make up the whole header, and nothing else."""
        computed = {
            "event_id",
            "body_schema",
            "body_hash",
            "carried_hash",
            "publisher_seq",
            "publisher_prev",
            "test_data",
        }

        assert set(subject._FORMS) | computed == set(Header._fields)
        assert not set(subject._FORMS) & computed

    def test_states_what_the_author_stated(self) -> None:
        header = compose(said(2), Place(2, b"p" * 32), test_data=True).header

        assert header.aggregate == AggregateRef("evidence", "E-CRB-980100-2016-000021-5-1")
        assert header.officers == ("U-V9801-01", "U-V9801-02")
        assert header.occurred_at == to_ms("2016-07-18T15:40:00+08:00")
        assert header.attachments[0][2:] == (71106, "application/zip")
        assert isinstance(header.attachments[0], Attachment)
        assert (header.publisher_seq, header.publisher_prev) == (2, b"p" * 32)

    def test_fills_in_what_the_contract_lets_stand_open(self) -> None:
        header = compose(said(), FIRST, test_data=True).header

        assert (header.classification, header.sealing, header.test_data) == ("internal", "clear", True)
        assert (header.acting_for, header.decided_at, header.doc_no) == (None, None, None)

    def test_commits_to_the_salted_body(self) -> None:
        composed = compose(said(), FIRST, test_data=True)

        assert composed.carried.startswith(b"s" * 16)
        assert composed.header.body_hash == composed.header.carried_hash == sha256(composed.carried).digest()

    def test_gives_canonical_bytes(self) -> None:
        """A node opens what is composed, and finds the very same header."""
        composed = compose(said(2), FIRST, test_data=True)
        value = encode_envelope(composed.header_bytes, composed.carried, (Signature("V9801#1", "ed25519", b"x" * 64),))

        opened = open_record(4, 0, 0, b"CRB-980100-2016-000021-5", value)

        assert (opened.fault, opened.header, opened.header_hash) == (None, composed.header, composed.header_hash)

    def test_of_the_same_gives_the_same_bytes(self) -> None:
        assert compose(said(), FIRST, test_data=True) == compose(said(), FIRST, test_data=True)

    def test_composes_what_is_wrong_on_purpose(self) -> None:
        """A negative case may name an unknown organ, miss a field or have a secret; the log judges it, not we."""
        header = compose(
            said(1, publisher="X1", aggregate=None, classification="secret_mimi", case_id="nonsense"),
            FIRST,
            test_data=True,
        ).header

        assert (header.publisher, header.aggregate, header.classification) == ("X1", None, "secret_mimi")

    def test_keeps_cites_in_their_order(self) -> None:
        cites = [{"kind": "event", "id": "b"}, {"kind": "case", "id": "a"}]

        assert compose(said(1, cites=cites), FIRST, test_data=True).header.cites == (
            Cite("event", "b"),
            Cite("case", "a"),
        )


class TestWhatNoHeaderCanHold:
    @pytest.mark.parametrize(
        ("field", "value", "fault"),
        [
            ("occurred_at", "2016-07-18T09:12:00", "offset"),
            ("occurred_at", "yesterday", "RFC 3339"),
            ("occurred_at", 1468804320000, "must be a text"),
            ("pii_level", "P4", "must be one of P0, P1, P2, P3"),
            ("severity", "grave", "must be one of ordinary, serious"),
            ("to", "P9801", "another type"),
            ("officers", [7], "must be a text"),
            ("aggregate", {"kind": "clue"}, "lacks id"),
            ("aggregate", "clue", "another type"),
            ("cites", [{"kind": "event", "line": 4}], "unknown field line"),
            ("attachments", [{"kind": "a", "sha256": "zz", "size": 1, "media_type": "b"}], "hexadecimal"),
            ("attachments", [{"kind": "a", "sha256": "00", "size": 1, "media_type": "b"}], "64 hexadecimal"),
            ("attachments", [{"kind": "a", "sha256": "0" * 64, "size": True, "media_type": "b"}], "another type"),
            ("causation_id", "17", "must be a UUID"),
            ("basis", "17", "another type"),
            ("publisher_seq", 1, "no header field that an author states"),
        ],
    )
    def test_is_named_with_its_field(self, field: str, value: object, fault: str) -> None:
        faults = read_fields({**line(1)["header"], field: value}).faults

        assert len(faults) == 1
        assert faults[0].startswith(f"{field}: ")
        assert fault in faults[0]

    def test_is_never_composed(self) -> None:
        with pytest.raises(NotPublishable, match="pii_level: must be one of"):
            compose(said(1, pii_level="P9"), FIRST, test_data=True)

    def test_a_body_that_is_to_be_sealed_is_not_composed_in_clear(self) -> None:
        with pytest.raises(NotPublishable, match="not as it is said to travel"):
            compose(said(1, sealing="sealed"), FIRST, test_data=True)

    def test_an_unknown_event_type_has_no_body(self) -> None:
        with pytest.raises(NotPublishable, match="MoonLanded"):
            said(1, event_type="MoonLanded")
