"""
What does an event of a referral, a case or a rectification ask of a copyright organ? Values in, values out.

What a clock says is not said again here: every clock that an organ of ours owes is a duty already. These rules add what
no clock knows: a right that must not lapse unnoticed, an act that follows an outcome, advice to whoever decides.
"""

from dataclasses import replace

from services.copyright.owing import Duties, a_duty, case_ref, on_referral
from yisong.desk.clock_duties import advised, clock_duties, started, stopping_acts
from yisong.desk.delivery import Delivery
from yisong.envelope.header import AggregateRef
from yisong.publishing.instants import to_text


def referred(delivery: Delivery) -> Duties:
    """Owe the procuratorate its copy where the referral went without."""
    if not delivery.own or delivery.body is None or delivery.body["copied_to_procuratorate"]:
        return ()
    return (
        on_referral(delivery, "copy-procuratorate", (), "Y06 1", "抄送同级检察院: the referral went without a copy"),
    )


def receipted(delivery: Delivery) -> Duties:
    """Owe a look at papers that do not have the hash of the manifest: the police hold other ones than were sent."""
    checks = [] if delivery.body is None else delivery.body["manifest_check"]
    rows = checks if isinstance(checks, list) else []
    differing = [str(one["kind"]) for one in rows if one["result"] == "mismatch"]
    if not differing or delivery.own:
        return ()
    why = "材料不一致: papers that the police received do not match the manifest"
    return (on_referral(delivery, "check-papers", (), "D310 6, 7", why, advice={"kinds": differing}),)


def supplement_requested(delivery: Delivery) -> Duties:
    """Add to the 3 days which papers are missing."""
    missing = [] if delivery.body is None else delivery.body["missing"]
    return advised(clock_duties(delivery), {"missing": missing}, timer="T-REF-05")


def rerouted(delivery: Delivery) -> Duties:
    """Owe the end of a referral that the police returned: it is no matter of theirs."""
    if delivery.header.variant != "out_of_scope":
        return ()
    why = "退回: the police are not competent; end the referral and handle the case administratively"
    return (on_referral(delivery, "close-unfiled", ("ReferralClosedUnfiled",), "CX 180 para 3; D310 10", why),)


def refused(delivery: Delivery) -> Duties:
    """Owe an answer to a refusal while it may be given, and the end of the referral once the time for it has lapsed."""
    why = "不予立案: ask the same police to reconsider, or the procuratorate to supervise; a right that lapses"
    return _answer_or_close(delivery, "T-REF-09", "answer-refusal", why)


def reconsidered(delivery: Delivery) -> Duties:
    """Owe the same after a refusal was upheld: now only the procuratorate is left. What a filing asks has a clock."""
    if delivery.header.variant != "uphold":
        return clock_duties(delivery)
    why = "维持不予立案: suggest supervision to the procuratorate; a right that lapses"
    return _answer_or_close(delivery, "T-REF-11", "suggest-supervision", why)


def _answer_or_close(delivery: Delivery, timer: str, name: str, why: str) -> Duties:
    clock = next((one for one in started(delivery) if one.timer == timer), None)
    if clock is None:  # the rows of lifecycles.yaml start it; without it there is nothing to wait for
        return ()
    answers = stopping_acts(timer, delivery.agency, delivery.law)
    answer = on_referral(
        delivery, name, (*answers, "ReferralClosedUnfiled"), delivery.law.timers[timer].source, why, clock=clock
    )
    close = on_referral(
        delivery,
        "close-unfiled",
        ("ReferralClosedUnfiled", *answers),
        "D310 9, 10",
        "移送终结: once the right has lapsed unused, end the referral and handle the case administratively",
        advice={"not_before": to_text(clock.due_rolled + 1)},
    )
    return (answer, close)


def supervision_recorded(delivery: Delivery) -> Duties:
    """Owe the administrative side once the procuratorate finds the refusal right."""
    return administrative(delivery) if delivery.header.variant == "refusal_upheld" else ()


def administrative(delivery: Delivery) -> Duties:
    """Owe the case its administrative end: what is no crime may still be an infringement (D310 10; CF 27)."""
    why = "行政处理: the criminal path has ended; penalise, or close the case with reasons"
    owed = ("PenaltyDecided", "CaseClosed")
    running = (one for one in delivery.docket.clocks if one.timer == "T-ADM-02" and one.outcome == "running")
    duty = a_duty(delivery, "handle-administratively", owed, "D310 10, 13; CF 27", why)
    clock = next(running, None)
    return (duty,) if clock is None else (replace(duty, due_strict=clock.due_strict, due_rolled=clock.due_rolled),)


def outcome_notified(delivery: Delivery) -> Duties:
    """Owe what follows when the criminal case ends: the administrative side, or the end of ours."""
    match delivery.header.variant:
        case "withdrawn" | "non_prosecution":
            return administrative(delivery)
        case "judgment":
            why = "刑事办结: judgment has been given; close the case"
            return (a_duty(delivery, "close-case", ("CaseClosed",), "§3.1 (刑事判决生效)", why),)
        case _:
            return ()


def reverse_referred(delivery: Delivery) -> Duties:
    """Owe an answer to a reverse referral: no crime, and yet to be handled."""
    about = delivery.header.aggregate or case_ref(delivery)
    return tuple(
        a_duty(
            delivery,
            f"dispose {organ.id}",
            ("ReverseReferralDisposed",),
            "CF 27; D310 13 (及时, no number)",
            "反向移送: handle it, and tell the police what was done",
            by=organ.id,
            about=about,
        )
        for organ in delivery.ours
    )


def rectification_failed(delivery: Delivery) -> Duties:
    """
    Owe a case for a rectification that failed or is overdue 未按期完成整改的要依法查处 (JW2016).

    Our own has a clock (P-RECT-ESC). One that 网信 or 通信 ordered they cannot take further: only we open cases.
    """
    rectification = delivery.docket.aggregates.get(_rectification(delivery))
    if rectification is None or rectification.state not in ("failed", "overdue"):
        return ()
    issuers = [delivery.law.organs[one] for one in rectification.fact("issuer")]
    if any(one.role == delivery.agency for one in issuers):
        return ()
    running = (one for one in delivery.docket.clocks if one.timer == "P-RECT-ESC" and one.stoppable)
    clock = next((one for one in running if one.aggregate == rectification.ref), None)
    if clock is None:
        return ()
    why = "逾期整改查处: the order of another agency was not met, and only copyright can open a case"
    owed = ("CaseOpened", "PenaltyDecided")
    article = delivery.law.timers["P-RECT-ESC"].source
    return (a_duty(delivery, "escalate", owed, article, why, about=rectification.ref, clock=clock),)


def _rectification(delivery: Delivery) -> AggregateRef:
    return delivery.header.aggregate or case_ref(delivery)


def final_reported(delivery: Delivery) -> Duties:
    """Owe the orderer's decision on a final report: lift the supervision, or leave it on."""
    about = delivery.header.aggregate
    supervision = None if about is None else delivery.docket.aggregates.get(about)
    if delivery.header.variant != "final" or supervision is None:
        return ()
    why = "解除督办: the final report is in; lift the supervision, or say why not"
    article = "JW2016 (及时结案)"
    return tuple(
        a_duty(delivery, f"lift {one}", ("JointSupervisionLifted",), article, why, by=one, about=supervision.ref)
        for one in supervision.fact("orderer")
    )
