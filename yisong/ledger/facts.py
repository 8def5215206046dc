"""
What do later guards, clocks and audiences need to know of an admitted event?

One function for each kind of event that leaves something behind, by state machine. Organs are remembered as who spoke:
``acting_for`` where an event names it (lifecycles.yaml, ``acting_for``).
"""

from collections.abc import Callable, Mapping

from yisong.envelope.header import Header
from yisong.ledger.docket import Aggregate, Docket, Fact, FilingInfo

Learnt = Mapping[Fact, tuple[str, ...]]

_DISPOSED: Learnt = {"disposed": ("yes",)}
_PROSECUTION = frozenset({"transferred_for_prosecution", "prosecuted", "judgment"})


def _handed_over(header: Header, _: Aggregate) -> Learnt:
    # Who hands a clue outside the bus still holds it, and owes the others the answer.
    kept = (header.speaker,) if header.variant == "external" else ()
    return {"holders": (*header.to, *kept), "told": header.cc}


def _filed(header: Header, _: Aggregate) -> Learnt:
    born_here = header.aggregate is not None and header.aggregate.kind == "case"
    return {**_DISPOSED, "owner": (header.speaker,)} if born_here else _DISPOSED


def _reconsidered(header: Header, _: Aggregate) -> Learnt:
    return _DISPOSED if header.variant == "file" else {}


def _outcome(header: Header, _: Aggregate) -> Learnt:
    return {"prosecution": ("yes",)} if header.variant in _PROSECUTION else {}


def _decided(header: Header, referral: Aggregate) -> Learnt:
    if header.variant != "approved":
        return {}
    return {"approvals": (*referral.fact("approvals"), header.event_id.hex())}


def _site_requested(header: Header, _: Aggregate) -> Learnt:
    return {"requester": (header.speaker,)} if header.variant in ("suspend", "suspend_urgent") else {}


def _located(header: Header, site: Aggregate) -> Learnt:
    return {"filing_authority": (header.speaker,)} if site.state == "locating" else {}


def _site_decided(header: Header, site: Aggregate) -> Learnt:
    authority: Learnt = {} if site.fact("filing_authority") else {"filing_authority": (header.speaker,)}
    approved = header.variant in ("suspend_approved", "restore_approved")
    return {**authority, "access_authority": header.to} if approved else authority


def _verified(header: Header, _: Aggregate) -> Learnt:
    return {"extended": (header.event_id.hex(),)} if header.variant == "extended" else {}


def _reported(header: Header, _: Aggregate) -> Learnt:
    return {"final_report": (header.event_id.hex(),)} if header.variant == "final" else {}


def _asked(header: Header, _: Aggregate) -> Learnt:
    return {"asked": header.to, "requester": (header.speaker,)}


LEARNT: Mapping[tuple[str, str], Callable[[Header, Aggregate], Learnt]] = {
    ("case", "ClueFound"): lambda header, _: {"finder": (header.speaker,), "holders": (header.speaker,)},
    ("case", "ClueHandedOver"): _handed_over,
    ("case", "CaseOpened"): lambda header, _: {"owner": (header.speaker,)},
    ("case", "CriminalCaseFiled"): _filed,
    ("case", "PenaltyDecided"): lambda _header, _: _DISPOSED,
    ("case", "ReconsiderationDecided"): _reconsidered,
    ("case", "CriminalOutcomeNotified"): _outcome,
    ("referral", "ReferralProposed"): lambda header, _: {
        "proposer": (header.speaker,),
        "proposing_officers": header.officers,
    },
    ("referral", "ReferralDecided"): _decided,
    ("referral", "CriminalReferralSent"): lambda header, _: {"sender": (header.speaker,), "addressed": header.to},
    ("referral", "ReferralRerouted"): lambda header, _: {"addressed": header.to},
    ("referral", "ReferralReceipted"): lambda header, _: {"receiver": (header.speaker,)},
    ("referral", "CriminalFilingRefused"): lambda header, _: {"refuser": (header.speaker,)},
    ("site_action", "SiteActionRequested"): _site_requested,
    ("site_action", "FilingInfoProvided"): _located,
    ("site_action", "SiteActionDecided"): _site_decided,
    ("rectification", "RectificationOrdered"): lambda header, _: {"issuer": (header.speaker,)},
    ("rectification", "RectificationVerified"): _verified,
    ("supervision", "JointSupervisionOrdered"): lambda header, _: {
        "leads": header.to,
        "orderer": (header.speaker,),
        "co_signers": header.cc,
    },
    ("supervision", "SupervisionProgressReported"): _reported,
    ("lookup", "FilingLookupRequested"): _asked,
    ("assistance", "AssistanceRequested"): _asked,
}
"""By kind of aggregate and event type: what the event leaves on the aggregate; the aggregate as it was before it."""


def learn(aggregate: Aggregate, header: Header, *, state: str) -> Aggregate:
    """Return *aggregate* in its new *state*, with what the admitted event leaves on it; itself where nothing is new."""
    rule = LEARNT.get((aggregate.ref.kind, header.event_type))
    learnt = rule(header, aggregate) if rule is not None else None
    if not learnt and aggregate.born is not None and state == aggregate.state:
        return aggregate
    facts = {**aggregate.facts, **learnt} if learnt else aggregate.facts
    born = header.occurred_at if aggregate.born is None else aggregate.born
    return Aggregate(aggregate.ref, state, born, facts)


def learn_filing_info(docket: Docket, header: Header) -> Docket:
    """Return *docket* with the answer to a look-up that *header* gives; unchanged for any other event."""
    if header.event_type != "FilingInfoProvided":
        return docket
    info = FilingInfo(header.event_id.hex(), header.speaker, header.occurred_at)
    return docket._replace(filing_infos=(*docket.filing_infos, info))
