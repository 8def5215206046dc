"""A record of 甲省一市, and random headers, for the tests of this folder."""

from hypothesis import strategies as st

from yisong.envelope.header import AggregateRef, Attachment, Cite, Header
from yisong.envelope.open import EARLIEST, TOO_LATE
from yisong.schemas import registry

CASE = "CRB-980100-2016-000021-5"
KEY = CASE.encode()
PARTITION = 4
AT = 1_468_893_720_000

_text = st.text(max_size=80)
_sha256 = st.binary(min_size=32, max_size=32)
_uuid = st.binary(min_size=16, max_size=16)
_long = st.integers(-(2**63), 2**63 - 1)
_instant = st.integers(EARLIEST, TOO_LATE - 1)
_texts = st.lists(_text, max_size=4).map(tuple)


def referral() -> Header:
    """Return the header of a referral that 甲省一市's copyright team sends to its police."""
    return Header(
        event_id=bytes(range(16)),
        event_type="CriminalReferralSent",
        variant=None,
        body_schema=registry().body("CriminalReferralSent").fingerprint,
        body_hash=bytes(32),
        carried_hash=bytes(32),
        case_id=CASE,
        aggregate=AggregateRef("referral", f"R-{CASE}-1"),
        publisher="V9801",
        acting_for=None,
        publisher_seq=7,
        publisher_prev=bytes(32),
        basis=None,
        causation_id=bytes(16),
        correlation_id=None,
        occurred_at=AT,
        decided_at=AT,
        served_at=None,
        due_at=None,
        to=("P9801",),
        cc=(),
        officers=("U-V9801-01", "U-V9801-02"),
        approver="U-V9801-90",
        cites=(Cite("event", "00010203-0405-0607-0809-0a0b0c0d0e0f"),),
        doc_no="甲一文移字〔2016〕3号",
        attachments=(Attachment("case_report", bytes(32), 71106, "application/pdf"),),
        severity=None,
        pii_level="P1",
        classification="internal",
        sealing="clear",
        campaign_id="JW2016",
        region_code="980100",
        countersignature=None,
        test_data=True,
    )


def headers() -> st.SearchStrategy[Header]:
    """Return headers of any content that step 1 lets pass."""
    return st.builds(
        Header,
        event_id=_uuid,
        event_type=_text,
        variant=st.none() | _text,
        body_schema=st.sampled_from(sorted(registry().event_types)),
        body_hash=_sha256,
        carried_hash=_sha256,
        case_id=_text,
        aggregate=st.none() | st.builds(AggregateRef, kind=_text, id=_text),
        publisher=_text,
        acting_for=st.none() | _text,
        publisher_seq=_long,
        publisher_prev=st.none() | _sha256,
        basis=st.none() | _long,
        causation_id=st.none() | _uuid,
        correlation_id=st.none() | _uuid,
        occurred_at=_instant,
        decided_at=st.none() | _instant,
        served_at=st.none() | _instant,
        due_at=st.none() | _instant,
        to=_texts,
        cc=_texts,
        officers=_texts,
        approver=st.none() | _text,
        cites=st.lists(st.builds(Cite, kind=_text, id=_text), max_size=3).map(tuple),
        doc_no=st.none() | _text,
        attachments=st.lists(
            st.builds(Attachment, kind=_text, sha256=_sha256, size=_long, media_type=_text), max_size=3
        ).map(tuple),
        severity=st.sampled_from((None, "ordinary", "serious")),
        pii_level=st.sampled_from(("P0", "P1", "P2", "P3")),
        classification=st.sampled_from(("internal", "sensitive", "secret_mimi", "secret_jimi", "secret_juemi")),
        sealing=st.sampled_from(("clear", "sealed")),
        campaign_id=st.none() | _text,
        region_code=_text,
        countersignature=st.none() | _text,
        test_data=st.booleans(),
    )
