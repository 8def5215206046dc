"""Outside an embedded bus a service finds its broker and database by the line.yaml of its home, and nothing else."""

import shutil
import subprocess
import sys
from pathlib import Path
from signal import SIGTERM
from urllib.parse import unquote, urlsplit

import httpx
import pytest
import yaml

from tests.waiting import until
from yisong.embedded import Bus, ports
from yisong.home import Home
from yisong.line_settings import NAME

AGENCY = "miit"


@pytest.fixture
def line(bus: Bus, tmp_path: Path) -> Path:
    """Give a home of one line alone: what the bus is, its keys, a line.yaml and two passwords."""
    shutil.copy(bus.home.bus_file, tmp_path)
    shutil.copytree(bus.home.keys, tmp_path / "keys")
    service, owner = urlsplit(bus.running.dsn[AGENCY]), urlsplit(bus.running.admin_dsn[AGENCY])
    for name, url in (("database.password", service), ("owner.password", owner)):
        (tmp_path / name).write_text(unquote(url.password or ""))
        (tmp_path / name).chmod(0o600)
    database = {"host": service.hostname, "port": service.port, "name": service.path[1:], "role": service.username}
    gateway = ports.free()
    metrics = ports.free()
    row = {
        "version": 1,
        "agency": AGENCY,
        "kafka": str(bus.running.bootstrap),
        "database": {
            **database,
            "password_file": "database.password",
            "owner": {"role": owner.username, "password_file": "owner.password"},
        },
        "ports": {"gateway": gateway, "gateway_metrics": metrics},
    }
    (tmp_path / NAME).write_text(yaml.safe_dump(row), "utf-8")
    return tmp_path


def _command(module: str, home: Path, agency: str = AGENCY) -> list[str]:
    return [sys.executable, "-m", module, "--home", str(home), "--agency", agency]


def test_a_gateway_stands_on_its_line_alone(line: Path) -> None:
    """The database is brought up to date by its owner; then the gateway answers, and says how it is."""
    done = subprocess.run(_command("yisong.postgres", line), capture_output=True, text=True, timeout=240, check=False)
    assert (done.returncode, "it lacked nothing" in done.stderr) == (0, True), done.stderr

    running = Home(line).need_running()
    address, metrics = running.gateways[AGENCY], running.gateway_metrics[AGENCY]
    with subprocess.Popen(_command("services.gateway", line), stderr=subprocess.PIPE, text=True) as gateway:
        try:
            until(lambda: _answers(gateway, address, "/readyz"))
            assert httpx.get(f"http://127.0.0.1:{address}/readyz").json()["agency"] == AGENCY
            assert f'agency="{AGENCY}"' in httpx.get(f"http://127.0.0.1:{metrics}/metrics").text
        finally:
            gateway.terminate()
            gateway.communicate(timeout=60)
    assert gateway.returncode in (0, -SIGTERM)  # its server ends by the signal, once all is answered


def test_a_service_of_another_line_or_with_a_broken_file_does_not_start(line: Path) -> None:
    for module in ("services.gateway", "services.trail", "yisong.postgres"):
        done = subprocess.run(
            _command(module, line, "police"), capture_output=True, text=True, timeout=240, check=False
        )
        assert (done.returncode, "is of police" in done.stderr) == (2, True), done.stderr
    (line / NAME).write_text("version: 1\nagency: miit\nkafka: nowhere\n", "utf-8")
    done = subprocess.run(_command("services.clocks", line), capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 2
    assert "line.yaml:3: kafka" in done.stderr
    assert "database: missing" in done.stderr
    assert "Traceback" not in done.stderr


def _answers(process: subprocess.Popen[str], port: int, path: str) -> bool:
    assert process.poll() is None, process.communicate()[1]
    try:
        return httpx.get(f"http://127.0.0.1:{port}{path}", timeout=5).status_code == 200
    except httpx.HTTPError:
        return False
