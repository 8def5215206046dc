"""What does a field type of the catalogue mean (``enum:clue_source?``, ``array<record:Target>``)?"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

PRIMITIVES = ("string", "int", "long", "boolean", "timestamp", "date", "fen")

_ITEM = re.compile(r"(?P<primitive>string|int|long|boolean|timestamp|date|fen)|(?P<kind>enum|record):(?P<name>\w+)")
_ARRAY = re.compile(r"array<(?P<item>[\w:]+)>")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldType:
    """A field type, taken apart; *name* is the primitive, or the name of the enumeration or record."""

    kind: Literal["primitive", "enum", "record"]
    name: str
    array: bool
    optional: bool


@lru_cache(maxsize=1024)
def field_type(text: str) -> FieldType | None:
    """Return the meaning of *text*, or ``None`` where it is no field type."""
    optional = text.endswith("?")
    bare = text.removesuffix("?")
    array = _ARRAY.fullmatch(bare)
    item = _ITEM.fullmatch(array["item"] if array else bare)
    if item is None:
        return None
    kind: Literal["primitive", "enum", "record"] = "primitive"
    if item["kind"]:
        kind = "enum" if item["kind"] == "enum" else "record"
    return FieldType(kind=kind, name=item["primitive"] or item["name"], array=array is not None, optional=optional)
