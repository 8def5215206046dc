"""What does a clue ask of who holds it? To be taken up, answered, and put beside what is known already."""

from collections.abc import Iterator
from dataclasses import replace

from services.copyright.marks import CORPORATE, Marks
from services.copyright.owing import Duties, a_duty, case_ref, is_register
from yisong.desk.clock_duties import advised, clock_duties, duties_of
from yisong.desk.delivery import Delivery
from yisong.desk.outcome import Duty
from yisong.publishing.feedback import feedback_faults


def found(delivery: Delivery, marks: Marks) -> Duties:
    """Owe the clue its triage and the reporter an answer; a clue of another agency is only told to us."""
    if not delivery.own:
        return ()
    duties = advised(clock_duties(delivery), _known(marks), timer="P-TRIAGE")
    by = delivery.header.speaker
    return (*duties, *_feedback_without_clock(delivery, by), *_link_or_merge(delivery, marks, by))


def handed_over(delivery: Delivery, marks: Marks) -> Duties:
    """Owe a clue that was handed to us what its finder owed: to be taken up, and an answer to the reporter."""
    duties = advised(clock_duties(delivery), _known(marks), timer="P-CLUE-ACK")
    further = [
        duty
        for organ in delivery.ours
        for duty in (*_feedback_taken_over(delivery, organ.id), *_link_or_merge(delivery, marks, organ.id))
    ]
    return (*duties, *further)


def replied(delivery: Delivery) -> Duties:
    """Owe a clue that came back from outside the bus its next step: nobody else has it any more."""
    waits = delivery.docket.case.state == "handed_over"
    if not delivery.own or delivery.header.variant == "accepted" or not waits:
        return ()
    why = "总线外单位已答复: take the clue up, hand it on, or close it"
    owed = ("CaseOpened", "CaseClosed", "ClueHandedOver")
    article = "campaign notice of 2006 (及时作出处理)"
    return (a_duty(delivery, "after-reply", owed, article, why, by=delivery.header.speaker),)


def archived(delivery: Delivery, marks: Marks) -> Duties:
    """Owe a correction where the file of a company's complaint is not put into its series of its own 案卷另行存档."""
    if not delivery.own or delivery.body is None or marks.series != CORPORATE:
        return ()
    if delivery.body["archive_series"] == CORPORATE:
        return ()
    why = "案卷另行存档: the complaint of a company or association has an archive series of its own"
    said = {"archive_series": CORPORATE}
    article = "campaign notice of 2006 (案卷另行存档)"
    by = delivery.header.speaker
    return (a_duty(delivery, "archive-apart", ("EventCorrected",), article, why, by=by, advice=said),)


def late_marks(case_id: str, marks: Marks) -> dict[str, object]:
    """Return what an officer should know of a clue that nobody has taken up yet, with what it is proposed to do."""
    proposed = {"propose": _proposal(case_id, marks)} if marks.same_target else {}
    return _known(marks) | proposed


def _proposal(case_id: str, marks: Marks) -> str:
    """Propose to merge with a case of the same region, and to link with one of another."""
    return "merge" if any(one[4:10] == case_id[4:10] for one in marks.same_target) else "link"


def _known(marks: Marks) -> dict[str, object]:
    """Return what an officer should know of the clue before taking it up: codes and numbers only."""
    said = {
        "protected_works": list(marks.protected),
        "same_target": list(marks.same_target),
        "archive_series": marks.series if marks.series != "general" else None,
    }
    return {name: value for name, value in said.items() if value}


def _feedback_without_clock(delivery: Delivery, by: str) -> Iterator[Duty]:
    """Owe an answer that no clock counts: a clue from elsewhere may say `feedback_not_wanted` where one is owed."""
    header = delivery.header
    if delivery.body is None or not any(feedback_faults(header.event_type, header.variant, delivery.body)):
        return
    why = "举报反馈: who complained is always answered, whatever the clue says"
    about = header.aggregate or case_ref(delivery)
    article = "campaign notice of 2006 (及时反馈, no number)"
    yield a_duty(delivery, "feedback", ("ClueFeedbackSent",), article, why, by=by, about=about)


def _feedback_taken_over(delivery: Delivery, organ: str) -> Iterator[Duty]:
    """Owe the answer that the finder owed: only copyright sends feedback, and who holds the clue knows the outcome."""
    for clock in delivery.docket.clocks:
        if clock.timer == "P-FEEDBACK" and clock.stoppable and clock.started_by != delivery.offset:
            for duty in duties_of(clock, delivery, by=(organ,)):
                yield replace(duty, why="举报反馈: the reporter waits for an answer from whoever takes the clue up")


def _link_or_merge(delivery: Delivery, marks: Marks, by: str) -> Iterator[Duty]:
    """Owe a decision on what to do with a clue whose target another open case has: link the cases, or merge them."""
    if not marks.same_target or is_register(delivery):
        return
    why = "同一对象: another open case has this target; merge the clue into it, or link the cases"
    said = {"cases": list(marks.same_target), "propose": _proposal(delivery.header.case_id, marks)}
    owed = ("CasesLinked", "CaseClosed:merged")
    article = "JW2016 (线索共享, 集群战役); campaign notice of 2006 (追根溯源)"
    yield a_duty(delivery, f"link-or-merge {by}", owed, article, why, by=by, advice=said)
