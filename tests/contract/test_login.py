"""What must hold when people log in, over HTTP and on a real PostgreSQL?"""

from collections.abc import Iterator
from pathlib import Path
from threading import Barrier, BoundedSemaphore, Thread

import psycopg
import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST
from httpx2 import Response

from tests.doors import PASSWORD, Browser, Doors, doors, token_in
from yisong.accounts import passwords
from yisong.accounts.failures import ACCOUNT_TRIES, ADDRESS_TRIES, PERIOD
from yisong.accounts.logging_in import log_in
from yisong.accounts.people import find_account, lock, set_password, unlock
from yisong.accounts.sessions import IDLE, LONGEST

OTHER = "Radish-8-Candle"


@pytest.fixture
def gateway(police_dsn: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Doors]:
    """Serve the gateway of the police; hashing costs little, for what it costs is tested elsewhere."""
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher.from_parameters(CHEAPEST))
    passwords._nobodys.cache_clear()  # nobody's password was hashed by whoever logged in first in this process
    with doors(*police_dsn, tmp_path) as gateway:
        yield gateway
    passwords._nobodys.cache_clear()


def is_in(browser: Browser) -> bool:
    """Say whether the browser is let in."""
    return browser.get("/password").status_code == 200


class TestLoggingIn:
    def test_leads_to_the_page_that_was_asked_for_and_is_on_record(self, gateway: Doors) -> None:
        gateway.account("li")
        browser = gateway.browser()

        sent = browser.get("/password?x=1")
        assert (sent.status_code, sent.headers["location"]) == (303, "/login?next=%2Fpassword%3Fx%3D1")
        assert 'value="/password?x=1"' in browser.get(sent.headers["location"]).text
        answer = browser.log_in("li", next="/password?x=1")

        assert (answer.status_code, answer.headers["location"]) == (303, "/password?x=1")
        assert is_in(browser)
        assert gateway.log() == [("account-made", "li", "node:test"), ("login", "li", "li")]

    def test_with_another_password_says_neither_what_is_wrong_nor_whether_there_is_such_an_account(
        self, gateway: Doors
    ) -> None:
        gateway.account("li")
        wrong, unknown = (gateway.browser().log_in(*typed) for typed in (("li", OTHER), ("nobody", OTHER)))

        assert wrong.status_code == unknown.status_code == 403
        assert _without_token(wrong.text) == _without_token(unknown.text)
        assert gateway.log()[1:] == [("login-refused", "li", None), ("login-refused", None, None)]

    def test_hashes_once_whether_there_is_such_an_account_or_not(
        self, gateway: Doors, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It takes as long, so that nobody learns from the time which accounts there are."""
        looked: list[str] = []
        cheap = passwords._HASHER

        class Counting:
            def verify(self, stored: str, password: str) -> bool:
                looked.append(stored.rpartition("$")[0].rpartition("$")[0])
                return cheap.verify(stored, password)

        gateway.account("li")
        gateway.account("wang")
        lock(gateway.owner, "wang", by_whom="node:test", now=gateway.time)
        monkeypatch.setattr(passwords, "_HASHER", Counting())
        for account in ("li", "wang", "nobody", "a\r\nb"):
            gateway.browser().log_in(account, OTHER)

        assert len(looked) == 4
        assert len(set(looked)) == 1

    def test_in_a_flood_is_put_off_and_says_that_the_password_is_not_the_reason(
        self, gateway: Doors, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        gateway.account("li")
        monkeypatch.setattr(passwords, "_WAITING", BoundedSemaphore(1))
        browser = gateway.browser()
        with passwords._WAITING:
            answer = [browser.log_in("li") for _ in range(ACCOUNT_TRIES + 1)][-1]

        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert "try again" in answer.text
        assert browser.log_in("li").status_code == 303

    def test_never_writes_down_what_was_typed(self, gateway: Doors) -> None:
        """People type their password where the account belongs."""
        gateway.account("li")
        gateway.browser().log_in(PASSWORD, "li")
        gateway.browser().log_in("li", OTHER)

        for table in ("local_logins", "local_login_failures", "local_sessions"):
            rows = str(gateway.owner.execute(f"SELECT * FROM {table}").fetchall())  # noqa: S608 (names of this test)
            assert PASSWORD not in rows
            assert OTHER not in rows

    @pytest.mark.parametrize("account", ["li\r\nSet-Cookie: x=1", "li\x00", "LI", "li ", "' OR 1=1 --", "李" * 400, ""])
    def test_under_a_name_that_none_can_have_is_refused_like_any_other(self, gateway: Doors, account: str) -> None:
        gateway.account("li")
        answer = gateway.browser().log_in(account, OTHER)

        assert answer.status_code in {403, 422}, "no text has a NUL"
        assert "x" not in answer.cookies
        assert all("\r" not in value and "\n" not in value for value in answer.headers.values())

    @pytest.mark.parametrize(
        "elsewhere",
        [
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "/a\r\nX: 1",
            "javascript:alert(1)",
            "",
            "/login",
        ],
    )
    def test_sends_nobody_to_strangers(self, gateway: Doors, elsewhere: str) -> None:
        gateway.account("li")
        answer = gateway.browser().log_in("li", next=elsewhere)

        assert answer.headers["location"] == "/"
        assert "x" not in answer.headers

    def test_shows_what_it_was_given_as_text_only(self, gateway: Doors) -> None:
        page = gateway.browser().get('/login?next=/"><script>alert(1)</script>').text

        assert "<script" not in page

    def test_of_somebody_locked_is_refused_and_ends_his_sessions(self, gateway: Doors) -> None:
        gateway.account("li")
        browser = gateway.logged_in("li")
        lock(gateway.owner, "li", by_whom="node:test", now=gateway.time)

        assert not is_in(browser)
        assert gateway.browser().log_in("li").status_code == 403
        unlock(gateway.owner, "li", by_whom="node:test", now=gateway.time)
        assert not is_in(browser)
        assert is_in(gateway.logged_in("li"))

    def test_hashes_anew_what_was_hashed_with_less(self, gateway: Doors) -> None:
        gateway.account("li")
        before = find_account(gateway.owner, "li")
        dearer = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(passwords, "_HASHER", dearer)
            gateway.logged_in("li")
        after = find_account(gateway.owner, "li")

        assert before is not None
        assert after is not None
        assert before.password != after.password
        assert "m=16,t=2" in after.password


class TestASession:
    def test_begins_under_a_secret_that_nobody_had_before(self, gateway: Doors) -> None:
        """Whoever gives somebody a cookie beforehand is not let in with him: no fixation."""
        gateway.account("li")
        browser = gateway.browser()
        browser.client.cookies.set("yisong-police", "planted-by-somebody-else", domain="gateway.test")
        browser.log_in("li")

        assert browser.session() not in {None, "planted-by-somebody-else"}
        thief = gateway.browser()
        thief.client.cookies.set("yisong-police", "planted-by-somebody-else", domain="gateway.test")
        assert not is_in(thief)

    def test_ends_when_its_browser_logs_in_again(self, gateway: Doors) -> None:
        """A login page that was left open in another tab logs in as somebody else; it has to be sent twice."""
        gateway.account("li")
        gateway.account("wang")
        browser = gateway.logged_in("li")
        copy = gateway.browser()
        copy.client.cookies.set("yisong-police", browser.session() or "", domain="gateway.test")
        stale = browser.post("/login", {"csrf": "0" * 64, "account": "wang", "password": PASSWORD})
        again = browser.post("/login", {"csrf": token_in(stale), "account": "wang", "password": PASSWORD})

        assert (stale.status_code, again.status_code) == (403, 303)
        assert "wang" in browser.get("/password").text
        assert not is_in(copy)

    def test_is_kept_by_the_node_as_a_hash_only(self, gateway: Doors) -> None:
        gateway.account("li")
        secret = gateway.logged_in("li").session()

        (row,) = gateway.owner.execute("SELECT secret_hash FROM local_sessions").fetchall()
        assert secret is not None
        assert secret.encode() not in row[0]
        assert len(secret) == 43

    def test_ends_after_half_an_hour_without_a_request(self, gateway: Doors) -> None:
        gateway.account("li")
        browser = gateway.logged_in("li")

        gateway.time += IDLE - 1
        assert is_in(browser)
        gateway.time += IDLE - 1
        assert is_in(browser)
        gateway.time += IDLE
        assert not is_in(browser)

    def test_ends_after_ten_hours_in_any_case(self, gateway: Doors) -> None:
        gateway.account("li")
        browser = gateway.logged_in("li")
        began = gateway.time
        while gateway.time + IDLE // 2 < began + LONGEST:
            gateway.time += IDLE // 2
            assert is_in(browser)

        gateway.time = began + LONGEST
        assert not is_in(browser)

    def test_ends_with_logging_out_even_for_whoever_has_copied_the_cookie(self, gateway: Doors) -> None:
        gateway.account("li")
        browser = gateway.logged_in("li")
        copy = gateway.browser()
        copy.client.cookies.set("yisong-police", browser.session() or "", domain="gateway.test")
        assert is_in(copy)

        answer = browser.post("/logout", {"csrf": browser.token("/password")})

        assert (answer.status_code, answer.headers["location"]) == (303, "/login")
        assert browser.session() is None
        assert not is_in(copy)
        assert gateway.log()[-1] == ("logout", "li", "li")

    def test_has_a_cookie_that_no_script_reads_and_no_other_site_sends(self, gateway: Doors) -> None:
        gateway.account("li")
        set_cookie = gateway.browser().log_in("li").headers.get_list("set-cookie")

        (session,) = [one for one in set_cookie if one.startswith("yisong-police=")]
        assert "HttpOnly" in session
        assert "samesite=strict" in session.lower()
        assert "domain" not in session.lower()
        assert "max-age" not in session.lower()

    def test_over_tls_has_a_cookie_that_is_secure_and_of_this_host_only(self, gateway: Doors) -> None:
        gateway.account("li")
        browser = gateway.browser(base_url="https://gateway.test")
        set_cookie = browser.log_in("li").headers.get_list("set-cookie")

        (session,) = [one for one in set_cookie if one.startswith("__Host-yisong-police=")]
        assert "Secure" in session
        assert "Path=/;" in session
        assert is_in(browser)
        plain = gateway.browser(base_url="https://gateway.test")
        plain.client.cookies.set("yisong-police", browser.client.cookies["__Host-yisong-police"], domain="gateway.test")
        assert not is_in(plain)

    def test_of_another_agency_opens_nothing_here(self, gateway: Doors) -> None:
        """On one machine four gateways share a host, and so its cookies."""
        gateway.account("li")
        browser = gateway.logged_in("li")
        other = gateway.browser()
        other.client.cookies.set("yisong-copyright", browser.session() or "", domain="gateway.test")

        assert "yisong-police" in browser.client.cookies
        assert not is_in(other)


class TestAForm:
    @pytest.mark.parametrize("token", ["", "0" * 64, None])
    def test_without_the_token_of_its_session_changes_nothing(self, gateway: Doors, token: str | None) -> None:
        gateway.account("li")
        browser = gateway.logged_in("li")

        assert browser.post("/logout", {} if token is None else {"csrf": token}).status_code == 403
        assert is_in(browser)

    def test_of_another_session_changes_nothing(self, gateway: Doors) -> None:
        gateway.account("li")
        gateway.account("wang")
        mine, other = gateway.logged_in("li"), gateway.logged_in("wang")

        assert mine.post("/logout", {"csrf": other.token("/password")}).status_code == 403
        assert is_in(mine)

    def test_may_say_its_token_in_a_header(self, gateway: Doors) -> None:
        gateway.account("li")
        browser = gateway.logged_in("li")
        token = browser.token("/password")

        assert browser.post("/logout", {}, **{"x-csrf-token": token}).status_code == 303

    @pytest.mark.parametrize(
        "header", [{"origin": "http://evil.example"}, {"sec-fetch-site": "same-site"}, {"origin": "null"}]
    )
    def test_of_another_origin_changes_nothing_even_with_the_token(
        self, gateway: Doors, header: dict[str, str]
    ) -> None:
        """Another port of the same host is the same site: its forms bring the cookie."""
        gateway.account("li")
        browser = gateway.logged_in("li")

        assert browser.post("/logout", {"csrf": browser.token("/password")}, **header).status_code == 403
        assert is_in(browser)

    def test_of_the_login_page_holds_in_the_browser_that_it_was_given_to_only(self, gateway: Doors) -> None:
        """Nobody is logged in under an account that somebody else has chosen for him."""
        gateway.account("li")
        attacker, victim = gateway.browser(), gateway.browser()
        victim.get("/login")
        fields = {"csrf": attacker.token("/login"), "account": "li", "password": PASSWORD}

        assert victim.post("/login", fields).status_code == 403
        assert victim.session() is None
        assert gateway.browser().post("/login", fields).status_code == 403


class TestLockingOut:
    def test_of_an_account_needs_five_failures_and_lasts_a_quarter_of_an_hour(self, gateway: Doors) -> None:
        gateway.account("li")
        for _ in range(ACCOUNT_TRIES):
            assert gateway.browser().log_in("li", OTHER).status_code == 403
        gateway.time += PERIOD - 1

        right = gateway.browser("192.0.2.99").log_in("li")
        wrong = gateway.browser("192.0.2.99").log_in("li", OTHER)
        assert right.status_code == 403
        assert _without_token(right.text) == _without_token(wrong.text)
        assert [what for what, *_ in gateway.log()].count("locked-out") == 1
        gateway.time += 1
        assert is_in(gateway.logged_in("li"))

    def test_counts_what_is_tried_at_the_same_moment(
        self, gateway: Doors, police_dsn: tuple[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Ten at once are ten, even where each of them has guessed right: five of them were too many."""
        gateway.account("li")
        together = Barrier(10, timeout=60)
        monkeypatch.setattr(passwords, "is_it", lambda *_: together.wait() >= 0)
        secrets: list[str | None] = []

        def guess() -> None:
            with psycopg.connect(police_dsn[0], autocommit=True) as database:
                typed = {"address": "192.0.2.7", "former": None, "now": gateway.time}
                secrets.append(log_in(database, "li", PASSWORD, **typed))  # type: ignore[arg-type]

        threads = [Thread(target=guess) for _ in range(10)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()

        assert (len(secrets), secrets.count(None)) == (10, 5)

    def test_does_not_happen_to_whoever_gets_it_right_the_fifth_time(self, gateway: Doors) -> None:
        gateway.account("li")
        for _ in range(3):
            for _ in range(ACCOUNT_TRIES - 1):
                gateway.browser().log_in("li", OTHER)
            assert is_in(gateway.logged_in("li"))

    def test_of_an_address_hits_every_account_and_only_that_address(self, gateway: Doors) -> None:
        """Somebody tries one password on many accounts; none of them is tried often."""
        for number in range(ADDRESS_TRIES + 1):
            gateway.browser("192.0.2.66").log_in(f"li{number}", OTHER)
        gateway.account("li")

        assert gateway.browser("192.0.2.66").log_in("li").status_code == 403
        assert is_in(gateway.logged_in("li", address="192.0.2.67"))

    def test_of_an_address_is_not_undone_by_logging_in_to_an_account_of_ones_own(self, gateway: Doors) -> None:
        gateway.account("mine")
        for number in range(ADDRESS_TRIES):
            if number % 5 == 0:
                assert is_in(gateway.logged_in("mine", address="192.0.2.66"))
            gateway.browser("192.0.2.66").log_in(f"li{number}", OTHER)

        assert gateway.browser("192.0.2.66").log_in("mine").status_code == 403

    def test_does_not_flood_the_log(self, gateway: Doors) -> None:
        gateway.account("li")
        for _ in range(ACCOUNT_TRIES + 10):
            gateway.browser().log_in("li", OTHER)

        assert [what for what, *_ in gateway.log()].count("login-refused") == ACCOUNT_TRIES

    def test_ends_when_an_administrator_unlocks(self, gateway: Doors) -> None:
        gateway.account("li")
        for _ in range(ACCOUNT_TRIES + 1):
            gateway.browser().log_in("li", OTHER)
        unlock(gateway.owner, "li", by_whom="node:test", now=gateway.time)

        assert is_in(gateway.logged_in("li"))

    def test_counts_guesses_at_the_present_password_of_a_stolen_session(self, gateway: Doors) -> None:
        gateway.account("li")
        browser = gateway.logged_in("li")
        for _ in range(ACCOUNT_TRIES):
            assert _change(browser, former="Wrong-1-Wrongs", chosen=OTHER).status_code == 422

        assert _change(browser, former=PASSWORD, chosen=OTHER).status_code == 422
        assert gateway.log()[-1] == ("password-refused", "li", "li")


class TestAPasswordOfSomebodyElse:
    def test_has_to_be_changed_before_anything_else(self, gateway: Doors) -> None:
        gateway.account("li", must_change=True)
        browser = gateway.logged_in("li")

        refused = browser.client.get("/v1/readings")
        assert (refused.status_code, refused.json()["type"]) == (403, "urn:yisong:problem:must-change-password")
        answer = _change(browser, former=PASSWORD, chosen=OTHER, next="/cases")
        assert (answer.status_code, answer.headers["location"]) == (303, "/cases")
        assert browser.client.get("/v1/readings").status_code == 200
        assert gateway.log()[-1] == ("password-changed", "li", "li")

    def test_that_is_half_a_year_old_has_to_be_changed_too(self, gateway: Doors) -> None:
        gateway.account("li")
        gateway.time += passwords.MAX_AGE
        browser = gateway.logged_in("li")

        assert browser.client.get("/v1/readings").status_code == 403

    def test_ends_all_sessions_but_the_one_that_changes_it(self, gateway: Doors) -> None:
        gateway.account("li")
        browser, elsewhere = gateway.logged_in("li"), gateway.logged_in("li")
        before = browser.session()
        _change(browser, former=PASSWORD, chosen=OTHER)

        assert browser.session() not in {None, before}
        assert is_in(browser)
        assert not is_in(elsewhere)
        assert gateway.browser().log_in("li").status_code == 403
        assert gateway.browser().log_in("li", OTHER).status_code == 303

    @pytest.mark.parametrize(
        ("former", "chosen", "again", "said"),
        [
            (OTHER, OTHER, OTHER, "present password is wrong"),
            (PASSWORD, OTHER, OTHER + "x", "differ"),
            (PASSWORD, PASSWORD, PASSWORD, "another one"),
            (PASSWORD, "short", "short", "12 to 128"),
            (PASSWORD, "Li-Li-Li-7-Turnips", "Li-Li-Li-7-Turnips", "name"),
        ],
    )
    def test_stays_where_the_new_one_is_none(
        self, gateway: Doors, former: str, chosen: str, again: str, said: str
    ) -> None:
        gateway.account("li")
        browser = gateway.logged_in("li")
        fields = {"csrf": browser.token("/password"), "former": former, "chosen": chosen, "again": again}
        answer = browser.post("/password", fields)

        assert answer.status_code == 422
        assert said in answer.text
        assert chosen not in answer.text or chosen == "short"
        assert is_in(gateway.logged_in("li"))

    def test_that_an_administrator_gives_ends_the_sessions(self, gateway: Doors) -> None:
        gateway.account("li")
        browser = gateway.logged_in("li")
        set_password(gateway.owner, "li", OTHER, by_whom="node:test", now=gateway.time)

        assert not is_in(browser)
        assert gateway.log()[-1] == ("password-set", "li", "node:test")


def _change(browser: Browser, *, former: str, chosen: str, **more: str) -> Response:
    fields = {"csrf": browser.token("/password"), "former": former, "chosen": chosen, "again": chosen, **more}
    return browser.post("/password", fields)


def _without_token(page: str) -> str:
    return page.partition('name="csrf"')[0] + page.partition('name="next"')[2]
