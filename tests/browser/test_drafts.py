"""Do two organs come to sign one act at their consoles? One offers items by the form, the other signs or declines."""

import json

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PATIENCE_MS, Browsers, Console
from tests.cases import Case
from tests.clues import own_case
from tests.commands import run
from tests.waiting import until
from yisong import Publisher

WHY = "清单与实物数量不符"


def to_be_handed_over(offices: Publisher, number: int) -> str:
    """Tell a case up to the notice that the police have filed it, and return its id."""
    case = Case(offices, own_case(number))
    case.lines(*range(1, 12))
    return case.case_id


def offered_by_form(page: Page, address: str, case_id: str) -> str:
    """Fill in that items are handed over, send it to be signed, and return the id of the event."""
    page.goto(f"{address}/publish?type=CaseItemsHandedOver&case={case_id}")
    page.check("[name='/header/to'][value='P9801']")
    page.fill("[name='/header/officers']", "U-V9801-01\nU-V9801-02")
    page.select_option("[name='/header/countersignature']", "P9801")
    page.fill("[name='/body/items/0/name']", "服务器")
    page.fill("[name='/body/items/0/quantity']", "2")
    page.select_option("[name='/body/items/0/unit']", "set")
    page.locator(".acts-row button").click()
    expect(page.locator(".note")).to_contain_text("须 甲省一市公安局 会签")
    expect(page.locator(".verdict")).to_contain_text("接纳")
    page.get_by_role("button", name="送会签").click()
    expect(page.locator(".verdict")).to_contain_text("会签")
    return page.url.rpartition("/")[2]


def waits(console: Console, event_id: str) -> bool:
    """Say whether the police see the draft among those that they are to sign."""
    page = console.open("/drafts")
    return page.locator(f"section:has(#s-t) a[href='/drafts/{event_id}']").count() == 1


def says(console: Console, path: str, words: str) -> None:
    """Load a page until it says *words*."""
    until(lambda: words in console.open(path).locator("main").inner_text(), f"{path} does not say {words}")


@pytest.mark.timeout(900)
def test_items_offered_by_the_form_change_hands_once_an_approver_of_the_police_has_signed(
    browsers: Browsers, offices: Publisher
) -> None:
    case_id = to_be_handed_over(offices, 75_001)
    office = browsers.enter("copyright")
    event_id = offered_by_form(office.page, office.address, case_id)
    says(office, f"/published/{event_id}", "等待 甲省一市公安局 会签")
    officer = browsers.enter("police")
    until(lambda: waits(officer, event_id), "the draft did not come to the police")

    # An officer sees that it waits and may read it: he can neither sign nor decline, whatever form he sends.
    page = officer.open("/")
    expect(page.locator(".drafts-line")).to_contain_text("待我方会签")
    page = officer.open(f"/drafts/{event_id}")
    expect(page.locator("main")).not_to_contain_text("服务器")
    page.get_by_role("button", name="打开正文").click()
    expect(page.locator("main")).to_contain_text("服务器")
    expect(page.locator(".state-no")).to_contain_text("由审批人员答复")
    assert page.get_by_role("button", name="会签", exact=True).count() == 0

    # An approver signs what he has opened, without a script.
    approver = browsers.enter("police", "approver", java_script_enabled=False)
    page = approver.open(f"/drafts/{event_id}")
    assert page.get_by_role("button", name="会签", exact=True).count() == 0
    csrf, seen = (page.locator(f"[name={name}]").first.input_value() for name in ("csrf", "seen"))
    path = f"{approver.address}/drafts/{event_id}/sign"
    answer = page.request.post(path, form={"csrf": csrf, "seen": seen}, timeout=PATIENCE_MS)
    assert "没有办理: 先打开正文" in answer.text()
    page.get_by_role("button", name="打开正文").click()
    expect(page.locator("main")).to_contain_text("已立案 → 物品已移交")
    page.get_by_role("button", name="会签", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("已办理。")
    expect(page.locator(".facts")).to_contain_text("已会签")
    read = page.locator("section:has(#r-t) tbody tr")
    assert [read.nth(at).locator("td").first.inner_text() for at in range(2)] == ["approver", "officer"]

    says(office, f"/drafts/{event_id}", "已会签并送上链")
    says(office, f"/published/{event_id}", "接纳")
    events = json.loads(run("history", case_id, "--json"))["events"]
    assert [one["event_type"] for one in events].count("CaseItemsHandedOver") == 1


@pytest.mark.timeout(900)
def test_a_draft_is_declined_with_a_reason_and_another_is_withdrawn_by_who_has_sent_it(
    browsers: Browsers, offices: Publisher
) -> None:
    case_id = to_be_handed_over(offices, 75_002)
    office, approver = browsers.enter("copyright"), browsers.enter("police", "approver")
    declined = offered_by_form(office.page, office.address, case_id)
    until(lambda: waits(approver, declined), "the draft did not come to the police")
    page = approver.open(f"/drafts/{declined}")
    page.get_by_role("button", name="拒签").click()
    expect(page.locator(".fault")).to_contain_text("须写明理由")
    page.fill("#why-decline", WHY)
    page.get_by_role("button", name="拒签").click()
    expect(page.locator(".facts")).to_contain_text("拒签")
    says(office, f"/drafts/{declined}", WHY)
    says(office, f"/published/{declined}", "未上链: 拒签")

    withdrawn = offered_by_form(office.page, office.address, case_id)
    until(lambda: waits(approver, withdrawn), "the draft did not come to the police")
    seen = approver.open(f"/drafts/{withdrawn}?open=1")
    page = office.open(f"/drafts/{withdrawn}")
    page.fill("#why-withdraw", "清单有误")
    page.get_by_role("button", name="撤回").click()
    expect(page.locator(".facts")).to_contain_text("已撤回")
    # What the approver still has before him is signed by nobody.
    until(lambda: not waits(browsers.enter("police"), withdrawn), "the police were not told")
    seen.get_by_role("button", name="会签", exact=True).click()
    expect(seen.get_by_role("status")).to_contain_text("没有办理")
    expect(seen.locator(".facts")).to_contain_text("已撤回")
    events = json.loads(run("history", case_id, "--json"))["events"]
    assert "CaseItemsHandedOver" not in [one["event_type"] for one in events]
