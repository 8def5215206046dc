"""How is the proof of one handoff made? From the trail: the newest sending of a referral, and what came of it."""

from collections.abc import Sequence
from typing import NamedTuple

from yisong.audit.trails import Trail
from yisong.envelope.leaf import decode_leaf
from yisong.ledger import Law
from yisong.proof.author import check_leaf
from yisong.proof.handoff import Handoff, Link
from yisong.proof.handoff_story import part_of, says, told
from yisong.proof.inclusion import inclusion_proof


class Span(NamedTuple):
    """The stretch of a docket that is to be proven: its partition, and offset and leaf of each record."""

    partition: int
    rows: tuple[tuple[int, bytes], ...]

    @property
    def last(self) -> int:
        """The offset of the last record."""
        return self.rows[-1][0]


def span_of(trail: Trail, case_id: str, referral: str) -> Span | None:
    """
    Return the docket from the newest sending of *referral* to its receipt, else to the breach of its receipt clock.

    None where it was never sent, or where neither has come yet. Raises BusUnreachable.
    """
    rows = trail.rows("docket_leaves", case_id=case_id)
    leaves = [decode_leaf(leaf) for _, _, leaf in rows]
    parts = [part_of(leaf, check_leaf(leaf), referral) for leaf in leaves]
    sendings = _places(parts, "sending")
    if not sendings:
        return None
    ends = [place for end in ("receipt", "breach") for place in _places(parts, end) if place > sendings[-1]]
    if not ends:
        return None
    stretch = rows[sendings[-1] : ends[0] + 1]
    return Span(rows[0][0], tuple((offset, leaf) for _, offset, leaf in stretch))


def handoff_over(  # noqa: PLR0913 (of what, by which law, and how many must vouch)
    trail: Trail, span: Span, law: Law, *, case_id: str, referral: str, least: int
) -> Handoff | None:
    """
    Return the proof of *span*, under the smallest checkpoint over it that *least* nodes have cosigned.

    None where there is no such checkpoint yet. Raises BusUnreachable.
    """
    signed = trail.cosignatures(law).smallest_over(span.partition, span.last, least=least)
    if signed is None:
        return None
    reader, size = trail.tree(span.partition), signed.checkpoint.size
    links = tuple(Link(leaf, inclusion_proof(offset, size, reader)) for offset, leaf in span.rows)
    leaves = [(leaf, check_leaf(leaf)) for leaf in (decode_leaf(link.leaf) for link in links)]
    return Handoff(case_id, referral, says(told(leaves, referral), referral), links, signed)


def _places(parts: Sequence[str | None], wanted: str) -> list[int]:
    return [place for place, part in enumerate(parts) if part == wanted]
