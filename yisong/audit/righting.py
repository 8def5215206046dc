"""What does a body say once its corrections stand in the place of what was published? Each value of its own type."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import orjson

from yisong.audit.corrections import Body, steps
from yisong.errors import NotPublishable
from yisong.rulebook.field_types import FieldType, field_type
from yisong.rulebook.model import BodyField, Catalogue
from yisong.schemas import encode_body

_WHOLE: Final = re.compile(r"-?[0-9]+", re.ASCII)
_NUMBERS: Final = ("int", "long", "fen")


class Righting(NamedTuple):
    """
    A body with its corrections in place.

    *unfit*: fields whose correction fits no such field, or not its type: there what was published still stands.
    """

    body: Body
    unfit: tuple[str, ...]


def righted(body: Body, event_type: str, texts: Iterable[tuple[str, str]], catalogue: Catalogue) -> Righting:
    """
    Return *body*, of an event of *event_type*, with the corrections *texts* in place.

    *texts*: field (``penalties[0].amount_fen``) and right value as text, in log order; a list or record is written as
    JSON, and an empty text takes an optional field away. What no body of that type could hold is left out, and named.
    """
    unfit: list[str] = []
    for field, text in texts:
        try:
            new = _record(body, steps(field), text, catalogue.events[event_type].body, catalogue)
            encode_body(event_type, new)  # the schema says whether a body can be so
        except (ValueError, NotPublishable):
            unfit.append(field)
        else:
            body = new
    return Righting(body, tuple(unfit))


Way = Sequence[str | int]


def _record(value: object, way: Way, text: str, fields: Iterable[BodyField], catalogue: Catalogue) -> Body:
    if not way or not isinstance(value, Mapping):
        raise ValueError("the way leads to no field")
    meant = next((field_type(one.type) for one in fields if one.name == way[0]), None)
    if meant is None:
        raise ValueError("there is no such field")
    return {**value, str(way[0]): _set(value.get(way[0]), way[1:], text, meant, catalogue)}


def _set(value: object, way: Way, text: str, meant: FieldType, catalogue: Catalogue) -> object:
    if not way:
        return _typed(text, meant)
    if meant.array:
        return _item(value, way, text, replace(meant, array=False, optional=False), catalogue)
    if meant.kind != "record":
        raise ValueError("there is nothing inside a plain value")
    return _record(value, way, text, catalogue.records[meant.name], catalogue)


def _item(value: object, way: Way, text: str, meant: FieldType, catalogue: Catalogue) -> list[object]:
    at = way[0]
    if not isinstance(value, list) or not isinstance(at, int) or at >= len(value):
        raise ValueError("there is no such item")
    return [*value[:at], _set(value[at], way[1:], text, meant, catalogue), *value[at + 1 :]]


def _typed(text: str, meant: FieldType) -> object:
    """Return the value that *text* writes; the schema judges afterwards whether it may stand there."""
    if meant.optional and text in ("", "null"):
        return None
    if meant.array or meant.kind == "record":
        return orjson.loads(text)  # its fault is a ValueError
    if meant.name in _NUMBERS:
        if _WHOLE.fullmatch(text) is None:
            raise ValueError("is no whole number")
        return int(text)
    if meant.name == "boolean":
        return {"true": True, "false": False}.get(text, text)
    return text
