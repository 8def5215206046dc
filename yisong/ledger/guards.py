"""
May this organ do this now? The named conditions of lifecycles.yaml, one function each.

A guard reads the header, log time and what is remembered of its own docket, and nothing else. Its name and the reason
that its failure gives stand in lifecycles.yaml, with its article. An organ that acts for another speaks for both.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from yisong.envelope.header import Header
from yisong.ledger.cites import cited_events
from yisong.ledger.docket import Aggregate, Docket, FilingInfo
from yisong.ledger.law import Law
from yisong.ledger.verdict import Memory
from yisong.legal_time.days import MS_PER_DAY

FRESH_FILING_INFO = 30 * MS_PER_DAY
_OPEN_SITE_ACTION = frozenset({"requested", "locating", "located", "approved"})
_OPEN_RECTIFICATION = frozenset({"ordered", "overdue", "failed"})


class Act(NamedTuple):
    """What a guard may look at: the act, the *aggregate* that it moves, and the docket around it."""

    header: Header
    log_time: int
    aggregate: Aggregate
    docket: Docket
    law: Law
    memory: Memory

    @property
    def cited(self) -> frozenset[str]:
        """Ids (32 hexadecimal digits) of the events that the act cites."""
        return frozenset(event_id.hex() for event_id in cited_events(self.header) if event_id is not None)

    def speaks_for_one_of(self, organs: tuple[str, ...]) -> bool:
        """Hold where the publisher, or the organ it acts for, is one of *organs*."""
        return any(self.header.speaks_for(organ) for organ in organs)


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


def single_referral(act: Act) -> bool:
    """Hold where no other referral of this case is short of a terminal state."""
    terminal = act.law.machines["referral"].terminal
    others = (one for one in act.docket.aggregates.values() if one.kind == "referral")
    return all(one.state in terminal for one in others if one.ref != act.header.aggregate)


def proposer_organ(act: Act) -> bool:
    """D310 art 5: the organ that proposed the referral decides on it and sends it."""
    return act.speaks_for_one_of(act.aggregate.fact("proposer"))


def different_approver(act: Act) -> bool:
    """D310 art 5: separation of duty; who proposed does not approve."""
    return act.header.approver not in act.aggregate.fact("proposing_officers")


def cites_decision(act: Act) -> bool:
    """D310 art 5, 6: the admitted approval of this referral is cited."""
    return bool(act.cited.intersection(act.aggregate.fact("approvals")))


def to_police_same_level(act: Act) -> bool:
    """D310 art 5: exactly one addressee, a police organ of the sender's level 同级."""
    if len(act.header.to) != 1:
        return False
    addressee, sending = act.law.organs[act.header.to[0]], act.law.organs[act.header.speaker]
    return addressee.role == "police" and addressee.level == sending.level


def addressed_police(act: Act) -> bool:
    """D310 art 7: who has passed a case on cannot take it back by signing the receipt 回执."""
    return act.speaks_for_one_of(act.aggregate.fact("addressed"))


def receiving_police(act: Act) -> bool:
    """D310 art 7 to 9: the police organ that gave the newest receipt."""
    return act.speaks_for_one_of(act.aggregate.fact("receiver"))


def to_receiving_police(act: Act) -> bool:
    """D310 art 9: reconsideration is asked of the organ that refused."""
    return act.header.to == act.aggregate.fact("refuser")


def sender(act: Act) -> bool:
    """D310 art 5, 9, 12: the copyright organ that sent the referral."""
    return act.speaks_for_one_of(act.aggregate.fact("sender"))


def notice_to_sender(act: Act) -> bool:
    """D310 art 7 书面告知; CX 180 para 3: the sender is told in writing, with number and date of service."""
    header = act.header
    told = set(act.aggregate.fact("sender")) & {*header.to, *header.cc}
    return bool(header.doc_no) and header.served_at is not None and bool(told)


def reroute_target(act: Act) -> bool:
    """D310 art 7; CX 175: exactly one addressee, another police organ."""
    to = act.header.to
    return len(to) == 1 and act.law.organs[to[0]].role == "police" and not act.header.speaks_for(to[0])


def both_sign(act: Act) -> bool:
    """CX 185: the police organ that holds the referral countersigns; its signature was verified at step 7."""
    return act.header.countersignature in act.aggregate.fact("receiver")


def right_lapsed(act: Act) -> bool:
    """D310 art 9: the time to ask for reconsideration, or for supervision, has run out unused."""
    return _run_out(act, "T-REF-09" if act.aggregate.state == "refused" else "T-REF-11")


def decision_overdue(act: Act) -> bool:
    """GZ 562: the police have let the time for their decision run out."""
    return _run_out(act, "T-REF-07") or _run_out(act, "T-REF-07E")


def _run_out(act: Act, timer: str) -> bool:
    return any(
        clock.timer == timer and clock.aggregate == act.aggregate.ref and clock.stoppable and clock.ran_out
        for clock in act.docket.clocks
    )


def determination_attached(act: Act) -> bool:
    """G-SITE-1, MII Order 33: the written determination 书面认定意见 is attached."""
    return any(attachment.kind == "determination" for attachment in act.header.attachments)


def _fresh_infos(act: Act) -> tuple[FilingInfo, ...]:
    cited = act.cited
    oldest = act.log_time - FRESH_FILING_INFO
    return tuple(info for info in act.docket.filing_infos if info.event_id in cited and info.occurred_at >= oldest)


def fresh_filing_info(act: Act) -> bool:
    """Policy: an answer to a filing look-up, not more than 30 days old at log time, is cited instead of a new one."""
    return bool(_fresh_infos(act))


def filing_authority(act: Act) -> bool:
    """Cross-province practice: who answered the look-up that located the site, or the fresh one that is cited."""
    known = act.aggregate.fact("filing_authority") or tuple(info.organ for info in _fresh_infos(act))
    return act.speaks_for_one_of(known)


def access_authority(act: Act) -> bool:
    """Cross-province practice: the newest approving decision names the publisher."""
    return act.speaks_for_one_of(act.aggregate.fact("access_authority"))


def same_requester(act: Act) -> bool:
    """§3.3: who asked for the suspension, or its superior."""
    asked, speaking = act.aggregate.fact("requester"), {act.header.publisher, act.header.speaker}
    return act.speaks_for_one_of(asked) or any(
        act.law.is_superior(organ, of=one) for organ in speaking for one in asked
    )


def serious(act: Act) -> bool:
    """JW2016 (A55), G-SITE-3: the infringement is serious 情节严重."""
    return act.header.severity == "serious"


def disposed(act: Act) -> bool:
    """JW2016 (A55), G-SITE-3: a copyright bureau or the police have dealt with the case 经版权、公安部门查处."""
    return bool(act.docket.case.fact("disposed"))


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
    case = act.docket.case
    dealt_with = case.state in ("penalised", "closed", "criminal_concluded")
    prosecuted = case.state == "criminal" and bool(case.fact("prosecution"))
    return bool(act.aggregate.fact("final_report")) and (dealt_with or prosecuted)


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
