"""What does a P2 token look like, and whose is it? ``U-V9801-01``: a letter, the organ, and what is random."""

import re
import secrets
import unicodedata
from typing import Final, Literal

from yisong.errors import NotAcceptable
from yisong.home import AGENCIES, Agency
from yisong.ledger import Law
from yisong.publishing.countersigning.checks import agency_of

Kind = Literal["officer", "person"]
"""``officer`` an acting person of the organ, as headers name him · ``person`` anybody or anything else of level P2."""
FORM: Final = re.compile(r"[UK]-([A-Z][0-9]{1,6})-[0-9A-Za-z]{1,64}", re.ASCII)
"""U for officers, K for others; the histories write them so."""
LONGEST_VALUE: Final = 500
"""Characters of a value at most."""

_LETTERS: Final = {"officer": "U", "person": "K"}
_RANDOM_BYTES: Final = 8
# Controls, formats, surrogates, separators of lines. What Unicode has not assigned (yet) is seen: names are written so.
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def new_token(organ: str, kind: Kind) -> str:
    """Return a token of *organ* that nobody can tell from its value, or guess."""
    return f"{_LETTERS[kind]}-{organ}-{secrets.token_hex(_RANDOM_BYTES)}"


def owner_of(token: str, law: Law) -> str | None:
    """Return the organ that owns *token* by its form; None where it is none, or the directory has no such organ."""
    found = FORM.fullmatch(token)
    return found[1] if found is not None and found[1] in law.organs else None


def line_of(organ: str, law: Law) -> Agency | None:
    """Return the agency whose node speaks for *organ*; None where there is none."""
    found = agency_of(organ, law)
    return next((one for one in AGENCIES if one == found), None)


def is_line(text: str) -> bool:
    """Say whether *text* is one line without anything that nobody sees; spaces of all kinds are seen."""
    return all(unicodedata.category(one) not in _UNSEEN for one in text)


def normal(value: str) -> str:
    """
    Return *value* as it is kept, so that one person has one token: NFC, and nothing around it.

    Raises NotAcceptable, which never holds it, where it is empty, too long, or no line of text.
    """
    kept = unicodedata.normalize("NFC", value).strip()
    if not 1 <= len(kept) <= LONGEST_VALUE or not is_line(kept):
        fault = f"value: must be one line of 1 to {LONGEST_VALUE} characters"
        raise NotAcceptable("There is no token for this; nothing was kept.", [fault])
    return kept
