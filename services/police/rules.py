"""What does the police line 公安 check before it signs, asks or passes on? Values in, values out."""

from collections.abc import Iterable, Sequence
from typing import Final, Literal, NamedTuple

from yisong.desk.papers import Paper
from yisong.envelope.header import AggregateRef, Attachment
from yisong.ledger import Aggregate, Clock, Docket, Law
from yisong.ledger.law import valid_at
from yisong.rulebook.model import Organ

REQUIRED: Final = ("transfer_letter", "investigation_report", "item_list", "appraisal")
"""
The papers of a referral in the order in which the law lists them (D310 art. 6). The fifth kind, other papers, is there
where there are any.
"""

Result = Literal["match", "mismatch", "missing"]


class Checked(NamedTuple):
    """One line of the manifest check: a kind of paper, and what came of comparing it."""

    kind: str
    result: Result


def missing_kinds(attached: Iterable[Attachment], *, required: Sequence[str] = REQUIRED) -> tuple[str, ...]:
    """
    Name what a referral lacks, in the order in which the law lists it.

    It is owed its receipt all the same: the police ask for what is missing within 24 hours, and may not refuse the
    case for want of it (CX 180 ¶2).
    """
    sent = {attachment.kind for attachment in attached}
    return tuple(kind for kind in required if kind not in sent)


def manifest_check(attached: Sequence[Attachment], papers: Sequence[Paper]) -> tuple[Checked, ...]:
    """
    Compare the manifest in the header with the *papers* that were handed in, by hash; then name what is not attached.

    A paper of the right kind with other bytes is a mismatch: at every hand-over integrity is checked anew
    (法发〔2016〕22号 art. 5).
    """
    hashes = {(paper.sha256, paper.size) for paper in papers}
    kinds = {paper.kind for paper in papers}
    lines = tuple(Checked(one.kind, _compared(one, hashes, kinds)) for one in attached)
    return (*lines, *(Checked(kind, "missing") for kind in missing_kinds(attached)))


def _compared(one: Attachment, hashes: set[tuple[bytes, int]], kinds: set[str]) -> Result:
    if (one.sha256, one.size) in hashes:
        return "match"
    return "mismatch" if one.kind in kinds else "missing"


def is_complete(check: Sequence[Checked]) -> bool:
    """Hold where every paper is there and is the one that was announced: only then may a machine sign."""
    return bool(check) and all(line.result == "match" for line in check)


def covers(area: str | None, region: str) -> bool:
    """Hold where the organ's *area* (GB/T 2260) contains *region*: 980000 contains 980100."""
    if area is None:
        return False
    prefix = area
    while prefix.endswith("00"):
        prefix = prefix[:-2]
    return region.startswith(prefix)


def had_before(docket: Docket, referral: AggregateRef) -> frozenset[str]:
    """Name the organs that have receipted *referral* and re-routed it: whose 24 hours to do so were used (T-REF-06)."""
    clocks = (one for one in docket.clocks if (one.timer, one.aggregate) == ("T-REF-06", referral))
    return frozenset(organ for clock in clocks if clock.stopped_by is not None for organ in clock.owed_by)


def elsewhere(organ: Organ, region: str, law: Law, *, at: int) -> tuple[str, ...]:
    """
    Name the police organs of *region*, the most local first, where *organ* is not one of them; none where it is.

    A hint and no more: of many competent organs the one that accepted first handles the case (CX 17, 21).
    """
    if covers(organ.region_code, region):
        return ()
    local = [
        one
        for one in law.organs.values()
        if one.role == "police"
        and one.level != "national"
        and one.region_code is not None
        and covers(one.region_code, region)
        and valid_at(one.valid_from, one.valid_to, at)
    ]
    return tuple(one.id for one in sorted(local, key=lambda one: one.region_code or "", reverse=True))


def in_hand(docket: Docket, organ: str) -> tuple[Aggregate, ...]:
    """Return the referrals that *organ* has receipted and not yet decided on."""
    return tuple(
        one
        for one in docket.aggregates.values()
        if one.kind == "referral" and one.state in ("received", "supplementing") and organ in one.fact("receiver")
    )


def running(docket: Docket, timer: str, ref: AggregateRef) -> Clock | None:
    """Return the clock of *timer* that runs on *ref*, None where none does."""
    found = (one for one in docket.clocks if one.timer == timer and one.aggregate == ref and one.outcome == "running")
    return next(found, None)
