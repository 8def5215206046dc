"""Which fields of the header does an event type ask for, and what was typed into them?"""

from collections.abc import Sequence
from typing import Final

from services.gateway.console.fields import Typed
from services.gateway.console.form import Filled, Input, Kind, instant
from services.gateway.console.names import Names
from services.gateway.console.times import at
from yisong.ledger import Law
from yisong.rulebook.model import EventType

_SHOWN_FIRST: Final = ("occurred_at", "to", "officers", "decided_at", "served_at", "due_at", "doc_no", "approver")
_OTHERS: Final = ("cc", "cites", "severity", "countersignature", "campaign_id", "acting_for", "attachments")
_KINDS: Final[dict[str, Kind]] = {
    "occurred_at": "instant", "decided_at": "instant", "served_at": "instant", "due_at": "instant",
    "to": "choices", "cc": "choices", "officers": "lines", "cites": "lines", "attachments": "lines",
    "severity": "choice", "countersignature": "choice", "acting_for": "choice", "pii_level": "choice",
}  # fmt: skip
_ATTACHED: Final = 4


def required(event: EventType, variant: str | None) -> frozenset[str]:
    """Return which header fields an event must carry."""
    return frozenset(one.field for one in event.requires.get(variant, event.requires[None]))


def header_inputs(
    event: EventType, variant: str | None, filled: Filled, names: Names, *, now: int
) -> tuple[tuple[Input, ...], tuple[Input, ...]]:
    """Return the inputs of the header: those that must or usually do say something, and the others."""
    needed = required(event, variant)
    first = [
        name
        for name in (*_SHOWN_FIRST, *_OTHERS)
        if name in needed or name in ("occurred_at", "to", "doc_no", "officers")
    ]
    rest = [name for name in (*_SHOWN_FIRST, *_OTHERS, "pii_level") if name not in first]
    return (
        tuple(_input(name, needed, filled, names, now=now) for name in first),
        tuple(_input(name, needed, filled, names, now=now) for name in rest),
    )


def _input(name: str, needed: frozenset[str], filled: Filled, names: Names, *, now: int) -> Input:
    path = f"/header/{name}"
    values = filled.values(path)
    if name == "occurred_at" and path not in filled.typed:
        values = (at(now).strftime("%Y-%m-%dT%H:%M"),)
    return Input(
        name=path,
        kind=_KINDS.get(name, "text"),
        label=names.header_field(name),
        code=name,
        doc=names.t.get(f"publish.hint.{name}", ""),
        # The level follows from the body where nobody states a higher one.
        required=name in needed and name != "pii_level",
        options=_options(name, names),
        values=values,
        faults=tuple(fault for pointer, said in filled.faults.items() if _is_in(pointer, path) for fault in said),
    )


def _is_in(pointer: str, path: str) -> bool:
    return pointer == path or pointer.startswith(f"{path}/")


def _options(name: str, names: Names) -> tuple[tuple[str, str], ...]:
    match name:
        case "to" | "cc" | "countersignature" | "acting_for":
            organs = names.law.organs.values()
            return tuple((one.id, f"{names.plate(one.role)} {one.name}") for one in organs if one.role != "system")
        case "severity" | "pii_level":
            return tuple((value, names.enum(name, value)) for value in names.law.rulebook.catalogue.enums.get(name, {}))
        case _:
            return ()


def header_of(event: EventType, typed: Typed, law: Law, *, publisher: str) -> dict[str, object]:
    """Return the header that was typed, as its author states it (history format)."""
    filled = Filled(typed, {})
    said = {name: _value(name, filled.values(f"/header/{name}")) for name in (*_SHOWN_FIRST, *_OTHERS, "pii_level")}
    case_id = next(iter(filled.values("/header/case_id")), "")
    aggregate = _aggregate(event, filled, case_id, law)
    stated = {
        "event_type": event.name,
        "variant": next(iter(filled.values("variant")), None),
        "case_id": case_id,
        "publisher": publisher,
        "aggregate": aggregate,
        "region_code": _region(publisher, law),
        **said,
    }
    return {name: value for name, value in stated.items() if value not in (None, (), [])}


def _region(publisher: str, law: Law) -> str | None:
    found = law.organs.get(publisher)
    return None if found is None else found.region_code


def aggregate_kinds(event: EventType, law: Law) -> tuple[str, ...]:
    """Return the kinds of aggregate that an event type may move; none where it has no aggregate."""
    if event.any_aggregate:
        return tuple(law.rulebook.catalogue.aggregate_letters)
    return tuple(sorted(event.aggregate or ()))


def _aggregate(event: EventType, filled: Filled, case_id: str, law: Law) -> dict[str, str] | None:
    kinds = aggregate_kinds(event, law)
    kind = next(iter(filled.values("aggregate-kind")), kinds[0] if kinds else "")
    if kind not in kinds:
        return None
    letter = law.rulebook.catalogue.aggregate_letters[kind]
    number = next(iter(filled.values("aggregate-number")), "1")
    return {"kind": kind, "id": case_id if letter is None else f"{letter}-{case_id}-{number}"}


def _value(name: str, values: Sequence[str]) -> object:
    kind = _KINDS.get(name, "text")
    lines = [line for one in values for text in one.splitlines() if (line := text.strip())]
    if not lines:
        return None
    if name == "cites":
        return [_cite(one) for one in lines]
    if name == "attachments":
        return [_attachment(one) for one in lines]
    if kind in ("choices", "lines"):
        return lines
    return instant(lines[0]) if kind == "instant" else lines[0]


def _cite(text: str) -> dict[str, str]:
    """Read ``kind id``, or an id alone whose kind its form tells."""
    kind, _, name = text.partition(" ")
    if name:
        return {"kind": kind, "id": name.strip()}
    guessed = "case" if text.startswith("CRB-") else "clock" if "/" in text else "event"
    return {"kind": guessed, "id": text}


def _attachment(text: str) -> dict[str, object]:
    """Read ``kind sha256 size media-type``."""
    parts = text.split()
    if len(parts) != _ATTACHED:
        return {"kind": text}
    size: object = int(parts[2]) if parts[2].isascii() and parts[2].isdigit() else parts[2]
    return {"kind": parts[0], "sha256": parts[1], "size": size, "media_type": parts[3]}
