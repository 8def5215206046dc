"""Which Avro schema does an event type or nested record of the catalogue have?"""

import re
from collections.abc import Mapping

from yisong.errors import ContractFault
from yisong.rulebook.field_types import field_type
from yisong.rulebook.model import BodyField, Catalogue, EventType

NAMESPACE = "cn.yisong"

_AVRO: Mapping[str, str | dict[str, str]] = {
    "string": "string",
    "int": "int",
    "long": "long",
    "boolean": "boolean",
    "fen": "long",
    "timestamp": {"type": "long", "logicalType": "timestamp-millis"},
    "date": {"type": "int", "logicalType": "date"},
}


def snake(name: str) -> str:
    """Return a PascalCase *name* as a file is called: ``CriminalReferralSent`` gives ``criminal_referral_sent``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def pascal(name: str) -> str:
    """Return the name of an enumeration as Avro's named type: ``clue_source`` gives ``ClueSource``."""
    return "".join(part.capitalize() for part in name.split("_"))


def body_schema(event: EventType, catalogue: Catalogue) -> dict[str, object]:
    """
    Return the Avro schema of the body of *event*.

    It stands alone: a named type is written out where it is used first and called by its name afterwards.
    """
    return _record(f"{NAMESPACE}.events.{event.name}", event.body, catalogue, seen=set(), doc=event.zh)


def record_schema(name: str, catalogue: Catalogue) -> dict[str, object]:
    """Return the Avro schema of the nested record *name*, standing alone."""
    return _record(f"{NAMESPACE}.records.{name}", catalogue.records[name], catalogue, seen=set(), doc=None)


def _record(
    full_name: str, fields: tuple[BodyField, ...], catalogue: Catalogue, *, seen: set[str], doc: str | None
) -> dict[str, object]:
    seen.add(full_name)
    namespace, _, name = full_name.rpartition(".")
    head: dict[str, object] = {"type": "record", "name": name, "namespace": namespace}
    if doc:
        head["doc"] = doc
    return {**head, "fields": [_field(field, catalogue, seen=seen) for field in fields]}


def _field(field: BodyField, catalogue: Catalogue, *, seen: set[str]) -> dict[str, object]:
    meant = field_type(field.type)
    if meant is None:
        raise ContractFault("events.yaml has a field without a known type", [f"{field.name}: {field.type}"])
    match meant.kind:
        case "primitive":
            avro: object = _AVRO[meant.name]
        case "enum":
            avro = _enum(meant.name, catalogue, seen=seen)
        case "record":
            avro = _nested(meant.name, catalogue, seen=seen)
    if meant.array:
        avro = {"type": "array", "items": avro}
    shape: dict[str, object] = {"type": ["null", avro], "default": None} if meant.optional else {"type": avro}
    return {"name": field.name, **shape, "doc": field.doc, "zh": field.zh, "pii": field.pii}


def _enum(name: str, catalogue: Catalogue, *, seen: set[str]) -> object:
    full_name = f"{NAMESPACE}.enums.{pascal(name)}"
    if full_name in seen:
        return full_name
    seen.add(full_name)
    symbols = list(catalogue.enums[name])
    return {"type": "enum", "name": pascal(name), "namespace": f"{NAMESPACE}.enums", "symbols": symbols}


def _nested(name: str, catalogue: Catalogue, *, seen: set[str]) -> object:
    full_name = f"{NAMESPACE}.records.{name}"
    if full_name in seen:
        return full_name
    return _record(full_name, catalogue.records[name], catalogue, seen=seen, doc=None)
