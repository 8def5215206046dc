"""What is a version of the rulebook, and how does it travel? Whole, as canonical JSON, with the signatures of nodes."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from yisong.errors import ContractFault
from yisong.rulebook.identity import BUS, GENESIS_FROM, canonical, genesis_files, manifest, manifest_hash
from yisong.rulebook.model import BusProfile, Key
from yisong.rulebook.yaml_file import Shape, shape_faults

_MARK = b"yisong-rulebook-v1\n"
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+08:00", re.ASCII)
_ZONE = timezone(timedelta(hours=8))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


@dataclass(frozen=True, kw_only=True)
class Version:
    """
    One version: its number, the hash of the one before (None: genesis), from when it governs (ms), its whole files.

    *files* by path: ``rulebook/timers.yaml`` …, ``schemas/…``, and ``bus``, the bus profile with its keys.
    """

    n: int
    prev_hash: bytes | None
    effective_from: int
    files: Mapping[str, str]

    @cached_property
    def hash(self) -> bytes:
        """The SHA-256 of its manifest, in which each file stands with its own hash; the same on every node."""
        return manifest_hash(manifest(self.n, _hex(self.prev_hash), instant_text(self.effective_from), self.files))

    @cached_property
    def bus(self) -> BusProfile:
        """The bus profile in it. Raises ContractFault where that is none."""
        return read_bus(self.files.get(BUS, ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A node's signature of a version, 64 bytes, and the key of its system organ that made it."""

    key_id: str
    value: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedVersion:
    """A version as it travels on the topic `rulebook`, and as a proposal gathers signatures in a file."""

    version: Version
    signatures: tuple[Signature, ...] = field(default=())

    def signed(self, signature: Signature) -> "SignedVersion":
        """Return it with one *signature* more; an earlier one by the same key gives way."""
        others = (one for one in self.signatures if one.key_id != signature.key_id)
        return replace(self, signatures=tuple(sorted((*others, signature), key=lambda one: one.key_id)))


class _VersionShape(Shape):
    n: int = Field(ge=1)
    prev_hash: _Hash | None
    effective_from: str
    files: dict[str, str]


class _SignatureShape(Shape):
    key_id: str
    value: str = Field(pattern=r"^[0-9a-f]{128}$")


class _RecordShape(Shape):
    version: _VersionShape
    signatures: list[_SignatureShape]


class _KeyShape(Shape):
    key_id: str
    org: str
    use: str = Field(pattern=r"^(sign|seal|cosign)$")
    algorithm: str
    public: str = Field(pattern=r"^([0-9a-f]{2})*$")
    valid_from: int
    valid_to: int | None
    revoked_from: int | None


class _BusShape(Shape):
    name: str
    profile: str = Field(pattern=r"^(demo|production)$")
    partitions: int
    keys: list[_KeyShape]


def genesis_version(contract: Path, bus: BusProfile) -> Version:
    """Return the version that comes with *bus*; the folder *contract* holds ``rulebook/`` and ``schemas/``."""
    files = {path: content.decode() for path, content in genesis_files(contract, bus).items()}
    return Version(n=1, prev_hash=None, effective_from=instant(GENESIS_FROM), files=files)


def encode(signed: SignedVersion) -> bytes:
    """Return the record of *signed*: canonical JSON (RFC 8785), so that one version has one form."""
    version = signed.version
    return canonical(
        {
            "version": {
                "n": version.n,
                "prev_hash": _hex(version.prev_hash),
                "effective_from": instant_text(version.effective_from),
                "files": dict(version.files),
            },
            "signatures": [{"key_id": one.key_id, "value": one.value.hex()} for one in signed.signatures],
        }
    )


def decode(value: bytes) -> SignedVersion:
    """Return what `encode` wrote. Raises ContractFault on any other bytes; its text holds none of them."""
    try:
        shape = _RecordShape.model_validate(json.loads(value))
        version = Version(
            n=shape.version.n,
            prev_hash=None if shape.version.prev_hash is None else bytes.fromhex(shape.version.prev_hash),
            effective_from=instant(shape.version.effective_from),
            files=shape.version.files,
        )
        signatures = (Signature(key_id=one.key_id, value=bytes.fromhex(one.value)) for one in shape.signatures)
        signed = SignedVersion(version=version, signatures=tuple(signatures))
        same = encode(signed) == value
    except ValidationError as error:
        raise ContractFault("This is no version of the rulebook", shape_faults(error, file="record")) from None
    except (ValueError, RecursionError, OverflowError):  # no UTF-8, no JSON, no instant, no number of JSON
        raise ContractFault("This is no version of the rulebook", ["record: no JSON that can be read"]) from None
    if not same:
        raise ContractFault("This is no version of the rulebook", ["record: not in its canonical form (RFC 8785)"])
    return signed


def signed_bytes(bus: str, version_hash: bytes) -> bytes:
    """Return what a node signs: no event and no checkpoint begins so, and no other *bus* has this name."""
    return _MARK + bus.encode() + b"\n" + version_hash


def read_bus(text: str) -> BusProfile:
    """Return the bus profile in the file ``bus`` of a version. Raises ContractFault."""
    try:
        shape = _BusShape.model_validate_json(text)
    except ValidationError as error:
        raise ContractFault("bus is no bus profile", shape_faults(error, file=BUS)) from None
    keys = tuple(Key(**{**one.model_dump(), "public": bytes.fromhex(one.public)}) for one in shape.keys)
    return BusProfile(name=shape.name, profile=shape.profile, partitions=shape.partitions, keys=keys)  # type: ignore[arg-type]  # by pattern


def instant(text: str) -> int:
    """Return the instant *text* in ms; ValueError where it is not written as `instant_text` writes it."""
    if not _INSTANT.fullmatch(text):
        raise ValueError("an instant is written 2027-01-01T00:00:00.000+08:00")
    return (datetime.fromisoformat(text) - _EPOCH) // _MILLISECOND


def instant_text(at: int) -> str:
    """Return the instant *at* (ms) as RFC 3339 in +08:00, always with milliseconds."""
    return (_EPOCH + at * _MILLISECOND).astimezone(_ZONE).isoformat(timespec="milliseconds")


def _hex(value: bytes | None) -> str | None:
    return None if value is None else value.hex()
