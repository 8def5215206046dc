"""Which part of a body may everybody see? A list of fields that are allowed, held to the levels of the catalogue."""

from collections.abc import Mapping
from typing import Final

from yisong.registers.said import Value
from yisong.rulebook.field_types import field_type
from yisong.rulebook.model import BodyField, Catalogue

ALLOWED: Final[Mapping[str, frozenset[str]]] = {
    "PenaltyDecided": frozenset(
        {
            *("penalties.kind", "penalties.amount_fen", "illegal_gains_fen", "business_amount_fen"),
            "hearing_held",
        }
    ),
    "CaseOpened": frozenset({"parties.name", "parties.uscc"}),
    "RegulatoryMeasureTaken": frozenset({"subject", "subject_uscc", "executed_at"}),
    "ListEntryChanged": frozenset(
        {
            *("list", "entry", "entry_uscc", "sector", "review_on", "valid_from", "valid_to", "catalogue_no"),
            *("work.title", "work.work_type", "work.identifier", "work.rightsholder"),
            *("target.kind", "target.value", "contact"),
        }
    ),
}
"""
What the public may be shown, by event type and path; nothing else ever is. Free texts are not among it (findings,
reasons, outcomes): whoever writes one may name a person.
"""

OPEN_LEVELS: Final = ("P0", "P1")
SITES: Final = ("domain", "url", "app")
"""Targets that name a site; an account or an address in the network is personal data (domain 4.6, P2)."""


def public_part(event_type: str, body: Value, catalogue: Catalogue) -> Mapping[str, object]:
    """
    Return what of the *body* of an event of *event_type* everybody may see; empty for most types.

    A field is shown where `ALLOWED` has it and *catalogue* marks it, and every field that it lies in, as P0 or P1: one
    whose mark is raised by a later version of the rulebook is not shown from then on. Lists keep their length.
    """
    event = catalogue.events.get(event_type)
    fields = () if event is None else event.body
    return _part(body, fields, ALLOWED.get(event_type, frozenset()), "", catalogue)


def _part(
    value: Value, fields: tuple[BodyField, ...], allowed: frozenset[str], way: str, catalogue: Catalogue
) -> Mapping[str, object]:
    shown: dict[str, object] = {}
    for one in fields:
        path, meant, found = f"{way}{one.name}", field_type(one.type), value.get(one.name)
        if found is None or meant is None or one.pii not in OPEN_LEVELS:
            continue
        if meant.kind != "record":
            if path in allowed:
                shown[one.name] = found
        elif any(other.startswith(f"{path}.") for other in allowed):
            inner = catalogue.records[meant.name]
            shown[one.name] = _inside(found, inner, allowed, f"{path}.", catalogue)
    return shown


def _inside(
    found: object, fields: tuple[BodyField, ...], allowed: frozenset[str], way: str, catalogue: Catalogue
) -> object:
    if isinstance(found, list | tuple):
        return [_inside(one, fields, allowed, way, catalogue) for one in found]
    return _part(found, fields, allowed, way, catalogue) if isinstance(found, Mapping) else {}
