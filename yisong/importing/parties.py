"""Whom is a case about? Organisations by name and credit code, persons by token."""

from collections.abc import Mapping
from typing import Final

from yisong.importing.cells import choice, code, names, several
from yisong.importing.columns import HEADINGS
from yisong.importing.doubts import perhaps_a_person
from yisong.importing.numbers import tokens
from yisong.importing.row import Reading, Row
from yisong.validators.uscc import uscc, uscc_check

_LENGTH: Final = 18
Party = Mapping[str, object]


def parties(row: Row, enums: Mapping[str, Mapping[str, str]]) -> list[Party]:
    """Return the parties that *row* names: organisations first, numbered p1, p2 … in their order."""
    role = row.read("party_role", lambda text: choice(text, enums["party_role"])) or "operator"
    called = names(row["party"])
    codes = _codes(row, len(called))
    found: list[dict[str, object]] = []
    for n, name in enumerate(called):
        if codes[n] is None and perhaps_a_person(name):
            row.fault("party", f"a name so short may be a person's: give the organisation's {HEADINGS['party_uscc']}, "
                      "or a token in 当事人令牌 instead of the name")  # fmt: skip
        one: dict[str, object] = {
            "role": role,
            "kind": "organisation",
            "name": name,
            "uscc_check": uscc_check(codes[n]),
        }
        found.append(one if codes[n] is None else {**one, "uscc": codes[n]})
    found += (
        {"role": role, "kind": "person", "person_token": token, "uscc_check": "unchecked"}
        for token in tokens(row, "party_token")
    )
    return [{"party_id": f"p{n}", **one} for n, one in enumerate(found, start=1)]


def _codes(row: Row, count: int) -> list[str | None]:
    """Return *count* credit codes; what has another length or other characters than one is a fault."""
    written = several(row["party_uscc"])
    if not written:
        return [None] * count
    if len(written) != count:
        row.fault(
            "party_uscc", f"has {len(written)} codes, and {HEADINGS['party']} {count} names (with ; between them)"
        )
        return [None] * count
    return [_code(row, one) for one in written]


def _code(row: Row, written: str) -> str | None:
    said = code(written)
    if len(said) != _LENGTH or not (said.isascii() and said.isalnum()):
        row.fault("party_uscc", f"is no credit code (GB 32100): it has {_LENGTH} digits and letters")
        return None
    if said != written:
        row.readings.append(Reading(row.line, HEADINGS["party_uscc"], written, said))
    for remark in uscc(said):
        row.note("party_uscc", remark)
    return said
