"""
What does every desk answer, whatever its agency? The rules that all four share.

Assistance is owed to whoever asks (CF 26), and its clock says until when. A joint supervision in whose ``cc`` an organ
stands is acknowledged. A breach names who owes what. A body that breaks its commitment or schema is disputed.
"""

from collections.abc import Callable, Mapping
from typing import Final

from yisong.desk.breach_duties import breach_duties
from yisong.desk.caused import caused, reference
from yisong.desk.clock_duties import clock_duties
from yisong.desk.delivery import Delivery
from yisong.desk.outcome import Duty, Emit, Ignore, IgnoreReason, NextEvent, Outcome, Owe
from yisong.desk.policy import Policy
from yisong.envelope.header import AggregateRef, Cite
from yisong.publishing.instants import to_text

Rule = Callable[[Delivery, Policy], Outcome]
"""What a desk answers to one type of event."""

_FAULTS: Final[Mapping[str, str]] = {
    "commitment": "the body does not give the body_hash of the header",
    "schema": "the body is no canonical value of the schema that the header names",
    "not_openable": "the sealed body does not open with the key that was wrapped for this reader",
}


def by_its_clocks(delivery: Delivery, _: Policy) -> Outcome:
    """
    Owe what the clocks say that this event started, each organ of ours what is its own.

    So with assistance (P-ASSIST): an answer is a person's, since no machine knows what was found. 网信 has no reply of
    its own in the catalogue: its officer answers on paper, and says that the duty is done.
    """
    return owe(clock_duties(delivery), delivery)


def joint_supervision_ordered(delivery: Delivery, policy: Policy) -> Outcome:
    """
    Acknowledge a joint supervision for each organ of ours that stands in its ``cc``: served, says `DocumentServed`.

    What the leads owe has clocks of its own (T-JS-DUE, T-JS-RPT).
    """
    signer = policy.machine_signer("DocumentServed")
    if signer is not None:
        events = tuple(_acknowledgement(delivery, organ.id, signer) for organ in delivery.told)
        return Emit(events) if events else Ignore(why_nothing(delivery))
    return owe(tuple(_to_acknowledge(delivery, organ.id) for organ in delivery.told), delivery)


def _acknowledgement(delivery: Delivery, organ: str, signer: str) -> NextEvent:
    return caused(
        delivery,
        f"acknowledge {organ}",
        "DocumentServed",
        by=organ,
        to=[delivery.header.speaker],
        officers=[signer],
        cites=[reference(_aggregate(delivery))],
        served_at=to_text(delivery.log_time),
        body={"method": "online", "receiver_token": signer},
    )


def _to_acknowledge(delivery: Delivery, organ: str) -> Duty:
    return Duty(
        name=f"acknowledge {organ}",
        by=organ,
        owed=("DocumentServed",),
        about=_aggregate(delivery),
        article="JW2016 (联合挂牌督办)",
        why="会签单位签收: the orderer sees which co-signer has not acknowledged the order",
    )


def deadline_breached(delivery: Delivery, _: Policy) -> Outcome:
    """Owe every duty that the breach names; none is left where the act has been done since."""
    duties = breach_duties(delivery)
    addressed = bool(delivery.ours)
    return Owe(duties) if duties else Ignore("concluded" if addressed else "notice")


def measure_taken(delivery: Delivery, _: Policy) -> Outcome:
    """Owe what a request for evidence asks of an organ of ours until its date; other measures ask nothing of us."""
    header = delivery.header
    if header.variant != "evidence_request":
        return Ignore(why_nothing(delivery))
    duties = (
        Duty(
            name=f"evidence {organ.id}",
            by=organ.id,
            owed=(),
            about=AggregateRef("case", header.case_id),
            article="CF 26; JW2016 (记录留存)",
            why="调取记录: what was asked for is to be handed over until the date in the request",
            due_strict=header.due_at,
            due_rolled=header.due_at,
        )
        for organ in delivery.ours
    )
    return owe(tuple(duties), delivery)


