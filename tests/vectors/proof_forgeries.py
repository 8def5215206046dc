"""What a forger may try with receipts, and what each attempt must come to."""

from collections.abc import Iterator
from typing import Any

from nacl.signing import SigningKey

from tests.vectors import proof_world as world
from tests.vectors.proof_world import BUS, COSIGNERS, LEAVES, NODES, NOW, SIGNED_AT, SIZE, THEN, TREE, receipt, signed
from yisong.envelope.leaf import decode_leaf, encode_leaf
from yisong.proof.checkpoint import Signed, origin_of
from yisong.proof.exact import base64_text
from yisong.proof.note import SignatureLine
from yisong.proof.receipt import receipt_bytes

Row = tuple[str, bytes, dict[str, object]]

_UNREADABLE: dict[str, object] = {"expect": "unreadable"}
_FAILS: dict[str, object] = {"expect": "not-proven"}


def forged_receipts() -> Iterator[Row]:
    """Yield name, bytes and expectation of every forged receipt."""
    yield from _texts()
    yield from _places()
    yield from _leaves()
    yield from _lines()
    yield from _authors()


def _texts() -> Iterator[Row]:
    """Yield files that are not the one way to write a receipt."""
    good = receipt_bytes(receipt())
    extra, root = good.split(b"\n")[1], base64_text(NOW.root)
    yield "an empty file", b"", _UNREADABLE
    yield "no receipt", b"Dear Sir or Madam,\n\nyour referral was received.\n", _UNREADABLE
    yield "another version", good.replace(b"proof@v1", b"proof@v2"), _UNREADABLE
    yield "truncated in its first line", good[:11], _UNREADABLE
    yield "truncated in the leaf", good[:200], _UNREADABLE
    yield "truncated in the path", good[: good.index(b"\n\n") - 20], _UNREADABLE
    yield "truncated in the checkpoint", good[: good.rindex(b"\n\n")], _UNREADABLE
    yield "truncated before the signatures", good[: good.rindex(b"\n\n") + 2], _UNREADABLE
    yield "truncated in the last signature", good[:-30], _UNREADABLE
    yield "its last newline missing", good[:-1], {**_UNREADABLE, "go": "accepts"}
    yield "the root with a bit that nothing uses", good.replace(root, _loose(root)), _UNREADABLE
    yield "no leaf", good.replace(extra + b"\n", b""), _UNREADABLE
    yield "the index with a leading zero", good.replace(b"index 3", b"index 03"), {**_UNREADABLE, "go": "accepts"}
    yield "the size with a leading zero", good.replace(b"\n13\n", b"\n013\n"), _UNREADABLE
    yield "an extension line in the checkpoint", good.replace(root + b"\n", root + b"\nmore\n"), _UNREADABLE
    yield "carriage returns", good.replace(b"\n", b"\r\n"), {**_UNREADABLE, "go": "accepts"}
    yield "an extra byte at the end", good + b"\0", _UNREADABLE
    yield "an extra newline at the end", good + b"\n", _UNREADABLE
    yield "an extra byte in the leaf", _with(leaf=LEAVES[3] + b"\0"), _FAILS
    yield (
        "an extra byte in a hash of the path",
        _with(path=(TREE.path(3, SIZE)[0] + b"\0", *TREE.path(3, SIZE)[1:])),
        (_UNREADABLE),
    )


