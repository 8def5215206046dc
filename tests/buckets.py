"""What do tests of evidence in a bucket need? A storage that speaks S3, over HTTP, and a bucket in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from moto.server import ThreadedMotoServer

from yisong.evidence_bucket import BucketSettings, EvidenceBucket

BUCKET, KEY_ID, SECRET = "evidence", "police-gateway", "Heron-of-tests"


@contextmanager
def storage() -> Iterator[str]:
    """Run a storage of S3's kind without a bucket, and give its address."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        server.stop()


class Bucket:
    """A bucket of its own, as its owner sees it, and the evidence *store* in it."""

    def __init__(self, endpoint: str, name: str, folder: Path, *, largest: int) -> None:
        self.settings = BucketSettings(
            endpoint=endpoint, bucket=name, access_key_id=KEY_ID, secret_access_key=SECRET, prefix="police/"
        )
        self.store = EvidenceBucket(self.settings, folder / "incoming", largest=largest)
        self._owner = self.store._client
        self._owner.create_bucket(Bucket=name)

    def names(self) -> list[str]:
        """Return what lies in it, by key."""
        found = self._owner.list_objects_v2(Bucket=self.settings.bucket)
        return sorted(one["Key"] for one in found.get("Contents", ()))

    def overwrite(self, digest: bytes, content: bytes) -> None:
        """Put other *content* where the hash leads, as somebody with the key of the storage can."""
        self._owner.put_object(Bucket=self.settings.bucket, Key=self.store.key(digest), Body=content)
