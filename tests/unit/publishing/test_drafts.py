"""Which message about a draft is believed, and what is it good for?"""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.publishing.bus import Keys, law, seed
from yisong.envelope.codec import encode_envelope
from yisong.envelope.header import Signature
from yisong.envelope.open import open_record
from yisong.errors import NotPublishable, Unreadable
from yisong.ledger import Law
from yisong.publishing.compose import Composed, Place, compose, content
from yisong.publishing.countersigning.checks import Offer, countersigns, offer, said_by
from yisong.publishing.countersigning.messages import (
    Countersigned,
    Declined,
    Drafted,
    Said,
    Withdrawn,
    decode,
    encode,
)
from yisong.publishing.instants import to_ms
from yisong.publishing.signer import Signer
from yisong.signing.sign import sign, sign_bytes
from yisong.signing.verify import verify

CASE = "CRB-980100-2016-000021-5"
NOON = to_ms("2016-08-08T12:00:00+08:00")
BUS = law().bus.name

_hashes = st.binary(min_size=32, max_size=32)
_words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=50).filter(
    lambda text: bool(text.strip())
)
_signatures = st.builds(Signature, _words, st.just("ed25519"), st.binary(min_size=64, max_size=64))
_instants = st.integers(min_value=0, max_value=4_102_416_000_000 - 1)
SAID = st.one_of(
    st.builds(Drafted, st.binary(max_size=99), st.binary(max_size=99), _instants, _instants),
    st.builds(Countersigned, _hashes, _signatures),
    st.builds(Declined, _hashes, _words, _words),
    st.builds(Withdrawn, _hashes),
)


def act(**other: object) -> Composed:
    """Return what V9801 hands over to P9801, which is to sign beside it."""
    fields: dict[str, object] = {
        "event_type": "CaseItemsHandedOver", "case_id": CASE, "publisher": "V9801", "to": ["P9801"],
        "aggregate": {"kind": "referral", "id": f"R-{CASE}-1"}, "occurred_at": "2016-08-08T09:40:00+08:00",
        "countersignature": "P9801", "pii_level": "P1", "region_code": "980100", **other,
    }  # fmt: skip
    said = content(fields, {"items": [], "discrepancies": []}, event_id=b"e" * 16, salt=b"s" * 16)
    return compose(said, Place(1, None), test_data=True)


def drafted(composed: Composed, *, by: str = "V9801", bus: str = BUS, **other: Any) -> bytes:
    """Return the draft of an act as *by* sends it."""
    said = Drafted(composed.header_bytes, composed.carried, NOON, NOON + 1)._replace(**other)
    return encode(said, bus=bus, sign=_signing(by))


def offered(value: bytes, *, agency: str = "police", under: Law | None = None) -> object:
    """Return what a node makes of a draft."""
    claimed = decode(value, bus=BUS)
    assert isinstance(claimed.said, Drafted)
    return offer(claimed, claimed.said, under or law(), agency=agency, now=NOON)


def _signing(organ: str) -> Any:
    return lambda message: Signature(f"{organ}#1", "ed25519", sign_bytes(message, seed(f"{organ}#1")))


@given(SAID)
def test_what_is_said_comes_out_as_it_went_in_and_only_its_signer_can_have_said_it(said: Said) -> None:
    claimed = decode(encode(said, bus=BUS, sign=_signing("P9801")), bus=BUS)

    assert claimed.said == said
    assert said_by(claimed, "P9801", law(), at=NOON) is None
    assert said_by(claimed, "V9801", law(), at=NOON) == "bad-key"
    assert said_by(claimed._replace(message=claimed.message + b" "), "P9801", law(), at=NOON) == "bad-signature"


@given(SAID)
def test_a_message_of_another_bus_is_not_believed(said: Said) -> None:
    claimed = decode(encode(said, bus="another", sign=_signing("P9801")), bus=BUS)

    assert said_by(claimed, "P9801", law(), at=NOON) == "bad-signature"


@pytest.mark.parametrize(
    "value",
    [None, b"", b"\xff", b"null", b"[]", b"[" * 100_000, b'{"v":2}', b'{"v":1}', b'{"v":1,"said":{"kind":"other"}}',
     b'{"v":1,"said":{"kind":[]}}',
     b'{"v":1,"said":{"kind":"withdrawn","header_hash":"AA"},"key_id":"k","signature":""}'],
)  # fmt: skip
def test_garbage_says_nothing(value: bytes | None) -> None:
    with pytest.raises(Unreadable, match="no message about a draft"):
        decode(value, bus=BUS)


