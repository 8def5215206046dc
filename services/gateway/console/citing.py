"""In which words does a page cite the law? The rulebook's citations, with the names of laws in the page's language."""

import re
from collections.abc import Iterator
from typing import Final

from markupsafe import Markup

from services.gateway.console.texts import Texts

_LAWS: Final = {
    **{code: code for code in ("D310", "CX", "GZ", "JY", "XS", "CF", "GA16", "Y06", "FX24", "JW2016")},
    "campaign notice of 2006": "notice_2006",
    "Telecom Regulations": "telecom",
    "Measures on Internet Information Services": "internet",
    "Provisions on economic crime cases (2017)": "economic",
}
"""How the rulebook names a law, and under which key a page does."""
_LAW: Final = re.compile(rf"({'|'.join(map(re.escape, _LAWS))})(?: (?:art )?(\d+(?:[-, ]+\d+)*)(?: para (\d+))?)?")
_PHRASES: Final = (
    ("the day is policy: 5th of the next month, July to November 2016", "fifth_of_next"),
    ("the day is policy: 5th after the quarter", "fifth_after_quarter"),
    ("no date; 31 March is policy", "end_of_march"),
    ("3 working days inside the procuratorate", "three_days_inside"),
    ("2016-12-10 is a Saturday; whether 前 includes the day is not said: strict 12-09, rolled 12-12", "tenth_december"),
    ("no number in law", "no_number"),
    ("no number", "no_number"),
    ("date in the order", "date_in_order"),
    ("must be met", "must_be_met"),
    ("5th of each month", "fifth"),
)
_HAN: Final = r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef…]+"
_CHINESE: Final = re.compile(rf"\d*{_HAN}(?:[\d ,-]*{_HAN})*")
_ENGLISH: Final = re.compile(r"[A-Za-z][A-Za-z0-9 ,:'-]*[A-Za-z]")


def cited(text: str, t: Texts) -> Markup:
    """
    Return a citation (`source` of timers.yaml, `article` of a duty) in the language of *t*.

    What the rulebook has in one language only, the law's own words above all, stays in it and is marked with it.
    """
    return Markup("").join(marked(part, t) for part in _parts(text, t))


def _parts(text: str, t: Texts) -> Iterator[str]:
    """Yield *text* in pieces, each law and known phrase in the language of the page."""
    at = 0
    for match in _LAW.finditer(text):
        yield _phrases(text[at : match.start()], t)
        yield _law(match, t)
        at = match.end()
    yield _phrases(text[at:], t)


def _law(match: "re.Match[str]", t: Texts) -> str:
    name, numbers, para = t(f"law.{_LAWS[match[1]]}"), match[2], match[3]
    if numbers is None:
        return name
    several = "articles" if re.search(r"[-, ]", numbers) else "article"
    cited = t(f"law.{several}", law=name, numbers=numbers)
    return cited + t("law.para", n=para) if para else cited


def _phrases(text: str, t: Texts) -> str:
    for phrase, key in _PHRASES:
        text = text.replace(phrase, t(f"law.{key}"))
    return text


def marked(text: str, t: Texts) -> Markup:
    """Return *text*, what is not in the language of the page marked with its own, for whoever has it read aloud."""
    pattern, language = (_ENGLISH, "en") if t.language == "zh" else (_CHINESE, "zh-Hans")
    found, at = Markup(""), 0
    for match in pattern.finditer(text):
        found += text[at : match.start()] + Markup('<span lang="{}">{}</span>').format(language, match[0])
        at = match.end()
    return found + text[at:]
