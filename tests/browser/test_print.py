"""Can a page be put into a file on paper? Black on white, without controls, and every sheet says whose it is."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Browsers

A4 = {"width": 700, "height": 990}
PAGES = {"today": "/?all=1", "case": "/cases/{case_id}?event=2", "handoffs": "/handoffs"}
COLOURS = """() => {
  const found = new Set(), paint = ['color', 'backgroundColor', 'borderTopColor', 'borderLeftColor', 'fill', 'stroke'];
  for (const one of document.querySelectorAll('body *')) {
    if (!one.getClientRects().length) continue;
    const style = getComputedStyle(one);
    for (const name of paint) {
      const rgb = (style[name].match(/^rgba?\\(([\\d.]+), ([\\d.]+), ([\\d.]+)/) || []).slice(1);
      if (rgb.length && new Set(rgb).size > 1) found.add(one.tagName + '.' + one.getAttribute('class') + ' ' + name);
    }
  }
  return [...found];
}"""
FILLS = """names => names.map(name => {
  const style = getComputedStyle(document.querySelector('.legend .' + name));
  return style.fill + style.stroke;
})"""


def hidden(page: Page, *selectors: str) -> list[str]:
    """Return those of *selectors* of which something is to be seen."""
    return [one for one in selectors if page.locator(f"{one}:visible").count()]


@pytest.mark.parametrize("name", PAGES)
def test_a_printed_page_needs_no_colour_and_says_whose_it_is_and_of_when(
    browsers: Browsers, case_id: str, name: str, tmp_path: Path
) -> None:
    # Who looks at a dark screen gets black on white all the same.
    console = browsers.enter("copyright", viewport=A4, color_scheme="dark")
    page = console.open(PAGES[name].format(case_id=case_id))
    page.emulate_media(media="print")
    page.screenshot(path=tmp_path / f"{name}.png", full_page=True)

    assert page.evaluate(COLOURS) == []
    assert hidden(page, "nav", "button", ".btn", "input", "select", ".find", ".out") == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    sheet = page.locator(".sheet").inner_text()
    assert "甲省一市文化市场行政执法支队 · officer" in sheet
    assert re.search(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}", sheet)
    assert PAGES[name].format(case_id=case_id).partition("#")[0] in sheet
    # The foot stands on every sheet, and the sheets are counted.
    assert page.evaluate("getComputedStyle(document.querySelector('.foot')).display") == "table-footer-group"
    page.pdf(path=tmp_path / f"{name}.pdf", prefer_css_page_size=True)
    assert (tmp_path / f"{name}.pdf").read_bytes().startswith(b"%PDF-")


def test_on_paper_each_part_of_a_bar_has_a_look_of_its_own(browsers: Browsers, case_id: str) -> None:
    page = browsers.enter("copyright", viewport=A4).open("/handoffs")
    page.emulate_media(media="print")
    fills = page.evaluate(FILLS, ["b-ans", "b-run", "b-late", "b-end"])
    assert len(set(fills)) == 4, case_id