def body_disputed(delivery: Delivery, _: Policy) -> Outcome:
    """Owe the correction of a body that a recipient disputes: whoever published it says what it should have said."""
    duties = (
        Duty(
            name=f"correct {organ.id}",
            by=organ.id,
            owed=("EventCorrected",),
            about=AggregateRef("case", delivery.header.case_id),
            article="交换约定 BodyDisputed",
            why="正文异议: a recipient cannot use the body as it came",
            advice={"fault": delivery.header.variant, "cites": _texts(delivery.header.cites)},
        )
        for organ in delivery.ours
    )
    return owe(tuple(duties), delivery)


def notice(_: Delivery, __: Policy) -> Outcome:
    """Owe nothing for what only says how things stand: what is nearly due is an urgency of its duty."""
    return Ignore("notice")


SHARED: Final[Mapping[str, Rule]] = {
    "AssistanceRequested": by_its_clocks,
    "JointSupervisionOrdered": joint_supervision_ordered,
    "DeadlineBreached": deadline_breached,
    "DeadlineApproaching": notice,
    "DossierIssued": notice,
    "Heartbeat": notice,
    "RegulatoryMeasureTaken": measure_taken,
    "BodyDisputed": body_disputed,
}
"""By event type: the rule that all four desks follow, beside their own."""

NOTHING_OWED: Final = frozenset(
    {
        *("ClueFeedbackSent", "ExternalReplyRecorded", "EvidencePreserved", "InspectionRecorded", "TakedownRecorded"),
        *("CaseOpened", "CaseClosed", "PenaltyDecided", "RectificationVerified", "ReferralClosedUnfiled"),
        *("SiteSuspended", "SiteRestored", "LicenceOrFilingCancelled", "CriminalOutcomeNotified", "CasesLinked"),
        *("AssistanceReplied", "ReverseReferralDisposed", "SupervisionProgressReported", "JointSupervisionLifted"),
        *("ListEntryChanged", "PeriodicReportFiled", "CampaignPhaseChanged", "RewardGranted", "DocumentServed"),
        *("EventCorrected", "BodyErased"),
    }
)
"""Event types that only tell their addressee something, unless a desk has a rule of its own for them."""


def dispute(delivery: Delivery) -> NextEvent | None:
    """
    Return the `BodyDisputed` that a broken body calls for; None where the body is sound, ours, or a dispute itself.

    It states what two machines compared, and no officer's judgement: no policy is asked.
    """
    header, fault = delivery.header, delivery.body_fault
    if fault is None or header.event_type == "BodyDisputed" or delivery.own:
        return None
    # What a node says under its system identity is nobody's business to answer: a system organ is no addressee.
    system = delivery.law.organs[header.publisher].role == "system"
    return caused(
        delivery,
        "dispute",
        "BodyDisputed",
        by=_reader(delivery),
        variant=fault,
        to=[] if system else [header.publisher],
        body={"detail": _FAULTS.get(fault, "the body cannot be read")},
    )


def _reader(delivery: Delivery) -> str:
    """Return the organ of ours that speaks of the body: one addressed or told, else the highest of the line."""
    for organ in (*delivery.ours, *delivery.told):
        return organ.id
    return next(
        one.id for one in delivery.law.organs.values() if one.role == delivery.agency and one.level == "national"
    )


def owe(duties: tuple[Duty, ...], delivery: Delivery) -> Owe | Ignore:
    """Return *duties*, or why there are none."""
    return Owe(duties) if duties else Ignore(why_nothing(delivery))


def why_nothing(delivery: Delivery) -> IgnoreReason:
    """Return why an event that asks nothing of us was ignored."""
    if delivery.own:
        return "own-act"
    if delivery.docket.case.state in delivery.law.machines["case"].terminal:
        return "concluded"
    return "nothing-owed" if delivery.ours else "copied-for-information"


def _aggregate(delivery: Delivery) -> AggregateRef:
    return delivery.header.aggregate or AggregateRef("case", delivery.header.case_id)


def _texts(cites: tuple[Cite, ...]) -> list[str]:
    return [cite.id for cite in cites]
