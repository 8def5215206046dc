"""What a signer may write into a token must survive in jsonb."""

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yisong.postgres.json_text import from_jsonb, to_jsonb

TEXTS = st.text(alphabet=st.sampled_from("a\0\ue000\ue001\\u0"))


@settings(deadline=None)
@given(st.recursive(TEXTS | st.integers(-(2**62), 2**62), lambda one: st.lists(one) | st.dictionaries(TEXTS, one)))
def test_comes_back_as_it_was_and_holds_no_nul(value: object) -> None:
    """Any JSON value, with NULs and with the very characters that escape them."""
    stored = to_jsonb(orjson.dumps(value))

    assert b"\0" not in stored
    assert "\0" not in str(orjson.loads(stored)).replace("\\x00", "\0")
    assert orjson.loads(from_jsonb(stored.decode())) == value


@pytest.mark.parametrize("text", [b'{"approver":"U-V9801-90"}', b'["\\\\n", "\xe7\xa7\xbb\xe9\x80\x81"]'])
def test_leaves_alone_what_needs_no_escape(text: bytes) -> None:
    """Almost every docket is stored byte for byte as the ledger writes it."""
    assert to_jsonb(text) == text == from_jsonb(text.decode())
