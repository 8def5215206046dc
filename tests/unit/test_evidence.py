"""What does the evidence store keep, and what does it give out?"""

from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from yisong.errors import FileChanged, StoreUnreachable, TooLarge
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


def files(store: EvidenceFolder) -> list[str]:
    return sorted(one.name for one in store.place(DIGEST).parent.parent.rglob("*") if one.is_file())


def test_a_file_lies_under_its_hash_however_it_was_cut_and_comes_back_byte_for_byte(store: EvidenceFolder) -> None:
    assert hand_in(store, CAPTURE[:7], CAPTURE[7:]) == Stored(DIGEST, len(CAPTURE), new=True)
    content = store.open(DIGEST)
    assert content is not None
    with content:
        assert content.read() == CAPTURE


def test_the_same_file_twice_is_one_file(store: EvidenceFolder) -> None:
    hand_in(store, CAPTURE)
    assert hand_in(store, CAPTURE) == Stored(DIGEST, len(CAPTURE), new=False)
    assert files(store) == [DIGEST.hex()]


def test_half_an_upload_leaves_nothing_behind(store: EvidenceFolder) -> None:
    with closing(store.receive()) as incoming:
        incoming.write(CAPTURE[:7])
    assert files(store) == []
    assert store.open(DIGEST) is None


def test_what_is_too_large_leaves_nothing_behind(store: EvidenceFolder) -> None:
    with pytest.raises(TooLarge, match="at most 1000 bytes"):
        hand_in(store, bytes(1_000), b"1")
    assert files(store) == []
    assert hand_in(store, bytes(1_000)).size == 1_000


def test_a_killed_upload_is_swept_away_and_one_under_way_is_not(store: EvidenceFolder) -> None:
    with closing(store.receive()) as incoming:
        incoming.write(CAPTURE)
        left = store.place(DIGEST).parent.parent / "incoming" / "left"
        left.write_bytes(b"half")
        assert store.sweep() == 1
        assert not left.exists()
        assert incoming.keep().new
    assert files(store) == [DIGEST.hex()]


def test_a_changed_file_is_given_to_nobody_and_handing_the_original_in_again_heals_it(store: EvidenceFolder) -> None:
    hand_in(store, CAPTURE)
    place = store.place(DIGEST)
    place.chmod(0o600)
    place.write_bytes(CAPTURE.replace(b"18", b"19"))
    with pytest.raises(FileChanged, match="is not what its name says"):
        store.open(DIGEST)
    assert hand_in(store, CAPTURE).new
    content = store.open(DIGEST)
    assert content is not None
    content.close()


def test_a_link_in_place_of_a_file_is_not_followed(store: EvidenceFolder, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(CAPTURE)
    store.place(DIGEST).parent.mkdir(parents=True)
    store.place(DIGEST).symlink_to(outside)
    with pytest.raises(StoreUnreachable, match="cannot be read"):
        store.open(DIGEST)
    assert hand_in(store, CAPTURE).new
    assert not store.place(DIGEST).is_symlink()


def test_nothing_but_a_hash_names_a_place(store: EvidenceFolder) -> None:
    for name in (b"", b"../../../etc/passwd", DIGEST + b"/"):
        with pytest.raises(ValueError, match="has 32 bytes"):
            store.place(name)


def test_nobody_else_on_the_machine_may_look_into_the_store(store: EvidenceFolder) -> None:
    hand_in(store, CAPTURE)
    place = store.place(DIGEST)
    assert place.stat().st_mode & 0o777 == 0o400
    assert place.parent.stat().st_mode & 0o077 == 0
