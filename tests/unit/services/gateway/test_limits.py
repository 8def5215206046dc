"""How much may one account ask for?"""

import pytest

from services.gateway.api.limits import Limits
from services.gateway.problems import Problem


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_twice_the_rate_at_once_and_then_as_much_as_has_come_since(clock: Clock) -> None:
    limits = Limits(10, now=clock)
    for _ in range(20):
        limits.take("case-system")
    with pytest.raises(Problem, match="too-many-requests") as refused:
        limits.take("case-system")
    assert (refused.value.status, refused.value.headers["Retry-After"]) == (429, "1")
    clock.seconds += 0.5
    limits.take("case-system", cost=5)
    with pytest.raises(Problem, match="too-many-requests"):
        limits.take("case-system")


def test_one_account_takes_nothing_from_another(clock: Clock) -> None:
    limits = Limits(1, now=clock)
    limits.take("a", cost=2)
    limits.take("b")
    with pytest.raises(Problem, match="too-many-requests"):
        limits.take("a")


def test_a_refused_request_costs_nothing(clock: Clock) -> None:
    limits = Limits(1, now=clock)
    limits.take("a", cost=2)
    for _ in range(5):
        with pytest.raises(Problem, match="too-many-requests"):
            limits.take("a")
    clock.seconds += 1
    limits.take("a")


def test_more_than_a_bucket_holds_needs_a_full_one(clock: Clock) -> None:
    limits = Limits(1, now=clock)
    limits.take("a", cost=100)
    with pytest.raises(Problem, match="too-many-requests"):
        limits.take("a")


def test_a_rate_of_nothing_is_no_limit(clock: Clock) -> None:
    limits = Limits(0, now=clock)
    for _ in range(1000):
        limits.take("a")
