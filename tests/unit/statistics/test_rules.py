"""One sentence a column: what makes it grow, and what does not."""

from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from yisong.statistics.rules import FILED_ONLY, READ, STOCKS, Amount, amounts

ROOT = Path(__file__).parents[3]
EVENTS = yaml.safe_load((ROOT / "rulebook" / "events.yaml").read_text("utf-8"))
COLUMNS = tuple(EVENTS["enums"]["stat_column"])


def counts(event_type: str, variant: str | None = None, **body: object) -> dict[str, int | None]:
    """Return what an event with this body counts for."""
    return {one.stat: one.value for one in amounts(event_type, variant, body, None)}


def closed(event_type: str, variant: str | None = None) -> Mapping[str, Amount]:
    """Return the same of an event whose body another line keeps for itself."""
    return {one.stat: one for one in amounts(event_type, variant, None, "not-in-audience")}


def test_an_inspection_counts_sites_works_and_problems() -> None:
    said = counts("InspectionRecorded", sites_checked=3, works_checked=260, problems_found=1, items=[])

    assert said == {"sites_patrolled": 3, "works_checked": 260, "problems_found": 1}


def test_problems_that_an_inspection_does_not_state_are_unknown_and_not_none() -> None:
    (problems,) = (
        one
        for one in amounts("InspectionRecorded", None, {"sites_checked": 1, "works_checked": 1}, None)
        if one.stat == "problems_found"
    )

    assert (problems.value, problems.why) == (None, "unknown")


def test_only_what_was_seized_or_confiscated_is_seized_and_by_its_unit() -> None:
    items = [
        {"quantity": 40, "unit": "tape", "measure": "seized"},
        {"quantity": 2, "unit": "disc", "measure": "confiscated"},
        {"quantity": 5, "unit": "disc", "measure": "seized"},
        {"quantity": 310, "unit": "disc", "measure": "listed"},
        {"quantity": 7, "unit": "box", "measure": "preserved"},
        {"quantity": 8, "unit": "set", "measure": "sealed"},
        {"quantity": 9, "unit": "set"},
    ]
    found = amounts("InspectionRecorded", None, {"sites_checked": 0, "works_checked": 0, "items": items}, None)

    assert [(one.detail, one.value) for one in found if one.stat == "items_seized"] == [("disc", 7), ("tape", 40)]


def test_items_handed_over_to_the_police_are_not_counted_again() -> None:
    assert counts("CaseItemsHandedOver", items=[{"quantity": 4, "unit": "piece", "measure": "seized"}]) == {}


@pytest.mark.parametrize(
    ("event_type", "variant", "column"),
    [
        ("ClueFound", "feedback_wanted", "clues_received"),
        ("ClueFound", "feedback_not_wanted", "clues_received"),
        ("ClueHandedOver", "agency", "clues_handed_over"),
        ("ClueHandedOver", "external", "clues_handed_over"),
        ("ClueFeedbackSent", None, "clues_fed_back"),
        ("CaseOpened", None, "cases_opened"),
        ("CaseClosed", "penalty_executed", "cases_closed"),
        ("CaseClosed", "not_opened", "cases_closed"),
        ("CriminalReferralSent", None, "referrals_sent"),
        ("ReferralReceipted", "economic", "referrals_receipted"),
        ("CriminalFilingRefused", "no_crime_fact", "referrals_refused"),
        ("SiteRestored", None, "sites_restored"),
        ("RectificationOrdered", None, "rectifications_ordered"),
        ("RectificationVerified", "passed", "rectifications_passed"),
        ("RegulatoryMeasureTaken", "interview", "interviews"),
        ("RegulatoryMeasureTaken", "warning", "warnings"),
        ("RegulatoryMeasureTaken", "notice", "notices"),
        ("ListEntryChanged", "add", "list_entries"),
        ("RewardGranted", None, "rewards"),
        ("PeriodicReportFiled", "self_check", "self_checks"),
    ],
)
def test_an_event_that_is_counted_by_its_header_counts_once(event_type: str, variant: str | None, column: str) -> None:
    assert counts(event_type, variant) == {column: 1}
    assert {stat: one.value for stat, one in closed(event_type, variant).items()} == {column: 1}


