"""Which bytes is a body, which body are these bytes, and what is wrong with one before it is sent?"""

from collections.abc import Container, Iterator, Mapping
from functools import lru_cache
from io import BytesIO

from fastavro import schemaless_reader, schemaless_writer

from yisong.errors import NotPublishable, Undecodable
from yisong.rulebook.catalogue import PiiLevel
from yisong.schemas.datum import Node, root, to_avro, to_json
from yisong.schemas.registry import Schema, registry


def encode_body(event_type: str, body: Mapping[str, object], registered: Container[bytes] | None = None) -> bytes:
    """
    Return *body* in plain Avro, by the newest schema of *event_type* among those *registered* (as `Registry.body`).

    *body* is as JSON has it: instants in RFC 3339, days as YYYY-MM-DD, null or absent for what is optional. Raises
    NotPublishable that names every place where the schema can't hold it; limits and conditions are ``body_faults``.
    """
    schema = body_schema(event_type, registered)
    faults: list[str] = []
    datum = to_avro(_root(schema.fingerprint), dict(body), path="body", faults=faults)
    if faults:
        raise NotPublishable(f"The body is no {event_type}; correct the fields named", faults)
    return _written(schema, datum)


def decode_body(fingerprint: bytes, data: bytes) -> dict[str, object]:
    """
    Return the body that *data* holds, written by the schema that *fingerprint* names, as JSON has it.

    Raises Undecodable where there is no such body schema, or *data* is not exactly what the schema would write.
    """
    schema = registry().by_fingerprint.get(fingerprint)
    if schema is None or schema.kind != "body":
        raise Undecodable(f"No body schema has the fingerprint {fingerprint.hex()}; ask its publisher which one it is")
    try:
        datum = schemaless_reader(BytesIO(data), schema.plain, None)
        shown = to_json(_root(fingerprint), datum) if _written(schema, datum) == data else None
    except Exception as error:  # whatever foreign bytes make the decoder raise
        raise Undecodable(f"The bytes are no {schema.name}: {type(error).__name__} while decoding") from error
    if not isinstance(shown, dict):
        raise Undecodable(f"The bytes are no canonical {schema.name}: written again they would be others")
    return shown


def body_schema(event_type: str, registered: Container[bytes] | None = None) -> Schema:
    """Return the schema in which a body is written, as `Registry.body`. Raises NotPublishable where there is none."""
    try:
        return registry().body(event_type, registered)
    except KeyError:
        raise NotPublishable("The event can't be sent", [f"event_type: there is no {event_type!r}"]) from None


def pii_level(event_type: str, body: Mapping[str, object]) -> PiiLevel:
    """
    Return the highest level of personal data among the fields that *body* fills, as the catalogue marks them.

    A nested record counts by its own fields: the mark on the field that holds it says what it may hold at most (a
    target may be an account token, and is most often a domain).
    """
    body_schema(event_type)
    roots = (_root(schema.fingerprint) for schema in registry().versions[event_type])
    levels = (level for node in roots for level in _levels(node, body))
    match max(levels, default="P0"):
        case "P1":
            return "P1"
        case "P2":
            return "P2"
        case "P3":
            return "P3"
        case _:
            return "P0"


def _levels(node: Node, value: object) -> Iterator[str]:
    match node.shape["type"], value:
        case "record", dict():
            rows = node.shape["fields"]
            marks = {row["name"]: row["pii"] for row in rows} if isinstance(rows, list) else {}
            for name, inner, _ in node.fields:
                if value.get(name) in (None, [], ()):
                    continue
                below = tuple(_levels(inner, value[name]))
                yield from below or (marks[name],)
        case "array", list() | tuple():
            for item in value:
                yield from _levels(node.at(node.shape["items"]), item)


@lru_cache(maxsize=256)
def _root(fingerprint: bytes) -> Node:
    return root(registry().by_fingerprint[fingerprint].json)


def _written(schema: Schema, datum: object) -> bytes:
    out = BytesIO()
    schemaless_writer(out, schema.plain, datum)
    return out.getvalue()
