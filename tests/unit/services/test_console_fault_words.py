"""Is everything that may be wrong with an event said in Chinese on the page that asks for it?"""

import ast
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from services.gateway.console.fault_words import SENTENCES, in_chinese, said, said_of_place
from services.gateway.console.texts import texts
from tests.unit.ledger.story import law
from yisong.schemas import body_faults

ROOT = Path(__file__).parents[3]
SOURCES = [
    *sorted((ROOT / "yisong/validators").glob("*.py")),
    *(ROOT / f"yisong/publishing/{name}.py" for name in ("validate", "across", "feedback", "identifiers", "compose")),
    *(ROOT / f"yisong/schemas/{name}.py" for name in ("conditions", "faults", "instants", "models/base")),
    ROOT / "services/gateway/api/events_in.py",
]
# Said to the callers inside, who say something else of it.
NOT_OF_A_FORM = {"This event cannot be composed.", "this is no domain by IDNA 2008"}


def sentences() -> Iterator[str]:
    """Yield every sentence that these sources can say, with an ``x`` in each place that is filled in."""
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            match node:
                case ast.Yield(value=ast.Tuple(elts=[_, told])):
                    yield from written(told)
                case ast.Yield(value=ast.Constant() | ast.JoinedStr() as told):
                    yield from (one.partition(": ")[2] for one in written(told))
                case ast.Call(func=ast.Name(id="refuse" | "warn" | "ValueError"), args=[told]):
                    yield from written(told)
                case ast.Call(func=ast.Name(id="Fault"), args=[_, told, *_]):
                    yield from written(told)


def written(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            for chosen in product(*(list(written(part)) for part in parts)):
                yield "".join(chosen)
        case ast.FormattedValue(value=inner):
            yield from written(inner)
        case ast.IfExp(body=one, orelse=other):
            yield from written(one)
            yield from written(other)
        case ast.BinOp(left=ast.Constant(value=str(text))):
            yield f"{text}x"
        case _:
            yield "x"


def test_there_is_chinese_for_every_sentence_that_the_rules_can_say() -> None:
    found = {one for one in sentences() if " " in one} - NOT_OF_A_FORM
    assert len(found) > 60
    assert sorted(one for one in found if in_chinese(one) is None) == []


def test_there_is_chinese_for_whatever_the_models_of_bodies_say() -> None:
    """Every field of every type: missing, of another type, unknown, and too long."""
    silent: set[str] = set()
    wrong: list[object] = [
        "x" * 5000,
        -(10**30),
        1.5,
        True,
        None,
        [],
        [[]],
        {},
        [{}],
        [1],
        "2016-02-30T00:00:00+08:00",
        "2016-07-18",
    ]
    for event in law().events.values():
        for value in wrong:
            body = {**{row.name: value for row in event.body}, "no_such_field": value}
            for variant in event.variants or (None,):
                told = body_faults(event.name, body, variant=variant)
                silent |= {what for one in told if in_chinese(what := one.partition(": ")[2]) is None}
    assert sorted(silent) == []


def test_names_and_numbers_stay_where_they_belong() -> None:
    assert in_chinese("P9801 is police; ClueFound is published by cac, copyright") == (
        "P9801 属 police，ClueFound 由 cac, copyright 发布"
    )
    assert in_chinese("required for ReferralIssued (at least 2)") == "ReferralIssued 必填，至少 2 项"
    assert in_chinese("required for ReferralIssued") == "ReferralIssued 必填"
    assert in_chinese("a right-holder is always answered; only an anonymous complaint is feedback_not_wanted") == (
        "权利人必须得到反馈；只有匿名举报才可选“无需反馈”"
    )


@pytest.mark.parametrize("sentence", SENTENCES)
def test_no_sentence_hides_behind_a_longer_or_vaguer_one(sentence: str) -> None:
    filled = re.sub(r"\{\w+\}", "x", sentence)
    names = dict.fromkeys(re.findall(r"\{(\w+)\}", sentence), "x")
    assert in_chinese(filled) == SENTENCES[sentence].format(**names)


def test_on_an_english_page_the_sentence_stays_and_an_unknown_one_stays_everywhere() -> None:
    chinese, english = texts("zh"), texts("en")
    assert said("is missing", english) == "is missing"
    assert said("is missing", chinese) == "必填，没有填写"
    assert said("was never heard of", chinese) == "was never heard of"
    assert said_of_place("doc_no: is missing", chinese) == "doc_no：必填，没有填写"
    assert said_of_place("doc_no: is missing", english) == "doc_no: is missing"
