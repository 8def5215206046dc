"""
Is this text what its author wrote, and does it name a person?

The notice of 2016 is published with 「中国体彩网手机版」 where 「关于」 stood: whoever put advertisements into the site
replaced a common word. What is published on the bus stands there for ever, so such a text is not taken before an
officer has put back what stood there; which word that was, nobody can know here.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator
from typing import Final

from yisong.validators.person_id import no_identity_card
from yisong.validators.remark import Remark, refuse, warn

#: What stands for another word: the one that is known, and others of its kind.
_ADVERT: Final = re.compile(
    r"中国体彩网手机版"
    r"|(?:中国)?(?:体彩|福彩|竞彩|彩票|时时彩|六合彩|博彩|棋牌|娱乐城|赌场)(?:网|平台|官网)?(?:手机版|手机客户端|客户端|app下载|官方下载|下载)"
)
_MEANT: Final = ("「", "」")
_MOBILE: Final = re.compile(r"(?<![0-9A-Za-z])1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}(?![0-9A-Za-z])")
_MAIL: Final = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
_SHORT: Final = re.compile(r"[\u4e00-\u9fff]{2,4}|[\u4e00-\u9fff]{1,10}·[\u4e00-\u9fff·]{1,10}")
_LEAST_TWICE: Final = 8


def replaced(text: str, *, name: bool = False) -> Iterator[Remark]:
    """
    Yield where in *text* an advertisement stands for a word; in 「 」 of its own it is what the text speaks of.

    *name*: of a company or a work, which may be called so; it is only worth a look.
    """
    for match in _ADVERT.finditer(text):
        before, after = text[: match.start()][-1:], text[match.end() :][:1]
        if (before, after) == _MEANT:
            continue
        place = f"at character {match.start() + 1} an advertisement stands where a word stood"
        if name:
            yield warn(f"{place}, unless that is its name")
        else:
            yield refuse(
                f"{place} (in the notice of 2016: 关于): put the word back; put 「 」 around it where it is meant"
            )


def twice(text: str) -> Iterator[Remark]:
    """Yield whether *text* says all that it says two times, as the notice of 2006 is printed."""
    bare = "".join(text.split())
    half = len(bare) // 2
    if half >= _LEAST_TWICE and bare[:half] == bare[-half:] and len(bare) - 2 * half <= 1:
        yield warn("says everything twice")


def personal(text: str, provinces: Collection[str]) -> Iterator[Remark]:
    """Yield what in *text* belongs to a person and does not travel: numbers of cards and telephones, mail addresses."""
    plain = unicodedata.normalize("NFKC", text)
    yield from no_identity_card(plain, provinces=provinces)
    if _MOBILE.search(plain):
        yield refuse("holds what can be somebody's telephone number: leave it out, or give a token")
    if _MAIL.search(plain):
        yield refuse("holds an address of mail: leave it out, or give a token")


def perhaps_a_person(name: str) -> bool:
    """Hold for a *name* as short as those of people are: no organisation is to be taken for one, nor the other way."""
    return _SHORT.fullmatch(unicodedata.normalize("NFKC", name)) is not None
