"""Which bytes are a body, header, envelope or leaf, and what must a body hold? The Avro schemas and the body models."""

from yisong.schemas.bodies import body_schema, decode_body, encode_body, pii_level
from yisong.schemas.faults import body_faults
from yisong.schemas.genesis import genesis, rulebook_of
from yisong.schemas.registry import Registry, Schema, registry

__all__ = [
    "Registry",
    "Schema",
    "body_faults",
    "body_schema",
    "decode_body",
    "encode_body",
    "genesis",
    "pii_level",
    "registry",
    "rulebook_of",
]
