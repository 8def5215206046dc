"""What would an act with two signatures come to, where only one of the two keys is here, or none?"""

from typing import Any, cast

import pytest

from tests.unit.ledger.story import Story, told
from tests.unit.ledger.story import history as lines_of
from tests.unit.publishing.bus import Keys, law
from yisong.audit.rehearsal import Rehearsed, rehearse, rehearse_draft
from yisong.audit.trails import Trail
from yisong.errors import NotPublishable
from yisong.ledger import Docket
from yisong.publishing.compose import compose, content
from yisong.publishing.instants import to_ms
from yisong.publishing.signer import Signer

ITEMS = lines_of("H1")[11]
AT = to_ms(ITEMS["at"])


class PaperTrail:
    """A trail that knows the docket of one story."""

    def __init__(self, story: Story) -> None:
        self._story = story

    def docket(self, case_id: str) -> Docket | None:
        return self._story.docket if case_id == self._story.case_id else None

    def rows(self, name: str, **_: Any) -> list[Any]:
        assert name == "remembered_of_docket"
        return []


@pytest.fixture
def trail() -> Trail:
    """Tell H1 up to the criminal case that the police have filed."""
    return cast("Trail", PaperTrail(told("H1").until("H1", "CaseItemsHandedOver", inclusive=False)))


def stated() -> Any:
    header = {**ITEMS["header"], "cites": []}
    return content(header, ITEMS["body"], event_id=b"i" * 16, salt=b"s" * 16)


def signer(*lost: str) -> Signer:
    keys = Keys()
    keys.lost |= set(lost)
    return Signer(law(), keys)


def means(found: Rehearsed) -> tuple[str, list[tuple[str, str]], list[str]]:
    moved = [(one.aggregate.kind, one.after) for one in found.moved]
    return found.verdict, moved, [one.timer for one in found.stopped]


TAKEN = ("admitted", [("referral", "items_transferred")], ["T-REF-14"])


def test_items_are_rehearsed_where_the_key_of_the_police_is_not(trail: Trail) -> None:
    (found,) = rehearse(trail, [(stated(), AT)], law(), signer("P9801#1"))

    assert means(found) == TAKEN


def test_items_are_not_rehearsed_where_the_key_of_who_offers_them_is_not(trail: Trail) -> None:
    with pytest.raises(NotPublishable, match="none of V9801 in this key store"):
        rehearse(trail, [(stated(), AT)], law(), signer("V9801#1"))


def test_whoever_is_to_sign_learns_what_would_come_of_it(trail: Trail) -> None:
    docket = trail.docket(str(ITEMS["header"]["case_id"]))
    assert docket is not None
    story = Story(docket.case_id)
    story.docket = docket
    drafted = compose(stated(), story.place("V9801"), test_data=True)
    asked = {"header_bytes": drafted.header_bytes, "carried": drafted.carried}

    found = rehearse_draft(trail, **asked, law=law(), signer=signer("V9801#1"), at=AT)

    assert means(found) == TAKEN
