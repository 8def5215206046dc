"""For how long is a token believed without being looked up?"""

from services.gateway.who.held import HELD_MS, Held

NOON = 1_468_900_800_000


def held() -> Held[str]:
    found = Held[str]()
    found.put("secret", "good", now=NOON)
    return found


def test_a_token_that_was_looked_up_is_believed_for_a_second() -> None:
    assert held().get("secret", now=NOON + HELD_MS - 1) == "good"
    assert held().get("secret", now=NOON + HELD_MS) is None


def test_not_longer_for_being_looked_at() -> None:
    believed = held()
    assert believed.get("secret", now=NOON + HELD_MS - 1) == "good"
    assert believed.get("secret", now=NOON + HELD_MS + 1) is None


def test_not_where_the_clock_was_put_back() -> None:
    assert held().get("secret", now=NOON - 1) is None


def test_another_secret_is_unknown() -> None:
    assert held().get("Secret", now=NOON) is None


def test_a_token_that_was_revoked_here_is_believed_no_more() -> None:
    believed = held()
    believed.clear()
    assert believed.get("secret", now=NOON) is None


def test_a_thousand_newer_ones_push_it_out() -> None:
    believed = held()
    for number in range(1000):
        believed.put(str(number), "good", now=NOON)
    assert (believed.get("secret", now=NOON), believed.get("0", now=NOON)) == (None, "good")
