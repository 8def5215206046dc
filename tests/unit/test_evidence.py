"""What is peculiar to evidence in a folder? What every store does is in tests/contract/test_evidence.py."""

from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from yisong.errors import StoreUnreachable
from yisong.evidence import EvidenceFolder, Stored

CAPTURE = b"%PDF-1.7 a page as it was on 18 July"
DIGEST = sha256(CAPTURE).digest()


@pytest.fixture
def store(tmp_path: Path) -> EvidenceFolder:
    return EvidenceFolder(tmp_path / "evidence", largest=1_000)


def hand_in(store: EvidenceFolder, *pieces: bytes) -> Stored:
    with closing(store.receive()) as incoming:
        for piece in pieces:
            incoming.write(piece)
        return incoming.keep()


def test_a_link_in_place_of_a_file_is_not_followed(store: EvidenceFolder, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(CAPTURE)
    store.place(DIGEST).parent.mkdir(parents=True)
    store.place(DIGEST).symlink_to(outside)
    with pytest.raises(StoreUnreachable, match="cannot be read"):
        store.open(DIGEST)
    assert hand_in(store, CAPTURE).new
    assert not store.place(DIGEST).is_symlink()


def test_nobody_else_on_the_machine_may_look_into_the_store(store: EvidenceFolder) -> None:
    hand_in(store, CAPTURE)
    place = store.place(DIGEST)
    assert place.stat().st_mode & 0o777 == 0o400
    assert place.parent.stat().st_mode & 0o077 == 0