def _places() -> Iterator[Row]:
    """Yield receipts whose parts are good and do not belong together."""
    path = TREE.path(3, SIZE)
    yield "a wrong hash in the middle of the path", _with(path=(*path[:2], bytes(32), *path[3:])), _FAILS
    yield "two hashes of the path swapped", _with(path=(path[1], path[0], *path[2:])), _FAILS
    yield "a hash too few", _with(path=path[:-1]), _FAILS
    yield "a hash too many", _with(path=(*path, bytes(32))), _FAILS
    yield "no path", _with(path=()), _FAILS
    yield "the path of another leaf", _with(path=TREE.path(4, SIZE)), _FAILS
    yield "the path of another size", _with(path=TREE.path(3, world.OLD)), _FAILS
    yield "an index beyond the size", _with(leaf_index=SIZE), _FAILS
    yield "the index of the neighbour", _with(leaf_index=2), _FAILS
    resized = Signed(NOW._replace(size=SIZE + 1), signed().signatures)
    yield "another size under the same signatures", _with(signed=resized), _FAILS
    larger = NOW._replace(size=4 * SIZE)
    yield "another size, cosigned with this root", _with(signed=signed(larger)), _FAILS
    yield "an older checkpoint with the new path", _with(signed=signed(THEN)), _FAILS
    rerooted = Signed(NOW._replace(root=TREE.mth(world.OLD)), signed().signatures)
    yield "another root under the same signatures", _with(signed=rerooted), _FAILS
    elsewhere = NOW._replace(origin=origin_of(BUS, 5))
    yield "the origin of another partition, cosigned", _with(signed=signed(elsewhere)), {**_FAILS, "go": "accepts"}
    relabelled = Signed(elsewhere, signed().signatures)
    yield "the origin of another partition under the same signatures", _with(signed=relabelled), _FAILS
    again = Signed(world.AGAIN, signed().signatures)
    yield "the second origin under the signatures of the first", _with(signed=again), _recorded(0, lost=4)
    before = Signed(NOW, signed(world.AGAIN).signatures)
    yield "the first origin under the signatures of the second", _with(signed=before), _recorded(0, lost=4)
    unnamed = NOW._replace(origin=f"{NOW.origin}/2")
    yield (
        "a second origin that names nothing before it",
        _with(signed=signed(unnamed)),
        {**_UNREADABLE, "go": "accepts"},
    )
    abroad = NOW._replace(origin=origin_of("another", world.PARTITION))
    lines = tuple(one.line(abroad) for one in world.OF_ANOTHER_BUS.values())
    yield "a receipt of another bus", _with(signed=Signed(abroad, lines)), _UNREADABLE
    yield (
        "another bus in the origin, cosigned by this one",
        _with(signed=signed(abroad)),
        {
            **_UNREADABLE,
            "go": "accepts",
        },
    )
    strange = NOW._replace(origin="example.com/behind-the-sofa")
    yield "an origin that is no log of a bus", _with(signed=signed(strange)), {**_UNREADABLE, "go": "accepts"}


def _leaves() -> Iterator[Row]:
    """Yield receipts of a leaf that is not the one in the tree."""
    yield "a swapped leaf", _with(leaf=LEAVES[4]), _FAILS
    fields = decode_leaf(LEAVES[3])._asdict()
    fields.pop("topic")
    for name, change in {
        "a leaf with another verdict": {"verdict": "refused", "reason": "bad-signature"},
        "a leaf with another log time": {"log_time": fields["log_time"] - 86_400_000},
        "a leaf with another place in its docket": {"docket_index": 1, "docket_prev": None},
        "a leaf with another record": {"record_hash": bytes(32)},
        "a leaf with a reason for its admission": {"reason": "bad-signature"},
    }.items():
        yield name, _with(leaf=encode_leaf(**{**fields, **change})), _FAILS
    yield "the leaf of another offset under this index", _with(leaf=encode_leaf(**{**fields, "offset": 4})), _FAILS


def _lines() -> Iterator[Row]:
    """Yield receipts with fewer good cosignatures than they seem to have."""
    yield from _too_few()
    yield from _replayed()
    yield from _collisions(signed(by=NODES[:2]).signatures)
    yield from _damaged(signed().signatures)
    yield "another root signed by the other two", _split_view(*signed(by=NODES[:2]).signatures), _recorded(2, lost=2)


def _recorded(by: int, *, lost: int = 0, **more: object) -> dict[str, object]:
    return {**_FAILS, "recorded": by, "lost": lost, **more}


def _too_few() -> Iterator[Row]:
    """Yield receipts that two nodes, or one, have cosigned, whatever else stands there."""
    two = signed(by=NODES[:2]).signatures
    unknown = tuple(world.STRANGER.line(NOW, time=SIGNED_AT + n) for n in range(4))
    again = (COSIGNERS["cac"].line(NOW, time=SIGNED_AT + n) for n in range(3))
    yield "two of four", _lined(*two), _recorded(2)
    yield "unknown keys only", _lined(*unknown), _recorded(0)
    yield "two of four and an unknown key", _lined(*two, unknown[0]), _recorded(2)
    yield "one node three times", _lined(*again), _recorded(1)


def _replayed() -> Iterator[Row]:
    """Yield receipts with a third line that is good elsewhere: of another checkpoint, another time, another node."""
    two, police = signed(by=NODES[:2]).signatures, signed().signatures[3]
    elsewhere = COSIGNERS["police"].line(NOW._replace(origin=origin_of(BUS, 5)))
    later = police._replace(signature=(SIGNED_AT + 1).to_bytes(8, "big") + police.signature[8:])
    beyond = police._replace(signature=(2**63).to_bytes(8, "big") + _signed_by_hand(2**63))
    renamed = police._replace(name=f"{BUS}/miit")
    lost = _recorded(2, lost=1)
    older = COSIGNERS["police"].line(THEN)
    yield "a cosignature replayed from an older checkpoint", _lined(*two, older), lost
    beside = _lined(*signed(by=NODES[:3]).signatures, older)
    yield "a replayed cosignature beside three good ones", beside, {"expect": "proven", "recorded": 3, "lost": 1}
    yield "a cosignature replayed from another partition", _lined(*two, elsewhere), lost
    yield "a cosignature with another time", _lined(*two, later), lost
    yield "a cosignature with a time beyond 2^63", _lined(*two, beyond), {**lost, "go": "accepts"}
    yield "a line under another node's name", _lined(*two, renamed), lost


