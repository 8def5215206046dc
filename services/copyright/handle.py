"""What does the copyright desk 版权 answer to a delivery? A table: the event, and the rule that it calls."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from services.copyright import clues, rules, weighing
from services.copyright.marks import NO_MARKS, Marks
from services.copyright.owing import Duties
from yisong.desk.answering import answer
from yisong.desk.delivery import Delivery
from yisong.desk.outcome import Outcome, Park
from yisong.desk.policy import Policy
from yisong.desk.shared_duties import Rule, owe

_RULES: Final[Mapping[str, Callable[[Delivery], Duties]]] = {
    "InspectionRecorded": weighing.weigh,
    "ReferralProposed": weighing.proposed,
    "RegulatoryMeasureTaken": weighing.memo,
    "PenaltyDecided": weighing.penalised,
    "CriminalReferralSent": rules.referred,
    "ReferralReceipted": rules.receipted,
    "ReferralSupplementRequested": rules.supplement_requested,
    "ReferralRerouted": rules.rerouted,
    "CriminalFilingRefused": rules.refused,
    "ReconsiderationDecided": rules.reconsidered,
    "ProsecutorSupervisionRecorded": rules.supervision_recorded,
    "ReferralClosedUnfiled": rules.administrative,
    "CriminalOutcomeNotified": rules.outcome_notified,
    "ReverseReferralSent": rules.reverse_referred,
    "RectificationVerified": rules.rectification_failed,
    "DeadlineBreached": rules.rectification_failed,
    "SupervisionProgressReported": rules.final_reported,
    "ExternalReplyRecorded": clues.replied,
}
_MARKED: Final[Mapping[str, Callable[[Delivery, Marks], Duties]]] = {
    "ClueFound": clues.found,
    "ClueHandedOver": clues.handed_over,
    "CaseOpened": clues.archived,
    "CaseClosed": clues.archived,
}
_CLOCKS_ONLY: Final = frozenset(
    {
        *("CriminalCaseFiled", "ReferralDecided", "RectificationOrdered", "FilingInfoProvided", "SiteActionDecided"),
        *("SiteActionRequested", "FilingLookupRequested", "ReferralSupplemented", "ReconsiderationRequested"),
        *("CaseItemsHandedOver",),
    }
)
"""What asks nothing of us but what a clock says."""
_NEEDS_BODY: Final = frozenset({"InspectionRecorded", "ReferralProposed", "PenaltyDecided"})


def handle(delivery: Delivery, *, policy: Policy, marks: Marks = NO_MARKS) -> Outcome:
    """Decide what one admitted event asks of us; *marks*: what our register knows that touches it."""
    event_type = delivery.header.event_type
    if delivery.own and event_type in _NEEDS_BODY and delivery.body is None:
        return Park("body-unreadable", detail=event_type)
    return answer(delivery, policy=policy, rules=_rules(marks), nothing_owed=_CLOCKS_ONLY)


def _rules(marks: Marks) -> Mapping[str, Rule]:
    known = {name: partial(_owing, rule) for name, rule in _RULES.items()}
    return known | {name: partial(_owing_with, marks, rule) for name, rule in _MARKED.items()}


def _owing(rule: Callable[[Delivery], Duties], delivery: Delivery, _: Policy) -> Outcome:
    return owe(rule(delivery), delivery)


def _owing_with(marks: Marks, rule: Callable[[Delivery, Marks], Duties], delivery: Delivery, _: Policy) -> Outcome:
    return owe(rule(delivery, marks), delivery)
