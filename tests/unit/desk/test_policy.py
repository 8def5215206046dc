"""What may a machine sign? Nothing, unless the agency has said so in words that can be read."""

from pathlib import Path

import pytest

from tests.unit.ledger.story import law
from yisong.desk.policy import policy_of
from yisong.errors import ContractFault
from yisong.home import AGENCIES, Home

BY_A_PERSON = ("ReferralDecided", "CriminalCaseFiled", "CriminalFilingRefused", "PenaltyDecided", "SiteActionDecided")


def own(tmp_path: Path, text: str) -> Home:
    """Return a home with a policy of its own."""
    (tmp_path / "policy.yaml").write_text(text, encoding="utf-8")
    return Home(tmp_path)


@pytest.mark.parametrize("agency", AGENCIES)
def test_as_shipped_no_machine_signs_what_law_gives_to_a_person(agency: str, tmp_path: Path) -> None:
    policy = policy_of(Home(tmp_path), agency, law())  # type: ignore[arg-type]  # one of the four

    assert [act for act in BY_A_PERSON if policy.machine_signer(act)] == []


def test_an_agency_switches_an_act_on_under_a_token_that_every_such_event_shows(tmp_path: Path) -> None:
    home = own(tmp_path, "version: 1\nagencies: {police: {ReferralReceipted: U-P-MACHINE}}")

    assert policy_of(home, "police", law()).machine_signer("ReferralReceipted") == "U-P-MACHINE"
    assert policy_of(home, "police", law()).machine_signer("CriminalCaseFiled") is None
    assert policy_of(home, "miit", law()).machine_signer("ReferralReceipted") is None


def test_every_fault_of_a_policy_is_named_and_no_desk_starts_on_it(tmp_path: Path) -> None:
    home = own(
        tmp_path,
        "version: 1\nagencies: {police: {ReferralReceipted: ' ', FilingInfoProvided: U-1, Receipted: U-1}}",
    )

    with pytest.raises(ContractFault) as raised:
        policy_of(home, "miit", law())

    assert raised.value.faults == (
        "policy.yaml:2: police: ReferralReceipted needs an officer token, which every such event shows",
        "policy.yaml:2: police: FilingInfoProvided is published by miit",
        "policy.yaml:2: police: Receipted is no event type of the catalogue",
    )


@pytest.mark.parametrize("text", ["", "version: 2", "version: 1\nagencies: {customs: {}}", "agencies: ["])
def test_a_policy_of_another_shape_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(ContractFault, match=r"policy\.yaml"):
        policy_of(own(tmp_path, text), "police", law())
