"""Under which numbers and tokens does an agency keep its case? As they should be written, and beside it as they are."""

import re
from typing import Final

from yisong.importing.cells import clean, several
from yisong.importing.columns import HEADINGS
from yisong.importing.row import Reading, Row
from yisong.validators.doc_no import doc_no, normalised

_TOKEN: Final = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)+")
_CAMPAIGN: Final = re.compile(r"[A-Z][A-Z0-9-]{1,31}")
_NAMED: Final = "must be tokens (such as U-V9801-01): a person's name does not come in, `yisong pii new` gives a token"


def own_number(row: Row) -> str | None:
    """Return the number by which a row is known again: 案件编号, else 立案文号; a fault where there is neither."""
    number = normalised(clean(row["number"] or row["opened_doc_no"]))
    if not number:
        row.fault("number", f"must be filled, or {HEADINGS['opened_doc_no']}: a row is known again by its number")
        return None
    return number


def document(row: Row, name: str) -> str | None:
    """Return the document number in the column *name*, its year in 〔 〕; what it breaks of its form is a warning."""
    if not row[name]:
        return None
    number = normalised(clean(row[name]))
    if number != row[name]:
        row.readings.append(Reading(row.line, HEADINGS[name], row[name], number))
    for remark in doc_no(number):
        row.note(name, remark)
    return number


def token(row: Row, name: str) -> str | None:
    """Return the token in the column *name*."""
    return row.read(name, _token)


def tokens(row: Row, name: str) -> tuple[str, ...]:
    """Return the tokens in the column *name*."""
    return row.read(name, lambda text: tuple(_token(one) for one in several(text))) or ()


def campaign(text: str) -> str:
    """Return the id of a campaign. Raises ValueError, without the value."""
    said = clean(text).upper()
    if _CAMPAIGN.fullmatch(said) is None:
        raise ValueError("is no id of a campaign (such as JW2016): `yisong campaigns` names them")
    return said


def _token(text: str) -> str:
    said = clean(text)
    if _TOKEN.fullmatch(said) is None:
        raise ValueError(_NAMED)
    return said
