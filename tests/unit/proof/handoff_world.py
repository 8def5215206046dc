"""What became of a referral, twice over: the police receipted it, or said nothing while the receipt clock ran out."""

from collections.abc import Sequence

from tests.unit.proof import dossier_world as world
from tests.unit.proof.dossier_world import CASE, PARTITION, Case, cosigned, law
from yisong.ledger import Entry, absent_entry, advance
from yisong.proof.checkpoint import Signed
from yisong.proof.handoff import Handoff, Link
from yisong.proof.handoff_story import says, told
from yisong.publishing.instants import to_text

REFERRAL = f"R-{CASE}-1"


def linked(entries: Sequence[Entry]) -> tuple[tuple[Link, ...], Signed]:
    """Return each record as a link of a chain, under a checkpoint over all of them."""
    signed, tree = cosigned([absent_entry(PARTITION, 0).leaf, *(entry.leaf for entry in entries)])
    return tuple(Link(entry.leaf, tree.path(entry.offset, len(entries) + 1)) for entry in entries), signed


def handoff(case: Case, first: str, last: str) -> Handoff:
    """Return the proof from the first event of type *first* to the last of type *last*."""
    types = [entry.header.event_type for entry in case.entries if entry.header is not None]
    begin, end = types.index(first), len(types) - 1 - types[::-1].index(last)
    links, signed = linked(case.entries)
    stretch = case.entries[begin : end + 1]
    leaves = [(world.decode(entry.leaf), entry.header) for entry in stretch]
    return Handoff(CASE, REFERRAL, says(told(leaves, REFERRAL), REFERRAL), links[begin : end + 1], signed)


def until_sent() -> Case:
    """Return the case up to its sending to the police."""
    case = Case()
    for line in world.HISTORY:
        case.say(line["at"], line["header"], line["body"])
        if line["header"]["event_type"] == "CriminalReferralSent":
            return case
    raise AssertionError("the history sends nothing")


def unanswered() -> Case:
    """Return the case in which the police never answered, two other records came, and a node said so."""
    case = until_sent()
    assert case.docket is not None
    for _ in range(2):
        case.close()
    late = advance(case.docket, case.docket.log_time + 3 * 86_400_000, law())
    clock = next(one for one in late.clocks if one.timer == "T-REF-03")
    assert clock.breached_at is not None
    header = {
        "event_type": "DeadlineBreached", "case_id": CASE, "publisher": "S-cac", "pii_level": "P0",
        "aggregate": {"kind": "referral", "id": clock.aggregate.id}, "occurred_at": to_text(clock.breached_at),
        "due_at": to_text(clock.due_rolled), "to": list(clock.owed_by), "region_code": CASE[4:10],
        "cites": [{"kind": "clock", "id": clock.id}],
    }  # fmt: skip
    body = {"timer_id": clock.timer, "responsible": list(clock.owed_by), "due_strict": to_text(clock.due_strict)}
    case.say(to_text(clock.breached_at + 60_000), header, body)
    return case


def receipted_late() -> Handoff:
    """Return the proof where the police receipted it after all, an hour after the breach was said."""
    case = unanswered()
    assert case.docket is not None
    line = next(one for one in world.HISTORY if one["header"]["event_type"] == "ReferralReceipted")
    at = to_text(case.docket.log_time + 3_600_000)
    case.say(at, {**line["header"], "occurred_at": at}, line["body"])
    return handoff(case, "CriminalReferralSent", "ReferralReceipted")


RECEIPTED = handoff(world.told(), "CriminalReferralSent", "ReferralReceipted")
UNANSWERED = handoff(unanswered(), "CriminalReferralSent", "DeadlineBreached")
