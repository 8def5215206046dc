"""All four nodes have signed a wrong root and take it back: the log goes on under an origin that names it."""

import time
from collections.abc import Iterator
from contextlib import closing
from typing import NamedTuple

import pytest

from services.gateway.console.agreement import agreed
from services.gateway.console.proofs import cosigned, first_cosigned
from tests.signers import Signer, check_topic
from tests.trails import Servers
from yisong.audit.fsck import open_node
from yisong.audit.trails import Trail
from yisong.errors import NotProven, NotPublishable
from yisong.home import AGENCIES
from yisong.kafka.checkpoints_topic import CheckpointsTopic
from yisong.kafka.log import reread
from yisong.postgres import connect
from yisong.postgres.checkpoints import Root
from yisong.postgres.cosignatures import Cosignatures, Progress
from yisong.proof.announcement import Announced, Checkpoints
from yisong.proof.checkpoint import After, origin_of
from yisong.proof.cosigner import Nodes
from yisong.proof.receipt import receipt_bytes
from yisong.proof.statement import Statement
from yisong.proof.trust import trust_in

ALL = frozenset(AGENCIES)


class Wrong(NamedTuple):
    """
    Four nodes with the same wrong leaf at *offset* of *partition*, which all have signed as the root *last*.

    *sound*: the size that they had signed before. *before*, *beyond*: receipts that were made then, of the first event,
    on that size, and of the one behind it, on the wrong root.
    """

    nodes: dict[str, Signer]
    partition: int
    offset: int
    sound: int
    last: Root
    before: bytes
    beyond: bytes


@pytest.fixture(scope="module")
def wrong(trails: Servers) -> Iterator[Wrong]:
    nodes: dict[str, Signer] = {agency: Signer(trails, agency) for agency in AGENCIES}
    _grow(trails, nodes, count=60, seed=71)
    _intervals(nodes, 3)
    sound = nodes["cac"].signed()
    _grow(trails, nodes, count=60, seed=72)
    partition, end = max(nodes["cac"].entries().items(), key=lambda one: one[1] - sound.get(one[0], 0))
    assert end > sound[partition] + 1
    before = _receipt(trails, nodes["cac"], partition, 0)
    for one in nodes.values():
        one.rewrite("sha256(leaf_hash)", partition, end - 1)
    _intervals(nodes, 3)
    beyond = _receipt(trails, nodes["cac"], partition, sound[partition])
    last = nodes["cac"].store.signed()[partition]
    assert nodes["cac"].lines()[partition, end] == ALL
    yield Wrong(nodes, partition, end - 1, sound[partition], last, before, beyond)
    for one in nodes.values():
        one.close()


def _grow(trails: Servers, nodes: dict[str, Signer], *, count: int, seed: int) -> None:
    trails.send(trails.events(count, seed=seed))
    for one in nodes.values():
        one.record()


def _intervals(nodes: dict[str, Signer], count: int) -> None:
    for _ in range(count):
        for one in nodes.values():
            one.round()


def _receipt(trails: Servers, signer: Signer, partition: int, offset: int) -> bytes:
    with closing(connect(signer.dsn, autocommit=True)) as connection:
        made = Cosignatures.under(connection, trails.law).receipt(partition, offset, least=3)
    assert made is not None
    return receipt_bytes(made)


def _verified(trails: Servers, signer: Signer, data: bytes) -> Statement:
    """Verify a receipt as somebody far away, who was given what nodes have taken back since."""
    with closing(connect(signer.dsn, autocommit=True)) as connection:
        kept = Cosignatures.under(connection, trails.law).restatements()
    return trust_in(trails.law.versions).verify(data, restatements=[one.value for one in kept])


class _Killed(BaseException):
    """What a process does not live to handle."""


def _die(*_: object, **__: object) -> None:
    raise _Killed


def _dies_in_its_round(signer: Signer, monkeypatch: pytest.MonkeyPatch, where: str, step: str) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(getattr(signer, where), step, _die)
        with pytest.raises(_Killed):
            signer.round()
    signer.begin()


