"""Do the figures of our own acts ask for a decision on a referral? A duty, with what the thresholds say as advice."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from services.copyright import figures
from services.copyright.figures import Screened
from services.copyright.owing import Duties, a_duty, case_ref, is_given_back, is_referred, is_register
from yisong.desk.clock_duties import advised, clock_duties
from yisong.desk.delivery import Delivery
from yisong.desk.outcome import Duty
from yisong.legal_time.counting import due
from yisong.rulebook.limits import Flag

_DECISION: Final = ("ReferralProposed", "RegulatoryMeasureTaken:no_referral_memo")
_ARTICLE: Final[dict[Flag, str]] = {"RED": "D310 3 para 1", "AMBER": "D310 3 para 2", "GREY": "D310 3"}


def weigh(delivery: Delivery) -> Duties:
    """
    Owe a decision on referring the case, or a note why not, where our own figures reach a threshold or half of it.

    Nothing where a referral is under way, nor where another organ's act is only told to us. Where figures are missing
    altogether, they are to be found out: unknown is not zero.
    """
    found = figures.screened(delivery) if delivery.own and not is_referred(delivery) else None
    if found is None or found.screening.flag is None:
        return ()
    if is_register(delivery):
        return _case_to_open(delivery, found) if found.screening.flag != "GREY" else ()
    if found.screening.flag == "GREY":
        return _to_find_out(delivery, found)
    return _to_decide(delivery, found)


def _to_decide(delivery: Delivery, found: Screened) -> Duties:
    flag = found.screening.flag or "GREY"
    asked = delivery.law.rulebook.thresholds.duties[flag]
    why = f"{'达到移送标准' if flag == 'RED' else '接近移送标准'}: refer the case, or record why not ({asked})"
    return (a_duty(delivery, "decide-on-referral", _DECISION, _ARTICLE[flag], why, advice=figures.advice(found)),)


def _to_find_out(delivery: Delivery, found: Screened) -> Duties:
    """Owe the missing figures of an inspection that found something, while nobody has decided on the case."""
    investigated = delivery.docket.case.state in ("open", "penalised")
    if delivery.header.event_type != "InspectionRecorded" or not investigated:
        return ()
    why = "指标不明: find out what was not measured, then refer the case or record why not"
    owed = (*_DECISION, "PenaltyDecided", "CaseClosed")
    return (a_duty(delivery, "find-out", owed, _ARTICLE["GREY"], why, advice=figures.advice(found)),)


def _case_to_open(delivery: Delivery, found: Screened) -> Duties:
    """Owe a case for what a patrol found: the register docket holds no case, so an officer says when it is opened."""
    about = delivery.header.aggregate or case_ref(delivery)
    why = "巡查发现: open a case for it, and decide there on a referral"
    return (a_duty(delivery, "open-case", (), "D310 3", why, about=about, advice=figures.advice(found)),)


def proposed(delivery: Delivery) -> Duties:
    """Add to the head's 3 days what the thresholds say of the figures, and which rules the report left out."""
    found = figures.screened(delivery)
    duties = clock_duties(delivery)
    return duties if found is None else advised(duties, figures.advice(found), timer="T-REF-01")


def memo(delivery: Delivery) -> Duties:
    """Owe a proposal after a note why not, where the note's own figures reach a threshold: 必须移送 is no choice."""
    found = figures.screened(delivery) if delivery.own and delivery.header.variant == "no_referral_memo" else None
    if found is None or found.screening.flag != "RED" or is_referred(delivery):
        return ()
    why = "不移送说明与指标不符: the figures in the note reach a threshold, where a referral is no choice"
    said = figures.advice(found)
    return (a_duty(delivery, "memo-contradicted", ("ReferralProposed",), _ARTICLE["RED"], why, advice=said),)


def penalised(delivery: Delivery) -> Duties:
    """
    Weigh the amounts that were found; one that should have been referred is copied to police and procuratorate.

    Nothing where the police have had the case and given it back: the penalty is what is left to do.
    """
    if is_given_back(delivery):
        return ()
    found = figures.screened(delivery) if delivery.own else None
    late = found is not None and found.screening.flag == "RED" and delivery.header.variant == "monetary"
    return (*weigh(delivery), *(_copy_of_penalty(delivery) if late and not is_referred(delivery) else ()))


def _copy_of_penalty(delivery: Delivery) -> Iterator[Duty]:
    """
    Owe the copy of the decision (Y06 1), within the time that T-ADM-01 gives it.

    No header can start that clock: whether the case should have been referred is what the figures of a body say.
    """
    timer = delivery.law.timer_at("T-ADM-01", delivery.log_time)
    if timer is None:
        return
    calendar = delivery.law.calendar.as_known(delivery.log_time)
    ends = due(timer, delivery.header.decided_at or delivery.header.occurred_at, calendar=calendar)
    why = f"{timer.zh}: fined although a threshold is reached; police and procuratorate get a copy"
    duty = a_duty(delivery, "copy-penalty", (), timer.source, why)
    yield replace(duty, due_strict=ends.strict, due_rolled=ends.rolled)
