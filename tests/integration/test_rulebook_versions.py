"""A production bus whose law changes while its log goes on, on real Kafka; the ten minutes are left out."""

import json
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest
from typer.testing import CliRunner

from services.trail.follow import Trail
from tests.production import clue, now
from tests.trails import Servers, digests
from tests.versions import DIRECTORY, THREE, after, edited, revoking, signed_by, with_organ
from yisong.audit.timeline import timeline
from yisong.audit.trails import open_trail
from yisong.cli.rulebook import app
from yisong.cli.trusting import known_versions
from yisong.contract import folder
from yisong.errors import WiringFault
from yisong.kafka.law_watch import LawWatch
from yisong.kafka.log import reread
from yisong.kafka.rulebook_topic import TOPIC, RulebookTopic, law_of, publish_version, read_versions
from yisong.ledger import hash_in_force
from yisong.proof.trust import trust_in
from yisong.rulebook.identity import BUS, bus_profile, canonical
from yisong.rulebook.model import Key
from yisong.rulebook.propose import with_keys
from yisong.rulebook.version import SignedVersion, Version, encode, genesis_version

# Time enough to append what changes the law, on a slow machine too.
SOON = 15_000


class Log(NamedTuple):
    """What the log came to: versions, cases by key, and the database of a trail that was there all along."""

    versions: tuple[Version, Version, Version]
    cases: dict[str, list[str]]
    followed: str


@pytest.fixture(scope="module")
def log(production: Servers) -> Log:
    """
    Let two agencies go on publishing while three nodes register a key of V9801, and then V9702's node revokes one.

    Around it lie records of the topic that are void: too early, signed by two, with a row altered, and noise.
    """
    first = genesis_version(folder(), production.law.bus)
    new = production.keys.new("V9801", valid_from=946_656_000_000)
    cases: dict[str, list[str]] = {new.key_id: [], "V9702#1": []}
    numbers = iter(range(900_001, 999_999))

    def both() -> int:
        made = [(key_id, clue(production, key_id, next(numbers))) for key_id in cases]
        positions = production.send(event for _, event in made)
        for key_id, event in made:
            cases[key_id].append((event.key or b"").decode())
        spans = {partition: (offset, offset + 1) for partition, offset in positions}
        return min(record.timestamp for record in reread(production.bus.running.bootstrap, spans=spans))

    followed = production.database()
    with closing(production.trail(followed)) as trail:
        both()
        _follow(trail, production)
        assert [one.n for one in trail.law.versions] == [1]
        versions = _change_the_law(production, first, new, at=now() + SOON)
        while both() < versions[-1].effective_from:
            trail.step(timeout_ms=500)
        _follow(trail, production)
        assert [one.n for one in trail.law.versions] == [1, 2, 3]
    return Log(versions=versions, cases=cases, followed=followed)


def _change_the_law(servers: Servers, first: Version, new: Key, *, at: int) -> tuple[Version, Version, Version]:
    publish, keys = partial(publish_version, servers.bus.running.bootstrap), servers.keys
    added = {BUS: canonical(bus_profile(with_keys(first.bus, added=[new], revoked={}))).decode()}
    second = after(first, at=at, files=added)
    third = after(second, at=at + 1_000, files=revoking(second, "V9702#1", at=at + 1_000))
    altered = edited(first, DIRECTORY, 'regions:\n  "000000": 示例全国', 'regions:\n  "000000": 别的')
    publish(signed_by(second, THREE[:2], keys))
    publish(signed_by(after(first, at=now() - 60_000, files=added), THREE, keys))
    publish(signed_by(after(first, at=at, files=altered), THREE, keys))
    servers._out.send(TOPIC, value=b"noise", partition=0).get(timeout=60)
    publish(signed_by(second, THREE, keys))
    publish(signed_by(third, ["cac"], keys))
    publish(signed_by(third, ["copyright"], keys))
    publish(signed_by(second, THREE, keys))
    return first, second, third


