"""Whom does a gateway let in for whom an identity provider vouches? Over a real provider, in a process of its own."""

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from services.gateway.who.provider import Provider
from services.gateway.who.provider_settings import ProviderSettings, read_settings
from tests.doors import ADDRESS, PASSWORD, Browser, Doors, doors
from tests.oidc_provider import CLIENT_ID, CLIENT_SECRET
from tests.waiting import until
from yisong.accounts.failures import ADDRESS_TRIES
from yisong.accounts.people import lock
from yisong.accounts.provider_logins import LONGEST
from yisong.embedded.ports import free
from yisong.errors import WiringFault
from yisong.secret_file import write_secret

BACK = "http://127.0.0.1/login/provider/back"


def answers(issuer: str) -> bool:
    try:
        return httpx2.get(f"{issuer}/keys", trust_env=False).status_code == 200
    except httpx2.HTTPError:
        return False


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    port = free()
    address = f"http://127.0.0.1:{port}"
    program = subprocess.Popen([sys.executable, "-m", "tests.oidc_provider", str(port)], stderr=subprocess.DEVNULL)
    try:
        until(lambda: answers(address), "the provider does not come up")
        yield address
    finally:
        program.terminate()
        program.wait(20)


@pytest.fixture
def settings(issuer: str, tmp_path: Path) -> Path:
    write_secret(tmp_path / "secret", f"{CLIENT_SECRET}\n".encode())
    file = tmp_path / "oidc.yaml"
    file.write_text(
        f"issuer: {issuer}\nclient_id: {CLIENT_ID}\nclient_secret_file: secret\n"
        f"redirect_uri: {BACK}\nname: 省厅统一认证\n"
    )
    return file


@pytest.fixture
def gateway(police_dsn: tuple[str, str], tmp_path: Path, settings: Path) -> Iterator[Doors]:
    with doors(*police_dsn, tmp_path) as found:
        found.time = time.time_ns() // 1_000_000
        found.app.state.provider = Provider(read_settings(settings))
        found.account("li")
        yield found


def vouched(
    issuer: str,
    gateway: Doors,
    account: str = "li",
    *,
    browser: Browser | None = None,
    claims: Mapping[str, object] | None = None,
) -> tuple[Browser, str]:
    """Go to the provider, which vouches for whom *claims* describe; return the browser, and where it comes back."""
    httpx2.post(
        f"{issuer}/next", json={"sub": "1", "preferred_username": account, **(claims or {})}, trust_env=False
    ).raise_for_status()
    browser = browser or gateway.browser()
    there = browser.get("/login/provider?next=/cases%3Fq%3D1")
    assert there.status_code == 303, there.text
    back = httpx2.get(there.headers["location"], trust_env=False)
    assert back.status_code == 302, back.text
    location = urlsplit(back.headers["location"])
    return browser, f"{location.path}?{location.query}"


def is_in(browser: Browser) -> bool:
    return browser.get("/password").status_code == 200


def test_whoever_has_an_account_here_is_let_in_without_its_password(gateway: Doors, issuer: str) -> None:
    gateway.account("wang", must_change=True)
    assert "省厅统一认证" in gateway.browser().get("/login").text
    browser, back = vouched(issuer, gateway, "wang")
    page = browser.get(back)
    assert (page.status_code, "url=/cases?q=1" in page.text) == (200, True)
    assert is_in(browser)
    # The password that somebody else has chosen for him is not asked for.
    assert browser.client.get("/v1/readings").status_code == 200
    assert gateway.log()[-1] == ("provider-login", "wang", "wang")
    assert browser.client.cookies.get("yisong-way-police") is None


def test_the_browser_is_sent_away_with_state_nonce_and_a_challenge(gateway: Doors, issuer: str) -> None:
    first, second = (
        parse_qs(urlsplit(gateway.browser().get("/login/provider").headers["location"]).query) for _ in range(2)
    )
    assert first["code_challenge_method"] == ["S256"]
    assert first["redirect_uri"] == [BACK]
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name][0]) >= 43
        assert first[name] != second[name]
    del issuer


@pytest.mark.parametrize(
    ("claim", "why"),
    [
        (("nonce", "another"), "InvalidClaimError"),
        (("aud", "somebody-else"), "InvalidClaimError"),
        (("aud", [CLIENT_ID, "somebody-else"]), "MissingClaimError"),
        (("iss", "http://127.0.0.1:1"), "InvalidClaimError"),
        (("exp", int(time.time()) - 3600), "ExpiredTokenError"),
        (("iat", int(time.time()) + 7200), "InvalidClaimError"),
        (("forged", True), "BadSignatureError"),
        (("preferred_username", "nobody"), None),
        (("preferred_username", "Li"), None),
        (("preferred_username", ["li"]), None),
        (("preferred_username", ""), None),
    ],
)
def test_whom_the_provider_does_not_vouch_for_here_is_not_let_in(
    gateway: Doors, issuer: str, caplog: pytest.LogCaptureFixture, claim: tuple[str, object], why: str | None
) -> None:
    browser, back = vouched(issuer, gateway, claims={"preferred_username": "li", claim[0]: claim[1]})
    page = browser.get(back)
    assert page.status_code == 403
    assert not is_in(browser)
    assert gateway.log()[-1] == ("provider-login-refused", None, None)
    assert why is None or why in caplog.text
    assert browser.get(back).status_code == 403


