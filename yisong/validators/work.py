"""Is this the number of a book (ISBN-13)? What else identifies a work has no published check, and is left alone."""

import re
from collections.abc import Iterator

from yisong.validators.remark import Remark, warn

_ISBN = re.compile(r"(?:ISBN(?:-13)?[:： ]*)?(97[89](?:[- ]?[0-9]){10})", re.IGNORECASE)


def isbn_check_digit(first: str) -> str:
    """Return the thirteenth digit for the *first* twelve (MOD 10, weights 1 and 3 in turn)."""
    total = sum(int(digit) * (3 if n % 2 else 1) for n, digit in enumerate(first))
    return str(-total % 10)


def identifier(text: str) -> Iterator[Remark]:
    """Yield what is wrong with the identifier of a work, where it is an ISBN."""
    match = _ISBN.fullmatch(text)
    if match is None:
        if text.upper().startswith("ISBN"):
            yield warn("is no ISBN (thirteen digits that begin with 978 or 979)")
        return
    digits = re.sub(r"[- ]", "", match[1])
    if isbn_check_digit(digits[:12]) != digits[12]:
        yield warn("the check digit of the ISBN is wrong (MOD 10)")
