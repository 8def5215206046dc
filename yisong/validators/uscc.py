"""
Is this a credit code of an organisation 统一社会信用代码?

GB 32100-2015: registering department 1, class 1, region 6, organisation code 8 + 1 (GB 11714), check character 1. The
check is a MOD 31-3 over the first seventeen. Real issued codes break it, so a wrong one is warned of, never refused.
"""

import re
from collections.abc import Iterator
from typing import Literal

from yisong.validators.remark import Remark, warn

Check = Literal["ok", "fail", "unchecked"]

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # no I O Z S V, which are taken for digits or for each other
_SHAPE = re.compile(r"[1-9ANY][1-9][0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)  # 3^(i-1) mod 31
_INNER_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def check_character(first: str) -> str:
    """Return the eighteenth character for the *first* seventeen (MOD 31-3); ValueError where one is no character."""
    total = sum(_ALPHABET.index(one) * weight for one, weight in zip(first, _WEIGHTS, strict=True))
    return _ALPHABET[-total % 31]


def organisation_check_character(first: str) -> str:
    """Return the ninth character of an organisation code (GB 11714, MOD 11) for its *first* eight; A = 10 … Z = 35."""
    total = sum(int(one, 36) * weight for one, weight in zip(first, _INNER_WEIGHTS, strict=True))
    return "0123456789X"[-total % 11]


def uscc_check(code: str | None) -> Check:
    """Return what ``uscc_check`` of a party should state of its *code*; None = it has none."""
    if code is None:
        return "unchecked"
    return "fail" if any(uscc(code)) else "ok"


def uscc(code: str) -> Iterator[Remark]:
    """Yield what is wrong with *code*."""
    if _SHAPE.fullmatch(code) is None:
        yield warn("is no credit code (GB 32100: eighteen characters, without I, O, Z, S and V)")
        return
    if check_character(code[:17]) != code[17]:
        yield warn("the check character of the credit code is wrong (GB 32100, MOD 31-3)")
    if organisation_check_character(code[8:16]) != code[16]:
        yield warn("the check character of the organisation code inside the credit code is wrong (GB 11714)")
