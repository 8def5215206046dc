"""What does the cac desk 网信 answer to a delivery? A table: the event, and the rule that it calls."""

from collections.abc import Mapping
from typing import Final

from services.cac import rules
from services.cac.rules import Route
from yisong.desk.answering import answer
from yisong.desk.caused import caused, reference
from yisong.desk.clock_duties import advised, clock_duties
from yisong.desk.delivery import Delivery
from yisong.desk.outcome import Emit, NextEvent, Outcome
from yisong.desk.policy import Policy
from yisong.desk.shared_duties import Rule, owe


def handle(delivery: Delivery, *, policy: Policy) -> Outcome:
    """Decide what one admitted event asks of us."""
    return answer(delivery, policy=policy, rules=_RULES, nothing_owed=_CLOCKS_ONLY)


def clue_found(delivery: Delivery, policy: Policy) -> Outcome:
    """Hand a clue of ours to the competent copyright office where policy lets a machine, or owe that with its name."""
    route = rules.route(delivery)
    signer = policy.machine_signer("ClueHandedOver")
    if signer is None or route is None or not delivery.own:
        return owe(advised(clock_duties(delivery), rules.route_advice(route), timer="P-TRIAGE"), delivery)
    return Emit((_handed_over(delivery, route, signer),))


def _handed_over(delivery: Delivery, route: Route, signer: str) -> NextEvent:
    header = delivery.header
    if header.aggregate is None:  # the catalogue asks for the clue; an event without it is not admitted
        raise LookupError("a clue without its aggregate")
    return caused(
        delivery,
        "route",
        "ClueHandedOver",
        by=header.speaker,
        variant="agency",
        aggregate=reference(header.aggregate),
        to=[route.to.id],
        officers=[signer],
        body={"reason": "属版权管理部门职责", "evidence_count": 0},
    )


def clue_handed_over(delivery: Delivery, _: Policy) -> Outcome:
    """Owe a clue that was handed to us its next step, with the office it may belong to, and a look at the content."""
    duties = advised(clock_duties(delivery), rules.route_advice(rules.route(delivery)), timer="P-CLUE-ACK")
    return owe((*duties, *rules.content_duties(delivery)), delivery)


def content(delivery: Delivery, _: Policy) -> Outcome:
    """Owe a content measure where one is asked of us."""
    return owe(rules.content_duties(delivery), delivery)


def rectification(delivery: Delivery, _: Policy) -> Outcome:
    """Owe what becomes of an order of ours that was not met: the office that can open a case has to be told."""
    return owe(advised(clock_duties(delivery), rules.route_advice(rules.route(delivery)), timer="P-RECT-ESC"), delivery)


_RULES: Final[Mapping[str, Rule]] = {
    "ClueFound": clue_found,
    "ClueHandedOver": clue_handed_over,
    "TakedownRecorded": content,
    "RegulatoryMeasureTaken": content,
    "RectificationVerified": rectification,
    "DeadlineBreached": rectification,
}
_CLOCKS_ONLY: Final = frozenset(
    {
        *("RectificationOrdered", "SiteActionRequested", "SiteActionDecided", "FilingInfoProvided"),
        *("FilingLookupRequested", "CriminalCaseFiled", "CriminalReferralSent", "ReferralProposed", "ReferralDecided"),
        *("ReferralReceipted", "ReferralRerouted", "ReferralSupplementRequested", "ReferralSupplemented"),
        *("CriminalFilingRefused", "ReconsiderationRequested", "ReconsiderationDecided", "CaseItemsHandedOver"),
        *("ProsecutorSupervisionRecorded", "ReverseReferralSent"),
    }
)
"""What asks nothing of us but what a clock says: it is told to us, or is between two other lines."""
