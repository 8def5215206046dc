"""Does a page speak one language where the rulebook, the desks and the library do? And say which, where they do not?"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from services.gateway.console.account_words import in_words
from services.gateway.console.because import because
from services.gateway.console.citing import cited
from services.gateway.console.names import Names
from services.gateway.console.texts import texts
from tests.unit.ledger.story import law
from yisong.accounts.people import add_account
from yisong.accounts.roles import ROLES
from yisong.accounts.tokens import add_token
from yisong.desk.outcome import Duty
from yisong.envelope.header import AggregateRef
from yisong.errors import NotAcceptable

ROOT = Path(__file__).parents[3]
ZH, EN = Names(law(), texts("zh")), Names(law(), texts("en"))
HAN = re.compile(r"[\u4e00-\u9fff]")
LATIN = re.compile(r"[A-Za-z]{2,}")
_WHY = re.compile(r'"([\u4e00-\u9fff]+(?:[(][\u4e00-\u9fff]+[)])?): [a-z]')


def duty(why: str, *, clock_id: str | None = None) -> Duty:
    about = AggregateRef("case", "CRB-980100-2016-000021-5")
    return Duty(name="x", by="V9801", owed=(), about=about, article="D310 3", why=why, clock_id=clock_id)


def said_by_desks() -> Iterator[str]:
    """Yield how every desk begins to say why something is owed."""
    for folder in ("copyright", "cac", "miit", "police"):
        for file in (ROOT / "services" / folder).glob("*.py"):
            yield from _WHY.findall(file.read_text(encoding="utf-8"))
    for file in (ROOT / "yisong" / "desk").glob("*.py"):
        yield from _WHY.findall(file.read_text(encoding="utf-8"))


def test_whatever_a_desk_says_why_is_said_in_one_language() -> None:
    found = sorted(set(said_by_desks()))
    assert len(found) > 20
    for title in found:
        why = duty(f"{title}: because of something")
        zh, en = because(why, ZH), because(why, EN)
        assert LATIN.search(zh.title + zh.text) is None, title
        assert HAN.search(en.title + en.text) is None, title


def test_a_duty_of_a_clock_names_its_event_in_the_language_of_the_page() -> None:
    why = duty("物品移交: 决定立案 CriminalCaseFiled", clock_id="T-REF-14/1")
    assert because(why, ZH) == ("物品移交", "起于: 决定立案")
    assert because(why, EN) == ("Handover of items", "since: Criminal case filed")
    late = duty("回执 逾期: the time has run out, and the act is still owed", clock_id="T-REF-03/1")
    assert because(late, EN).text == "the time has run out, and the act is still owed"
    assert because(late, ZH).text == "期限已过, 事项仍须办理"


def test_what_no_catalogue_knows_stays_as_the_desk_said_it() -> None:
    assert because(duty("新事: something new"), EN) == ("新事", "something new")


@pytest.mark.parametrize("source", sorted({timer.source for timer in law().timers.values()}))
def test_every_source_of_a_deadline_is_cited_in_one_language_and_the_laws_own_words_are_marked(source: str) -> None:
    spans = re.compile(r'<span lang="[^"]+">[^<]*</span>')
    zh, en = cited(source, texts("zh")), cited(source, texts("en"))
    assert LATIN.search(spans.sub("", zh)) is None
    assert HAN.search(spans.sub("", en)) is None
    assert '<span lang="en">' not in zh, "all that the rulebook says in English is known in Chinese"


def test_an_article_is_cited_as_a_lawyer_would() -> None:
    assert cited("D310 9 para 2; CX 181", texts("zh")) == (
        "国务院令第310号第9条第2款; 公安机关办理刑事案件程序规定第181条"
    )
    assert cited("D310 6, 7", texts("en")) == "Decree 310 arts 6, 7"
    assert cited("D310 7 (及时, no number)", texts("en")) == (
        'Decree 310 art. 7 (<span lang="zh-Hans">及时</span>, no number)'
    )


def test_a_citation_that_holds_markup_is_text() -> None:
    assert "<script>" not in cited("<script>D310 3</script>", texts("zh"))


def faults_of_accounts() -> Iterator[str]:
    """Yield every fault that the library finds in what a form of the administrator may say."""
    nobody = cast("Any", None)
    more = {"organ": "V9801", "password": "x", "by_whom": "a", "now": 0}
    for roles in ((), ("king",), ("operator", "officer"), ROLES):
        with pytest.raises(NotAcceptable) as raised:
            add_account(nobody, "Zhao Si", roles=roles, **more)  # type: ignore[arg-type]
        yield from raised.value.faults
    with pytest.raises(NotAcceptable) as raised:
        add_token(nobody, "Zhao Si", organ="V9801", scopes=(), days=0, by_whom="a", now=0)
    yield from raised.value.faults


def test_why_an_account_or_token_is_not_made_is_said_in_the_language_of_the_page() -> None:
    faults = sorted(set(faults_of_accounts()))
    assert len(faults) >= 6
    assert [one for one in in_words(faults, texts("zh")) if HAN.search(one) is None] == []
    assert in_words(["something else"], texts("zh")) == ("something else",)