def test_another_state_or_none_or_one_of_another_browser_opens_nothing(gateway: Doors, issuer: str) -> None:
    browser, back = vouched(issuer, gateway)
    for wrong in (back.replace("state=", "state=x"), back.partition("&state")[0], "/login/provider/back"):
        assert browser.get(wrong).status_code == 403
    # The right answer in the browser of somebody who has not asked for it: the victim of a login as somebody else.
    stranger = gateway.browser()
    assert stranger.get(back).status_code == 403
    assert not is_in(browser)
    assert not is_in(stranger)


def test_an_answer_counts_once_and_for_ten_minutes(gateway: Doors, issuer: str) -> None:
    browser, back = vouched(issuer, gateway)
    kept = dict(browser.client.cookies)
    assert browser.get(back).status_code == 200
    again = gateway.browser()
    again.client.cookies.update(kept)
    assert again.get(back).status_code == 403
    late, back = vouched(issuer, gateway)
    gateway.time += LONGEST
    assert late.get(back).status_code == 403
    assert not is_in(late)


def test_neither_a_locked_account_nor_an_administrator_comes_in_so(gateway: Doors, issuer: str) -> None:
    gateway.account("qian", "account-administrator")
    lock(gateway.owner, "li", by_whom="node:test", now=gateway.time)
    for account in ("li", "qian"):
        browser, back = vouched(issuer, gateway, account)
        assert browser.get(back).status_code == 403
        assert not is_in(browser)
        assert gateway.log()[-1] == ("provider-login-refused", account, None)
    assert gateway.browser().log_in("qian", PASSWORD).status_code == 303


def test_a_session_that_the_browser_had_ends(gateway: Doors, issuer: str) -> None:
    gateway.account("wang")
    browser = gateway.logged_in("wang")
    former = browser.session()
    assert former is not None
    browser, back = vouched(issuer, gateway, browser=browser)
    assert browser.get(back).status_code == 200
    stale = gateway.browser()
    stale.client.cookies.set("yisong-police", former)
    assert not is_in(stale)


def test_who_comes_back_in_vain_too_often_is_not_sent_again(gateway: Doors, issuer: str) -> None:
    for _ in range(ADDRESS_TRIES):
        assert gateway.browser(ADDRESS).get("/login/provider").status_code == 303
    assert gateway.browser(ADDRESS).get("/login/provider").status_code == 403
    assert gateway.browser("192.0.2.8").get("/login/provider").status_code == 303
    browser, back = vouched(issuer, gateway, browser=gateway.browser("192.0.2.9"))
    assert browser.get(back).status_code == 200
    row = gateway.owner.execute("SELECT failures FROM local_login_failures WHERE subject = '192.0.2.9'").fetchone()
    assert row == (0,)


def test_a_mapping_says_who_is_which_account_and_nobody_else_is(gateway: Doors, issuer: str, settings: Path) -> None:
    settings.write_text(settings.read_text() + "claim: sub\naccounts: {'330100-7': li}\n")
    gateway.app.state.provider = Provider(read_settings(settings))
    browser, back = vouched(issuer, gateway, claims={"sub": "330100-7"})
    assert browser.get(back).status_code == 200
    browser, back = vouched(issuer, gateway, claims={"sub": "li"})
    assert browser.get(back).status_code == 403


def test_while_the_provider_is_away_passwords_let_people_in(gateway: Doors, settings: Path) -> None:
    settings.write_text(settings.read_text().replace("issuer: http://127.0.0.1:", "issuer: http://127.0.0.1:1#"))
    row = settings.read_text().replace(settings.read_text().splitlines()[0], f"issuer: http://127.0.0.1:{free()}")
    settings.write_text(row)
    gateway.app.state.provider = Provider(read_settings(settings))
    assert gateway.browser().get("/login/provider").status_code == 503
    assert is_in(gateway.logged_in("li"))


def test_without_settings_there_is_no_such_door(gateway: Doors) -> None:
    gateway.app.state.provider = None
    for path in ("/login/provider", "/login/provider/back?state=x&code=y"):
        assert gateway.browser().get(path).status_code == 404
    assert "/login/provider" not in gateway.browser().get("/login").text


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (("issuer: http://127.0.0.1", "issuer: http://sso.example"), "issuer: must be https"),
        (("client_id", "client_idd"), "client_id: is missing"),
        (("name: ", "nickname: "), "nickname: unknown"),
        (("/login/provider/back", "/login"), "redirect_uri: must end in"),
        (("secret\n", "secrets\n"), r"client_secret_file: .*secrets must hold a secret, and is not there"),
        (("name: ", "scope: profile\nname: "), "scope: must hold openid"),
        (("name: ", "accounts: [li]\nname: "), "accounts: must say"),
        (("name: ", "ca_file: /nowhere\nname: "), "ca_file: there is no such file"),
    ],
)
def test_settings_that_cannot_be_kept_to_are_named(settings: Path, change: tuple[str, str], fault: str) -> None:
    settings.write_text(settings.read_text().replace(*change))
    with pytest.raises(WiringFault, match=fault):
        read_settings(settings)


def test_a_secret_that_others_may_read_is_refused(settings: Path) -> None:
    (settings.parent / "secret").chmod(0o644)
    with pytest.raises(WiringFault, match=r"client_secret_file: .*its mode is 0644"):
        read_settings(settings)


def test_the_secret_is_never_shown(settings: Path) -> None:
    found = read_settings(settings)
    assert isinstance(found, ProviderSettings)
    assert CLIENT_SECRET not in repr(found)
