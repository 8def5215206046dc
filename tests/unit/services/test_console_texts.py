"""Does the console say everything in both languages, and nothing outside its catalogues?"""

import re
from pathlib import Path
from string import Formatter

import jinja2
import pytest

from services.gateway.console import shell
from services.gateway.console.names import Names
from services.gateway.console.texts import language_of, texts
from tests.unit.ledger.story import law

TEMPLATES = Path(shell.__file__).parent / "templates"
NAMES = sorted(one.name for one in TEMPLATES.glob("*.html"))
# A Chinese date counts its months, an English one names them.
_DATES = {"time.day", "time.full_day"}
_SAID = re.compile(r"""\bt\('([a-z0-9_.-]+)'\s*[,)]""")
_READ_ALOUD = re.compile(r"""\b(?:aria-label|title|alt|placeholder|data-h|content)="([^"]*)\"""")


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_catalogues_have_the_same_keys_and_the_same_places_to_fill() -> None:
    zh, en = texts("zh"), texts("en")
    assert zh.known() == en.known()
    assert {key: (zh(key), en(key)) for key in zh.known() if places(zh(key)) != places(en(key))}.keys() <= _DATES
    assert [key for key in zh.known() if "None" in (zh(key), en(key))] == []


@pytest.mark.parametrize("name", NAMES)
def test_no_template_holds_a_bare_text(name: str) -> None:
    source = (TEMPLATES / name).read_text(encoding="utf-8")
    data = "".join(
        "\u2063" if kind != "data" else value for _, kind, value in jinja2.Environment(autoescape=True).lex(source)
    )
    # What the contract calls a field is the same in every language, and stands in <small>.
    shown = re.sub(r"<[^>]*>", " ", re.sub(r"&\w+;|<small>[a-z_.]*</small>", " ", data))
    left = re.findall(r"[^\W\d_]{2,}", shown.replace("CRB-", "").replace("\u2063", " "))
    assert left == []
    attributes = [one for tag in re.findall(r"<[^>]*>", data) for one in _READ_ALOUD.findall(tag)]
    fixed = [one for one in attributes if re.search(r"[^\W\d_]", one.replace("CRB-", "")) and "width=device" not in one]
    assert [one for one in fixed if one != "light dark"] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_text_that_a_template_names_is_in_the_catalogue(name: str) -> None:
    source = (TEMPLATES / name).read_text(encoding="utf-8")
    keys = texts("zh").known()
    assert [key for key in _SAID.findall(source) if key not in keys and not key.endswith(".")] == []


@pytest.mark.parametrize("name", NAMES)
def test_no_template_needs_more_than_the_policy_allows(name: str) -> None:
    source = (TEMPLATES / name).read_text(encoding="utf-8")
    assert re.findall(r"\sstyle=|<style|\son[a-z]+=|javascript:|https?://|\|\s*safe\b", source) == []
    assert re.findall(r"<script(?![^>]*src=\"/static/)", source) == []


def test_whatever_the_rulebook_names_has_a_name_in_both_languages() -> None:
    rules, keys = law(), texts("en").known()
    wanted = {f"timer.{one}" for one in rules.timers} | {f"kind.{one}" for one in rules.machines}
    wanted |= {f"state.{kind}.{state}" for kind, machine in rules.machines.items() for state in machine.states}
    wanted |= {f"short.{event}" for event in rules.events}
    assert wanted - keys == set()
    zh = texts("zh")
    assert {one: zh(f"timer.{one}") for one, timer in rules.timers.items() if zh(f"timer.{one}") != timer.zh} == {}


def test_a_short_name_fits_its_column() -> None:
    zh, en = texts("zh"), texts("en")
    short = [key for key in zh.known() if key.startswith("short.")]
    assert {key for key in short for line in zh(key).split("|") if len(line) > 3} <= {"short.ExternalReplyRecorded"}
    assert {key for key in short for line in en(key).split("|") if len(line) > 14} == set()
    assert all(1 <= len(zh(key).split("|")) <= 2 for key in short)


def test_names_come_from_the_rulebook_and_in_english_from_its_ids() -> None:
    zh, en = Names(law(), texts("zh")), Names(law(), texts("en"))
    assert (zh.event("SiteActionDecided", "suspend_approved"), en.event("SiteActionDecided")) == (
        "网站处置决定 · 同意暂停",
        "Site action decided",
    )
    assert (zh.enum("work_type", "film_tv"), en.enum("work_type", "film_tv")) == ("影视", "film tv")
    assert (zh.organ("S-police"), zh.role_of("S-police")) == ("总线 (公安节点代记)", "police")
    assert (zh.organ("V9999"), zh.role_of("V9999"), zh.event_type("CaseForgotten")) == ("V9999", "", "CaseForgotten")


def test_chinese_comes_first() -> None:
    assert [language_of(one) for one in (None, "", "fr", "en", "zh")] == ["zh", "zh", "zh", "en", "zh"]