@pytest.mark.parametrize("field", ["officer", "reason"])
@pytest.mark.parametrize("words", ["", " ", "a\0b", "\ud800", "x" * 501, 7, None])
def test_words_that_nobody_can_keep_say_nothing(field: str, words: object) -> None:
    row = json.loads(encode(Declined(b"h" * 32, "U-1", "no"), bus=BUS, sign=_signing("P9801")))
    row["said"][field] = words

    with pytest.raises(Unreadable):
        decode(json.dumps(row).encode(), bus=BUS)


def test_a_draft_is_for_the_node_of_the_organ_that_its_header_names() -> None:
    found = offered(drafted(act()))

    assert isinstance(found, Offer)
    assert (found.organ, found.header, found.header_hash) == ("P9801", act().header, act().header_hash)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (drafted(act(countersignature=None)), "not-canonical"),
        (drafted(act(countersignature="V9801")), "not-ours"),
        (drafted(act(countersignature="T98")), "not-ours"),
        (drafted(act(countersignature="S-copyright")), "not-ours"),
        (drafted(act(countersignature="X1")), "not-ours"),
        (drafted(act(case_id="CRB-980100-2016-000021-6")), "not-canonical"),
        (drafted(act(publisher="X1")), "not-canonical"),
        (drafted(act(occurred_at="1999-08-08T09:40:00+08:00")), "not-canonical"),
        (drafted(act(), header=act().header_bytes + b"\0"), "not-canonical"),
        (drafted(act(), header=b"\xc3\x01" + b"?" * 20), "not-canonical"),
        (drafted(act(), carried=b"another body"), "carried-differs"),
        (drafted(act(), carried=b"x" * 1_048_576), "not-canonical"),
        (drafted(act(), by="T98"), "bad-key"),
        (drafted(act(), by="V9702"), "bad-key"),
        (drafted(act(), bus="another"), "bad-signature"),
    ],
)
def test_a_draft_is_passed_over(value: bytes, why: str) -> None:
    assert offered(value) == why


def test_a_draft_of_test_data_is_passed_over_on_a_production_bus() -> None:
    rulebook = law().rulebook
    production = Law(replace(rulebook, bus=replace(rulebook.bus, profile="production")))

    assert offered(drafted(act()), under=production) == "wrong-bus"


def test_a_key_that_was_revoked_says_nothing_and_signs_nothing() -> None:
    rulebook = law().rulebook
    keys = {**rulebook.keys, "V9801#1": replace(rulebook.keys["V9801#1"], revoked_from=1)}
    under = Law(replace(rulebook, keys=keys))
    signature = Signature("V9801#1", "ed25519", sign(BUS, act().header_bytes, seed("V9801#1")))

    assert offered(drafted(act()), under=under) == "bad-key"
    assert countersigns(signature, act().header_bytes, "V9801", under, at=NOON) == "bad-key"


def test_nobody_can_make_an_event_of_a_draft() -> None:
    """The police sign their part; the signature under which the draft came is none of the event."""
    header, claimed = act().header_bytes, decode(drafted(act()), bus=BUS)
    second = Signature("P9801#1", "ed25519", sign(BUS, header, seed("P9801#1")))
    first = Signature("V9801#1", "ed25519", claimed.signature)
    value = encode_envelope(header, act().carried, (first, second))
    (opened,) = verify([open_record(0, 0, NOON, CASE.encode(), value)], bus=BUS, keys=law().rulebook.keys)

    assert opened.valid == (False, True)
    assert countersigns(second, header, "P9801", law(), at=NOON) is None


class TestASigner:
    def test_completes_a_draft_with_its_own_organ_s_key_only(self) -> None:
        keys = Keys()
        keys.lost.add("P9801#1")
        signer = Signer(law(), keys)
        second = Signature("P9801#1", "ed25519", sign(BUS, act().header_bytes, seed("P9801#1")))
        value = signer.envelope(act(), at=NOON, second=second)
        (opened,) = verify([open_record(0, 0, NOON, CASE.encode(), value)], bus=BUS, keys=law().rulebook.keys)

        assert opened.valid == (True, True)
        assert len(signer.blank(act(), at=NOON)) == len(value)
        with pytest.raises(NotPublishable, match="none of P9801"):
            signer.envelope(act(), at=NOON)

    def test_drafts_nothing_for_an_organ_that_has_no_key_at_all(self) -> None:
        with pytest.raises(NotPublishable, match="none of P9702"):
            Signer(law(), Keys()).blank(act(countersignature="P9702"), at=NOON)
