"""Do officers see in a browser what they must see? They find a case, walk it, take its proofs, and publish."""

import re
from pathlib import Path
from uuid import uuid4

from playwright.sync_api import Page, expect

from tests.browser.conftest import PATIENCE_MS, Browsers
from tests.commands import run
from tests.waiting import until


def test_whoever_has_not_logged_in_is_shown_the_login_page_and_then_what_was_asked_for(
    browsers: Browsers, case_id: str
) -> None:
    console = browsers.enter("copyright")
    page = console.open(f"/cases/{case_id}")
    expect(page.locator("h1")).to_have_text(case_id)
    page.get_by_role("button", name="退出").click()
    expect(page.locator("#account")).to_be_visible()
    console.open(f"/cases/{case_id}")
    expect(page.locator("#password")).to_be_visible()
    browsers.forget("copyright", "officer")


def test_a_case_is_found_walked_and_seen_as_it_was_known(browsers: Browsers, case_id: str) -> None:
    page = browsers.enter("copyright").open("/")
    page.fill(".find input", case_id)
    page.press(".find input", "Enter")
    expect(page.locator("h1")).to_have_text(case_id)
    events = page.locator(".ev")
    count = events.count()
    assert count >= 10
    assert page.locator(".ev .s-proof", has_text="4/4").count() == count
    # walk: an event opens in its place, and the address names it
    page.locator(".node[data-n='3']").click()
    expect(page.locator("#event header")).to_contain_text("第 3 条")
    page.wait_for_url(re.compile(r"event=3"))
    page.locator("#event header a", has_text="后一条").click()
    expect(page.locator("#event header")).to_contain_text("第 4 条")
    # the slider: states, counts and clocks are those of then
    slider = page.locator("#slider")
    now = page.locator("#counts").inner_text()
    slider.focus()
    for _ in range(count - 2):
        slider.press("ArrowLeft")
    assert page.locator(".ev.unknown").count() == count - 2
    expect(page.locator("#as-of")).to_contain_text(f"第 2 条 / {count}")
    assert page.locator("#counts").inner_text() != now
    page.get_by_role("button", name="最新").click()
    expect(page.locator(".ev.unknown")).to_have_count(0)
    expect(page.locator("#counts")).to_have_text(now)


def test_a_body_is_opened_for_a_purpose_and_shown_to_those_who_need_to_know(browsers: Browsers, case_id: str) -> None:
    page = browsers.enter("copyright").open(f"/cases/{case_id}?event=1")
    panel = page.locator("#event")
    expect(panel.get_by_role("button", name="打开正文")).to_be_visible()
    panel.locator("select").select_option("supervision")
    panel.get_by_role("button", name="打开正文").click()
    expect(panel).to_contain_text("监督检查")
    expect(panel).to_contain_text("摘要")
    police = browsers.enter("police").open(f"/cases/{case_id}?event=1&purpose=handling")
    masked = police.locator(".masked")
    expect(masked).to_contain_text("本单位无权看此正文")
    expect(police.locator("#event")).not_to_contain_text("摘要")


def test_a_receipt_and_a_dossier_are_taken_and_hold_offline(browsers: Browsers, case_id: str, tmp_path: Path) -> None:
    page = browsers.enter("copyright").open(f"/cases/{case_id}?event=2")
    with page.expect_download(timeout=PATIENCE_MS) as taken:
        page.get_by_role("link", name="取回执").click()
    receipt = tmp_path / "receipt.txt"
    taken.value.save_as(receipt)
    assert case_id in run("verify", str(receipt))
    page.get_by_role("button", name="取本案案卷").click()
    expect(page.locator("#take")).to_be_visible(timeout=PATIENCE_MS)
    with page.expect_download(timeout=PATIENCE_MS) as taken:
        page.locator("#take").click()
    dossier = tmp_path / "dossier.zip"
    taken.value.save_as(dossier)
    assert case_id in run("verify", str(dossier))


