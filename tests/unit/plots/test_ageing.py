"""How old is what is open, to the millisecond at the borders."""

import pytest

from tests.unit.ledger.story import law
from tests.unit.plots.telling import SOURCE, shown
from tests.unit.plots.test_clocks import story
from yisong.plots.ageing import AGES, Open, ageing, open_in
from yisong.publishing.instants import to_ms

DAY = 86_400_000


@pytest.mark.parametrize(("group", "days"), list(enumerate(AGES)))
def test_a_group_ends_with_its_last_day_to_the_millisecond(group: int, days: int) -> None:
    assert Open("clue", 0, days * DAY).group == group
    assert Open("clue", 0, days * DAY + 1).group == group + 1


def test_what_is_dated_ahead_is_in_the_first_group() -> None:
    """A finder may be a minute ahead of the log."""
    assert Open("clue", 60_000, 0).group == 0


def test_clues_cases_and_referrals_stand_beside_one_another() -> None:
    found = [
        Open("clue", 0, 2 * DAY),
        Open("clue", 0, 3 * DAY),
        Open("case", 0, 31 * DAY),
        Open("referral", 0, 999 * DAY),
    ]

    picture = ageing(found, SOURCE)

    assert picture.labels == ("0–3 d 天", "3–15 d 天", "15–30 d 天", "30–90 d 天", "90–180 d 天", "> 180 d 天")
    assert shown(picture, "open") == {
        "clues": (2, 0, 0, 0, 0, 0),
        "cases": (0, 0, 0, 1, 0, 0),
        "referrals": (0, 0, 0, 0, 0, 1),
    }


def opened(name: str, lines: int | None, *, at: str, opened_at: str | None = None) -> list[tuple[str, float]]:
    """Return what is open in a history after some lines, and for how many days."""
    since = None if opened_at is None else to_ms(opened_at)
    found = open_in(story(name, lines).now, law(), at=to_ms(at), opened_at=since)
    return [(one.kind, (one.as_of - one.since) / DAY) for one in found]


def test_a_clue_is_open_until_a_case_is_made_of_it() -> None:
    """H3: found at 09:00 on 29 August, opened at 09:00 on 1 September, referred on the 12th at 10:00."""
    assert opened("H3", 2, at="2016-08-31T09:00:00+08:00") == [("clue", 2.0)]
    assert opened("H3", 3, at="2016-09-05T09:00:00+08:00", opened_at="2016-09-01T09:00:00+08:00") == [("case", 4.0)]


def test_a_referral_is_open_beside_its_case() -> None:
    at, since = "2016-09-22T10:00:00+08:00", "2016-09-01T10:00:00+08:00"

    assert opened("H3", None, at=at, opened_at=since) == [("case", 21.0), ("referral", 10.0)]


def test_nothing_is_open_in_a_case_that_is_closed() -> None:
    assert opened("H1", None, at="2017-05-01T00:00:00+08:00") == []


def test_nothing_has_an_age_as_of_before_what_is_known_of_it() -> None:
    """The newest record of the first two lines of H3 is of 30 August, 11:02."""
    ((kind, days),) = opened("H3", 2, at="2016-01-01T00:00:00+08:00")

    assert kind == "clue"
    assert days == pytest.approx(1 + 122 / 1440)
