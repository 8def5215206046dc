"""What does one see of a log under other clock rules?"""

from collections.abc import Iterator
from typing import Final, get_args

from rich.text import Text

from yisong.audit.whatif import Difference, OtherCase, What, WhatIf
from yisong.cli.page import Row, instant, ruled, stranger, verdict
from yisong.publishing.instants import to_text

_NOTHING: Final = "–"


def screen(found: WhatIf) -> Iterator[Text]:
    """Return one table a case with another outcome, and the sentence that counts them."""
    for case in found.cases:
        rows = [_row(one) for one in case.differences]
        yield ruled(f"{case.case_id}, as of {instant(case.as_of)}", ("what", "of", "as it is", "as it would be"), rows)
        yield Text()
    yield Text(sentence(found), "yellow" if found.cases else "green")


def sentence(found: WhatIf) -> str:
    """Say how many cases would have another outcome, and in what."""
    kinds = ", ".join(f"{_plural(one)} {found.count(one)}" for one in get_args(What) if found.count(one))
    records = sum(found.upto.values())
    read = f"{found.dockets} dockets ({records} records) from the trail of {found.agency}; nothing was written"
    if not found.cases:
        return f"No case would have another outcome. Folded again: {read}."
    return f"{len(found.cases)} of {found.dockets} cases would have another outcome ({kinds}). Folded again: {read}."


def _plural(what: str) -> str:
    return {"verdict": "verdicts", "state": "states", "clock": "clocks", "breach": "breaches"}[what]


def _row(one: Difference) -> Row:
    return (one.what, stranger(one.subject), _said(one.actual), _said(one.instead))


def _said(value: str | int | None) -> str | Text:
    match value:
        case None:
            return _NOTHING
        case int(milliseconds):
            return instant(milliseconds)
        case str(word):
            return verdict(word.partition(" ")[0], said=word)


def as_json(found: WhatIf) -> dict[str, object]:
    """Return the same for programs; instants in RFC 3339."""
    return {
        "node": found.agency,
        "upto": {str(partition): offset for partition, offset in found.upto.items()},
        "dockets": found.dockets,
        "differences": {what: found.count(what) for what in get_args(What)},
        "cases": [_case_json(case) for case in found.cases],
    }


def _case_json(case: OtherCase) -> dict[str, object]:
    return {
        "case_id": case.case_id,
        "as_of": to_text(case.as_of),
        "differences": [
            {"what": one.what, "of": one.subject, "actual": _value(one.actual), "instead": _value(one.instead)}
            for one in case.differences
        ],
    }


def _value(value: str | int | None) -> str | None:
    return to_text(value) if isinstance(value, int) else value
