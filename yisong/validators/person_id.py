"""
Does this text give away the number of an identity card 身份证?

GB 11643: region 6, birthday 8, sequence 3, check character by MOD 11-2. It never travels in clear: a person is a token,
and the number stays with the owner (个人信息保护法 28, 51).
"""

import re
import unicodedata
from collections.abc import Collection, Iterator
from datetime import date

from yisong.validators.region import PROVINCES
from yisong.validators.remark import Remark, refuse

_SHAPE = re.compile(r"(?<![0-9A-Za-z])([0-9]{17}[0-9Xx])(?![0-9A-Za-z])")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_FIRST_YEAR, _LAST_YEAR = 1880, 2099


def check_character(first: str) -> str:
    """Return the eighteenth character for the *first* seventeen digits (MOD 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(first, _WEIGHTS, strict=True))
    return "10X98765432"[total % 11]


def no_identity_card(text: str, *, provinces: Collection[str] = PROVINCES) -> Iterator[Remark]:
    """Yield a refusal where *text* holds a number that can be one of an identity card of these *provinces*."""
    for match in _SHAPE.finditer(unicodedata.normalize("NFKC", text)):
        number = match[1].upper()
        if number[:2] in provinces and _is_day(number[6:14]) and check_character(number[:17]) == number[17]:
            yield refuse("holds what is the number of an identity card 身份证; a person travels as a token")
            return


def _is_day(digits: str) -> bool:
    try:
        return _FIRST_YEAR <= date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).year <= _LAST_YEAR
    except ValueError:
        return False