def _collisions(two: tuple[SignatureLine, ...]) -> Iterator[Row]:
    """Yield lines that have the key id of another key."""
    police = COSIGNERS["police"].key
    borrowed = world.STRANGER.line(NOW)._replace(key_id=police.key_id)
    yield "the key id of the police under a stranger's name", _lined(*two, borrowed), _recorded(2, lost=1)
    posing = borrowed._replace(name=police.name)
    yield "the name and key id of the police over a stranger's signature", _lined(*two, posing), _recorded(2, lost=1)
    three = signed(by=NODES[:3]).signatures
    right, wrong = (twin.line(NOW) for twin in world.TWINS)
    twin: dict[str, object] = {"policy": "police-is-a-twin"}
    good: dict[str, object] = {"expect": "proven", "recorded": 4, "go": "accepts", **twin}
    yield "a key id collision, the right twin", _lined(*three, right), good
    yield "a key id collision, the wrong twin", _lined(*three, wrong), _recorded(3, lost=1, **twin)


def _damaged(four: tuple[SignatureLine, ...]) -> Iterator[Row]:
    """Yield receipts in whose signature lines something was damaged: the line is lost, the others count."""
    good = receipt_bytes(receipt())
    police = four[3].line
    lost: dict[str, object] = {"expect": "proven", "recorded": 3, "lost": 1}
    all_four: dict[str, object] = {**_FAILS, "recorded": 3, "lost": 1, "policy": "all-four"}
    # A bit whose flip leaves good base64.
    place = next(at for at in range(len(police) - 20, 0, -1) if chr(police[at] ^ 1).isalnum())
    flipped = police[:place] + bytes([police[place] ^ 1]) + police[place + 1 :]
    yield "a signature with a bit flipped", good.replace(police, flipped), lost
    yield "a signature with a bit flipped where all four are asked for", good.replace(police, flipped), all_four
    yield "a line without its dash", good.replace(police, police[4:]), lost
    yield "a line that is no UTF-8", good.replace(police, police.replace(b"police", b"pol\xffce")), lost
    yield "a newline between two lines damaged", good.replace(b"\n" + police, b"\x0b" + police), lost


def _authors() -> Iterator[Row]:
    """Yield receipts of leaves that a quorum of nodes cosigned although their author did not sign them."""
    fails: dict[str, object] = {**_FAILS, "keys": True, "go": "accepts"}
    yield "an expired key of the author", receipt_bytes(receipt(world.EXPIRED)), fails
    yield "a signature that is not the author's", receipt_bytes(receipt(world.UNSIGNED)), fails
    yield "an event replayed from another bus", receipt_bytes(receipt(world.REPLAYED)), fails
    without: dict[str, object] = {"expect": "proven", "recorded": 4, "go": "accepts"}
    yield "a signature that is not the author's, read without keys", receipt_bytes(receipt(world.UNSIGNED)), without
    old = (*signed(by=("copyright", "miit")).signatures, world.OLD_CAC.line(NOW))
    policy = "an-old-key-of-cac-too"
    yield "an expired key of a cosigner", _lined(*old), {**fails, "recorded": 2, "lost": 1, "policy": policy}
    in_time = world.OLD_CAC.line(NOW, time=1_400_000_000)
    yield (
        "an expired key of a cosigner, when it was valid",
        _lined(*old[:2], in_time),
        {
            "expect": "proven",
            "recorded": 3,
            "keys": True,
            "go": "accepts",
            "policy": policy,
        },
    )


def _with(**changes: Any) -> bytes:
    return receipt_bytes(receipt()._replace(**changes))


def _signed_by_hand(time: int) -> bytes:
    """Return the signature of the police at a *time* that no implementation of ours signs."""
    return SigningKey(COSIGNERS["police"].seed).sign(b"cosignature/v1\ntime %d\n" % time + NOW.text).signature


def _lined(*lines: SignatureLine) -> bytes:
    return _with(signed=Signed(NOW, lines))


def _split_view(*mine: SignatureLine) -> bytes:
    """Return a receipt under one root with lines that two nodes gave for another root of the same size."""
    other = NOW._replace(root=TREE.mth(world.OLD))
    return _lined(*mine, *(COSIGNERS[node].line(other) for node in ("miit", "police")))


def _loose(encoded: bytes) -> bytes:
    """Return base64 of 32 bytes with the unused bits of its last character set."""
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return encoded[:-2] + alphabet[alphabet.index(encoded[-2]) + 1 :][:1] + b"="
