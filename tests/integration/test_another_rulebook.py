"""A node misses a change of law on a production bus: what it says, what comes of it when forced, and its repair."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, closing
from itertools import count
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest
from typer.testing import CliRunner

from tests.commands import run
from tests.production import clue, now
from tests.signers import Signer, check_topic
from tests.trails import Servers
from tests.versions import after, signed_by
from tests.waiting import until
from yisong.cli.main import app
from yisong.contract import folder
from yisong.envelope.case_id import case_id
from yisong.envelope.partition import partition_of
from yisong.home import AGENCIES
from yisong.kafka.log import reread
from yisong.kafka.rulebook_topic import RulebookTopic, law_of, publish_version, read_versions
from yisong.postgres import migrate
from yisong.proof.cosigners import cosigners
from yisong.proof.policy import policy_of
from yisong.proof.receipt import parse_receipt
from yisong.proof.verifier import verify
from yisong.rulebook.identity import BUS, bus_profile, canonical
from yisong.rulebook.model import Key
from yisong.rulebook.propose import with_keys
from yisong.rulebook.version import genesis_version

# Time enough (ms) to append what changes the law, on a slow machine too.
SOON = 15_000


class Changed(NamedTuple):
    """Four nodes after the change of law, and where the first event stands that it governs."""

    nodes: dict[str, Signer]
    place: tuple[int, int]


def _numbers(partition: int) -> Iterator[int]:
    """Yield numbers of cases that lie in a *partition*."""
    return (n for n in count(910_001) if partition_of(case_id("980100", 2026, n).encode(), 12) == partition)


def _interval(nodes: dict[str, Signer], *, but: str = "") -> None:
    for agency, one in nodes.items():
        if agency != but:
            one.round()


def _record(nodes: dict[str, Signer], *, deaf: str = "") -> None:
    """Let the trails come to the end of the log, one of them *deaf* to the topic rulebook."""
    for agency, one in nodes.items():
        with pytest.MonkeyPatch.context() as patch:
            if agency == deaf:
                patch.setattr(RulebookTopic, "read", lambda _: True)
            one.record()
        one.learn()


def _change_the_law(servers: Servers, added: list[Key]) -> int:
    """Publish a second version that registers keys, signed by three nodes, and return from when on it governs (ms)."""
    first, since = genesis_version(folder(), servers.law.bus), now() + SOON
    profile = canonical(bus_profile(with_keys(first.bus, added=added, revoked={}))).decode()
    second = after(first, at=since, files={BUS: profile})
    publish_version(servers.bus.running.bootstrap, signed_by(second, ("cac", "copyright", "police"), servers.keys))
    assert [one.version.n for one in read_versions(servers.bus.home, servers.bus.running).valid] == [1, 2]
    return since


@pytest.fixture(scope="module")
def changed(production: Servers) -> Iterator[Changed]:
    """
    Register a key of V9801 and a cosigning key of ML-DSA-44 of cac by a second version; the node of miit misses it.

    Before and after it stand events in one partition; the last is signed with the new key.
    """
    running, numbers = production.bus.running, _numbers(4)
    nodes: dict[str, Signer] = {}
    with ExitStack() as opened, pytest.MonkeyPatch.context() as patch:
        patch.setenv("YISONG_HOME", str(production.bus.home.path))
        for one in AGENCIES:
            nodes[one] = opened.enter_context(closing(Signer(production, one, dsn=running.dsn[one])))
        production.send(clue(production, "V9801#1", next(numbers)) for _ in range(3))
        _record(nodes, deaf="miit")
        for _ in range(2):
            _interval(nodes)
        new = production.keys.new("V9801", valid_from=946_656_000_000)
        second = production.keys.new("S-cac", "cosign", algorithm="ml-dsa-44", valid_from=946_656_000_000)
        since = _change_the_law(production, [new, second])

        def governed() -> bool:
            ((partition, offset),) = production.send([clue(production, "V9801#1", next(numbers))])
            (record,) = reread(running.bootstrap, spans={partition: (offset, offset + 1)})
            return int(record.timestamp) >= since

        until(governed, "the second version does not govern yet")
        (place,) = production.send([clue(production, new.key_id, next(numbers))])
        _record(nodes, deaf="miit")
        yield Changed(nodes, place)


class TestANodeWithAnotherRulebook:
    """In this order: each test goes on where the one before it has come to."""

    def test_says_so_with_both_hashes_and_stops_cosigning(
        self, production: Servers, changed: Changed, caplog: pytest.LogCaptureFixture
    ) -> None:
        miit, cac = changed.nodes["miit"], changed.nodes["cac"]
        before = miit.signed()
        for _ in range(2):
            _interval(changed.nodes, but="miit")
            miit.round()
        _interval(changed.nodes)

        first, second = (one.hash.hex() for one in law_of(production.bus.home, production.bus.running).versions)
        (said,) = {one.getMessage() for one in caplog.records if one.getMessage().startswith("cac judges")}
        assert said == f"cac judges by the rulebook {second}, and this node by {first}."
        assert miit.signed() == before
        assert miit.metric("yisong_checkpoint_halts", why="rulebook") == 1
        assert cac.store.peers()["miit"].halts == "all: rulebook"
        end = changed.place[0], cac.entries()[changed.place[0]]
        assert cac.lines()[end] == {"copyright", "cac", "police"}

    def test_forced_on_disagrees_at_the_first_event_that_the_other_law_governs(
        self, changed: Changed, caplog: pytest.LogCaptureFixture
    ) -> None:
        miit, cac = changed.nodes["miit"], changed.nodes["cac"]
        miit.anyway = True
        miit.begin()
        miit.round()
        _interval(changed.nodes, but="miit")

        assert "the root of miit is not ours" in caplog.text
        assert cac.metric("yisong_checkpoint_differs", peer="miit") == 1
        result = CliRunner().invoke(app, ["compare", "--json"])
        assert result.exit_code == 1
        partition, offset = changed.place
        (first,) = (one for one in json.loads(result.output)["differences"] if not one["where"].startswith("docket"))
        assert first["where"] == f"entry {partition}:{offset}"
        assert first["fields"]["reason"]["miit"] == "unknown-key"

    def test_restates_after_the_repair_and_stands_by_the_others_again(
        self, production: Servers, changed: Changed
    ) -> None:
        """Its node gets an empty database, reads the log again, and adopts from the topic what it had signed."""
        nodes, (partition, offset) = changed.nodes, changed.place
        miit, cac = nodes["miit"], nodes["cac"]
        wrong = miit.signed()[partition]
        miit.close()
        with psycopg.connect(production.bus.running.admin_dsn["miit"]) as owner:
            owner.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        migrate(production.bus.running.admin_dsn["miit"], "miit")
        miit.anyway = False
        miit.begin()
        _record(nodes)
        miit.round()
        assert miit.signed()[partition] == wrong

        why = "missed version 2 of the rulebook; read the log again under it"
        argv = ("restate", "--agency", "miit", "--partition", str(partition), "--why", why)
        said = json.loads(run(*argv, "--json"))
        assert (said["size"], said["why"]) == (wrong, why)
        assert said["sound"] <= offset < min(said["sizes"])

        production.send(clue(production, "V9801#1", number) for number in (990_001, 990_002))
        production.send([clue(production, "V9801#1", next(n for n in _numbers(partition) if n > 980_000))])
        _record(nodes)
        for _ in range(3):
            _interval(nodes)
        assert all(one.lines()[at] == set(AGENCIES) for one in nodes.values() for at in one.entries().items())
        assert miit.signed()[partition] > wrong
        assert cac.metric("yisong_checkpoint_differs", peer="miit") == 0
        assert check_topic(production)
        assert CliRunner().invoke(app, ["compare"]).exit_code == 0

    def test_is_shown_with_its_restatement_to_whoever_verifies(self, changed: Changed, tmp_path: Path) -> None:
        """Far from the bus: the file lies beside the receipt, and needs nobody else's word."""
        partition, offset = changed.place
        file, policy = tmp_path / "event.tlog-proof", tmp_path / "policy"
        policy.write_text(run("keys", "policy"))
        said = json.loads(run("receipt", f"{partition}/{offset}", "--node", "police", "-o", str(file), "--json"))
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("YISONG_HOME", str(tmp_path / "a folder without a bus"))
            shown = run("verify", str(file), "--policy", str(policy))

        assert said["restatements"][0]["node"] == "miit"
        assert "Taken back by nodes that were wrong" in shown
        assert "miit was wrong, and has taken back" in shown
        assert "missed version 2 of the rulebook" in shown


