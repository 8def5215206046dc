from threading import Barrier, BoundedSemaphore, Thread

import pytest

from yisong.accounts import passwords
from yisong.accounts.failures import network
from yisong.errors import NotAcceptable, TimedOut

GOOD = "Turnip-7-Lantern"


class TestAPassword:
    def test_is_known_again_and_never_stored(self) -> None:
        stored = passwords.hashed(GOOD)

        assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
        assert GOOD not in stored
        assert passwords.is_it(GOOD, stored)
        assert not passwords.is_it(GOOD + "x", stored)
        assert not passwords.is_outdated(stored)

    def test_of_nobody_is_nobodys(self) -> None:
        assert not passwords.is_it(GOOD, None)

    def test_is_the_same_from_a_keyboard_that_composes_its_letters_otherwise(self) -> None:
        assert passwords.is_it("Cafe\u0301-7-Lanterns", passwords.hashed("Caf\u00e9-7-Lanterns"))

    def test_that_was_stored_with_less_is_seen_to_be_outdated(self) -> None:
        assert passwords.is_outdated("$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA")

    @pytest.mark.parametrize(
        ("password", "fault"),
        [
            ("Short-7", "12 to 128 characters"),
            ("Aa1-" * 40, "12 to 128 characters"),
            ("turnipslanternsoup", "3 of these"),
            ("Aa1Aa1Aa1Aa1Aa1", "6 different"),
            ("Turnip-7\x00-Lantern", "control characters"),
            ("Wang.Fang-7-Turnips", "account's name"),
        ],
    )
    def test_that_is_too_weak_is_refused_without_being_repeated(self, password: str, fault: str) -> None:
        with pytest.raises(NotAcceptable, match=fault) as refused:
            passwords.check(password, account="wang.fang")
        assert password not in str(refused.value)

    def test_names_every_fault_at_once(self) -> None:
        with pytest.raises(NotAcceptable) as refused:
            passwords.check("aaa", account="li")
        assert len(refused.value.faults) == 3

    def test_may_be_chinese(self) -> None:
        passwords.check("移送线索回执立案复议-Ab1", account="li")

    def test_that_is_generated_keeps_the_rules_and_never_comes_twice(self) -> None:
        made = {passwords.generated() for _ in range(50)}

        assert len(made) == 50
        for one in made:
            passwords.check(one, account="officer")


def test_a_flood_of_logins_is_turned_away_and_what_was_begun_is_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twelve at once are taken; the thirteenth hears that it is not about the password."""
    inside, ended = Barrier(13, timeout=60), Barrier(13, timeout=60)

    class Slow:
        def verify(self, *_: str) -> bool:
            inside.wait()
            ended.wait()
            return True

    monkeypatch.setattr(passwords, "_HASHER", Slow())
    monkeypatch.setattr(passwords, "_HASHING", BoundedSemaphore(12))
    answers: list[bool] = []
    threads = [Thread(target=lambda: answers.append(passwords.is_it(GOOD, "stored"))) for _ in range(12)]
    for one in threads:
        one.start()
    inside.wait()

    with pytest.raises(TimedOut, match="try again"):
        passwords.is_it(GOOD, "stored")

    ended.wait()
    for one in threads:
        one.join()
    assert answers == [True] * 12


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("no address", "unknown"),
    ],
)
def test_an_address_counts_as_what_one_customer_has(address: str, counted: str) -> None:
    assert network(address) == counted
