from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.envelope.oracle import avro_bytes, fastavro_bytes
from tests.unit.envelope.sample import AT, KEY, PARTITION
from yisong.envelope.header import Signature
from yisong.envelope.leaf import TOPIC, Leaf, decode_leaf, encode_leaf, leaf_hash
from yisong.envelope.open import MARKER
from yisong.errors import Undecodable
from yisong.schemas import registry

_sha256 = st.none() | st.binary(min_size=32, max_size=32)
_bytes = st.none() | st.binary(max_size=300)
_long = st.integers(-(2**63), 2**63 - 1)
_signatures = st.lists(
    st.builds(Signature, key_id=st.text(), algorithm=st.just("ed25519"), value=st.binary(max_size=70)), max_size=3
).map(tuple)

LEAVES = st.builds(
    Leaf,
    topic=st.just(TOPIC),
    partition=st.integers(0, 2**31 - 1),
    offset=_long,
    broker_time=_long,
    log_time=_long,
    key=_bytes,
    docket_index=_long,
    docket_prev=_sha256,
    header=_bytes,
    carried_hash=_sha256,
    signatures=_signatures,
    verdict=st.sampled_from(("admitted", "admitted-late", "refused", "duplicate", "absent")),
    reason=st.none() | st.sampled_from(("malformed", "bad-signature")),
    record_hash=_sha256,
)


def encoded(leaf: Leaf) -> bytes:
    fields = leaf._asdict()
    fields.pop("topic")
    return encode_leaf(**fields)


def as_dict(leaf: Leaf) -> dict[str, object]:
    return {**leaf._asdict(), "signatures": [signature._asdict() for signature in leaf.signatures]}


class TestLeaf:
    @given(LEAVES)
    def test_is_what_two_avro_libraries_write(self, leaf: Leaf) -> None:
        """Byte for byte the single-object encoding of avro and of fastavro."""
        prefix = MARKER + registry().leaf.fingerprint

        assert (
            encoded(leaf)
            == prefix + avro_bytes("Leaf", as_dict(leaf))
            == prefix + fastavro_bytes("Leaf", as_dict(leaf))
        )

    @given(LEAVES)
    def test_is_read_back_as_it_was(self, leaf: Leaf) -> None:
        """An auditor who decodes a leaf has every field again."""
        assert decode_leaf(encoded(leaf)) == leaf

    def test_of_an_absent_offset_is_pinned(self) -> None:
        """A position without a record commits to itself and to nothing else."""
        absent = encode_leaf(
            partition=4,
            offset=300,
            broker_time=0,
            log_time=0,
            key=None,
            docket_index=0,
            docket_prev=None,
            header=None,
            carried_hash=None,
            signatures=(),
            verdict="absent",
            reason=None,
            record_hash=None,
        )

        assert absent[10:].hex() == "16" + b"case-events".hex() + "08d80400000000000000000c" + b"absent".hex() + "0000"

    def test_has_the_hash_of_a_leaf_in_an_rfc_6962_tree(self) -> None:
        """A zero byte stands before the leaf, so that no leaf is ever taken for a node."""
        assert leaf_hash(b"leaf") == sha256(b"\x00leaf").digest()
        assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"

    @pytest.mark.parametrize("data", [b"", b"\xc3\x01", MARKER + bytes(8) + b"leaf"])
    def test_is_refused_where_it_is_none(self, data: bytes) -> None:
        """Bytes that are no leaf are undecodable, and the message does not repeat them."""
        with pytest.raises(Undecodable, match="no canonical leaf"):
            decode_leaf(data)

    def test_that_was_lengthened_is_refused(self) -> None:
        """A byte after a leaf makes it another one, or none."""
        leaf = Leaf(TOPIC, PARTITION, 1, AT, AT, KEY, 1, None, b"h", bytes(32), (), "admitted", None, bytes(32))

        with pytest.raises(Undecodable, match="no canonical leaf"):
            decode_leaf(encoded(leaf) + b"\x00")
