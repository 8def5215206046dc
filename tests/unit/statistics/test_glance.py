"""The quick look at a header and the decoder agree, on whatever an admitted header may be."""

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.envelope.sample import AT, CASE, headers, referral
from yisong.envelope.codec import encode_header
from yisong.envelope.header import AggregateRef, Header
from yisong.envelope.leaf import encode_leaf
from yisong.statistics.glance import Brief, Glance, brief, decoded, glance


def leaf_of(header: Header) -> bytes:
    """Return the leaf of an admitted event with this header."""
    return encode_leaf(
        partition=4, offset=17, broker_time=AT, log_time=AT, key=CASE.encode(), docket_index=3, docket_prev=bytes(32),
        header=encode_header(header), carried_hash=bytes(32), signatures=(), verdict="admitted", reason=None,
        record_hash=bytes(32),
    )  # fmt: skip


def beside(header: Header) -> Brief:
    """Return what the trail keeps beside the leaf."""
    kind, ref = header.aggregate or (None, None)
    return Brief(header.case_id, header.event_type, header.variant, header.publisher, header.speaker, kind, ref)


def without_addressees(seen: Glance) -> Glance:
    return seen._replace(to=(), cc=(), cites=())


def test_it_sees_what_is_asked_for() -> None:
    seen = glance(leaf_of(referral()))

    assert (seen.occurred_at, seen.to, seen.campaign_id, seen.sealed) == (AT, ("P9801",), "JW2016", False)
    assert seen.cites == referral().cites


@given(headers())
def test_both_ways_agree_on_any_header(header: Header) -> None:
    leaf = leaf_of(header)

    assert glance(leaf) == decoded(leaf)


@given(
    variant=st.none() | st.sampled_from(("approved", "general")),
    kind=st.none() | st.just(AggregateRef("referral", f"R-{CASE}-1")),
    acting_for=st.none() | st.just("V98"),
    number=st.integers(1, 2**40),
    campaign=st.none() | st.from_regex(r"[A-Za-z0-9_-]{1,60}", fullmatch=True),
    region=st.sampled_from(("980100", "9801", "")),
    sealing=st.sampled_from(("clear", "sealed")),
    countersignature=st.none() | st.just("P9801"),
    doc_no=st.none() | st.text(max_size=300),
)
def test_the_short_way_agrees_with_them_on_whatever_a_header_may_hold(  # noqa: PLR0917 (each is a branch of the walk)
    variant: str | None,
    kind: AggregateRef | None,
    acting_for: str | None,
    number: int,
    campaign: str | None,
    region: str,
    sealing: str,
    countersignature: str | None,
    doc_no: str | None,
) -> None:
    header = referral()._replace(
        variant=variant, aggregate=kind, acting_for=acting_for, publisher_seq=number, campaign_id=campaign,
        region_code=region, sealing=sealing, countersignature=countersignature, doc_no=doc_no,  # type: ignore[arg-type]
    )  # fmt: skip
    leaf = leaf_of(header)

    assert brief(leaf, beside(header)) in (decoded(leaf), without_addressees(decoded(leaf)))


@given(headers())
def test_the_short_way_is_never_wrong_where_it_does_not_know_better(header: Header) -> None:
    """Of a header whose texts are not ASCII the row's lengths are others: then the long way is gone."""
    leaf = leaf_of(header)

    seen = brief(leaf, beside(header))

    assert seen in (decoded(leaf), without_addressees(decoded(leaf)))
