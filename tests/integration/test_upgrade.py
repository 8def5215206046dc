"""Do two releases go on side by side, and can the newer one be taken back? Processes of both, on one real bus."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Final

import psycopg
import pytest

from tests.clues import evidence_preserved, own_case, story
from tests.trails import digests
from tests.waiting import until
from yisong import Publisher
from yisong.contract import folder
from yisong.embedded import Bus, node
from yisong.home import AGENCIES, Home
from yisong.publishing.instants import to_ms
from yisong.rulebook.identity import rulebook_hash
from yisong.rulebook.model import BusProfile
from yisong.schemas.registry import load_registry

pytestmark = pytest.mark.timeout(900)
CASE, AT = own_case(75_001), "2016-07-19T09:00:00+08:00"
UPGRADED: Final = ("copyright", "cac")
EVIDENCE: Final = "schemas/events/evidence_preserved.v{}.avsc"

WRITES = """
import json, sys
from pathlib import Path
from yisong.publishing.compose import content
from yisong.schemas import registry
header, body = json.loads(sys.stdin.read())
for registered in (None, set(registry().by_fingerprint)):
    said = content(header, body, event_id=bytes(16), salt=bytes(16), registered=registered)
    print(registry().by_fingerprint[said.body_schema].version)
"""


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the next release: a table and two columns more, and a second schema of EvidencePreserved."""
    path = tmp_path_factory.mktemp("release")
    for name in ("yisong", "services", "schemas", "rulebook"):
        shutil.copytree(folder() / name, path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(folder() / "topics.yaml", path)
    (path / "yisong/postgres/migrations/9000_next_release.sql").write_text(
        "ALTER TABLE entries ADD COLUMN next text; ALTER TABLE local_outbox ADD COLUMN next text NOT NULL DEFAULT '';"
        "CREATE TABLE local_next (id bigint PRIMARY KEY);",
        encoding="utf-8",
    )
    schema = json.loads((path / EVIDENCE.format(1)).read_text(encoding="utf-8"))
    more = {
        "name": "tool_version",
        "type": ["null", "string"],
        "default": None,
        "doc": "",
        "zh": "工具版本",
        "pii": "P0",
    }
    schema["fields"].append(more)
    (path / EVIDENCE.format(2)).write_text(json.dumps(schema, ensure_ascii=False), encoding="utf-8")
    return path


def tell(bus: Bus, *numbers: int) -> None:
    """Publish the clue and evidence of these numbers, which are all admitted, and wait until all four nodes agree."""
    with Publisher(bus.home) as publisher:
        for number in numbers:
            said = story(CASE, length=1)[0] if number == 1 else evidence_preserved(CASE, number)
            done = publisher.publish_header(said.header, said.body, at=to_ms(AT), wait="verdict", timeout=120)
            assert done.verdict == "admitted", done
    until(lambda: _agree(bus, len(numbers)), "the four trails do not come to the same")


def _agree(bus: Bus, least: int) -> bool:
    found = [digests(bus.running.dsn[agency]) for agency in AGENCIES]
    return found[0]["entries"][0] >= least and all(one == found[0] for one in found)


def run(bus: Bus, release: Path, agency: str) -> None:
    """Start the node and the desk of *agency* from another *release*, and wait until both are well."""
    for program, listens_as in (
        (node.program(bus.home, agency, log=bus._log(node.name(agency))), agency),
        (node.desk_program(bus.home, agency, log=bus._log(node.desk_name(agency))), node.desk_name(agency)),
    ):
        bus._launch(replace(program, env={**program.env, "PYTHONPATH": str(release)}))
        bus._await(program.name, listens_as)


def python(release: Path, *arguments: str, said: str = "") -> str:
    """Run Python with the code of *release*, and return what it prints."""
    done = subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, "PYTHONPATH": str(release)},
        cwd=release,
        input=said,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_two_releases_come_to_the_same_and_the_newer_one_can_be_taken_back(release: Path, tmp_path: Path) -> None:
    """
    All four databases are brought to the next release; two lines run it, two stay behind; then the two go back.

    At each step evidence is published and the four trails are equal in every column. So a migration adds, and takes
    nothing away before no release needs it (docs/howto/operators.md).
    """
    with Bus.start(Home(tmp_path / "bus")) as bus:
        tell(bus, 1, 2)
        for agency in AGENCIES:
            python(release, "-m", "yisong.postgres", "--home", str(bus.home.path), "--agency", agency)
        tell(bus, 3)
        for agency in UPGRADED:
            run(bus, release, agency)
        assert all(_runs_from(bus, release, agency) for agency in UPGRADED)
        tell(bus, 4, 5)
        for agency in UPGRADED:
            bus.start_node(agency)
            bus.start_desk(agency)
        assert not any(_runs_from(bus, release, agency) for agency in AGENCIES)
        tell(bus, 6)

        with psycopg.connect(bus.running.admin_dsn["police"]) as owner:
            assert owner.execute("SELECT count(next), count(*) FROM entries").fetchone() == (0, 6)


def _runs_from(bus: Bus, release: Path, agency: str) -> bool:
    environment = Path(f"/proc/{bus.running.pids[node.name(agency)]}/environ").read_bytes()
    return f"PYTHONPATH={release}".encode() in environment.split(b"\0")


def test_a_release_with_another_schema_has_the_same_law_and_writes_the_new_one_once_it_is_registered(
    release: Path,
) -> None:
    bus = BusProfile(name="demo.example", profile="demo", partitions=12, keys=())
    assert rulebook_hash(release, bus) == rulebook_hash(folder(), bus)
    assert [one.version for one in load_registry(release / "schemas").versions["EvidencePreserved"]] == [1, 2]

    said = evidence_preserved(CASE, 2)
    assert python(release, "-c", WRITES, said=json.dumps([said.header, said.body])).split() == ["1", "2"]
