"""Every refusal has its own name: one story for each code of reasons.yaml that the fold itself gives."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from tests.unit.ledger.story import Story, history, law, told
from yisong.envelope.header import Signature
from yisong.envelope.partition import partition_of
from yisong.ledger import Entry
from yisong.publishing.compose import Place

CASE = "CRB-980100-2016-000021-5"
REFERRAL = {"kind": "referral", "id": f"R-{CASE}-1"}
LOOKUP = {"kind": "lookup", "id": f"L-{CASE}-1"}
EVIDENCE = {"kind": "evidence", "id": f"E-{CASE}-2"}
PACKAGE = {"kind": "evidence_package", "sha256": "00" * 32, "size": 1, "media_type": "application/zip"}
DETERMINATION = {**PACKAGE, "kind": "determination"}


def line(story: Story, name: str, number: int, **instead: object) -> Entry:
    return story.line(history(name)[number - 1], **instead)


def h1(upto: str) -> Story:
    return told("H1").until("H1", upto)


def h4(upto: str) -> Story:
    return told("H4").until("H4", upto)


def evidence(story: Story, at: str = "2016-07-18T15:42:00+08:00", by: str = "V9801", **fields: object) -> Entry:
    whole = {"aggregate": EVIDENCE, "officers": ["U-1", "U-2"], "attachments": [PACKAGE], **fields}
    return story.says("EvidencePreserved", by=by, at=at, **whole)


def reopened(story: Story, **fields: Any) -> Entry:
    """Fold the next line of H1's evidence with fields of the record, not of the header, replaced."""
    two = history("H1")[1]
    return story.record(story.opened(two["at"], two["header"], two["body"])._replace(**fields))


def with_key_of_another_case() -> Entry:
    other = b"CRB-980100-2016-000048-K"
    return reopened(h1("ClueFound"), key=other, partition=partition_of(other, 12))


def in_another_partition() -> Entry:
    return reopened(h1("ClueFound"), partition=partition_of(CASE.encode(), 12) + 1)


def with_a_bad_check_character() -> Entry:
    story = Story("CRB-980100-2016-000021-6")
    return line(story, "H1", 1, case_id=story.case_id, aggregate={"kind": "clue", "id": f"C-{story.case_id}-1"})


def as_production_data() -> Entry:
    story = h1("ClueFound")
    two = history("H1")[1]
    opened = story.opened(two["at"], two["header"], two["body"])
    assert opened.header is not None
    return story.record(opened._replace(header=opened.header._replace(test_data=False)))


def of_another_schema() -> Entry:
    story = h1("ClueFound")
    two = history("H1")[1]
    opened = story.opened(two["at"], two["header"], two["body"])
    assert opened.header is not None
    wrong = next(f for f, name in law().rulebook.schema_event_types.items() if name == "CaseOpened")
    return story.record(opened._replace(header=opened.header._replace(body_schema=wrong)))


def of_no_type() -> Entry:
    story = h1("ClueFound")
    two = history("H1")[1]
    opened = story.opened(two["at"], two["header"], two["body"])
    assert opened.header is not None
    return story.record(opened._replace(header=opened.header._replace(event_type="EvidenceLost")))


def with_the_same_id_and_other_bytes() -> Entry:
    story, again, two = h1("ClueFound"), uuid4(), history("H1")[1]
    story.record(story.opened(two["at"], two["header"], two["body"], event_id=again))
    return story.record(story.opened(two["at"], two["header"], two["body"], event_id=again))


def with_a_broken_chain() -> Entry:
    story, two = h1("ClueFound"), history("H1")[1]
    return story.record(story.opened(two["at"], two["header"], two["body"], place=Place(2, bytes(32))))


def receipt(story: Story, **instead: object) -> Entry:
    return line(story, "H1", 10, **instead)


def second_receipt() -> Entry:
    return receipt(h1("ReferralReceipted"), occurred_at="2016-08-03T11:02:00+08:00")