class TestALogThatAllHaveRestated:
    """In this order: each test goes on where the one before it has come to."""

    def test_goes_on_under_its_origin_as_long_as_one_has_not(self, trails: Servers, wrong: Wrong) -> None:
        """It is silent, so nobody has a size to sign, and nothing beyond the sound one is proven."""
        for one in wrong.nodes.values():
            one.rewrite("sha256('\\x00'::bytea || leaf)", wrong.partition, wrong.offset)
        for agency in ("miit", "cac", "copyright"):
            said = wrong.nodes[agency].restate(wrong.partition, why="judged by a wrong calendar; read again")
            assert (said.sound, said.after) == (wrong.sound, None)
        _intervals(wrong.nodes, 3)

        for one in wrong.nodes.values():
            assert one.store.origins().of(wrong.partition) is None
            assert one.signed()[wrong.partition] == wrong.last.size
        with closing(connect(wrong.nodes["cac"].dsn, autocommit=True)) as connection:
            progress = Cosignatures.under(connection, trails.law).progress(least=3)
        assert progress[wrong.partition] == Progress(wrong.last.size, wrong.sound, origin=1)

    def test_gets_a_new_origin_from_the_last_of_them_and_is_proven_at_once(
        self, trails: Servers, wrong: Wrong, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Nodes are killed between the last restatement and their first signing, and come to the same origin."""
        police, cac, miit = (wrong.nodes[one] for one in ("police", "cac", "miit"))
        police.restate(wrong.partition, why="the same")
        police.round()  # publishes it, reads it, and signs
        _dies_in_its_round(cac, monkeypatch, "merger", "compare")  # its trail has the origin, and it never looked
        _dies_in_its_round(cac, monkeypatch, "store", "sign")
        _dies_in_its_round(miit, monkeypatch, "topic", "publish")
        _intervals(wrong.nodes, 2)

        after = After(2, *wrong.last)
        for one in wrong.nodes.values():
            assert one.store.origins().after(wrong.partition) == (after,)
            assert one.lines()[wrong.partition, wrong.last.size] == ALL
            assert one.metric("yisong_checkpoint_origin", partition=str(wrong.partition)) == 2
            assert one.metric("yisong_checkpoint_quorum_size", partition=str(wrong.partition)) == wrong.last.size
            assert sum(one.metric("yisong_checkpoint_differs", peer=peer) for peer in AGENCIES) == 0
            assert one.signed() == one.entries()
        with closing(connect(cac.dsn, autocommit=True)) as connection:
            progress = Cosignatures.under(connection, trails.law).progress(least=3)
            seen = agreed(connection, Trail("cac", connection), trails.law, now=_now())
            places = [(wrong.partition, 0), (wrong.partition, wrong.sound)]
            counted = cosigned(connection, wrong.partition, [offset for _, offset in places])
            times = first_cosigned(connection, places)
        assert progress[wrong.partition] == Progress(wrong.last.size, wrong.last.size, origin=2)
        (row,) = (row for row in seen.partitions if row.partition == wrong.partition)
        assert (row.origin, row.common, {one.lamp for one in row.cells}) == (2, wrong.last.size, {"ok"})
        assert counted == {0: 4, wrong.sound: 4}
        assert all(times[at].keys() == ALL for at in places)
        others = [at for at in cac.entries() if at != wrong.partition]
        assert others
        assert all(cac.metric("yisong_checkpoint_origin", partition=str(at)) == 1 for at in others)
        assert f"under the origin {origin_of(trails.law.bus.name, wrong.partition, after)}" in caplog.text
        assert check_topic(trails)

    def test_is_proven_to_whoever_has_the_restatements_and_the_old_is_as_far_as_it_was_sound(
        self, trails: Servers, wrong: Wrong
    ) -> None:
        cac, bus = wrong.nodes["cac"], trails.law.bus.name
        again = _verified(trails, cac, _receipt(trails, cac, wrong.partition, wrong.sound))
        assert again.facts["origin"] == origin_of(bus, wrong.partition, After(2, *wrong.last))
        assert again.facts["have"] == 4
        assert "it goes on under its origin number 2" in again.restated[0]
        assert f"of {wrong.last.size} leaves and had the root {wrong.last.root.hex()}" in again.restated[0]
        assert len(again.restated) == 5

        old = _verified(trails, cac, wrong.before)
        assert old.facts["origin"] == origin_of(bus, wrong.partition)
        assert old.facts["have"] == 4
        assert trust_in(trails.law.versions).verify(wrong.beyond).facts["have"] == 4  # who knows of nothing is told so
        with pytest.raises(NotProven, match=r"(?s)recorded by 0 of 4.*its node has taken it back"):
            _verified(trails, cac, wrong.beyond)

    def test_is_not_contradicted_by_what_comes_late_of_the_old(
        self, trails: Servers, wrong: Wrong, caplog: pytest.LogCaptureFixture
    ) -> None:
        """
        Of an origin that nobody has begun a line is void; a restatement of the old begins nothing.

        The lie is beyond all that was taken back: it waits until the trail has come so far, in a later test.
        """
        cac = wrong.nodes["cac"]
        key = Nodes(trails.law).own("miit", trails.keys, at=_now())
        where, lie = After(2, *wrong.last), (wrong.partition, wrong.last.size + 1, bytes(32))
        announced = [
            Announced(*lie, key.line(*lie, time=_now() // 1000, after=after), after=after)
            for after in (None, where._replace(number=3))
        ]
        values = [
            key.statement(Checkpoints("miit", (1 << 20) + number, trails.law.rulebook.hash, 0, (one,)))
            for number, one in enumerate(announced)
        ]
        _publish(trails, "miit", values)
        _intervals({"cac": cac}, 2)

        assert cac.metric("yisong_checkpoint_differs", peer="miit") == 0
        assert f"miit names an origin of partition {wrong.partition} that no restatement has begun" in caplog.text
        with pytest.raises(NotPublishable, match="is the one that this node has signed"):
            cac.restate(wrong.partition, why="again")
        assert cac.store.origins().of(wrong.partition) == where

    def test_is_the_same_to_a_node_that_has_lost_its_database(self, trails: Servers, wrong: Wrong) -> None:
        """It reads the topic, adopts what it had signed under each origin, and goes on with the others."""
        police = wrong.nodes["police"]
        before = police.signed()
        police.replace_database()
        police.round()
        assert police.store.origins().of(wrong.partition) == After(2, *wrong.last)
        assert police.signed() == before
        _grow(trails, wrong.nodes, count=30, seed=73)
        _intervals(wrong.nodes, 3)

        assert police.signed() == police.entries() != before
        assert police.lines()[wrong.partition, police.entries()[wrong.partition]] == ALL

    def test_is_restated_by_one_node_as_before(self, trails: Servers, wrong: Wrong) -> None:
        """Of the origin of now, which goes on: the three others have the right root of it."""
        police, cac, partition = wrong.nodes["police"], wrong.nodes["cac"], wrong.partition
        signed, seed = police.signed()[partition], 80
        while trails.ends()[partition] == signed:
            _grow(trails, wrong.nodes, count=30, seed=(seed := seed + 1))
        end = police.entries()[partition]
        police.rewrite("sha256(leaf_hash)", partition, end - 1)
        police.round()
        _intervals(wrong.nodes, 2)
        assert cac.metric("yisong_checkpoint_differs", peer="police") == 1
        assert cac.metric("yisong_checkpoint_differs", peer="miit") == 0

        police.rewrite("sha256('\\x00'::bytea || leaf)", partition, end - 1)
        said = police.restate(partition, why="restored from a copy")
        _intervals(wrong.nodes, 2)
        assert (said.after, said.sizes) == (After(2, *wrong.last), (end,))
        assert cac.metric("yisong_checkpoint_differs", peer="police") == 0
        assert cac.lines()[partition, end] == ALL - {"police"}
        assert all(one.store.origins().of(partition) == said.after for one in wrong.nodes.values())

    def test_is_sound_to_fsck(self, trails: Servers, wrong: Wrong) -> None:
        """Roots that stand are those of the tree, under whichever origin they were signed."""
        cac, bootstrap = wrong.nodes["cac"], trails.bus.running.bootstrap
        with open_node(cac.dsn, "cac") as node:
            checked = node.fsck(cac.law, read=lambda at, end: reread(bootstrap, spans={at: (0, end)}))
        assert checked.difference is None


def _publish(trails: Servers, node: str, values: list[bytes]) -> None:
    with closing(CheckpointsTopic(trails.bus.running.bootstrap, first=0)) as topic:
        for value in values:
            topic.publish(node, value)


def _now() -> int:
    return time.time_ns() // 1_000_000
