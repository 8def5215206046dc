"""What does a node look up of its work and its world, how often, and how long do calendar and keys last?"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from services.trail.expiry import calendar_days, key_days
from services.trail.measuring import EVERY_SECONDS, Look
from tests.unit.ledger.story import law as told
from yisong.errors import BusUnreachable
from yisong.ledger import Law
from yisong.rulebook.days import day_start
from yisong.rulebook.model import Key

LAW = told()
NOW = day_start(date(2026, 6, 1))
DAY = 86_400_000


class Clock:
    """A clock that moves when it is told to, or by how long a look takes."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.looks = 0

    def look(self, *, takes: float) -> Callable[[], None]:
        def look() -> None:
            self.looks += 1
            self.now += takes

        return look


def test_cheap_figures_are_looked_up_again_after_ten_seconds() -> None:
    clock = Clock()
    cheap = Look("work", clock.look(takes=0.01))

    assert [cheap.take(now=lambda: clock.now) for _ in range(3)] == [True, False, False]
    clock.now += EVERY_SECONDS
    assert cheap.take(now=lambda: clock.now)


def test_dear_figures_are_left_alone_a_hundred_times_as_long_as_they_took() -> None:
    """So that a database of any size costs a hundredth of one core at most."""
    clock = Clock()
    dear = Look("clocks", clock.look(takes=3.0))
    dear.take(now=lambda: clock.now)

    clock.now += 299
    assert not dear.take(now=lambda: clock.now)
    clock.now += 2
    assert dear.take(now=lambda: clock.now)


def test_what_tells_whether_the_world_answers_never_rests_longer() -> None:
    clock = Clock()
    look = Look("broker", clock.look(takes=9.0), rests=0)
    look.take(now=lambda: clock.now)

    clock.now += EVERY_SECONDS
    assert look.take(now=lambda: clock.now)


def test_a_world_that_is_away_is_asked_again_after_the_usual_while() -> None:
    clock = Clock()

    def away() -> None:
        clock.looks += 1
        raise BusUnreachable("Kafka is away")

    look = Look("broker", away)
    with pytest.raises(BusUnreachable, match="Kafka is away"):
        look.take(now=lambda: clock.now)
    assert not look.take(now=lambda: clock.now)
    clock.now += EVERY_SECONDS
    with pytest.raises(BusUnreachable, match="Kafka is away"):
        look.take(now=lambda: clock.now)
    assert clock.looks == 2


def test_the_calendar_lasts_to_the_end_of_the_last_year_with_a_notice() -> None:
    last = max(row.year for row in LAW.rulebook.calendar if row.year is not None)
    end = day_start(date(last + 1, 1, 1))

    assert calendar_days(LAW, now=end - 10 * DAY) == 10
    assert calendar_days(LAW, now=end + DAY) == -1


def with_keys(*ends: tuple[str, int | None, int | None]) -> Law:
    """Return the law with signing keys of the police organ P9801 and of nobody else: key id, end, revocation."""
    keys = {
        key_id: Key(
            key_id=key_id, org="P9801", use="sign", algorithm="Ed25519", public=bytes(32),
            valid_from=0, valid_to=end, revoked_from=revoked,
        )
        for key_id, end, revoked in ends
    }  # fmt: skip
    return Law.of([replace(LAW.rulebook, keys=keys)])


def test_keys_without_an_end_are_no_figure() -> None:
    assert key_days(with_keys(("P9801#1", None, None)), "police", now=NOW) == {}


def test_a_line_lasts_as_long_as_its_newest_key() -> None:
    law = with_keys(("P9801#1", NOW + 3 * DAY, None), ("P9801#2", NOW + 20 * DAY, None))

    assert key_days(law, "police", now=NOW) == {"sign": 20}
    assert key_days(law, "cac", now=NOW) == {}


def test_a_revoked_key_has_ended() -> None:
    assert key_days(with_keys(("P9801#1", NOW + 90 * DAY, NOW - DAY)), "police", now=NOW) == {"sign": -1}
