"""What does an admitted event ask of the police line 公安? A delivery in, an outcome out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from services.police.rules import (
    Checked,
    elsewhere,
    had_before,
    in_hand,
    is_complete,
    manifest_check,
    missing_kinds,
    running,
)
from yisong.desk.answering import answer
from yisong.desk.caused import caused, reference
from yisong.desk.clock_duties import advised, clock_duties, duties_of
from yisong.desk.delivery import Delivery
from yisong.desk.outcome import Duty, Emit, NextEvent, Outcome
from yisong.desk.papers import Paper, Papers
from yisong.desk.policy import Policy
from yisong.desk.shared_duties import Rule, by_its_clocks, owe
from yisong.envelope.header import AggregateRef
from yisong.ledger import Aggregate
from yisong.publishing.instants import to_text


def handle(delivery: Delivery, *, policy: Policy, papers: Papers) -> Outcome:
    """Decide what one admitted event asks of us; *papers*: what was handed in."""
    receipt: Rule = partial(referral_sent, papers=papers)
    return answer(delivery, policy=policy, rules={**RULES, "CriminalReferralSent": receipt}, nothing_owed=NOTHING_OWED)


def referral_sent(delivery: Delivery, policy: Policy, *, papers: Papers) -> Outcome:
    """
    Sign the receipt 回执 where policy lets a machine sign and every paper is the one announced; else prepare it.

    Prepared means: the officer who owes it sees what the comparison came to, what is missing, and who else may be
    competent. Whatever is missing is no ground for refusing the case (CX 180 ¶2).
    """
    header, ref = delivery.header, _about(delivery)
    received = papers.of(ref.id)
    check = manifest_check(header.attachments, received) if received else ()
    signer = policy.machine_signer("ReferralReceipted")
    if signer is not None and len(delivery.ours) == 1 and is_complete(check):
        return Emit((_receipt(delivery, check, received, signer=signer),))
    advice: dict[str, object] = {"attached": [one.kind for one in header.attachments]}
    if missing := missing_kinds(header.attachments):
        advice["missing"] = list(missing)
    if check:
        advice["manifest_check"] = _rows(check)
    duties = advised(clock_duties(delivery), advice, timer="T-REF-03")
    return owe(tuple(_hinted(delivery, duty) for duty in duties), delivery)


def _receipt(delivery: Delivery, check: Sequence[Checked], received: Sequence[Paper], *, signer: str) -> NextEvent:
    header, organ, ref = delivery.header, delivery.ours[0].id, _about(delivery)
    handed_in = max(paper.received_at for paper in received)
    if delivery.law.bus.profile == "demo":  # where a case's own log time is its now
        handed_in = min(handed_in, delivery.docket.log_time)
    return caused(
        delivery,
        "receipt",
        "ReferralReceipted",
        by=organ,
        variant="general",
        aggregate=reference(ref),
        to=[header.speaker],
        officers=[signer],
        body={
            "receipt_no": f"{organ}-{ref.id}",
            "received_at": to_text(handed_in),
            "manifest_check": _rows(check),
        },
    )


def _hinted(delivery: Delivery, duty: Duty) -> Duty:
    competent = elsewhere(delivery.law.organs[duty.by], delivery.header.region_code, delivery.law, at=delivery.log_time)
    return replace(duty, advice={**duty.advice, "jurisdiction": list(competent)}) if competent else duty


def receipted(delivery: Delivery, _: Policy) -> Outcome:
    """
    Owe what our own receipt sets going: the decision, in 3 days.

    Within 24 hours also a request for what is missing, and a re-route where another organ seems competent.
    """
    ref, organ = _about(delivery), delivery.header.speaker
    if not delivery.own:
        return owe((), delivery)
    duties = (
        *clock_duties(delivery),
        *_to_ask_for_papers(delivery, ref, organ),
        *_to_weigh_a_reroute(delivery, delivery.docket.aggregates.get(ref), organ, delivery.header.region_code),
    )
    return owe(duties, delivery)


def _to_ask_for_papers(delivery: Delivery, ref: AggregateRef, organ: str) -> Iterator[Duty]:
    """Yield the duty to ask for papers that the receipt's check has not found, or found to be others."""
    lines = (delivery.body or {}).get("manifest_check")
    rows = [row for row in lines if isinstance(row, Mapping)] if isinstance(lines, list) else []
    lacking = [str(row.get("kind")) for row in rows if row.get("result") != "match"]
    clock = running(delivery.docket, "T-REF-04", ref)
    if not lacking or clock is None:
        return
    why = "通知补正: papers are missing or are not those announced; the case is not refused for it"
    for duty in duties_of(clock, delivery, by=(organ,)):
        yield replace(duty, why=why, advice={"missing": lacking})


