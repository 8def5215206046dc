"""
What is a case id, and is this text one?

``CRB-{region6}-{yyyy}-{seq6}-{check}``: the check character is ISO 7064 MOD 37,36 over the sixteen digits.
``seq6`` = 000000 is the register docket of a region and year, for events of no case.
"""

import re
from functools import lru_cache

CASE_ID_LENGTH = 24
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# [0-9] and not \d, which would let other scripts' digits in.
_SHAPE = re.compile(r"CRB-([0-9]{6})-([0-9]{4})-([0-9]{6})-([0-9A-Z])")
_REGISTER = "000000"


def check_character(digits: str) -> str:
    """Return the check character of *digits* by ISO 7064 MOD 37,36 (hybrid system); sixteen digits in a case id."""
    product = 36
    for digit in digits:
        product = (product + _ALPHABET.index(digit)) % 36 or 36
        product = product * 2 % 37
    return _ALPHABET[(37 - product) % 36]


def case_id(region: str, year: int, seq: int) -> str:
    """Return the id of case *seq* of a *region* (six digits) and *year*; ValueError where a part does not fit."""
    digits = f"{region}{year:04}{seq:06}"
    text = f"CRB-{region}-{year:04}-{seq:06}-{check_character(digits) if digits.isdecimal() else ''}"
    if not is_case_id(text):
        raise ValueError(f"no case id can be made of region {region!r}, year {year} and number {seq}")
    return text


def register_case_id(region: str, year: int) -> str:
    """Return the id of the register docket of a *region* and *year*, where events of no case are kept."""
    return case_id(region, year, int(_REGISTER))


@lru_cache(maxsize=65536)
def is_case_id(text: str) -> bool:
    """Hold for a well-formed case id with the right check character."""
    match = _SHAPE.fullmatch(text)
    return match is not None and check_character("".join(match.groups()[:3])) == match[4]


def is_register(text: str) -> bool:
    """Hold for the case id of a register docket; *text* is a well-formed case id."""
    return text[16:22] == _REGISTER


def case_id_of_key(key: bytes | None) -> str | None:
    """Return the case id that a record *key* spells, or ``None`` where it spells none."""
    if key is None or len(key) != CASE_ID_LENGTH or not key.isascii():
        return None
    text = key.decode("ascii")
    return text if is_case_id(text) else None
