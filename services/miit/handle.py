"""What does an admitted event ask of the telecoms line 通信? A delivery in, an outcome out."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Final

from services.miit.rules import (
    LookedUp,
    cited_sites,
    closing_advice,
    day,
    decision_advice,
    filing_info,
    looked_up,
)
from yisong.desk.answering import answer
from yisong.desk.caused import caused, reference
from yisong.desk.clock_duties import advised, clock_duties
from yisong.desk.delivery import Delivery
from yisong.desk.filings import Register, asked_of
from yisong.desk.outcome import Duty, Emit, NextEvent, Outcome, Owe
from yisong.desk.policy import Policy
from yisong.desk.shared_duties import Rule, by_its_clocks, owe
from yisong.envelope.header import AggregateRef

_NO_NUMBER: Final = "JW2016 (及时, no number)"


def handle(delivery: Delivery, *, policy: Policy, register: Register) -> Outcome:
    """Decide what one admitted event asks of us; *register*: the filings of this line."""
    look_up: Rule = partial(filing_looked_up, register=register)
    return answer(delivery, policy=policy, rules={**RULES, "FilingLookupRequested": look_up}, nothing_owed=NOTHING_OWED)


def filing_looked_up(delivery: Delivery, policy: Policy, *, register: Register) -> Outcome:
    """
    Answer a look-up from our own register where policy lets a machine sign; else owe it, with what the register says.

    A person answers what no register is kept by, what cannot be read, and what is filed with another province.
    """
    if not delivery.ours:
        return owe((), delivery)
    target = delivery.body.get("target") if delivery.body is not None else None
    asked = asked_of(target) if isinstance(target, Mapping) else None
    if asked is None:
        return Owe(advised(clock_duties(delivery), {"register": "not_asked"}, timer="P-FILING"))
    filing = register.find(asked, on=day(delivery.log_time))
    said = looked_up(filing, [organ.id for organ in delivery.ours], delivery.law)
    signer = policy.machine_signer("FilingInfoProvided")
    if signer is not None and said.by is not None:
        return Emit((_filing_info_provided(delivery, said, by=said.by, signer=signer),))
    advice = {"register": said.found, **({"filed_with": filing.authority} if filing is not None else {})}
    return Owe(advised(clock_duties(delivery), advice, timer="P-FILING"))


def _filing_info_provided(delivery: Delivery, said: LookedUp, *, by: str, signer: str) -> NextEvent:
    header = delivery.header
    return caused(
        delivery,
        "filing-info",
        "FilingInfoProvided",
        by=by,
        variant=said.found,
        aggregate=reference(_about(delivery)),
        to=list(dict.fromkeys((header.publisher, header.speaker))),
        officers=[signer],
        cites=cited_sites(header),
        body=filing_info(said.filing, as_of=delivery.log_time),
    )


def filing_info_provided(delivery: Delivery, _: Policy) -> Outcome:
    """Owe the handling of a site that turned out not to be filed: 未备案 is itself a violation."""
    if not delivery.own or delivery.header.variant != "not_found":
        return owe((), delivery)
    organ = delivery.header.speaker
    duty = Duty(
        name=f"not filed {organ}",
        by=organ,
        owed=("RectificationOrdered",),
        about=delivery.docket.case.ref,
        article="Measures on Internet Information Services art 19",
        why="未备案: a site that is not filed is to be ordered to put that right",
    )
    return Owe((duty,))


def site_action_requested(delivery: Delivery, _: Policy) -> Outcome:
    """
    Owe the decision of the filing province on a suspension, a closure or a restoration, with what it rests on.

    A restoration has no clock: the law says 及时 and the table gives it no number.
    """
    header, site = delivery.header, _about(delivery)
    duties = []
    for duty in _to_decide_on_restoring(delivery) if header.variant == "restore" else clock_duties(delivery):
        advice = decision_advice(delivery.docket, site, organ=duty.by)
        if header.variant == "close":
            advice |= closing_advice(delivery.docket, header)
        duties.append(replace(duty, advice=advice))
    return owe(tuple(duties), delivery)


def _to_decide_on_restoring(delivery: Delivery) -> tuple[Duty, ...]:
    return tuple(
        Duty(
            name=f"restore {organ.id}",
            by=organ.id,
            owed=("SiteActionDecided",),
            about=_about(delivery),
            article=_NO_NUMBER,
            why="恢复接入决定: whether the site gets its access back",
        )
        for organ in delivery.ours
    )


def site_action_decided(delivery: Delivery, policy: Policy) -> Outcome:
    """Owe the execution by the access province: a suspension under its clock, a restoration without one."""
    if delivery.header.variant != "restore_approved":
        return by_its_clocks(delivery, policy)
    duties = (
        Duty(
            name=f"execute {organ.id}",
            by=organ.id,
            owed=("SiteRestored",),
            about=_about(delivery),
            article=_NO_NUMBER,
            why="恢复接入: the access province lets its provider restore the site, and reports back",
        )
        for organ in delivery.ours
    )
    return owe(tuple(duties), delivery)


def cancelled(delivery: Delivery, _: Policy) -> Outcome:
    """Owe the notices, to access providers and the registry, that a cancellation calls for and did not come with it."""
    body = delivery.body
    if not delivery.own or body is None:
        return owe((), delivery)
    to_registry = delivery.header.variant == "licence_revoked" and not body.get("registry_notified")
    lacking = {
        "providers": (not body.get("providers_notified"), "JW2016 (通知相关接入服务商停止接入)", "通知接入服务商"),
        "registry": (to_registry, "Telecom Regulations art 77", "通知登记机关"),
    }
    # The site action has ended with the cancellation, and these are still owed.
    duties = (
        Duty(
            name=f"tell {who}",
            by=delivery.header.speaker,
            owed=(),
            about=delivery.docket.case.ref,
            article=article,
            why=f"{why}: the notice was not sent when the filing or licence was cancelled",
        )
        for who, (is_lacking, article, why) in lacking.items()
        if is_lacking
    )
    return owe(tuple(duties), delivery)


def _about(delivery: Delivery) -> AggregateRef:
    return delivery.header.aggregate or delivery.docket.case.ref


RULES: Final[Mapping[str, Rule]] = {
    "ClueFound": by_its_clocks,
    "ClueHandedOver": by_its_clocks,
    "FilingInfoProvided": filing_info_provided,
    "SiteActionRequested": site_action_requested,
    "SiteActionDecided": site_action_decided,
    "LicenceOrFilingCancelled": cancelled,
    "RectificationOrdered": by_its_clocks,
}
"""By event type: what the telecoms line does, beside what every desk does."""

NOTHING_OWED: Final = frozenset({"CriminalCaseFiled", "ReferralProposed", "ReferralDecided"})
"""Further event types that only tell an addressee of the telecoms line something."""
