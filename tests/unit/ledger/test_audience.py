"""Who may read a body? Every event type and every organ, against events.yaml and directory.yaml read by other code."""

from typing import Final

import pytest

from tests import audiences
from tests.audiences import Said, Standing, events, organs
from tests.unit.envelope.sample import CASE, referral
from tests.unit.publishing.bus import law
from yisong.envelope.header import AggregateRef, Header
from yisong.ledger import Aggregate, Docket, own_readers, readers, sealed_to

#: One organ for each relation; V97 and its line stand in none.
OWNER, FINDER, HOLDER, ADDRESSEE, TOLD, REQUESTER, CO_SIGNER = "V9801", "W98", "V96", "P9801", "T98", "V9702", "P9702"
PUBLISHERS: Final = {"copyright": "V9603", "cac": "W97", "miit": "T96", "police": "P9603", "system": "S-miit"}


def _told(event_type: str, publisher: str, *, opened: bool) -> tuple[Header, Docket]:
    """Return an event that *publisher* says, and the docket after it: a case that was *opened*, or a clue."""
    about = AggregateRef("supervision", f"D-{CASE}-1")
    header = referral()._replace(
        event_type=event_type, publisher=publisher, to=(ADDRESSEE,), cc=(TOLD,), aggregate=about, cites=()
    )
    facts = {"finder": (FINDER,), "holders": (HOLDER,), **({"owner": (OWNER,)} if opened else {})}
    case = Aggregate(AggregateRef("case", CASE), "open", 0, facts)  # type: ignore[arg-type]  # words of `Fact`
    moved = Aggregate(about, "ordered", 0, {"requester": (REQUESTER,), "co_signers": (CO_SIGNER,)})
    return header, Docket(CASE, 0, aggregates={case.ref: case, about: moved})


def _by_the_table(event_type: str, publisher: str, *, opened: bool) -> tuple[Said, Standing]:
    """Return the same event and case as the other reading of the YAML takes them."""
    owners = frozenset({OWNER} if opened else {FINDER, HOLDER})
    said = Said(event_type, publisher, publisher, to=(ADDRESSEE,), cc=(TOLD,))
    return said, Standing(owners, requesters=frozenset({REQUESTER}), co_signers=frozenset({CO_SIGNER}))


@pytest.mark.parametrize("opened", [True, False], ids=["case", "clue"])
@pytest.mark.parametrize("event_type", sorted(events()))
def test_every_organ_may_read_exactly_what_the_table_says(event_type: str, *, opened: bool) -> None:
    """Owner, addressee, cc, requester, co-signer, those above them, the same line and another one: organ by organ."""
    for role in events()[event_type]["publishers"]:
        publisher = PUBLISHERS[role]
        header, docket = _told(event_type, publisher, opened=opened)
        may = audiences.readers(*_by_the_table(event_type, publisher, opened=opened))

        found = readers(header, docket, law())

        for organ in organs():
            assert (organ in found) == (organ in may), (event_type, publisher, organ)
        assert found == may


@pytest.mark.parametrize("event_type", sorted(events()))
def test_a_role_has_one_key_and_a_named_organ_its_own(event_type: str) -> None:
    """A role in the audience is sealed to the system organ of its node, and never to twenty organs."""
    row = events()[event_type]
    publisher = PUBLISHERS[row["publishers"][0]]
    header, docket = _told(event_type, publisher, opened=True)
    said, standing = _by_the_table(event_type, publisher, opened=True)
    roles = [token for token in row["audience"] if token in audiences.book("directory")["roles"]]
    words = [token for token in row["audience"] if token not in roles]
    named = {one for token in words for one in audiences.meant(token, said, standing)}

    assert sealed_to(header, docket, law()) == {publisher, *named, *(f"S-{role}" for role in roles)}


def test_whoever_reads_has_a_key_in_his_line() -> None:
    """Who stands above a named organ reads with that organ's key, which the node of the line keeps."""
    for event_type, row in events().items():
        header, docket = _told(event_type, PUBLISHERS[row["publishers"][0]], opened=True)
        lines = {law().organs[one].role for one in readers(header, docket, law()) if one in organs()}
        keys = {law().organs[one].node or law().organs[one].role for one in sealed_to(header, docket, law())}
        assert lines <= keys, event_type


def test_what_was_not_admitted_is_its_authors_alone() -> None:
    header, _ = _told("ReferralDecided", "V9603", opened=True)
    assert own_readers(header) == {"V9603"}
    assert own_readers(header._replace(acting_for="V9702")) == {"V9603", "V9702"}


def test_of_no_catalogue_is_its_authors_alone() -> None:
    header, docket = _told("MoonLanded", "V9603", opened=True)
    assert readers(header, docket, law()) == sealed_to(header, docket, law()) == {"V9603"}
