"""
How are files of evidence kept in a bucket of S3-compatible storage? Under their hash, as in a folder.

What comes in lies in a folder of this machine until it is whole, and is sent then, with its SHA-256 in the signature of
the request, so that the storage takes nothing else for it. What the storage gives back is compared with its name, like
everything that is given out: it is trusted to keep files, not to keep them unchanged.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from yisong.errors import FileChanged, StoreUnreachable, WiringFault
from yisong.evidence import LARGEST, Incoming, receive_into, sweep, verified
from yisong.safe_address import is_safe_address
from yisong.secret_file import read_secret
from yisong.settings_file import form_faults, read_mapping

_NEEDED: Final = ("endpoint", "bucket", "access_key_id", "secret_access_key_file")
_KNOWN: Final = frozenset({*_NEEDED, "region", "prefix", "ca_file"})
_GONE: Final = frozenset({"NoSuchKey", "404"})
_HASH_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketSettings:
    """
    Where a bucket is, and who comes to it.

    *endpoint*: the address of the storage. *prefix*: stands before the name of every file. *ca_file*: who vouches for
    the certificate of the storage; None: whom the machine trusts.
    """

    endpoint: str
    bucket: str
    access_key_id: str
    secret_access_key: str = field(repr=False)
    region: str = "us-east-1"
    prefix: str = ""
    ca_file: str | None = None


def read_settings(path: Path) -> BucketSettings:
    """Return what the YAML file at *path* says. Raises WiringFault, naming every fault and never the secret."""
    row, unread = read_mapping(path)
    faults = list(unread or _faults(row))
    secret = ""
    if row.get("secret_access_key_file") and not faults:
        try:
            secret = read_secret(path.parent / row["secret_access_key_file"])
        except WiringFault as fault:
            faults.append(f"secret_access_key_file: {fault}")
    if faults:
        raise _fault(path, faults)
    said = {name: value for name, value in row.items() if name != "secret_access_key_file"}
    return BucketSettings(**said, secret_access_key=secret)


class EvidenceBucket:
    """The evidence store in a bucket: ``{prefix}ab/abcd…``, with a *folder* for what is on its way."""

    def __init__(self, settings: BucketSettings, folder: Path, *, largest: int = LARGEST) -> None:
        """Keep files of at most *largest* bytes each in the bucket of *settings*; the first one reaches it."""
        self._settings, self._folder, self.largest = settings, folder, largest
        self._client: Any = boto3.session.Session().client(
            "s3",
            endpoint_url=settings.endpoint,
            region_name=settings.region,
            aws_access_key_id=settings.access_key_id,
            aws_secret_access_key=settings.secret_access_key,
            verify=settings.ca_file,
            # Other storages than the first of its kind know neither buckets as hosts nor checksums behind the body.
            config=Config(
                s3={"addressing_style": "path", "payload_signing_enabled": True},
                signature_version="s3v4",
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                connect_timeout=5,
                read_timeout=60,
                retries={"mode": "standard", "max_attempts": 3},
            ),
        )

    def receive(self) -> Incoming:
        """Begin to take a file, as `EvidenceStore.receive`."""
        return receive_into(self._folder, largest=self.largest, keep=self._keep)

    def open(self, digest: bytes) -> IO[bytes] | None:
        """Return what lies under *digest*, as `EvidenceStore.open`."""
        with _reachable():
            try:
                found = self._client.get_object(Bucket=self._settings.bucket, Key=self.key(digest))
            except ClientError as fault:
                if fault.response.get("Error", {}).get("Code") in _GONE:
                    return None
                raise
            return verified(found["Body"], digest)

    def sweep(self) -> int:
        """Take away what was left behind on this machine, as `EvidenceStore.sweep`."""
        return sweep(self._folder)

    def key(self, digest: bytes) -> str:
        """Return under which key the content lies whose SHA-256 is *digest*. Raises ValueError where it is none."""
        if len(digest) != _HASH_BYTES:
            raise ValueError("a SHA-256 has 32 bytes")
        name = digest.hex()
        return f"{self._settings.prefix}{name[:2]}/{name}"

    def _keep(self, file: Path, digest: bytes) -> bool:
        if self._is_whole(digest):
            return False
        with _reachable(), file.open("rb") as content:
            self._client.put_object(Bucket=self._settings.bucket, Key=self.key(digest), Body=content)
        return True

    def _is_whole(self, digest: bytes) -> bool:
        try:
            found = self.open(digest)
        except FileChanged:
            return False
        if found is not None:
            found.close()
        return found is not None


@contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError) as fault:
        # Its own text may name what was asked for, and whoever asked.
        code = fault.response.get("Error", {}).get("Code", "") if isinstance(fault, ClientError) else ""
        raise StoreUnreachable(
            f"The evidence store cannot be read or written ({type(fault).__name__} {code}). Nothing was kept that was "
            "not confirmed. See that the storage answers, that the bucket is there and that its key may read and "
            "write, and try again."
        ) from fault


def _faults(row: dict[str, Any]) -> Iterator[str]:
    yield from form_faults(row, needed=_NEEDED, known=_KNOWN, texts=_KNOWN)
    endpoint, ca_file = row.get("endpoint"), row.get("ca_file")
    if isinstance(endpoint, str) and endpoint and not is_safe_address(endpoint):
        yield "endpoint: must be https, or of this machine"
    if isinstance(ca_file, str) and not Path(ca_file).is_file():
        yield "ca_file: there is no such file"


def _fault(path: Path, faults: list[str]) -> WiringFault:
    said = "\n".join(f"  - {one}" for one in faults)
    return WiringFault(
        f"The settings of the evidence store in {path} are at fault, so the gateway does not start. Put them right, "
        f"or start it without, and evidence lies in a folder:\n{said}"
    )