class TestAChangeOfLaw:
    def test_takes_effect_at_its_date_on_all_trails_at_the_same_event(self, production: Servers, log: Log) -> None:
        """An event under a new key is refused a moment before, and admitted a moment after; so in four databases."""
        trails = [production.bus.running.dsn["police"], production.database(), production.database()]
        for dsn in trails:
            production.record(dsn)
        trails.append(log.followed)  # it knew the law of before, and was not started again

        assert len({str(digests(dsn)) for dsn in trails}) == 1
        verdicts = _verdicts(trails[0])
        _, second, third = log.versions
        for case in log.cases["V9801#3"]:
            at, *found = verdicts[case]
            assert found == (["admitted", None] if at >= second.effective_from else ["refused", "unknown-key"])
        for case in log.cases["V9702#1"]:
            at, *found = verdicts[case]
            assert found == (["refused", "key-not-valid"] if at >= third.effective_from else ["admitted", None])
        assert {tuple(verdicts[case][1:]) for cases in log.cases.values() for case in cases} == {
            ("admitted", None), ("refused", "unknown-key"), ("refused", "key-not-valid")
        }  # fmt: skip

    def test_unread_makes_another_trail_from_the_first_event_that_it_governs(
        self, production: Servers, log: Log, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """This is what the reading before each fold is for."""
        deaf, hearing = production.database(), production.database()
        production.record(hearing)
        monkeypatch.setattr(RulebookTopic, "read", lambda _: True)
        production.record(deaf)

        heard, unheard = _verdicts(hearing), _verdicts(deaf)
        differing = {heard[case][0] for case in heard if heard[case] != unheard[case]}
        assert min(differing) >= log.versions[1].effective_from

    def test_is_what_an_auditor_folds_by(self, production: Servers, log: Log) -> None:
        """The case is folded again under the versions that were in force, and comes to the leaves of the trail."""
        running = production.bus.running
        production.record(running.dsn["police"])
        law = law_of(production.bus.home, running)
        with open_trail(running, "police") as trail:
            seen = [timeline(trail, cases[-1], law, at=None, now=now()) for cases in log.cases.values()]

        assert [one.moments[0].reason for one in seen if one is not None] == [None, "key-not-valid"]
        first, second, third = log.versions
        assert hash_in_force(law, second.effective_from - 1) == first.hash
        assert hash_in_force(law, second.effective_from) == second.hash
        assert hash_in_force(law, third.effective_from) == third.hash

    def test_is_what_whoever_verifies_a_proof_at_its_home_trusts(self, production: Servers, log: Log) -> None:
        """A key that was registered later counts, and one that was revoked counts up to then; so it says."""
        found = known_versions(production.bus.home)
        keys = trust_in(found.rulebooks).keys
        later, revoked = (key_id for key_id in log.cases)

        assert [one.hash for one in found.rulebooks] == [one.hash for one in log.versions]
        assert keys is not None
        assert (later in keys, keys[revoked].revoked_from) == (True, log.versions[-1].effective_from)
        assert (
            f"version 3 of its rulebook, {log.versions[-1].hash.hex()}, the newest that the running bus" in found.words
        )

    def test_leaves_what_is_void_where_it_lies_and_says_why(self, production: Servers, log: Log) -> None:
        succession = read_versions(production.bus.home, production.bus.running)

        assert [one.version.hash for one in succession.valid][:3] == [one.hash for one in log.versions]
        assert succession.valid[2].nodes == ("copyright",)
        because = [one.faults[0] for one in succession.void][:6]
        for fault, expected in zip(
            because,
            ("signed by 2 of", "less than ten minutes", "regions 000000: is changed", "no JSON",
             "or those whose keys they are: V9702#1", "its number is 2, and the next one is 4"),
            strict=True,
        ):  # fmt: skip
            assert expected in fault


class TestTheCommandLine:
    def test_proposes_signs_and_shows_a_version(
        self, production: Servers, log: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A proposal goes from node to node; the third signature puts it on the topic."""
        monkeypatch.setenv("YISONG_HOME", str(production.bus.home.path))
        watch = LawWatch(production.bus.home, production.bus.running)
        proposal, files = tmp_path / "next.json", tmp_path / "files"
        assert log.versions[2].hash.hex()[:16] in _run("show", "--to", str(files))
        (files / DIRECTORY).write_text(with_organ(log.versions[2], "P980102")[DIRECTORY], encoding="utf-8")

        said = _run("propose", str(files), "--from", "2099-01-01T00:00:00+08:00", "-o", str(proposal))
        assert "orgs P980102" in said
        assert "orgs P980102" in _run("diff", str(proposal))
        assert "not published yet: signed by 1 of" in _run("sign", str(proposal), "--node", "police")
        assert "not published yet: signed by 2 of" in _run("sign", str(proposal), "--node", "cac")
        assert watch.look() is False
        assert "published at offset" in _run("sign", str(proposal), "--node", "miit")

        shown = json.loads(_run("show", "--json"))
        assert [one["state"] for one in shown["versions"]] == ["followed", "followed", "in force", "waits"]
        assert shown["versions"][3]["signed_by"] == ["cac", "miit", "police"]
        assert "orgs P980102" in _run("diff", "4")
        assert watch.look() is True
        assert "P980102" in watch.law.organs

    def test_names_every_fault_of_a_proposal_and_writes_nothing(
        self, production: Servers, log: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("YISONG_HOME", str(production.bus.home.path))
        path = tmp_path / DIRECTORY
        path.parent.mkdir()
        path.write_text(log.versions[0].files[DIRECTORY].replace("parent: P98,", "parent: P77,"), encoding="utf-8")

        result = CliRunner().invoke(
            app, ["propose", str(tmp_path), "--from", "2016-01-01T00:00:00+08:00", "-o", str(tmp_path / "next.json")]
        )
        said = str(result.exception)
        assert "orgs P9801 parent: is changed" in said
        assert "less than ten minutes" in said
        assert "P77" in said
        assert not (tmp_path / "next.json").exists()


class TestANodeOfAnOlderRelease:
    def test_stops_at_a_valid_version_that_it_cannot_follow(self, production: Servers, log: Log) -> None:
        """The version brings a schema that did not come with this release; going on would be judging by old law."""
        newest = read_versions(production.bus.home, production.bus.running).newest
        more = {"schemas/header.v2.avsc": newest.files["schemas/header.v1.avsc"]}
        later = after(newest, at=newest.effective_from + now(), files=more)
        publish_version(production.bus.running.bootstrap, signed_by(later, THREE, production.keys))

        with pytest.raises(WiringFault, match=r"(?s)this release cannot follow it.*Upgrade this node"):
            law_of(production.bus.home, production.bus.running)
        with pytest.raises(WiringFault, match="Upgrade this node"):
            production.record(production.database())
        assert len(encode(SignedVersion(version=later))) < 4 << 20
        assert log.versions


def _run(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exception is None, result.exception
    return result.output


def _follow(trail: Trail, servers: Servers) -> None:
    ends = servers.ends()
    while any(trail.positions[partition] < end for partition, end in ends.items()):
        trail.step(timeout_ms=500)


def _verdicts(dsn: str) -> dict[str, tuple[int, str, str | None]]:
    """Return log time, verdict and reason of the one event of each case."""
    with psycopg.connect(dsn) as connection:
        rows = connection.execute("SELECT docket, log_time, verdict, reason FROM entries").fetchall()
    return {row[0]: (row[1], row[2], row[3]) for row in rows}
