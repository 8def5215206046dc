"""What does an evidence store keep, and what does it give out? The same in a folder and in a bucket."""

import logging
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from textwrap import dedent
from uuid import uuid4

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from tests.apis import Api, api
from tests.buckets import BUCKET, KEY_ID, SECRET, Bucket, storage
from yisong.errors import FileChanged, StoreUnreachable, TooLarge, WiringFault
from yisong.evidence import EvidenceFolder, EvidenceStore, Stored
from yisong.evidence_bucket import EvidenceBucket, read_settings

CAPTURE = b"%PDF-1.7 a page as it was on 18 July"
DIGEST = sha256(CAPTURE).digest()


@dataclass(frozen=True)
class Kept:
    """A store, all that lies in it, its folder of what is on its way, and what its owner can do behind its back."""

    store: EvidenceStore
    names: Callable[[], list[str]]
    incoming: Path
    overwrite: Callable[[bytes, bytes], None]


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with storage() as address:
        yield address


@pytest.fixture(params=["folder", "bucket"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    if request.param == "bucket":
        bucket = Bucket(request.getfixturevalue("endpoint"), f"e{uuid4().hex}", tmp_path, largest=1_000)
        return Kept(bucket.store, bucket.names, tmp_path / "incoming", bucket.overwrite)
    store = EvidenceFolder(tmp_path, largest=1_000)

    def names() -> list[str]:
        whole = (one for one in tmp_path.glob("*/*") if one.parent.name != "incoming")
        return sorted(f"police/{one.relative_to(tmp_path)}" for one in whole)

    def overwrite(digest: bytes, content: bytes) -> None:
        store.place(digest).chmod(0o600)
        store.place(digest).write_bytes(content)

    return Kept(store, names, tmp_path / "incoming", overwrite)


def hand_in(store: EvidenceStore, *pieces: bytes) -> Stored:
    with closing(store.receive()) as incoming:
        for piece in pieces:
            incoming.write(piece)
        return incoming.keep()


def read(store: EvidenceStore) -> bytes | None:
    content = store.open(DIGEST)
    if content is None:
        return None
    with content:
        return content.read()


def test_a_file_lies_under_its_hash_however_it_was_cut_and_comes_back_byte_for_byte(kept: Kept) -> None:
    assert hand_in(kept.store, CAPTURE[:7], CAPTURE[7:]) == Stored(DIGEST, len(CAPTURE), new=True)
    assert kept.names() == [f"police/{DIGEST.hex()[:2]}/{DIGEST.hex()}"]
    assert read(kept.store) == CAPTURE


def test_the_same_file_twice_is_one_file(kept: Kept) -> None:
    hand_in(kept.store, CAPTURE)
    assert hand_in(kept.store, CAPTURE) == Stored(DIGEST, len(CAPTURE), new=False)
    assert len(kept.names()) == 1


def test_half_an_upload_leaves_nothing_behind(kept: Kept) -> None:
    with closing(kept.store.receive()) as incoming:
        incoming.write(CAPTURE[:7])
    assert (kept.names(), [*kept.incoming.iterdir()], read(kept.store)) == ([], [], None)


def test_what_is_too_large_leaves_nothing_behind(kept: Kept) -> None:
    with pytest.raises(TooLarge, match="at most 1000 bytes"):
        hand_in(kept.store, bytes(1_000), b"1")
    assert (kept.names(), [*kept.incoming.iterdir()]) == ([], [])
    assert hand_in(kept.store, bytes(1_000)).size == 1_000


def test_a_killed_upload_is_swept_away_and_one_under_way_is_not(kept: Kept) -> None:
    with closing(kept.store.receive()) as incoming:
        incoming.write(CAPTURE)
        (kept.incoming / "left").write_bytes(b"half")
        assert kept.store.sweep() == 1
        assert incoming.keep().new
    assert ([*kept.incoming.iterdir()], read(kept.store)) == ([], CAPTURE)


def test_a_changed_file_is_given_to_nobody_and_handing_the_original_in_again_heals_it(kept: Kept) -> None:
    hand_in(kept.store, CAPTURE)
    kept.overwrite(DIGEST, CAPTURE.replace(b"18", b"19"))
    with pytest.raises(FileChanged, match="is not what its name says"):
        kept.store.open(DIGEST)
    assert hand_in(kept.store, CAPTURE).new
    assert read(kept.store) == CAPTURE


def test_nothing_but_a_hash_names_a_place(kept: Kept) -> None:
    for name in (b"", b"../../../etc/passwd", DIGEST + b"/"):
        with pytest.raises(ValueError, match="has 32 bytes"):
            kept.store.open(name)


class TestABucket:
    @pytest.mark.parametrize("away", ["the bucket", "the storage"])
    def test_that_is_not_there_is_said_to_be_away_and_keeps_nothing(
        self, endpoint: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, away: str
    ) -> None:
        settings = Bucket(endpoint, f"e{uuid4().hex}", tmp_path, largest=1_000).settings
        gone = {"bucket": "no-such-bucket"} if away == "the bucket" else {"endpoint": "http://127.0.0.1:9"}
        store = EvidenceBucket(replace(settings, **gone), tmp_path / "incoming")
        caplog.set_level(logging.DEBUG, "yisong")
        with pytest.raises(StoreUnreachable, match="cannot be read or written") as fault:
            hand_in(store, CAPTURE)
        assert [*(tmp_path / "incoming").iterdir()] == []
        assert SECRET not in f"{fault.value}{settings!r}{caplog.text}"
        with pytest.raises(StoreUnreachable):
            store.open(DIGEST)

    def test_serves_an_agency_s_system_like_a_folder(
        self, endpoint: str, police_dsn: tuple[str, str], tmp_path: Path
    ) -> None:
        bucket = Bucket(endpoint, f"e{uuid4().hex}", tmp_path, largest=1_000)
        with api(*police_dsn, tmp_path) as made:
            http = Api(replace(made.world, evidence=bucket.store), made.owner).http
            answers = [_handed_in(http) for _ in range(2)]
            assert [one.status_code for one in answers] == [201, 200]
            taken = http.get(f"/v1/evidence/{DIGEST.hex()}", params={"purpose": "复核"})
            assert (taken.status_code, taken.content) == (200, CAPTURE)
            bucket.overwrite(DIGEST, b"another page")
            taken = http.get(f"/v1/evidence/{DIGEST.hex()}", params={"purpose": "复核"})
            assert (taken.status_code, taken.json()["type"].rpartition(":")[2]) == (410, "evidence-changed")


def _handed_in(http: TestClient) -> Response:
    return http.post(
        "/v1/evidence",
        params={"kind": "evidence_package"},
        content=CAPTURE,
        headers={"content-type": "application/pdf"},
    )


class TestSettings:
    GOOD = (
        f"endpoint: https://storage.test\nbucket: {BUCKET}\naccess_key_id: {KEY_ID}\nsecret_access_key_file: secret\n"
    )

    def test_are_read_with_the_secret_from_a_file_of_its_own(self, tmp_path: Path) -> None:
        (tmp_path / "bucket.yaml").write_text(self.GOOD + "prefix: police/\n", encoding="utf-8")
        _secret(tmp_path)
        found = read_settings(tmp_path / "bucket.yaml")
        assert (found.endpoint, found.bucket, found.prefix) == ("https://storage.test", BUCKET, "police/")
        assert found.secret_access_key == SECRET
        assert SECRET not in repr(found)

    def test_are_as_the_gateway_s_readme_shows_them(self, tmp_path: Path) -> None:
        readme = (Path(__file__).parents[2] / "services" / "gateway" / "README.md").read_text(encoding="utf-8")
        block = readme.partition("bucket of S3-compatible storage:\n\n")[2].partition("\n\n")[0]
        (tmp_path / "bucket.yaml").write_text(dedent(block), encoding="utf-8")
        _secret(tmp_path)
        assert read_settings(tmp_path / "bucket.yaml").prefix == "copyright/"

    def test_at_fault_name_every_fault_at_once(self, tmp_path: Path) -> None:
        said = "endpoint: http://storage.test\nbucket: 7\nca_file: nowhere.pem\npath: x\n"
        (tmp_path / "bucket.yaml").write_text(said, encoding="utf-8")
        with pytest.raises(WiringFault) as fault:
            read_settings(tmp_path / "bucket.yaml")
        for one in ("access_key_id: is missing", "secret_access_key_file: is missing", "path: unknown",
                    "bucket: must be text", "endpoint: must be https", "ca_file: there is no such file"):  # fmt: skip
            assert one in str(fault.value)

    def test_whose_secret_others_may_read_are_refused(self, tmp_path: Path) -> None:
        (tmp_path / "bucket.yaml").write_text(self.GOOD, encoding="utf-8")
        _secret(tmp_path).chmod(0o644)
        with pytest.raises(WiringFault, match="secret_access_key_file"):
            read_settings(tmp_path / "bucket.yaml")


def _secret(folder: Path) -> Path:
    file = folder / "secret"
    file.write_text(SECRET, encoding="utf-8")
    file.chmod(0o600)
    return file