def papers_incomplete() -> Entry:
    return h1("ReferralReceipted").says(
        "CriminalFilingRefused", by="P9801", at="2016-08-04T10:00:00+08:00", variant="papers_incomplete",
        aggregate=REFERRAL, to=["V9801"], doc_no="号", decided_at="2016-08-04T09:00:00+08:00",
        served_at="2016-08-04T09:30:00+08:00", approver="U-P9801-90",
    )  # fmt: skip


def rerouted(story: Story, **instead: object) -> Entry:
    return line(story, "H3", 8, **instead)


def site(story: Story, event_type: str, by: str, variant: str | None, **fields: object) -> Entry:
    aggregate = {"kind": "site_action", "id": f"S-{story.case_id}-1"}
    whole = {"doc_no": "号", "decided_at": "2016-09-01T10:00:00+08:00", "to": ["T96"], "severity": "serious", **fields}
    return story.says(
        event_type, by=by, at="2016-09-01T10:02:00+08:00", variant=variant, aggregate=aggregate,
        occurred_at="2016-09-01T10:00:00+08:00", **whole,
    )  # fmt: skip


def closing(**fields: object) -> Entry:
    whole = {"attachments": [DETERMINATION], **fields}
    return site(h4("SiteSuspended"), "SiteActionRequested", "V97", "close", **whole)


def reopened_at(place: Place) -> Entry:
    story, two = h1("ClueFound"), history("H1")[1]
    return story.record(story.opened(two["at"], two["header"], two["body"], place=place))


SUPERVISION = {"kind": "supervision", "id": f"D-{CASE}-1"}


def _supervised(by: str) -> tuple[Story, Entry]:
    story = h1("CaseOpened")
    entry = story.says(
        "JointSupervisionOrdered", by=by, at="2016-07-20T10:00:00+08:00", aggregate=SUPERVISION, to=["V9801"],
        doc_no="号", due_at="2016-12-01T23:59:59.999+08:00", cites=[{"kind": "case", "id": CASE}],
    )  # fmt: skip
    return story, entry


def supervised(by: str) -> Entry:
    return _supervised(by)[1]


def progress(by: str) -> Entry:
    story, _ = _supervised("V98")
    return story.says(
        "SupervisionProgressReported", by=by, at="2016-08-02T10:00:00+08:00", variant="progress",
        aggregate=SUPERVISION, to=["V98"],
    )  # fmt: skip


def lifted(by: str) -> Entry:
    story, _ = _supervised("V98")
    story.says(
        "SupervisionProgressReported", by="V9801", at="2016-08-02T10:00:00+08:00", variant="final",
        aggregate=SUPERVISION, to=["V98"],
    )  # fmt: skip
    return story.says(
        "JointSupervisionLifted", by=by, at="2016-08-03T10:00:00+08:00", variant="completed",
        aggregate=SUPERVISION, to=["V9801"], doc_no="号",
    )  # fmt: skip


def late_clue() -> Entry:
    story = Story("CRB-980100-2030-000001-A")
    return story.says(
        "ClueFound", by="V9801", at="2030-01-01T00:00:00+08:00", variant="feedback_wanted", pii_level="P2",
        aggregate={"kind": "clue", "id": f"C-{story.case_id}-1"},
    )  # fmt: skip


def extended_twice() -> Entry:
    story = h4("RectificationOrdered")
    aggregate = {"kind": "rectification", "id": f"Q-{story.case_id}-1"}
    for day in (9, 10):
        entry = story.says(
            "RectificationVerified", by="V97", at=f"2016-08-{day:02}T10:00:00+08:00", variant="extended",
            aggregate=aggregate, due_at="2016-09-01T23:59:59.999+08:00", approver="U-V97-90",
        )  # fmt: skip
    return entry


def undisposed() -> Entry:
    story = h4("SiteSuspended")
    assert site(story, "SiteActionRequested", "V97", "close", attachments=[DETERMINATION]).verdict == "admitted"
    return site(story, "LicenceOrFilingCancelled", "T97", "filing_cancelled")


