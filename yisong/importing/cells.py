"""
What does a cell say: which day, which sum, which code? As officers type it; only the reading is put right.

Published texts mix digits (二00六年), have full-width dashes and brackets (3－4个, 【2016】) and the letter O for 〇.
NFKC takes most of that back; the rest is here. Nothing is guessed: what can be read in two ways is a fault.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final

from yisong.schemas.instants import ZONE
from yisong.validators.alike import plain

_ZERO: Final = "〇零○◯Oo"
_DIGITS: Final = {**dict.fromkeys(_ZERO, "0"), **{one: str(n) for n, one in enumerate("一二三四五六七八九", start=1)}}
_DASHES: Final = re.compile(r"[‐‑‒–—―−~]")
_NO_WIDTH: Final = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))
_ONE: Final = f"[0-9一二三四五六七八九{_ZERO}]"
_TIME: Final = r"(?:[T ]?(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}))?)?"
_DAYS: Final = (
    re.compile(rf"(?P<y>{_ONE}{{4}})年(?P<m>(?:{_ONE}|十){{1,3}})月(?P<d>(?:{_ONE}|十){{1,3}})[日号]?{_TIME}"),
    re.compile(rf"(?P<y>{_ONE}{{4}})([-./])(?P<m>{_ONE}{{1,2}})\2(?P<d>{_ONE}{{1,2}}){_TIME}"),
    re.compile(r"(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})(?P<hour>)(?P<minute>)(?P<second>)"),
)
_SUM: Final = re.compile(
    r"[¥]?(?P<number>[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?)(?P<many>[万亿]?)元?(?:整|正)?"
)
_MANY: Final = {"": 1, "万": 10_000, "亿": 100_000_000}
_LARGEST: Final = 1 << 62
_MOST_LISTED: Final = 6
_BETWEEN: Final = re.compile(r"[、,，;；|\n]+")
_BETWEEN_NAMES: Final = re.compile(r"[;；\n]+")
_YES: Final = frozenset({"是", "有", "yes", "y", "true", "1", "√"})
_NO: Final = frozenset({"否", "无", "no", "n", "false", "0", "×"})


def clean(text: str) -> str:
    """Return *text* for reading: full-width forms plain (NFKC), dashes -, no spaces at its ends, none of no width."""
    return _DASHES.sub("-", unicodedata.normalize("NFKC", text.translate(_NO_WIDTH))).strip()


def moment(text: str) -> datetime:
    """
    Return the instant in +08:00 that *text* names: a day, whose first instant it is, or a day and a time.

    二00六年七月十八日, 2016年7月18日, 2016-07-18, 2016.7.18, 2016/7/18, 20160718. Raises ValueError, without the value.
    """
    said = re.sub(r"(?<=[年月.\-/]) +| +(?=[年月日.\-/])", "", clean(text))
    match = next((found for shape in _DAYS if (found := shape.fullmatch(said))), None)
    if match is None:
        raise ValueError("is no date: write 2016-07-18, or 2016年7月18日, with the whole year")
    parts = [_number(match[name]) for name in ("y", "m", "d")]
    time = [int(match[name] or 0) for name in ("hour", "minute", "second")]
    try:
        return datetime(*parts, *time, tzinfo=ZONE)  # type: ignore[misc,arg-type]  # three and three integers
    except ValueError:
        raise ValueError("is a date that does not exist") from None  # the cause would quote the value


def _number(text: str) -> int:
    digits = "".join(_DIGITS.get(one, one) for one in text)
    if "十" not in digits:
        return int(digits)
    tens, _, ones = digits.partition("十")
    return int(tens or 1) * 10 + int(ones or 0) if len(tens) <= 1 and len(ones) <= 1 and "十" not in ones else -1


def fen(text: str) -> int:
    """
    Return the sum that *text* names, in integer fen; what is typed is yuan: 3000, 3,000.50元, ￥3000, 1.5万元.

    Raises ValueError, without the value.
    """
    match = _SUM.fullmatch("".join(clean(text).split()))
    if match is None:
        raise ValueError("is no sum in yuan: write 30000, 30,000.50 or 3万元")
    amount = Decimal(match["number"].replace(",", "")) * _MANY[match["many"]] * 100
    if amount != amount.to_integral_value():
        raise ValueError("is no whole number of fen")
    if amount > _LARGEST:
        raise ValueError("is more than a sum can be")
    return int(amount)


def flag(text: str) -> bool:
    """Return what 是 or 否 says. Raises ValueError, without the value."""
    said = plain(text)
    if said not in _YES | _NO:
        raise ValueError("must be 是 or 否")
    return said in _YES


def choice(text: str, allowed: Mapping[str, str]) -> str:
    """Return the id among *allowed* (id: Chinese) that *text* names by either. Raises ValueError, without the value."""
    said = plain(text)
    for name, label in allowed.items():
        if said in (plain(name), plain(label)):
            return name
    listed = [f"{label} ({name})" for name, label in allowed.items()]
    if len(listed) > _MOST_LISTED:
        listed = [*listed[:_MOST_LISTED], f"… and {len(listed) - _MOST_LISTED} more of its enumeration"]
    raise ValueError(f"must be one of {', '.join(listed)}")


def several(text: str) -> tuple[str, ...]:
    """Return what stands between 、 , ; | and ends of lines in *text*."""
    return tuple(one.strip() for one in _BETWEEN.split(text) if one.strip())


def names(text: str) -> tuple[str, ...]:
    """Return what stands between ; and ends of lines in *text*: a name may have a comma in it."""
    return tuple(one.strip() for one in _BETWEEN_NAMES.split(text) if one.strip())


def code(text: str) -> str:
    """Return *text* as a code of an organisation is written: plain, upper case, without spaces and dashes."""
    return re.sub(r"[\s-]", "", clean(text)).upper()
