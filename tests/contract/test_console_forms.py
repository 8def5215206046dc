"""What does a form do that nobody may send, or that asks for what may not be? Over HTTP, on a real PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST

from tests.doors import Browser, Doors, doors
from yisong.accounts import passwords
from yisong.accounts.people import accounts, find_account

EVENT = uuid4()


@pytest.fixture
def gateway(police_dsn: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Doors]:
    """Serve the gateway of the police; hashing costs little, for what it costs is tested elsewhere."""
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher.from_parameters(CHEAPEST))
    with doors(*police_dsn, tmp_path) as gateway:
        yield gateway


def entered(gateway: Doors, account: str, *roles: str) -> Browser:
    gateway.account(account, *roles)
    return gateway.logged_in(account)


def test_a_form_without_the_token_of_its_session_changes_nothing(gateway: Doors) -> None:
    browser = entered(gateway, "sec", "account-administrator")
    gateway.account("li")
    for path in ("/accounts", "/accounts/li/lock", "/accounts/li/password", "/tokens", "/tokens/1/revoke"):
        assert browser.post(path, {"csrf": "0" * 64, "account": "wang", "organ": "P9801"}).status_code == 403, path
    officer = entered(gateway, "zhao", "approver")
    assert officer.post(f"/drafts/{EVENT}/sign", {"csrf": ""}).status_code == 403

    assert [one.account for one in accounts(gateway.owner)] == ["li", "sec", "zhao"]
    assert [what for what, _, _ in gateway.log() if what not in ("login", "account-made")] == []


def test_whoever_asks_for_one_of_the_three_administrators_is_told_that_they_are_kept_apart(gateway: Doors) -> None:
    browser = entered(gateway, "sec", "account-administrator")
    asked = {"csrf": browser.token("/accounts"), "account": "wang", "organ": "P9801", "roles": "operator"}
    answer = browser.post("/accounts", asked)

    assert answer.status_code == 422
    assert "三员分立" in answer.text
    assert "yisong accounts" in answer.text
    assert find_account(gateway.owner, "wang") is None
    for act in ("lock", "unlock", "password"):
        answer = browser.post(f"/accounts/sec/{act}", {"csrf": asked["csrf"]})
        assert (answer.status_code, "三员分立" in answer.text) == (422, True), act


def test_a_password_is_shown_in_the_answer_that_made_it_and_is_for_the_first_login_only(gateway: Doors) -> None:
    browser = entered(gateway, "sec", "account-administrator")
    asked = {"csrf": browser.token("/accounts"), "account": "wang", "organ": "P9801", "roles": "officer"}
    made = browser.post("/accounts", asked)

    assert made.status_code == 200
    assert made.headers["cache-control"] == "no-store"
    secret = made.text.partition('class="secret">')[2].partition("<")[0]
    assert secret not in browser.get("/accounts").text
    again = browser.post("/accounts", asked)
    assert (again.status_code, "从不再次发放" in again.text, 'class="secret"' in again.text) == (422, True, False)
    person = gateway.browser()
    assert person.log_in("wang", secret).headers["location"] == "/"
    assert person.get("/drafts").headers["location"].startswith("/password")
    assert gateway.log()[-2:] == [("account-made", "wang", "sec"), ("login", "wang", "wang")]


@pytest.mark.parametrize("act", ["sign", "decline"])
def test_an_officer_does_not_answer_drafts_whatever_form_he_sends(gateway: Doors, act: str) -> None:
    browser = entered(gateway, "li", "officer")
    form = {"csrf": browser.token("/drafts"), "seen": "0" * 64, "reason": "x"}

    assert browser.post(f"/drafts/{EVENT}/{act}", form).status_code == 403
    assert browser.post(f"/drafts/{EVENT}/withdraw", form).status_code == 404, "there is no such draft of his organ"
    assert browser.post(f"/drafts/{EVENT}/eat", form).status_code == 404


def test_an_auditor_reads_drafts_and_withdraws_none(gateway: Doors) -> None:
    browser = entered(gateway, "shen", "auditor")

    assert browser.get("/drafts").status_code == 200
    assert browser.get(f"/drafts/{EVENT}").status_code == 404
    form = {"csrf": browser.token("/drafts"), "seen": "0" * 64, "reason": "x"}
    assert browser.post(f"/drafts/{EVENT}/withdraw", form).status_code == 403


def test_what_an_administrator_types_is_shown_as_text(gateway: Doors) -> None:
    browser = entered(gateway, "sec", "account-administrator")
    said = '"><script>alert(1)</script>'
    form = {"csrf": browser.token("/tokens"), "system": said, "organ": said, "scopes": said, "days": said}
    for path, more in (("/tokens", {}), ("/accounts", {"account": said, "roles": said})):
        answer = browser.post(path, {**form, **more})
        assert answer.status_code == 422
        assert "<script>alert" not in answer.text
