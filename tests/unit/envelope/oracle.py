"""
Are these bytes canonical? Two other libraries answer, as the contract puts it: decode, encode again, compare.

The schemas are read from their files and stripped of logical types here, not by the code under test.
"""

import io
import json
from functools import lru_cache

import avro.io
import avro.schema
import fastavro

from yisong.contract import folder

PREFIX = 10


@lru_cache
def _json(name: str) -> dict[str, object]:
    return dict(json.loads((folder() / "schemas" / f"{name.lower()}.v1.avsc").read_text(), object_hook=_plain))


def _plain(node: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in node.items() if key != "logicalType"}


@lru_cache
def _avro(name: str) -> avro.schema.Schema:
    return avro.schema.parse(json.dumps(_json(name)))


@lru_cache
def _fastavro(name: str) -> object:
    return fastavro.parse_schema(_json(name))


def avro_again(name: str, data: bytes) -> bytes | None:
    """Return what the avro library makes of decoding and encoding *data*; None where it cannot."""
    try:
        value = avro.io.DatumReader(_avro(name)).read(avro.io.BinaryDecoder(io.BytesIO(data)))
        return avro_bytes(name, value)
    except Exception:  # noqa: BLE001 (it raises whatever comes to it)
        return None


def avro_bytes(name: str, value: object) -> bytes:
    """Return *value* as the avro library encodes it."""
    written = io.BytesIO()
    avro.io.DatumWriter(_avro(name)).write(value, avro.io.BinaryEncoder(written))
    return written.getvalue()


def fastavro_again(name: str, data: bytes) -> bytes | None:
    """Return what fastavro makes of decoding and encoding *data*; None where it cannot."""
    try:
        value = fastavro.schemaless_reader(io.BytesIO(data), _fastavro(name), None)  # type: ignore[arg-type]
        return fastavro_bytes(name, value)
    except Exception:  # noqa: BLE001 (it raises whatever comes to it)
        return None


def fastavro_bytes(name: str, value: object) -> bytes:
    """Return *value* as fastavro encodes it."""
    written = io.BytesIO()
    fastavro.schemaless_writer(written, _fastavro(name), value)  # type: ignore[arg-type]
    return written.getvalue()


def is_canonical(name: str, data: bytes) -> bool:
    """Hold where both libraries give back the very bytes after the prefix."""
    body = data[PREFIX:]
    return avro_again(name, body) == body == fastavro_again(name, body)


def avro_long(number: int) -> bytes:
    """Return *number* as the avro library writes a long."""
    written = io.BytesIO()
    avro.io.BinaryEncoder(written).write_long(number)
    return written.getvalue()