def breached_twice() -> Entry:
    story = h1("CriminalReferralSent")
    for node in ("copyright", "police"):
        entry = story.says(
            "DeadlineBreached", by=f"S-{node}", at="2016-08-04T10:20:00+08:00", aggregate=REFERRAL, to=["P9801"],
            occurred_at="2016-08-04T10:15:00.001+08:00", due_at="2016-08-04T10:15:00+08:00",
            cites=[{"kind": "clock", "id": f"T-REF-03/{REFERRAL['id']}/1"}],
        )  # fmt: skip
    return entry


STORIES: dict[str, Callable[[], Entry]] = {
    "malformed": lambda: reopened(h1("ClueFound"), fault="malformed"),
    "unknown-schema": lambda: reopened(h1("ClueFound"), fault="unknown-schema"),
    "wrong-key": with_key_of_another_case,
    "bad-case-id": with_a_bad_check_character,
    "wrong-partition": in_another_partition,
    "test-data-mismatch": as_production_data,
    "classification-not-allowed": lambda: line(h1("ClueFound"), "H1", 2, classification="secret_juemi"),
    "unknown-org": lambda: line(h1("ClueFound"), "H1", 2, publisher="V9999"),
    "unknown-key": lambda: reopened(h1("ClueFound"), valid=(None,)),
    "key-not-valid": lambda: reopened(h1("ClueFound"), signatures=(Signature("V9801#0", "ed25519", bytes(64)),)),
    "bad-signature": lambda: reopened(h1("ClueFound"), valid=(False,)),
    "carried-hash-mismatch": lambda: reopened(h1("ClueFound"), carried_hash=bytes(32)),
    "duplicate-id-different-bytes": with_the_same_id_and_other_bytes,
    "sequence-gap": lambda: reopened_at(Place(3, None)),
    "chain-mismatch": with_a_broken_chain,
    "unknown-event-type": of_no_type,
    "schema-not-of-type": of_another_schema,
    "wrong-role": lambda: line(h1("ClueFound"), "H1", 3, publisher="P9801"),
    "unknown-variant": lambda: line(Story(), "H1", 1, variant="feedback_maybe"),
    "bad-aggregate": lambda: line(Story(), "H1", 1, aggregate={"kind": "clue", "id": f"C-{CASE}-01"}),
    "header-incomplete": lambda: line(h1("ClueFound"), "H1", 2, attachments=[]),
    "too-few-officers": lambda: line(h1("ClueFound"), "H1", 2, officers=["U-V9801-01"]),
    "approver-missing": lambda: line(h1("CriminalOutcomeNotified"), "H1", 16, approver=None),
    "countersignature-missing": lambda: line(h1("CriminalCaseFiled"), "H1", 12, countersignature=None),
    "unknown-addressee": lambda: line(h1("ClueFound"), "H1", 2, cc=["S-police"]),
    "acting-not-authorised": lambda: line(h1("ClueFound"), "H1", 2, acting_for="V9702"),
    "future-dated": lambda: line(h1("ClueFound"), "H1", 2, occurred_at="2016-07-18T15:47:00.001+08:00"),
    "case-closed": lambda: evidence(h1("CaseClosed"), at="2017-05-01T10:00:00+08:00"),
    "illegal-transition": lambda: line(Story(), "H1", 4),
    "not-approved": lambda: line(h1("ReferralProposed"), "H1", 9),
    "not-receipted": lambda: line(h1("CriminalReferralSent"), "H1", 11),
    "already-receipted": second_receipt,
    "incomplete-papers-no-ground": papers_incomplete,
    "penalty-while-criminal": lambda: h1("CriminalReferralSent").says(
        "PenaltyDecided",
        by="V9801",
        at="2016-08-04T10:00:00+08:00",
        variant="monetary",
        doc_no="号",
        aggregate={"kind": "case", "id": CASE},
        decided_at="2016-08-04T10:00:00+08:00",
        served_at="2016-08-04T10:00:00+08:00",
        approver="U-V9801-90",
    ),
    "referral-still-open": lambda: line(h1("CriminalReferralSent"), "H1", 16, cites=[]),
    "not-decided": lambda: site(h4("FilingInfoProvided"), "SiteSuspended", "T96", None),
    "double-handoff": lambda: line(h1("CriminalReferralSent"), "H1", 7, aggregate={**REFERRAL, "id": f"R-{CASE}-2"}),
    "not-holder": lambda: line(h4("ClueFound"), "H4", 2, publisher="W98"),
    "handover-to-holder": lambda: line(h4("ClueFound"), "H4", 2, to=["W97"]),
    "not-addressed": lambda: receipt(h1("CriminalReferralSent"), publisher="P9702"),
    "wrong-addressee": lambda: line(h1("ReferralDecided"), "H1", 9, to=["P98"]),
    "not-owner": lambda: line(h1("InspectionRecorded"), "H1", 7, publisher="V9702"),
    "open-work": lambda: line(h4("RectificationOrdered"), "H4", 16, cites=[]),
    "same-person-approval": lambda: line(h1("ReferralProposed"), "H1", 8, approver="U-V9801-02"),
    "decision-not-cited": lambda: line(h1("ReferralDecided"), "H1", 9, cites=[{"kind": "event", "line": 2}]),
    "not-same-organ": lambda: line(h1("ReferralReceipted"), "H1", 11, publisher="P9702"),
    "no-notice-to-sender": lambda: rerouted(told("H3").until("H3", "ReferralReceipted"), doc_no=None),
    "not-due": lambda: h1("ReferralReceipted").says(
        "ProsecutorSupervisionRecorded",
        by="V9801",
        at="2016-08-06T10:00:00+08:00",
        variant="overdue_inquiry",
        aggregate=REFERRAL,
        doc_no="号",
        served_at="2016-08-06T10:00:00+08:00",
    ),
    "determination-missing": lambda: closing(attachments=[PACKAGE]),
    "filing-info-missing": lambda: site(
        h4("SiteActionRequested"), "SiteActionDecided", "T97", "suspend_approved", cites=[]
    ),
    "not-filing-authority": lambda: line(h4("FilingInfoProvided"), "H4", 8, publisher="T98"),
    "not-access-authority": lambda: line(h4("SiteActionDecided"), "H4", 9, publisher="T97"),
    "not-requester": lambda: line(h4("RectificationVerified"), "H4", 12, publisher="V96"),
    "not-serious": lambda: closing(severity="ordinary"),
    "not-issuer": lambda: line(h4("RectificationOrdered"), "H4", 11, publisher="V9702"),
    "before-start": lambda: line(h1("ReferralProposed"), "H1", 8, occurred_at="2016-08-01T08:59:59.999+08:00"),
    "wrong-level": lambda: supervised(by="V9801"),
    "not-lead": lambda: progress(by="V9702"),
    "not-orderer": lambda: lifted(by="V00"),
    "not-ready-to-lift": lambda: lifted(by="V98"),
    "not-original-publisher": lambda: h1("EvidencePreserved").says(
        "EventCorrected", by="P9801", at="2016-07-19T10:00:00+08:00", cites=[{"kind": "event", "line": 2}]
    ),
    "body-not-sealed": late_clue,
    "extension-used-up": extended_twice,
    "disposition-missing": undisposed,
    "already-recorded": breached_twice,
}


@pytest.mark.parametrize("code", STORIES)
def test_the_refusal_is_given_its_own_name(code: str) -> None:
    entry = STORIES[code]()

    assert (entry.verdict, entry.reason) == ("refused", code)


def test_every_code_of_the_contract_has_its_story() -> None:
    assert set(STORIES) == set(law().reasons.codes)


@pytest.mark.parametrize("code", STORIES)
def test_only_what_passes_the_first_five_steps_is_remembered(code: str) -> None:
    entry = STORIES[code]()
    notice = entry.header is not None and entry.header.publisher.startswith("S-")

    assert entry.remembered == (law().reasons.codes[code].step > 5 and not notice)
