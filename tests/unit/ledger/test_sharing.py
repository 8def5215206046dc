"""To whom is a body handed on later? Told case by case, with the same fold that the nodes run."""

from tests.unit.ledger.story import Story, history, law
from yisong.envelope.header import Cite
from yisong.envelope.open import Opened
from yisong.ledger import Docket, Entry
from yisong.ledger.sharing import Seen, may_read


class Told(Story):
    """A story that remembers its docket after each event."""

    def __init__(self, name: str, *, upto: str | None = None) -> None:
        lines = history(name)
        super().__init__(lines[0]["header"]["case_id"])
        self.dockets: list[Docket] = []
        for line in lines:
            self.line(line)
            if line["header"]["event_type"] == upto:
                break

    def record(self, opened: Opened) -> Entry:
        entry = super().record(opened)
        self.dockets.append(self.now)
        return entry

    @property
    def all_seen(self) -> tuple[Seen, ...]:
        """What is seen of the story, event by event."""
        return may_read(zip(self.entries, self.dockets, strict=True), law())

    @property
    def seen(self) -> dict[str, Seen]:
        """The same by event type; of several of one type the first."""
        found: dict[str, Seen] = {}
        for one in self.all_seen:
            found.setdefault(one.header.event_type, one)
        return found


def test_a_referral_hands_on_to_the_police_what_it_cites() -> None:
    """CF 移送: the evidence was the owner's alone; the inspection, which is not cited, stays it."""
    before, after = Told("H3", upto="ReferralDecided").seen, Told("H3", upto="CriminalReferralSent").seen

    assert before["EvidencePreserved"].readers == {"V9801", "V98", "V00"}
    assert after["EvidencePreserved"].readers == {"V9801", "V98", "V00", "P9801", "P98", "P00"}
    assert after["EvidencePreserved"].granted == (("P9801", "V9801"),)
    assert after["ReferralDecided"].granted == (("P9801", "V9801"),)
    assert after["ReferralProposed"].granted == ()


def test_a_reroute_hands_on_the_referral_and_what_it_cited() -> None:
    """The new organ must decide on it; the owner gives the keys, since the old organ only passes the case on."""
    seen = Told("H3", upto="ReferralRerouted").seen

    for event_type in ("CriminalReferralSent", "EvidencePreserved"):
        assert "P9702" in seen[event_type].readers, event_type
        assert ("P9702", "V9801") in seen[event_type].granted, event_type
    assert seen["ReferralReceipted"].readers == {"P9801", "V9801", "V98", "V00"}
    assert not any("P9603" in one.readers for one in seen.values())


def test_a_clue_is_its_holders_and_then_the_owners_to_read() -> None:
    """W97 found it and handed it to V97, which opened the case: audience_tokens, owner."""
    found, handed = (Told("H4", upto=one).seen["ClueFound"] for one in ("ClueFound", "ClueHandedOver"))
    opened = Told("H4", upto="CaseOpened").seen["ClueFound"]

    assert found.readers == {"W97", "W00"}
    assert handed.readers == {"W97", "W00", "V97", "V00"}
    assert handed.sealed_to == {"W97", "W00", "V97", "V00"}
    assert opened.readers == handed.readers


def test_nobody_hands_on_what_he_may_not_read() -> None:
    """A referral that cites what only the telecoms line and its requester may read gives nobody a key to it."""
    story = Told("H1", upto="CriminalReferralSent")
    answer = story.seen["FilingInfoProvided"]
    sent = story.seen["CriminalReferralSent"].header
    cites = (Cite("event", str(story.ids[story.entries.index(_entry(story, "FilingInfoProvided"))])),)
    forged = sent._replace(publisher="V9603", cites=cites)
    entries = [one if one.header != sent else one._replace(header=forged) for one in story.entries]

    seen = {one.header.event_type: one for one in may_read(zip(entries, story.dockets, strict=True), law())}

    assert "V9603" not in answer.readers
    assert seen["FilingInfoProvided"].readers == answer.readers - {"P9801", "P98", "P00"}
    assert seen["FilingInfoProvided"].granted == ()


def test_a_refused_event_is_its_publishers_alone() -> None:
    """V9801 refers without an approval: refused, and its addressee may not read it."""
    story = Told("H3", upto="ReferralProposed")
    line = next(one for one in history("H3") if one["header"]["event_type"] == "CriminalReferralSent")

    entry = story.line({**line, "header": {**line["header"], "cites": []}})

    assert entry.verdict == "refused"
    assert story.seen["CriminalReferralSent"].readers == {"V9801"}
    assert story.seen["CriminalReferralSent"].sealed_to == {"V9801"}


def test_what_is_no_event_of_anybody_is_not_seen() -> None:
    """A record with a forged signature claims a publisher who never spoke: nobody's to read."""
    story = Told("H3", upto="ClueFound")
    forged = story.opened("2016-07-19T09:00:00+08:00", history("H3")[1]["header"], history("H3")[1]["body"])

    story.record(forged._replace(valid=(False,)))

    assert [one.header.event_type for one in story.seen.values()] == ["ClueFound"]


def _entry(story: Story, event_type: str) -> Entry:
    return next(one for one in story.entries if one.header is not None and one.header.event_type == event_type)
