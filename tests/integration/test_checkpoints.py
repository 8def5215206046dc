"""Four nodes cosign one log: a real broker, and for each node a real database."""

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from random import Random

import psycopg
import pytest

from tests.signers import Signer, check_topic, lying
from tests.trails import Servers
from yisong.errors import NotPublishable
from yisong.home import AGENCIES
from yisong.kafka.checkpoints_topic import CheckpointsTopic
from yisong.ledger import Law
from yisong.postgres import connect
from yisong.postgres.checkpoints import CheckpointStore, Root
from yisong.postgres.cosignatures import Cosignatures
from yisong.postgres.tree import tree_reader
from yisong.proof.announcement import Announced, Checkpoints
from yisong.proof.cosigner import Nodes
from yisong.proof.cosigners import cosigners
from yisong.proof.policy import policy_of
from yisong.proof.tally import tally
from yisong.proof.tree import root

ALL = frozenset(AGENCIES)


@pytest.fixture(scope="module")
def four(trails: Servers) -> Iterator[dict[str, Signer]]:
    """Four nodes that have recorded sixty events and signed nothing yet."""
    trails.send(trails.events(60, seed=11))
    signers: dict[str, Signer] = {agency: Signer(trails, agency) for agency in AGENCIES}
    for one in signers.values():
        one.record()
    yield signers
    for one in signers.values():
        one.close()


def _interval(signers: dict[str, Signer], *, seed: int = 1) -> None:
    """Let each node have one round, in some order."""
    for agency in Random(seed).sample(AGENCIES, len(AGENCIES)):  # noqa: S311 (repeatable on purpose)
        signers[agency].round()


def _grow(trails: Servers, signers: dict[str, Signer], *, seed: int) -> None:
    trails.send(trails.events(30, seed=seed))
    for one in signers.values():
        one.record()


class _Killed(BaseException):
    """What a process does not live to handle."""


def _die(*_: object, **__: object) -> None:
    raise _Killed


class TestALogThatFallsSilent:
    def test_ends_with_all_four_cosigners_on_its_end_within_two_intervals(self, four: dict[str, Signer]) -> None:
        """And a third one for each to have read what the last of them said."""
        for seed in range(2):
            _interval(four, seed=seed)
        assert all(one.signed() == one.entries() for one in four.values())
        _interval(four)

        for one in four.values():
            lines = one.lines()
            assert all(lines[at] == ALL for at in one.entries().items())
            assert all(
                one.metric("yisong_checkpoint_quorum_size", partition=str(at)) == size
                for at, size in one.entries().items()
            )

    def test_has_roots_that_are_those_of_the_trees(self, four: dict[str, Signer]) -> None:
        for one in four.values():
            for partition, signed in one.store.signed().items():
                assert signed.root == root(signed.size, tree_reader(one.store.connection, partition))

    def test_says_nothing_more_until_it_would_seem_dead(self, trails: Servers, four: dict[str, Signer]) -> None:
        before = len(lying(trails))
        _interval(four)

        assert len(lying(trails)) == before

    def test_is_signed_again_when_it_goes_on(self, trails: Servers, four: dict[str, Signer]) -> None:
        _grow(trails, four, seed=12)
        for seed in range(3):
            _interval(four, seed=seed)

        assert all(one.lines()[at] == ALL for one in four.values() for at in one.entries().items())
        assert check_topic(trails)


class TestANodeThatWasAway:
    def test_catches_up_and_counts_what_was_said_meanwhile(self, trails: Servers, four: dict[str, Signer]) -> None:
        """What is beyond its trail waits, also over a restart, and is compared when the trail comes there."""
        police = four["police"]
        others = {agency: one for agency, one in four.items() if agency != "police"}
        trails.send(trails.events(30, seed=13))
        for one in others.values():
            one.record()
            one.round()
        police.round()
        police.begin()
        police.round()
        behind = police.signed()
        police.record()
        for _ in range(2):
            police.round()
            for one in others.values():
                one.round()
        police.round()

        assert behind != police.signed() == police.entries()
        assert all(police.lines()[at] == ALL for at in police.entries().items())