def _to_weigh_a_reroute(delivery: Delivery, referral: Aggregate | None, organ: str, region: str) -> Iterator[Duty]:
    """Yield the duty to weigh whether another organ is competent for *region*, with whom a re-route would tell."""
    clock = None if referral is None else running(delivery.docket, "T-REF-06", referral.ref)
    if referral is None or clock is None:
        return
    competent = elsewhere(delivery.law.organs[organ], region, delivery.law, at=delivery.log_time)
    # Whoever had it and passed it on has found itself not competent: the case is not sent back there.
    if not competent or had_before(delivery.docket, referral.ref).intersection(competent):
        return
    why = "管辖转送: another organ seems competent; a re-route needs an approval and the written notice to the sender"
    advice = {"jurisdiction": list(competent), "region": region, "notice_to": list(referral.fact("sender"))}
    for duty in duties_of(clock, delivery, by=(organ,)):
        yield replace(duty, why=why, advice=advice)


def filing_info_provided(delivery: Delivery, _: Policy) -> Outcome:
    """Owe a look at the jurisdiction where a site turns out to have its access in another region."""
    region = (delivery.body or {}).get("access_region")
    if not isinstance(region, str):
        return owe((), delivery)
    duties = (
        duty
        for organ in delivery.ours
        for referral in in_hand(delivery.docket, organ.id)
        for duty in _to_weigh_a_reroute(delivery, referral, organ.id, region)
    )
    return owe(tuple(duties), delivery)


def rerouted(delivery: Delivery, _: Policy) -> Outcome:
    """Owe the receipt anew: the new organ's time runs from its own receipt (自接受之日)."""
    advice = {"rerouted_by": delivery.header.speaker}
    return owe(advised(clock_duties(delivery), advice, timer="T-REF-03"), delivery)


def items_handed_over(delivery: Delivery, _: Policy) -> Outcome:
    """Owe the clearing up of differences that the list of items names."""
    found = (delivery.body or {}).get("discrepancies")
    count = len(found) if isinstance(found, list) else 0
    duties = (
        Duty(
            name=f"discrepancies {organ.id}",
            by=organ.id,
            owed=(),
            about=_about(delivery),
            article="CX 185",
            why="物品差异: what was handed over differs from the ledger",
            advice={"discrepancies": count},
        )
        for organ in delivery.ours
        if count
    )
    return owe(tuple(duties), delivery)


def _about(delivery: Delivery) -> AggregateRef:
    return delivery.header.aggregate or delivery.docket.case.ref


def _rows(check: Sequence[Checked]) -> list[dict[str, str]]:
    return [{"kind": line.kind, "result": line.result} for line in check]


RULES: Final[Mapping[str, Rule]] = {
    "ClueFound": by_its_clocks,
    "ClueHandedOver": by_its_clocks,
    "ReferralReceipted": receipted,
    "ReferralRerouted": rerouted,
    "CriminalCaseFiled": by_its_clocks,
    "ReconsiderationRequested": by_its_clocks,
    "ReconsiderationDecided": by_its_clocks,
    "ProsecutorSupervisionRecorded": by_its_clocks,
    "CaseItemsHandedOver": items_handed_over,
    "CriminalOutcomeNotified": by_its_clocks,
    "FilingInfoProvided": filing_info_provided,
}
"""By event type: what the police line does, beside what every desk does."""

NOTHING_OWED: Final = frozenset(
    {
        *("ReferralProposed", "ReferralDecided", "ReferralSupplemented", "CriminalFilingRefused"),
        *("ReverseReferralSent", "SiteActionDecided", "RectificationOrdered"),
    }
)
"""Further event types that only tell an addressee of the police something; where time runs, another duty says so."""
