"""What does a node owe to the readers of a case, and which bodies does it delete? The pure part of it."""

from dataclasses import replace

from services.trail.sharing import Owed, erased_in, owed_by
from tests.unit.ledger.test_sharing import Told
from tests.unit.publishing.test_sealer import NOON, sealing_law
from yisong.home import Agency
from yisong.ledger.sharing import Seen


def _sealed(story: Told) -> list[Seen]:
    """Return what is seen of a story, as if every body had travelled sealed."""
    return [replace(one, header=one.header._replace(sealing="sealed")) for one in story.seen.values()]


def _given(agency: Agency, seen: list[Seen], event_type: str) -> set[str]:
    """Return to whom the node of *agency* owes the key of an event."""
    event_id = next(one.header.event_id for one in seen if one.header.event_type == event_type)
    owed = owed_by(agency, seen, sealing_law(), at=NOON)
    return {one.key_id.partition("#")[0] for one in owed if one.event_id == event_id}


def test_a_node_owes_keys_of_what_its_organs_published() -> None:
    seen = _sealed(Told("H3", upto="ReferralReceipted"))

    assert _given("copyright", seen, "CaseOpened") == {"S-copyright", "V9801"}
    assert _given("police", seen, "CaseOpened") == set()
    assert _given("police", seen, "ReferralReceipted") == {"P9801", "V9801"}
    assert _given("copyright", seen, "ReferralReceipted") == set()


def test_what_is_handed_on_is_given_by_whoever_handed_it_on() -> None:
    """At a re-route the owner gives the new police organ the referral and its evidence; the old organ gives nothing."""
    seen = _sealed(Told("H3", upto="ReferralRerouted"))

    assert _given("copyright", seen, "EvidencePreserved") == {"V9801", "P9801", "P9702"}
    assert _given("copyright", seen, "CriminalReferralSent") == {"V9801", "P9801", "P9702"}
    assert _given("police", seen, "EvidencePreserved") == set()


def test_the_finder_of_a_clue_gives_it_to_its_new_holder() -> None:
    seen = _sealed(Told("H4", upto="ClueHandedOver"))

    assert _given("cac", seen, "ClueFound") == {"W97", "W00", "V97", "V00"}


def test_nothing_is_owed_of_a_body_in_clear_or_one_that_was_refused() -> None:
    clear = list(Told("H3", upto="CaseOpened").seen.values())
    refused = [replace(one, admitted=False) for one in _sealed(Told("H3", upto="CaseOpened"))]

    assert list(owed_by("copyright", clear, sealing_law(), at=NOON)) == []
    assert list(owed_by("copyright", refused, sealing_law(), at=NOON)) == []


def test_what_is_owed_names_the_key_and_the_body() -> None:
    (one,) = [one for one in _sealed(Told("H4", upto="ClueFound")) if one.admitted]
    owed = set(owed_by("cac", [one], sealing_law(), at=NOON))

    assert owed == {Owed(one.header.event_id, f"{organ}#7", one.header.body_hash) for organ in ("W97", "W00")}


def test_only_an_admitted_erasure_erases_and_only_what_it_cites() -> None:
    story = Told("H3", upto="CaseOpened")
    header = {
        "event_type": "BodyErased", "case_id": story.case_id, "publisher": "V9801", "pii_level": "P1",
        "occurred_at": "2016-09-01T09:00:00+08:00", "region_code": "980100", "approver": "U-1",
    }  # fmt: skip
    line = {"at": "2016-09-01T09:00:00+08:00", "body": {"reason": "到期", "keys_removed": 3}}
    refused = story.line({**line, "header": {**header, "publisher": "P9801", "cites": [{"kind": "event", "line": 3}]}})
    story.line({**line, "header": {**header, "cites": [{"kind": "event", "line": 2}]}})

    assert refused.reason == "not-original-publisher"
    assert [(one.seen.header.event_type, one.by_offset) for one in erased_in(story.all_seen)] == [
        ("EvidencePreserved", 4)
    ]
