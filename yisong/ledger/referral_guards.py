"""May this organ do this to a referral now? The guards of 移送, one function each; see `yisong.ledger.guards`."""

from yisong.ledger.act import Act


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