def fill_clue(page: Page, case: str, summary: str) -> None:
    """Fill in the form of a clue."""
    if case:
        page.fill("[name='/header/case_id']", case)
    page.select_option("#f-variant", "feedback_not_wanted")
    page.fill("[name='/header/officers']", "U-V9801-01")
    page.select_option("[name='/body/source']", "monitoring")
    page.select_option("[name='/body/origin']", "self")
    page.select_option("[name='/body/targets/0/kind']", "domain")
    page.fill("[name='/body/targets/0/value']", "films-d.example")
    page.check("[name='/body/work_types'][value='film_tv']")
    page.select_option("[name='/body/platform_type']", "website")
    page.fill("[name='/body/summary']", summary)
    page.select_option("[name='/body/company_complaint']", "false")


def test_a_clue_is_published_through_the_form_and_seen_by_another_agency(browsers: Browsers) -> None:
    page = browsers.enter("copyright").open("/publish")
    page.select_option("#type", "ClueFound")
    page.get_by_role("button", name="填写").click()
    # all faults at once, each beside its field, and nothing published
    page.locator(".acts-row button").click()
    expect(page.locator(".faults")).to_be_visible()
    for field in ("/header/case_id", "/body/source", "/body/platform_type"):
        fault = page.locator(f".f[data-path='{field}'] > .doc .fault").first
        expect(fault).to_contain_text(re.compile("必填|不对|没有填写"))
    page.get_by_role("button", name="取新案件编号").click()
    expect(page.locator("[name='/header/case_id']")).to_have_value(re.compile(r"CRB-980100-\d{4}-\d{6}-."))
    case = page.locator("[name='/header/case_id']").input_value()
    summary = f"巡查发现影视站 <script>alert('{uuid4().hex}')</script>"
    fill_clue(page, case, summary)
    page.locator(".acts-row button").click()
    # the words of the dry run, then the verdict
    expect(page.locator("h1")).to_have_text("确认发布")
    expect(page.locator(".verdict")).to_contain_text("接纳")
    expect(page.locator("main")).to_contain_text("线索处理")
    page.get_by_role("button", name="发布", exact=True).click()
    expect(page.locator("h1")).to_have_text("发布结果")
    expect(page.locator(".verdict")).to_contain_text("接纳")
    # what was typed is shown as it was typed, and never run
    page.goto(page.url.partition("/published")[0] + f"/cases/{case}?event=1&purpose=handling")
    expect(page.locator("#event")).to_contain_text(summary)
    police = browsers.enter("police")
    until(lambda: police.open(f"/cases/{case}").locator(".ev").count() == 1, "the clue did not come to the police")
    expect(police.page.locator("#event")).to_contain_text("线索登记")


def test_all_of_it_works_without_a_script(browsers: Browsers, case_id: str) -> None:
    console = browsers.enter("copyright", java_script_enabled=False)
    page = console.open(f"/cases/{case_id}")
    count = page.locator(".ev").count()
    page.get_by_role("button", name="前一条").click()
    assert page.locator(".ev.unknown").count() >= 1
    page.locator(".node[data-n='2']").click()
    expect(page.locator("#event header")).to_contain_text("第 2 条")
    assert page.locator(".ev.unknown").count() >= 1  # the instant is kept
    page.get_by_role("button", name="最新").click()
    expect(page.locator(".ev.unknown")).to_have_count(0)
    assert page.locator(".ev").count() == count
    page.get_by_role("link", name="EN", exact=True).click()
    expect(page.locator("h2").first).to_have_text("Timeline")
    page.get_by_role("link", name="中文").click()
    expect(page.locator("h2").first).to_have_text("时间线")


def test_what_is_not_there_or_not_for_everybody_is_a_page_that_says_so(browsers: Browsers) -> None:
    page = browsers.enter("copyright").open("/cases/CRB-980100-2016-000021-6")
    expect(page.locator("h1")).to_contain_text("没有这一页")
    page = browsers.enter("copyright").open("/nothing/here")
    expect(page.locator("h1")).to_contain_text("没有这一页")
    operator = browsers.enter("copyright", "sysadmin")
    expect(operator.open("/search").locator("h1")).to_contain_text("无权查看")
    expect(operator.open("/agreement").locator("h1")).to_have_text("一致")
    reviewer = browsers.enter("copyright", "auditadmin")
    expect(reviewer.open("/").locator("#r-t")).to_have_text("查阅日志")
    expect(reviewer.open("/handoffs").locator("h1")).to_contain_text("无权查看")
