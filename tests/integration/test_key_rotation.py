"""An organ gets another key while the log goes on, and a key is revoked: at the same event on all nodes."""

import re
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest
from typer.testing import CliRunner

from tests.commands import run
from tests.production import clue, now
from tests.trails import Servers, digests
from yisong.cli.main import app
from yisong.kafka.log import reread
from yisong.kafka.rulebook_topic import law_of
from yisong.publishing.instants import to_text
from yisong.rulebook.model import Key
from yisong.signing.keystore import Keystore

# Time enough (ms) for a version to be signed and appended, on a slow machine too; and how long both keys count.
SOON, OVERLAP = 30_000, 4_000
OLD = "V9801#1"


class Rotated(NamedTuple):
    """The key that came, the rows of both under the newest version, and the cases begun with each."""

    new: str
    rows: dict[str, Key]
    cases: dict[str, list[str]]


class _Scene:
    """V9801, which goes on publishing under every key that it has or had."""

    def __init__(self, servers: Servers) -> None:
        self._servers, self._numbers = servers, iter(range(900_001, 999_999))
        self.cases: dict[str, list[str]] = {OLD: []}

    def publish(self) -> int:
        """Begin one case with each key, and return the earliest log time of these events."""
        keys = Keystore(self._servers.bus.home.keys)
        self._servers.keys = keys
        made = [(key_id, clue(self._servers, key_id, next(self._numbers))) for key_id in self.cases]
        spans = {partition: (offset, offset + 1) for partition, offset in self._servers.send(one for _, one in made)}
        for key_id, event in made:
            self.cases[key_id].append((event.key or b"").decode())
        return min(record.timestamp for record in reread(self._servers.bus.running.bootstrap, spans=spans))

    def publish_until(self, end: int | None) -> None:
        assert end is not None
        while self.publish() < end:
            pass
        self.publish()

    def row(self, key_id: str) -> Key:
        return law_of(self._servers.bus.home, self._servers.bus.running).rulebook.keys[key_id]


@pytest.fixture(scope="module")
def rotation(production: Servers, tmp_path_factory: pytest.TempPathFactory) -> Rotated:
    """Rotate the key of V9801 while it publishes, and let its node revoke the new one alone."""
    scene, folder = _Scene(production), tmp_path_factory.mktemp("proposals")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("YISONG_HOME", str(production.bus.home.path))
        patch.setattr("yisong.cli.rotate.LEAD", 0)
        scene.publish()
        new = _propose_rotation(folder / "next.json")
        scene.cases[new] = []
        scene.publish()
        assert "not published yet" in run("rulebook", "sign", str(folder / "next.json"), "--node", "cac")
        assert "not published yet" in run("rulebook", "sign", str(folder / "next.json"), "--node", "miit")
        assert "published at offset" in run("rulebook", "sign", str(folder / "next.json"), "--node", "police")
        scene.publish_until(scene.row(OLD).valid_to)

        revoked = str(folder / "revoked.json")
        run("rulebook", "propose", "--revoke", new, "--from", to_text(now() + SOON // 2), "-o", revoked)
        assert "published at offset" in run("rulebook", "sign", revoked, "--node", "copyright")
        scene.publish_until(scene.row(new).revoked_from)
    return Rotated(new=new, rows={key_id: scene.row(key_id) for key_id in scene.cases}, cases=scene.cases)


def _propose_rotation(file: Path) -> str:
    since = now() + SOON
    argv = ("--from", to_text(since), "--until", to_text(since + OVERLAP), "--use", "sign", "-o", str(file))
    said = run("keys", "rotate", "V9801", *argv)
    (new,) = {found[0] for found in re.finditer(r"V9801#\d+", said)} - {OLD}
    return new


class TestARotation:
    def test_takes_effect_at_the_same_event_on_all_nodes(self, production: Servers, rotation: Rotated) -> None:
        """
        The old key counts until its end, the new one from its registration until it is revoked, to the millisecond.

        Four databases, four trails: three that read the log afterwards, each by itself, and that of the police.
        """
        trails = [production.bus.running.dsn["police"], *(production.database() for _ in range(3))]
        for dsn in trails:
            production.record(dsn)

        assert len({str(digests(dsn)) for dsn in trails}) == 1
        seen = set()
        for dsn in trails:
            verdicts = _verdicts(dsn)
            for key_id, cases in rotation.cases.items():
                for case in cases:
                    at, *found = verdicts[case]
                    assert found == _expected(rotation.rows[key_id], at), (key_id, at)
                    seen.add((key_id == OLD, *found))
        assert seen == {
            (True, "admitted", None), (True, "refused", "key-not-valid"),
            (False, "refused", "unknown-key"), (False, "admitted", None), (False, "refused", "key-not-valid"),
        }  # fmt: skip

    def test_that_cannot_be_makes_no_key(
        self, production: Servers, rotation: Rotated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("YISONG_HOME", str(production.bus.home.path))
        before = set(production.bus.home.keys.iterdir())
        argv = ["keys", "rotate", "V9801", "--use", "cosign", "--from", "2016-01-01T00:00:00+08:00", "--until"]
        result = CliRunner().invoke(app, [*argv, "2015-01-01T00:00:00+08:00", "-o", str(tmp_path / "next.json")])

        for fault in ("has no key of that use", "less than ten minutes till then", "lies before --from"):
            assert fault in str(result.exception)
        assert set(production.bus.home.keys.iterdir()) == before
        assert rotation.new


def _expected(key: Key, at: int) -> list[str | None]:
    if key.usable(at):
        return ["admitted", None]
    # Before its version it stood in no rulebook at all.
    return ["refused", "unknown-key" if at < key.valid_from else "key-not-valid"]


def _verdicts(dsn: str) -> dict[str, tuple[int, str, str | None]]:
    """Return log time, verdict and reason of the one event of each case."""
    with closing(psycopg.connect(dsn)) as connection:
        rows = connection.execute("SELECT docket, log_time, verdict, reason FROM entries").fetchall()
    return {row[0]: (row[1], row[2], row[3]) for row in rows}
