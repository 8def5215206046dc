"""What is wrong with the form of one line of a history or negative file? Every fault at once."""

from collections.abc import Iterator, Mapping
from typing import Final, get_args

from yisong.audit.tamper import COPIES, parse_tamper
from yisong.errors import NotPublishable
from yisong.ledger import Verdict
from yisong.publishing.compose import read_fields
from yisong.publishing.instants import to_ms
from yisong.schemas import encode_body, registry

_KEYS: Final = frozenset({"at", "header", "body", "note", "expect", "tamper"})
_NEEDED: Final = ("at", "header", "body")
_STATED: Final = ("case_id", "publisher", "event_type", "occurred_at")
_ANY_EVENT: Final = "00000000-0000-0000-0000-000000000000"


def line_faults(row: object) -> Iterator[str]:
    """Say everything that is wrong with *row*, the JSON of one line; nothing where it can be played."""
    if not isinstance(row, dict):
        yield f"must be an object of {', '.join(_NEEDED)} and, where wanted, note, expect and tamper"
        return
    yield from (f"lacks {name}" for name in _NEEDED if name not in row)
    yield from (f"{name}: no key of a history line" for name in row if name not in _KEYS)
    if "at" in row:
        yield from _instant_faults(row["at"])
    if not isinstance(row.get("note", ""), str | None):
        yield "note: must be a text"
    yield from _content_faults(row)
    if row.get("expect") is not None:
        yield from _expectation_faults(row["expect"])
    if row.get("tamper") is not None:
        yield from _tamper_faults(row["tamper"])


def _content_faults(row: Mapping[str, object]) -> Iterator[str]:
    """Say what is wrong with header and body; of a copy, whose bytes are another line's, only what names it."""
    header, body = row.get("header", {}), row.get("body", {})
    yield from (f"{name}: must be an object" for name in ("header", "body") if not isinstance(row.get(name, {}), dict))
    if not isinstance(header, dict) or "header" not in row:
        return
    if absent := [name for name in _STATED if name not in header]:
        yield f"header: lacks {', '.join(absent)}"
    if _is_copy(row.get("tamper")):
        return
    yield from _header_faults(header)
    if isinstance(body, dict) and "body" in row:
        yield from _body_faults(header.get("event_type"), body)


def _is_copy(tamper: object) -> bool:
    return isinstance(tamper, dict) and tamper.get("kind") in tuple(COPIES)


def _instant_faults(value: object) -> Iterator[str]:
    if not isinstance(value, str):
        yield "at: must be an instant in RFC 3339"
        return
    try:
        to_ms(value)
    except ValueError as fault:
        yield f"at: {fault}"


def _header_faults(header: Mapping[str, object]) -> Iterator[str]:
    if not isinstance(header.get("test_data", True), bool):
        yield "header: test_data: must be true or false"
    stated = {name: value for name, value in header.items() if name != "test_data"}
    if isinstance(cites := stated.get("cites"), list):
        stated["cites"] = [_cited(cite) for cite in cites]
    for fault in read_fields(stated).faults:
        name, _, _ = fault.partition(":")
        if name in header or name not in _STATED:  # what is absent was said already
            yield f"header: {fault}"


def _cited(cite: object) -> object:
    """Return *cite* as it will be played: the number of a line becomes an event's id."""
    match cite:
        case {"kind": "event", "line": int(number), **rest} if not rest and not isinstance(number, bool):
            return {"kind": "event", "id": _ANY_EVENT}
        case _:
            return cite


def _body_faults(event_type: object, body: Mapping[str, object]) -> Iterator[str]:
    """Say where *body* breaks the schema of its type; a type of no catalogue has none, and is refused for that."""
    if not isinstance(event_type, str) or event_type not in registry().event_types.values():
        return
    try:
        encode_body(event_type, body)
    except NotPublishable as fault:
        yield from fault.faults


def _expectation_faults(row: object) -> Iterator[str]:
    if not isinstance(row, dict) or set(row) != {"verdict", "reason"} or row["verdict"] not in get_args(Verdict):
        yield "expect: must be {verdict, reason} with a verdict of the contract"
    elif (row["verdict"] == "refused") is not isinstance(row["reason"], str):
        yield "expect: a refusal has a reason, and nothing else has one"


def _tamper_faults(row: object) -> Iterator[str]:
    try:
        tamper = parse_tamper(row)
    except ValueError as fault:
        yield str(fault)
        return
    if tamper.kind == "schema_of_type" and tamper.name not in registry().event_types.values():
        yield "tamper.type: is no event type of the catalogue"
