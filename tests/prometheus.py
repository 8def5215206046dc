"""How do tests watch a bus with Debian's own Prometheus?"""

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import isnan
from pathlib import Path
from time import time_ns
from typing import Any, Final, NamedTuple

import httpx
import pytest
import yaml

from services.trail.expiry import calendar_days
from tests.unit.ledger.story import law
from tests.waiting import until
from yisong.embedded import node, ports
from yisong.embedded.targets import FILE
from yisong.home import AGENCIES, Home

CONFIG: Final = Path("deploy/prometheus")
RULES: Final = (CONFIG / "rules/recording.yml", CONFIG / "rules/alerts.yml")
PROMETHEUS, PROMTOOL = Path("/usr/bin/prometheus"), Path("/usr/bin/promtool")

#: By how much rules are hurried. Heartbeats are said once a minute at most: 90 s without one is a short silence.
_WINDOWS: Final = {"5m": "30s", "10m": "1m", "30m": "90s", "1h": "2m", "6h": "4m", "1d": "2m"}
_CALENDAR_DAYS: Final = 15
_TOO_LONG: Final = {"120": "30", "300": "90", "600": "60"}


class Prometheus(NamedTuple):
    """A Prometheus that runs, at *address*."""

    address: str

    def ask(self, expression: str) -> list[dict[str, Any]]:
        """Return the series that *expression* has now; fail where Prometheus does not understand it."""
        got = httpx.get(f"{self.address}/api/v1/query", params={"query": expression}, timeout=60).json()
        assert got["status"] == "success", f"{expression}: {got.get('error')}"
        result: list[dict[str, Any]] = got["data"]["result"]
        return result

    def has_data(self, expression: str) -> bool:
        """Hold where *expression* has a number."""
        return any(not isnan(float(one["value"][1])) for one in self.ask(expression))

    def targets(self) -> Mapping[str, str]:
        """Return the health of each process that it scrapes."""
        got = self._got("targets")["activeTargets"]
        return {one["labels"]["process"]: one["health"] for one in got}

    def rules(self) -> list[dict[str, Any]]:
        """Return all rules, with their health."""
        return [rule for group in self._got("rules")["groups"] for rule in group["rules"]]

    def firing(self) -> frozenset[tuple[str, str]]:
        """Return which alerts fire, each with its process or agency."""
        alerts = [one for one in self._got("alerts")["alerts"] if one["state"] == "firing"]
        labels = [one["labels"] for one in alerts]
        return frozenset((one["alertname"], one.get("process") or one.get("agency", "")) for one in labels)

    def fires(self, alert: str, **labels: str) -> bool:
        """Hold where *alert* fires with these *labels*, whatever others it has."""
        found = (one["labels"] for one in self._got("alerts")["alerts"] if one["state"] == "firing")
        return any({"alertname": alert, **labels}.items() <= one.items() for one in found)

    def _got(self, what: str) -> Any:
        return httpx.get(f"{self.address}/api/v1/{what}", timeout=60).json()["data"]


def of_its_calendar() -> frozenset[tuple[str, str]]:
    """Return what fires on a bus that is well, from 18 December until the holidays of next year are in its calendar."""
    if calendar_days(law(), now=time_ns() // 1_000_000) > _CALENDAR_DAYS:
        return frozenset()
    return frozenset(("YisongCalendarEnding", node.name(agency)) for agency in AGENCIES)


@contextmanager
def watching(home: Home, folder: Path, *, hurried: bool, every: str = "2s") -> Iterator[Prometheus]:
    """
    Watch the bus of *home* by the files of deploy/prometheus, with new samples *every* so often.

    *hurried*: alerts wait a second for each minute, look back over seconds, and find a minute's silence long enough, so
    that a test has not to.
    """
    if not PROMETHEUS.exists():
        pytest.fail(f"These tests watch a bus with {PROMETHEUS}: apt-get install prometheus", pytrace=False)
    _configure(home, folder, hurried=hurried, every=every)
    port = ports.free()
    command = [str(PROMETHEUS), "--config.file=prometheus.yml", f"--web.listen-address={ports.LOOPBACK}:{port}"]
    command += ["--storage.tsdb.path=data", "--log.level=warn"]
    with (folder / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        found = Prometheus(f"http://{ports.LOOPBACK}:{port}")
        until(lambda: _ready(found), f"Prometheus did not start; see {folder}/prometheus.log")
        yield found
    finally:
        process.terminate()
        process.wait(60)


def _configure(home: Home, folder: Path, *, hurried: bool, every: str) -> None:
    config = yaml.safe_load((CONFIG / "prometheus.yml").read_text())
    config["global"] = {"scrape_interval": every, "evaluation_interval": every}
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
    (folder / "targets").mkdir()
    (folder / "targets/bus.json").symlink_to(home.path / FILE)
    shutil.copytree(CONFIG / "rules", folder / "rules")
    if hurried:
        for file in (folder / "rules").iterdir():
            file.write_text(_in_a_hurry(file.read_text()))


def _in_a_hurry(rules: str) -> str:
    """Return *rules* that come to the same, sooner: what they wait, how far they look back, what they find too long."""
    text = re.sub(r"for: (\d+)m", r"for: \1s", rules).replace("for: 1h", "for: 1m")
    text = re.sub(r"\[(\d+[mhd])\]", lambda found: f"[{_WINDOWS[found[1]]}]", text)
    return re.sub(r"> (120|300|600)\b", lambda found: f"> {_TOO_LONG[found[1]]}", text)


def _ready(prometheus: Prometheus) -> bool:
    try:
        return httpx.get(f"{prometheus.address}/-/ready", timeout=10).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False
