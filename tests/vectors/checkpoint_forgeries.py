"""What a forger may try with checkpoints, and what each attempt must come to."""

from collections.abc import Iterator

from tests.vectors import proof_world as world
from tests.vectors.proof_world import COSIGNERS, NODES, NOW, THEN, signed
from yisong.proof.checkpoint import Checkpoint, Signed, origin_of
from yisong.proof.exact import base64_text

Row = tuple[str, bytes, dict[str, object]]

_UNREADABLE: dict[str, object] = {"expect": "unreadable"}
_FAILS: dict[str, object] = {"expect": "not-proven"}


def forged_checkpoints() -> Iterator[Row]:
    """Yield name, bytes and expectation of every forged checkpoint."""
    good = signed().note
    text, root = NOW.text, base64_text(NOW.root)
    yield "a checkpoint of two nodes", signed(by=NODES[:2]).note, {**_FAILS, "recorded": 2}
    yield "a checkpoint without signatures", text, _UNREADABLE
    yield "a checkpoint cut in its root", good[: good.index(root) + 9], _UNREADABLE
    yield "a checkpoint of another size", good.replace(b"\n13\n", b"\n14\n"), {**_FAILS, "recorded": 0, "lost": 4}
    yield (
        "a checkpoint of another root",
        good.replace(root, base64_text(bytes(32))),
        {
            **_FAILS,
            "recorded": 0,
            "lost": 4,
        },
    )
    yield "a root of thirty-one bytes", signed(NOW._replace(root=bytes(31))).note, {**_UNREADABLE, "go": "accepts"}
    yield "a negative size", good.replace(b"\n13\n", b"\n-13\n"), _UNREADABLE
    yield "a size beyond 2^63", signed(NOW._replace(size=2**63)).note, {**_UNREADABLE, "go": "accepts"}
    yield "two lines", b"\n".join(text.split(b"\n")[:2]) + b"\n\n" + good.partition(b"\n\n")[2], _UNREADABLE
    yield "more than a hundred signature lines", Signed(NOW, signed().signatures * 26).note, _UNREADABLE
    abroad = Checkpoint(origin_of("another", 4), NOW.size, NOW.root)
    lines = tuple(one.line(abroad) for one in world.OF_ANOTHER_BUS.values())
    yield "a checkpoint of another bus", Signed(abroad, lines).note, _UNREADABLE
    yield "an extra byte behind a checkpoint", good + b"\0", _UNREADABLE
    two = signed(by=NODES[:2]).signatures
    elsewhere = Signed(NOW._replace(origin=origin_of(world.BUS, 5)), signed().signatures).note
    yield "a checkpoint of another partition under the same signatures", elsewhere, {**_FAILS, "recorded": 0, "lost": 4}
    yield (
        "a checkpoint with an unknown key",
        Signed(NOW, (*two, world.STRANGER.line(NOW))).note,
        {**_FAILS, "recorded": 2},
    )
    replayed = Signed(NOW, (*two, COSIGNERS["police"].line(THEN))).note
    yield "a checkpoint with a replayed cosignature", replayed, {**_FAILS, "recorded": 2, "lost": 1}
    expired = Signed(NOW, (*signed(by=("copyright", "miit")).signatures, world.OLD_CAC.line(NOW))).note
    late: dict[str, object] = {"policy": "an-old-key-of-cac-too", "keys": True, "go": "accepts"}
    yield "a checkpoint with an expired key of a cosigner", expired, {**_FAILS, "recorded": 2, "lost": 1, **late}