@pytest.mark.parametrize(
    ("event_type", "variant"),
    [
        ("RectificationVerified", "failed"),
        ("RectificationVerified", "extended"),
        ("RegulatoryMeasureTaken", "bulletin"),
        ("RegulatoryMeasureTaken", "no_referral_memo"),
        ("ListEntryChanged", "remove"),
        ("ListEntryChanged", "publish"),
        ("PeriodicReportFiled", "plan"),
        ("ReconsiderationDecided", "uphold"),
        ("TakedownRecorded", "no_action"),
        ("SiteActionRequested", "suspend"),
        ("EvidencePreserved", None),
    ],
)
def test_what_is_in_no_column_counts_for_nothing(event_type: str, variant: str | None) -> None:
    assert counts(event_type, variant, links=64) == {}
    assert closed(event_type, variant) == {}


def test_a_penalty_counts_its_fines_and_the_gains_that_it_confiscates_but_no_goods() -> None:
    penalties = [
        {"kind": "fine", "amount_fen": 6_000_000},
        {"kind": "confiscate_gains", "amount_fen": 1_200_000},
        {"kind": "confiscate_goods", "amount_fen": 5},
        {"kind": "warning"},
    ]

    assert counts("PenaltyDecided", "monetary", penalties=penalties) == {
        "cases_penalised": 1,
        "fine_fen": 6_000_000,
        "confiscated_fen": 1_200_000,
    }


def test_a_fine_that_cannot_be_read_is_never_nothing_unless_the_header_says_that_there_is_none() -> None:
    found = closed("PenaltyDecided", "monetary")

    assert (found["fine_fen"].value, found["fine_fen"].why) == (None, "not-in-audience")
    assert list(closed("PenaltyDecided", "non_monetary")) == ["cases_penalised"]


def test_a_reconsideration_that_ends_in_filing_is_a_criminal_case_and_an_overturned_refusal() -> None:
    assert counts("ReconsiderationDecided", "file", amount_involved_fen=500) == {
        "referrals_overturned": 1,
        "criminal_cases": 1,
        "amount_involved_fen": 500,
    }


def test_an_amount_that_its_author_does_not_know_is_unknown() -> None:
    (amount,) = amounts("CriminalCaseFiled", None, {"amount_involved_fen": None}, None)

    assert (amount.value, amount.why) == (None, "unknown")


@pytest.mark.parametrize(("said", "sites"), [(None, 1), (1, 1), (17, 17)])
def test_sites_are_those_of_the_act_and_one_where_it_does_not_say(said: int | None, sites: int) -> None:
    assert counts("SiteSuspended", sites_count=said) == {"sites_suspended": sites}
    assert counts("LicenceOrFilingCancelled", "filing_cancelled", sites_count=said) == {
        "filings_cancelled": 1,
        "sites_closed": sites,
    }
    assert counts("LicenceOrFilingCancelled", "licence_revoked", sites_count=said)["licences_revoked"] == 1


@pytest.mark.parametrize("variant", ["delete", "block", "unlink"])
def test_links_taken_down_are_links_removed(variant: str) -> None:
    assert counts("TakedownRecorded", variant, links=1_200) == {"links_removed": 1_200}


def test_delisted_apps_are_counted_of_their_own_too() -> None:
    assert counts("TakedownRecorded", "delist", links=3) == {"links_removed": 3, "apps_delisted": 3}


def test_a_number_too_large_to_be_one_is_unknown() -> None:
    assert counts("TakedownRecorded", "delete", links=10**18) == {"links_removed": None}


def test_every_column_of_the_contract_comes_from_somewhere() -> None:
    """Here, as filed only, or from a docket as a whole: what was filed by a referral, and what ran out or runs."""
    by_docket = {"referrals_filed", "criminal_cases", "rectifications_overdue", *STOCKS}
    found = {
        one.stat
        for row in EVENTS["events"]
        for variant in row["variants"] or [None]
        for one in amounts(row["name"], variant, None, "sealed")
    }

    assert found | by_docket | set(FILED_ONLY) == set(COLUMNS)
    assert not (found | by_docket) & set(FILED_ONLY)


def test_every_type_whose_body_is_read_has_one() -> None:
    assert {row["name"] for row in EVENTS["events"]} >= READ