class TestASecondLine:
    """ML-DSA-44: since the second version cac has a key for it."""

    def test_stands_beside_the_first_and_never_counts_twice(
        self, production: Servers, changed: Changed, tmp_path: Path
    ) -> None:
        """Whoever knows the key counts the node once, whoever does not passes the line over."""
        (partition, offset), file = changed.place, tmp_path / "event.tlog-proof"
        run("receipt", f"{partition}/{offset}", "--node", "copyright", "-o", str(file))
        data, law = file.read_bytes(), law_of(production.bus.home, production.bus.running)
        both, first = policy_of(cosigners(law.rulebook)), policy_of(cosigners(law.versions[0]))
        knowing, unknowing = (verify(data, policy=policy).facts for policy in (both, first))

        lines = parse_receipt(data).signed.signatures
        assert len(lines) == knowing["have"] + 1  # type: ignore[operator]  # a number
        assert (knowing["have"], knowing["of"], knowing["ignored"]) == (unknowing["have"], 4, 0)
        assert (unknowing["of"], unknowing["ignored"]) == (4, 1)
        assert [one["algorithm"] for one in knowing["cosigned"] if one["name"].endswith("/cac")] == [  # type: ignore[attr-defined]
            "Ed25519", "ML-DSA-44",
        ]  # fmt: skip
        assert not knowing["lost"]
        assert not unknowing["lost"]
