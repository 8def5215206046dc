"""
May this organ do this now? The named conditions of lifecycles.yaml, one function each.

A guard reads the header, log time and what is remembered of its own docket, and nothing else. Its name and the reason
that its failure gives stand in lifecycles.yaml, with its article. An organ that acts for another speaks for both.
"""

from collections.abc import Callable, Mapping

from yisong.ledger.act import Act
from yisong.ledger.cites import cited_events
from yisong.ledger.docket import Aggregate
from yisong.ledger.law import Law
from yisong.ledger.referral_guards import (
    addressed_police,
    both_sign,
    cites_decision,
    decision_overdue,
    different_approver,
    notice_to_sender,
    proposer_organ,
    receiving_police,
    reroute_target,
    right_lapsed,
    sender,
    single_referral,
    to_police_same_level,
    to_receiving_police,
)
from yisong.ledger.site_guards import (
    access_authority,
    determination_attached,
    disposed,
    filing_authority,
    fresh_filing_info,
    same_requester,
    serious,
)

__all__ = ["GUARDS", "Act"]

_OPEN_SITE_ACTION = frozenset({"requested", "locating", "located", "approved"})
_OPEN_RECTIFICATION = frozenset({"ordered", "overdue", "failed"})


def holder(act: Act) -> bool:
    """Hold where the publisher holds the clue: found it, had it handed over, or handed it outside the bus. Policy."""
    return act.speaks_for_one_of(act.aggregate.fact("holders"))


def target_differs(act: Act) -> bool:
    """Hold where no addressee of the hand-over holds the clue already. Policy."""
    return not set(act.header.to) & set(act.aggregate.fact("holders"))


def case_taker(act: Act) -> bool:
    """Hold for anyone in state none; else for a holder of the clue, or who was told of its newest hand-over. Policy."""
    facts = act.aggregate.fact
    return act.aggregate.state == "none" or act.speaks_for_one_of((*facts("holders"), *facts("told")))


def owner(act: Act) -> bool:
    """Hold where the publisher opened the case, or filed it where it is police-born (§3.1)."""
    return act.speaks_for_one_of(act.aggregate.fact("owner"))


def nothing_open(act: Act) -> bool:
    """G-CASE-1: no referral, site action, rectification or supervision of the case is still open."""
    return not any(_is_open(one, act.law) for one in act.docket.aggregates.values())


def _is_open(one: Aggregate, law: Law) -> bool:
    match one.kind:
        case "referral" | "supervision":
            return one.state not in law.machines[one.kind].terminal
        case "site_action":
            return one.state in _OPEN_SITE_ACTION
        case "rectification":
            return one.state in _OPEN_RECTIFICATION
        case _:
            return False


def issuer(act: Act) -> bool:
    """§3.4: the organ that ordered the rectification checks it."""
    return act.speaks_for_one_of(act.aggregate.fact("issuer"))


def one_extension(act: Act) -> bool:
    """Policy: a rectification is extended once."""
    return not act.aggregate.fact("extended")


def not_before_start(act: Act) -> bool:
    """Policy: an act is not dated before the event that created the aggregate it moves."""
    return act.aggregate.born is None or act.header.occurred_at >= act.aggregate.born


def orderer_level(act: Act) -> bool:
    """§3.5: joint supervision is ordered by a national or provincial organ."""
    return act.law.organs[act.header.publisher].level in ("national", "province")


def lead(act: Act) -> bool:
    """§3.5: the order names the publisher as a lead organ 主办单位."""
    return act.speaks_for_one_of(act.aggregate.fact("leads"))


def orderer(act: Act) -> bool:
    """§3.5: who ordered the supervision lifts it."""
    return act.speaks_for_one_of(act.aggregate.fact("orderer"))


def ready_to_lift(act: Act) -> bool:
    """§3.5: a final report is in, and this case is dealt with. Other member cases are not read."""
    return bool(act.aggregate.fact("final_report")) and dealt_with(act.docket.case)


def dealt_with(case: Aggregate) -> bool:
    """§3.5: a supervised *case* is penalised, closed, concluded, or transferred for prosecution or further."""
    prosecuted = case.state == "criminal" and bool(case.fact("prosecution"))
    return prosecuted or case.state in ("penalised", "closed", "criminal_concluded")


def addressee(act: Act) -> bool:
    """§4.2: who was asked answers."""
    return act.speaks_for_one_of(act.aggregate.fact("asked"))


def original_publisher(act: Act) -> bool:
    """§4.3: only the organ that said it corrects or erases it; every event cited must be its own and remembered."""
    cited = cited_events(act.header)
    return bool(cited) and all(_is_own(act, event_id) for event_id in cited)


def _is_own(act: Act, event_id: bytes | None) -> bool:
    known = () if event_id is None else act.memory.get(event_id, ())
    return any(act.header.speaks_for(one.organ) for one in known)


GUARDS: Mapping[str, Callable[[Act], bool]] = {
    "holder": holder,
    "target-differs": target_differs,
    "case-taker": case_taker,
    "owner": owner,
    "nothing-open": nothing_open,
    "single-referral": single_referral,
    "proposer-organ": proposer_organ,
    "different-approver": different_approver,
    "cites-decision": cites_decision,
    "to-police-same-level": to_police_same_level,
    "addressed-police": addressed_police,
    "receiving-police": receiving_police,
    "to-receiving-police": to_receiving_police,
    "sender": sender,
    "notice-to-sender": notice_to_sender,
    "reroute-target": reroute_target,
    "both-sign": both_sign,
    "right-lapsed": right_lapsed,
    "decision-overdue": decision_overdue,
    "determination-attached": determination_attached,
    "fresh-filing-info": fresh_filing_info,
    "filing-authority": filing_authority,
    "access-authority": access_authority,
    "same-requester": same_requester,
    "serious": serious,
    "disposed": disposed,
    "issuer": issuer,
    "one-extension": one_extension,
    "not-before-start": not_before_start,
    "orderer-level": orderer_level,
    "lead": lead,
    "orderer": orderer,
    "ready-to-lift": ready_to_lift,
    "addressee": addressee,
    "original-publisher": original_publisher,
}
