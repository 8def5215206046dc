"""A version of the rulebook that asks for sealing: is it valid, and what does it refuse from its date on?"""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.ledger import story
from tests.unit.ledger.story import Story, history
from tests.versions import THREE, after, edited, signed_by
from yisong.contract import folder
from yisong.ledger import Entry, Law
from yisong.publishing.instants import to_ms
from yisong.publishing.sealer import asks_sealing
from yisong.rulebook.model import BusProfile, Reasons
from yisong.rulebook.succession import LEAD, judge
from yisong.rulebook.version import genesis_version
from yisong.schemas import genesis, rulebook_of
from yisong.signing import Keystore, make_genesis_keys, verifies

SAID, EFFECTIVE = to_ms("2027-01-15T10:00:00+08:00"), to_ms("2027-02-01T00:00:00+08:00")
BEFORE, AFTER = "2027-05-31T23:59:00+08:00", "2027-06-01T00:00:00+08:00"


@pytest.fixture(scope="module")
def reasons(tmp_path_factory: pytest.TempPathFactory) -> Reasons:
    """Bring the date from which bodies are sealed forward, have three nodes sign it, and return its reasons."""
    keys = Keystore(tmp_path_factory.mktemp("keys"))
    bus = BusProfile(name="sealing.example", profile="production", partitions=12, keys=())
    first = genesis_version(folder(), replace(bus, keys=make_genesis_keys(keys, genesis(bus).directory)))
    files = edited(first, str(Path("rulebook/reasons.yaml")), "from: 2030-01-01", "from: 2027-06-01")
    second = after(first, at=EFFECTIVE, files=files)

    judged = judge(first, signed_by(second, THREE, keys), append_time=SAID, verifies=verifies)

    assert EFFECTIVE >= SAID + LEAD
    assert judged.faults == ()
    assert [(one.kind, one.row) for one in judged.changes] == [("forward", "sealing_required from")]
    return rulebook_of(second).reasons


@pytest.fixture
def told(reasons: Reasons, monkeypatch: pytest.MonkeyPatch) -> Story:
    """Return a case on a bus on which that version is in force from its own date on."""
    first = story.law().rulebook
    law = Law.of([first, replace(first, n=2, hash=bytes(32), effective_from=EFFECTIVE, reasons=reasons)])
    monkeypatch.setattr(story, "law", lambda: law)
    return Story(history("H1")[0]["header"]["case_id"])


def _clue(told: Story, at: str, *, level: str, sealing: str) -> Entry:
    line = history("H1")[0]
    opened = told.opened(at, {**line["header"], "occurred_at": at, "pii_level": level}, line["body"])
    assert opened.header is not None
    return told.record(opened._replace(header=opened.header._replace(sealing=sealing)))  # type: ignore[arg-type]


@pytest.mark.parametrize("level", ["P2", "P3"])
def test_personal_data_in_clear_is_refused_from_the_date_on(told: Story, level: str) -> None:
    assert _clue(told, BEFORE, level=level, sealing="clear").verdict == "admitted"
    refused = _clue(told, AFTER, level=level, sealing="clear")
    assert (refused.verdict, refused.reason) == ("refused", "body-not-sealed")


@pytest.mark.parametrize(("level", "sealing"), [("P2", "sealed"), ("P3", "sealed"), ("P1", "clear"), ("P0", "clear")])
def test_what_is_sealed_or_holds_no_such_data_is_admitted(told: Story, level: str, sealing: str) -> None:
    assert _clue(told, AFTER, level=level, sealing=sealing).verdict == "admitted"


def test_whoever_publishes_seals_by_the_same_date(told: Story) -> None:
    """The default of the sender and the refusal of the rules are of one date: nothing is refused for silence."""
    del told
    law = story.law()
    assert not asks_sealing(law, "P2", at=to_ms(BEFORE))
    assert asks_sealing(law, "P2", at=to_ms(AFTER))
    assert not asks_sealing(law, "P1", at=to_ms(AFTER))
