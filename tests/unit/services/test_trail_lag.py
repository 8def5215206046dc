"""A busy node is not behind, and one that stands still is, however busy the bus."""

from services.trail.lag import Lag


def test_who_works_on_two_seconds_after_the_others_is_two_seconds_behind_for_ever() -> None:
    """There is always something more to do; a lag counted from the last rest would grow to ten thousand."""
    lag = Lag(now=0)

    found = [lag.seconds({0: 5 * at, 1: 7}, {0: 5 * (at - 2), 1: 7}, now=at) for at in range(10, 10_000)]

    assert set(found[10:]) == {2}


def test_who_stands_still_falls_behind_by_the_second() -> None:
    lag = Lag(now=0)
    assert lag.seconds({0: 5}, {0: 5}, now=100) == 0

    assert [lag.seconds({0: 5 + at}, {0: 5}, now=100 + at) for at in (1, 60, 20_000)] == [1, 60, 20_000]


def test_who_catches_up_is_as_far_behind_as_what_he_has_not_reached() -> None:
    lag = Lag(now=0)
    for at in range(1, 301):
        lag.seconds({0: at}, {0: 0}, now=at)

    assert [lag.seconds({0: 300}, {0: done}, now=301) for done in (100, 250, 300)] == [201, 51, 0]


def test_one_partition_that_stands_still_is_not_made_up_for_by_another() -> None:
    lag = Lag(now=0)

    assert lag.seconds({0: 9, 1: 1}, {0: 9}, now=50) == 50


def test_who_is_behind_for_days_costs_no_more_memory_than_an_hour() -> None:
    lag = Lag(now=0)
    for at in range(1, 20_001):
        lag.seconds({0: at}, {0: 0}, now=at)

    assert len(lag._moments) == 3_600
    assert lag.seconds({0: 20_000}, {0: 3_600}, now=20_001) == 20_001 - 3_600
    assert lag.seconds({0: 20_000}, {0: 20_000}, now=20_002) == 0
