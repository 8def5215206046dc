"""
Do the alerts fire whose cause is time itself: a calendar that ends soon, and a broker whose clock is wrong?

On a production bus, because the log of no other has the broker's time, and the law of no other changes. It runs a
release like ours, but with a calendar that is over, and with seconds in place of the ten minutes that a version waits.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import time
from typing import Final

import pytest

from tests.faults.test_causes import until_fires, until_over
from tests.prometheus import Prometheus, watching
from tests.waiting import until
from yisong.contract import folder as contract
from yisong.embedded import Bus, broker
from yisong.home import AGENCIES, Home
from yisong.publishing.instants import to_text

pytestmark = [
    pytest.mark.timeout(3600),
    pytest.mark.skipif(not os.environ.get("YISONG_SOAK"), reason="takes ten minutes; make soak"),
]
AHEAD: Final = "+3s"
LEAD_SECONDS: Final = 30
THIS_YEAR: Final = int(to_text(round(time() * 1000))[:4])
_ROW: Final = """\
  {year}:
    known_from: {before}-11-01
    tag: G
    holidays: [{year}-01-01]
    workdays: []
"""
_LIBRARIES: Final = "**/faketime/libfaketimeMT.so.1"


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a release that does not know the holidays of this year yet."""
    path = tmp_path_factory.mktemp("release")
    for name in ("yisong", "services", "schemas", "rulebook"):
        shutil.copytree(contract() / name, path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(contract() / "topics.yaml", path)
    calendar = path / "rulebook/calendar.yaml"
    years, amendments = calendar.read_text(encoding="utf-8").split("\namendments:")
    known, _, _ = years.partition(f"\n  {THIS_YEAR}:")
    calendar.write_text(f"{known}\n\namendments:{amendments}", encoding="utf-8")
    succession = path / "yisong/rulebook/succession.py"
    text = succession.read_text(encoding="utf-8")
    assert text.count("LEAD: Final = 600_000") == 1
    succession.write_text(text.replace("600_000", f"{LEAD_SECONDS}_000"), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def bus(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bus]:
    """Give a production bus of that release; each of its nodes says a heartbeat once a minute."""
    home = Home(tmp_path_factory.mktemp("bus"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(release))
        patch.setenv("YISONG_HOME", str(home.path))
        with Bus.start(home, profile="production", heartbeats=True) as bus:
            yield bus


@pytest.fixture(scope="module")
def prometheus(bus: Bus, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    with watching(bus.home, tmp_path_factory.mktemp("prometheus"), hurried=True) as prometheus:
        yield prometheus


def yisong(release: Path, *arguments: str) -> str:
    """Run a command of that release, and return what it prints."""
    argv = [sys.executable, "-m", "yisong.cli", *arguments]
    done = subprocess.run(argv, cwd=release, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_calendar_that_is_over_is_said_until_a_version_has_the_next_years(
    prometheus: Prometheus, release: Path, tmp_path: Path
) -> None:
    for agency in AGENCIES:
        until_fires(prometheus, "YisongCalendarEnding", agency=agency)

    yisong(release, "rulebook", "show", "--to", str(tmp_path))
    calendar = tmp_path / "rulebook/calendar.yaml"
    years, amendments = calendar.read_text(encoding="utf-8").split("\namendments:")
    rows = "".join(_ROW.format(year=year, before=year - 1) for year in (THIS_YEAR, THIS_YEAR + 1))
    calendar.write_text(f"{years}{rows}\namendments:{amendments}", encoding="utf-8")
    proposal, since = tmp_path / "next.json", to_text(round((time() + 3 * LEAD_SECONDS) * 1000))
    yisong(release, "rulebook", "propose", str(tmp_path), "--from", since, "--output", str(proposal))
    for node in AGENCIES[:3]:
        said = yisong(release, "rulebook", "sign", str(proposal), "--node", node)
    assert "published" in said
    until_over(prometheus, "YisongCalendarEnding")


def test_a_broker_whose_clock_is_ahead_is_said_by_every_node(prometheus: Prometheus, bus: Bus) -> None:
    """The broker is started with a clock that is three seconds ahead; then with the right one."""
    _start_broker(bus, ahead=AHEAD)
    for agency in AGENCIES:
        until_fires(prometheus, "YisongBrokerClock", agency=agency)

    bus.kill_broker()
    bus.start_broker()
    until_over(prometheus, "YisongBrokerClock")


def _start_broker(bus: Bus, *, ahead: str) -> None:
    found = next(Path("/usr/lib").glob(_LIBRARIES), None)
    if found is None:
        pytest.fail("This test gives a broker another clock: apt-get install libfaketime", pytrace=False)
    bus.kill_broker()
    right = broker.program(bus._broker_properties(), classpath=bus._classpath, log=bus._log(broker.NAME))
    clock = {"LD_PRELOAD": str(found), "FAKETIME": ahead, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    bus._launch(replace(right, env={**right.env, **clock}))
    until(lambda: broker.answers(bus._as_admin()), "the broker does not come", seconds=300)
