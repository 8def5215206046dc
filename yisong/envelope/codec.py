"""How do a header, a body and signatures become the bytes of a record? Whatever these functions return is canonical."""

from functools import lru_cache
from io import BytesIO

from fastavro import schemaless_writer

from yisong.envelope.header import Header, Signature
from yisong.envelope.open import MARKER
from yisong.schemas import Schema, registry

SALT_BYTES = 16

_SIGNED = b"yisong-event-v1\n"


def encode_envelope(header_bytes: bytes, carried: bytes, signatures: tuple[Signature, ...]) -> bytes:
    """Return the value of a record: an envelope around *header_bytes*, kept as they are."""
    signed = [signature._asdict() for signature in signatures]
    return _encode(registry().envelope, {"header": header_bytes, "carried": carried, "signatures": signed})


def encode_header(header: Header) -> bytes:
    """Return the bytes that are signed and kept; raise ValueError where a field does not fit its type."""
    fields: dict[str, object] = header._asdict()
    fields["aggregate"] = header.aggregate and header.aggregate._asdict()
    fields["cites"] = [cite._asdict() for cite in header.cites]
    fields["attachments"] = [attachment._asdict() for attachment in header.attachments]
    return _encode(registry().header, fields)


def payload(salt: bytes, body: bytes) -> bytes:
    """Return *salt* ‖ *body*; the salt, 16 random bytes, keeps the hash of a short body from being guessed."""
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes, this one {len(salt)}")
    return salt + body


def signed_bytes(bus: str, header_bytes: bytes) -> bytes:
    """Return what a signature covers: the name of the *bus* keeps an event from being replayed on another one."""
    return _signing_prefix(bus) + header_bytes


@lru_cache(maxsize=16)
def _signing_prefix(bus: str) -> bytes:
    return _SIGNED + bus.encode() + b"\n"


def _encode(schema: Schema, fields: dict[str, object]) -> bytes:
    written = BytesIO()
    written.write(MARKER + schema.fingerprint)
    schemaless_writer(written, schema.plain, fields, strict=True)
    return written.getvalue()
