"""Does the administrator of accounts get along without a command line? People and systems, let in and kept out."""

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Browsers

CHOSEN = "Turnip-7-Lantern"


def asks(address: str, token: str) -> int:
    return httpx.get(f"{address}/v1/readings", headers={"authorization": f"Bearer {token}"}, timeout=60).status_code


@pytest.mark.timeout(900)
def test_a_person_is_let_in_with_a_password_shown_once_and_kept_out_again(browsers: Browsers) -> None:
    console = browsers.enter("copyright", "secadmin", java_script_enabled=False)
    page = console.open("/")
    expect(page.locator("h1")).to_have_text("账号")  # he has nothing to do with cases
    # The faults are named in the page's language, and nothing was made.
    page.fill("#account", "Zhao Si")
    page.select_option("#organ", "V9801")
    page.get_by_role("button", name="建立").click()
    expect(page.get_by_role("alert")).to_contain_text("账号名须为")
    expect(page.get_by_role("alert")).to_contain_text("须选一种或几种角色")
    page.fill("#account", "zhao.si")
    page.check("[name=roles][value=officer]")
    assert page.locator("[name=roles]:disabled").count() == 3, "the three administrators are made at the node"
    page.get_by_role("button", name="建立").click()
    secret = page.locator(".secret").inner_text()
    expect(console.open("/accounts").locator("body")).not_to_contain_text(secret)

    person = browsers.stranger("copyright")
    page = person.open("/drafts")
    page.fill("#account", "zhao.si")
    page.fill("#password", secret)
    page.click("button[type=submit]")
    page.fill("#former", secret)
    page.fill("#chosen", CHOSEN)
    page.fill("#again", CHOSEN)
    page.get_by_role("button", name="更改").click()
    expect(page.locator("h1")).to_have_text("会签")
    page = console.open("/accounts")
    page.get_by_role("button", name="停用 zhao.si").click()
    expect(page.locator("tr", has_text="zhao.si")).to_contain_text("已停用")
    expect(person.open("/drafts").locator("#password")).to_be_visible()
    page.get_by_role("button", name="启用 zhao.si").click()
    page.get_by_role("button", name="重设口令 zhao.si").click()
    assert page.locator(".secret").inner_text() not in (secret, CHOSEN)


@pytest.mark.timeout(900)
def test_a_system_gets_a_token_shown_once_and_whoever_administers_nothing_gets_a_page_that_says_so(
    browsers: Browsers,
) -> None:
    console = browsers.enter("copyright", "secadmin")
    page = console.open("/tokens")
    page.fill("#system", "case-desk")
    page.select_option("#organ", "V9801")
    page.check("[name=scopes][value=read]")
    page.fill("#days", "30")
    page.get_by_role("button", name="发放").click()
    token = page.locator(".secret").inner_text()
    assert asks(console.address, token) == 200
    page = console.open("/tokens")
    expect(page.locator("body")).not_to_contain_text(token)
    page.get_by_role("button", name="吊销 case-desk").click()
    expect(page.locator("tr", has_text="case-desk")).to_contain_text("已吊销")
    assert asks(console.address, token) == 401

    for account, path in (("officer", "/accounts"), ("secadmin", "/drafts"), ("auditadmin", "/tokens")):
        expect(browsers.enter("copyright", account).open(path).locator("h1")).to_contain_text("无权查看")
    # What he did stands in the log of the audit administrator, who alone sees it.
    logs = browsers.enter("copyright", "auditadmin").open("/logs").locator("tr", has_text="case-desk")
    assert [logs.nth(at).locator("td").nth(1).inner_text() for at in range(2)] == ["吊销令牌", "发放令牌"]