class TestANodeThatIsKilled:
    @pytest.mark.parametrize(("where", "step"), [
        ("store", "sign"), ("store", "add_statement"), ("topic", "publish"), ("store", "published"),
    ])  # fmt: skip
    def test_at_any_step_never_signs_two_roots_nor_ahead_of_its_data(
        self, trails: Servers, four: dict[str, Signer], monkeypatch: pytest.MonkeyPatch, where: str, step: str
    ) -> None:
        """Between sign and persist, persist and publish, publish and the note that it was; then the log goes on."""
        police = four["police"]
        _grow(trails, four, seed=20 + len(step))
        with monkeypatch.context() as patched:
            patched.setattr(getattr(police, where), step, _die)
            with pytest.raises(_Killed):
                police.round()
        said = {(one.statement.node, one.statement.counter): one.value for one in lying(trails)}
        _grow(trails, four, seed=30 + len(step))  # so that a size signed before is not the one that would come now
        police.begin()
        for seed in range(3):
            _interval(four, seed=seed)

        assert check_topic(trails)
        after = {(one.statement.node, one.statement.counter): one.value for one in lying(trails)}
        assert said.items() <= after.items()
        assert police.signed() == police.entries()
        announced = [
            at for one in lying(trails) if isinstance(one.statement, Checkpoints) for at in one.statement.announced
        ]
        assert all(at.size <= police.entries()[at.partition] for at in announced)

    def test_publishes_after_its_return_the_very_bytes_that_it_had_written_down(
        self, trails: Servers, four: dict[str, Signer], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        police = four["police"]
        _grow(trails, four, seed=41)
        with monkeypatch.context() as patched:
            patched.setattr(police.topic, "publish", _die)
            with pytest.raises(_Killed):
                police.round()
        ((counter, value),) = police.store.unpublished()
        _grow(trails, four, seed=42)
        police.begin()
        police.round()

        assert next(one.value for one in lying(trails) if one.statement[:2] == ("police", counter)) == value

    def test_and_comes_back_with_an_older_database_signs_only_beyond_all_it_ever_signed(
        self, trails: Servers, four: dict[str, Signer]
    ) -> None:
        """An empty database, the oldest that there is: what the topic holds of it is adopted before it signs."""
        police = four["police"]
        for seed in range(2):
            _interval(four, seed=seed)
        before, lines = police.signed(), check_topic(trails)
        police.replace_database()
        police.round()  # its trail has nothing yet
        assert police.signed() == before
        police.record()
        police.round()
        assert check_topic(trails) == lines
        _grow(trails, four, seed=43)
        for seed in range(2):
            _interval(four, seed=seed)

        assert police.signed() == police.entries()
        assert check_topic(trails) > lines

    def test_while_another_process_of_it_signs_waits_its_turn(self, four: dict[str, Signer]) -> None:
        with connect(four["police"].dsn, autocommit=True) as connection:
            assert not CheckpointStore(connection).hold()


class TestTheDatabase:
    def test_refuses_a_second_root_and_a_smaller_size(self, four: dict[str, Signer]) -> None:
        """Whatever a program does: one root a size, sizes that grow, and nothing is ever changed."""
        store = four["cac"].store
        (partition, signed), *_ = store.signed().items()
        for size in (signed.size, signed.size - 1):
            with pytest.raises(psycopg.IntegrityError, match="is not beyond what was signed"):
                store.sign(partition, Root(size, bytes(32)), "", newest=0)
        with (
            psycopg.connect(four["cac"].servers.owner_of(four["cac"].dsn)) as owner,
            pytest.raises(psycopg.errors.InsufficientPrivilege, match="local_signed are append-only"),
        ):
            owner.execute("DELETE FROM local_signed")


class TestAStranger:
    def test_with_garbage_forged_or_replayed_statements_changes_nothing(
        self, trails: Servers, four: dict[str, Signer], caplog: pytest.LogCaptureFixture
    ) -> None:
        """Ignored and counted; the nodes go on signing."""
        cac = four["cac"]
        for seed in range(2):
            _interval(four, seed=seed)
        _, *_, last = (one.value for one in lying(trails) if one.statement.node == "miit")
        oldest = next(one.value for one in lying(trails) if one.statement.node == "miit")
        forged = last.replace(b'"covered":', b'"covered":1')
        void = cac.metric("yisong_checkpoint_statements_total", peer="", outcome="void")
        again = cac.metric("yisong_checkpoint_statements_total", peer="miit", outcome="again")
        said = cac.store.peers()["miit"]
        topic = CheckpointsTopic(trails.bus.running.bootstrap, first=0)
        for value in (b"\xff garbage", b"{}", forged, oldest):
            topic.publish("miit", value)
        topic.close()
        cac.round()

        assert cac.metric("yisong_checkpoint_statements_total", peer="", outcome="void") == void + 3
        assert cac.metric("yisong_checkpoint_statements_total", peer="miit", outcome="again") == again + 1
        assert cac.store.peers()["miit"] == said
        assert "has not signed it" in caplog.text
        assert not cac.store.open_disagreements()


class TestANodeWithAnotherRulebook:
    def test_says_so_with_both_hashes_and_stops_until_it_ends(
        self, trails: Servers, four: dict[str, Signer], caplog: pytest.LogCaptureFixture
    ) -> None:
        """The three others name it and go on without it."""
        police, cac = four["police"], four["cac"]
        for seed in range(3):
            _interval(four, seed=seed)
        police.law = Law(replace(trails.law.rulebook, hash=b"\x07" * 32))
        police.begin()
        _grow(trails, four, seed=51)
        for seed in range(3):
            _interval(four, seed=seed)

        assert "07" * 32 in caplog.text
        assert trails.law.rulebook.hash.hex() in caplog.text
        assert police.signed() != police.entries()
        assert police.metric("yisong_checkpoint_halts", why="rulebook") == 1
        assert cac.signed() == cac.entries()
        assert all(cac.lines()[at] >= ALL - {"police"} for at in cac.entries().items())
        assert "rulebook" in cac.store.peers()["police"].halts

        police.anyway = True
        police.begin()
        police.round()
        assert police.signed() == police.entries()

        police.law, police.anyway = trails.law, False
        police.begin()
        _grow(trails, four, seed=52)
        for seed in range(3):
            _interval(four, seed=seed)
        assert police.signed() == police.entries()
        assert cac.store.peers()["police"].halts == ""


class TestAnAlteredDatabase:
    """These come last, in their order: what they alter stays altered until the last of them."""

    def test_whose_tree_is_not_the_one_that_it_signed_signs_no_more(
        self, trails: Servers, four: dict[str, Signer], caplog: pytest.LogCaptureFixture
    ) -> None:
        """A superuser alters one hash of a tree; its own next checkpoint finds it, and so do those of the others."""
        miit = four["miit"]
        for seed in range(2):
            _interval(four, seed=seed)
        before = miit.signed()
        _grow(trails, four, seed=60)
        ends = {at: size for at, size in miit.entries().items() if size > before.get(at, 0)}
        partition, size = max(ends.items(), key=lambda one: one[1])
        peak = size.bit_length() - 1
        with psycopg.connect(trails.owner_of(miit.dsn)) as owner:
            owner.execute("ALTER TABLE tree_nodes DISABLE TRIGGER USER")
            changed = owner.execute(
                'UPDATE tree_nodes SET hash = sha256(hash) WHERE "partition" = %s AND level = %s AND "index" = 0',
                (partition, peak),
            )
            assert changed.rowcount == 1
        four["miit"].round()  # first of all four
        assert "the tree is not the one that this node has signed" in caplog.text
        for seed in range(2):
            _interval(four, seed=seed)

        assert miit.signed()[partition] == before[partition]
        assert miit.store.open_disagreements()
        assert miit.metric("yisong_checkpoint_halts", why="contradicted") == 1
        assert f"{partition}: contradicted" in four["cac"].store.peers()["miit"].halts
        assert four["cac"].lines()[partition, four["cac"].entries()[partition]] == ALL - {"miit"}

    def test_whose_checkpoint_is_signed_is_contradicted_by_the_others(
        self, trails: Servers, four: dict[str, Signer], caplog: pytest.LogCaptureFixture
    ) -> None:
        """An entry is altered before anybody has signed it, and its tree rebuilt: nothing is wrong but the root."""
        police, cac = four["police"], four["cac"]
        _grow(trails, four, seed=70)
        signed = police.signed()
        partition = next(at for at, size in police.entries().items() if size > signed[at] + 1)
        police.rewrite("sha256(leaf_hash)", partition, police.entries()[partition] - 1)
        police.round()
        for _ in range(2):
            for agency in ("cac", "copyright"):
                four[agency].round()

        assert cac.metric("yisong_checkpoint_differs", peer="police") == 1
        assert "the root of police is not ours" in caplog.text
        end = cac.entries()[partition]
        assert cac.lines()[partition, end] == {"cac", "copyright"}
        police.round()
        assert police.metric("yisong_checkpoint_halts", why="contradicted") == 1

    def test_that_is_repaired_restates_and_resumes_above_all_that_it_ever_signed(
        self, trails: Servers, four: dict[str, Signer]
    ) -> None:
        """Before that it signs nothing; afterwards nobody is alarmed any more, and what was said stays on record."""
        police, cac = four["police"], four["cac"]
        (wrong,) = {line.partition for line in cac.store.open_disagreements()}
        offset = police.signed()[wrong] - 1
        police.rewrite("sha256('\\x00'::bytea || leaf)", wrong, offset)
        _grow(trails, four, seed=80)
        while trails.ends()[wrong] == police.signed()[wrong]:
            _grow(trails, four, seed=81)
        before = police.signed()[wrong]
        police.round()
        assert police.signed()[wrong] == before
        assert police.metric("yisong_checkpoint_halts", why="unlike-signed") == 1

        said = police.restate(wrong, why="restored from the copy of Monday")
        for seed in range(3):
            _interval(four, seed=seed)

        assert said.sizes[-1] == before
        assert said.sound <= offset
        assert police.signed() == police.entries()
        assert police.metric("yisong_checkpoint_halts", why="unlike-signed") == 0
        end = cac.entries()[wrong]
        assert cac.lines()[wrong, end] >= {"cac", "copyright", "police"}
        assert cac.metric("yisong_checkpoint_differs", peer="police") == 0
        with closing(connect(cac.dsn, autocommit=True)) as connection:
            (kept,) = Cosignatures(connection, bus=trails.law.bus.name, nodes=AGENCIES).restatements()
        assert kept.restatement == said
        assert said.why == "restored from the copy of Monday"
        with pytest.raises(NotPublishable, match="is the one that this node has signed"):
            police.restate(wrong, why="again")


class TestTheCheckpointsOfANode:
    def test_give_the_smallest_with_a_quorum_over_an_offset(self, trails: Servers, four: dict[str, Signer]) -> None:
        """And it verifies under the policy of the bus."""
        cac = four["cac"]
        policy = policy_of(cosigners(trails.law.rulebook))
        with closing(connect(cac.dsn, autocommit=True)) as connection:
            kept = Cosignatures(connection, bus=trails.law.bus.name, nodes=AGENCIES)
            whole = {at: sizes for at in cac.entries() if (sizes := _cosigned_by(cac, at, least=3))}
            for partition, sizes in whole.items():
                for offset in range(max(sizes)):
                    found = kept.smallest_over(partition, offset, least=3)
                    assert found is not None
                    assert found.checkpoint.size == min(size for size in sizes if size > offset)
                    assert tally(found, policy=policy, keys=trails.law.rulebook.keys).quorum.reached
                assert kept.smallest_over(partition, max(sizes), least=3) is None
                assert kept.progress(least=3)[partition] == (cac.entries()[partition], max(sizes), 1)
                assert kept.cosigners_over(partition, 0) == 4
        assert whole


def _cosigned_by(signer: Signer, partition: int, *, least: int) -> list[int]:
    return [size for (at, size), nodes in signer.lines().items() if at == partition and len(nodes) >= least]


def _now() -> int:
    return time.time_ns() // 1_000_000


class TestANodeThatShowsTwoHistories:
    def test_is_named_with_both_statements_and_stops_nobody(
        self, trails: Servers, four: dict[str, Signer], caplog: pytest.LogCaptureFixture
    ) -> None:
        """Its own key signs another root for a size that it has signed, and a size that nobody will ever reach."""
        cac, copyright_ = four["cac"], four["copyright"]
        partition, signed = next(iter(copyright_.store.signed().items()))
        key = Nodes(trails.law).own("copyright", trails.keys, at=_now())
        lies = [(partition, signed.size, bytes(32)), (partition + 1, 1 << 40, bytes(32))]
        announced = tuple(Announced(*lie, key.line(*lie, time=_now() // 1000)) for lie in lies)
        said = Checkpoints("copyright", 1 << 20, trails.law.rulebook.hash, 0, announced)
        topic = CheckpointsTopic(trails.bus.running.bootstrap, first=0)
        topic.publish("copyright", key.statement(said))
        topic.close()
        _grow(trails, four, seed=90)
        before = cac.signed()
        for _ in range(2):
            cac.round()

        assert cac.metric("yisong_checkpoint_equivocations_total", peer="copyright") == 1
        assert f"copyright has signed two roots of partition {partition} for the size {signed.size}" in caplog.text
        assert cac.metric("yisong_checkpoint_differs", peer="copyright") == 1
        assert before != cac.signed() == cac.entries()
