"""A line's own settings: where its broker and database are, every fault with its line, and no secret told."""

import os
from pathlib import Path

import pytest

from yisong.errors import WiringFault
from yisong.home import Home
from yisong.line_settings import NAME

GOOD = """\
version: 1
agency: police
kafka: kafka-1.bus.example:9093
listen: 0.0.0.0
database:
  host: postgres.police.example
  name: yisong_police
  role: trail_police
  password_file: database.password
  ca_file: database.pem
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Give the home of a line of a secured bus; its line.yaml is missing."""
    (tmp_path / "tls").mkdir()
    for name in ("tls/ca.pem", "database.pem"):
        (tmp_path / name).write_text("a certificate")
    for name in ("database.password", "owner.password"):
        (tmp_path / name).write_text("geheim/3\n")
        (tmp_path / name).chmod(0o600)
    return tmp_path


def _faults(home: Path, text: str) -> str:
    (home / NAME).write_text(text, "utf-8")
    with pytest.raises(WiringFault, match="othing was started") as caught:
        Home(home).need_running("trail-police")
    assert "geheim" not in str(caught.value)
    return str(caught.value)


def test_a_line_finds_its_broker_its_database_and_its_ports(home: Path) -> None:
    (home / NAME).write_text(f"{GOOD}  owner: {{role: yisong, password_file: owner.password}}\n", "utf-8")
    running = Home(home).running()

    assert running is not None
    assert (running.bootstrap, running.listen) == ("kafka-1.bus.example:9093", "0.0.0.0")  # noqa: S104 (what it says)
    assert running.dsn["police"] == (
        "postgresql://trail_police:geheim%2F3@postgres.police.example:5432/yisong_police"
        f"?sslmode=verify-full&sslrootcert={str(home / 'database.pem').replace('/', '%2F')}"
    )
    assert running.admin_dsn["police"].startswith("postgresql://yisong:")
    assert (running.metrics["police"], running.gateways["police"], running.clocks) == (8001, 8080, 8003)


def test_every_fault_of_the_file_is_named_with_its_line(home: Path) -> None:
    text = GOOD.replace("agency: police", "agency: customs").replace("  name:", "  port: 70000\n  nme:")
    said = _faults(home, text)

    assert "line.yaml:2: agency: " in said
    assert "line.yaml:7: database.port: " in said
    assert "line.yaml:8: database.nme: unknown key" in said
    assert "line.yaml:5: database.name: missing" in said


def test_a_key_that_stands_twice_and_a_file_that_is_no_yaml_are_faults(home: Path) -> None:
    assert "the key 'kafka' stands twice" in _faults(home, f"{GOOD}kafka: other:9093\n")
    assert "line 2" in _faults(home, "version: 1\n\tagency")


def test_secrets_do_not_travel_in_clear_unless_that_is_said(home: Path) -> None:
    (home / "tls" / "ca.pem").unlink()
    plain = GOOD.replace("  ca_file: database.pem\n", "")
    said = _faults(home, plain)

    assert "line.yaml:3: kafka: is another machine" in said
    assert "line.yaml:6: database.host: is another machine" in said
    said = _faults(home, f"{plain}unencrypted: [database]\n")
    assert ("line.yaml:3: kafka" in said, "database.host" in said) == (True, False)
    (home / NAME).write_text(f"{plain}unencrypted: [kafka, database]\n", "utf-8")
    assert Home(home).running() is not None


def test_a_file_that_is_named_is_there_and_nobody_else_reads_a_password(home: Path) -> None:
    assert "line.yaml:10: database.ca_file: there is no file other.pem" in _faults(
        home, GOOD.replace("database.pem", "other.pem")
    )
    (home / "database.password").chmod(0o644)
    assert "its mode is 0644" in _faults(home, GOOD)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can hand over a file of root's")
def test_a_password_may_be_handed_over_as_root_s_file_that_the_group_reads(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So does Kubernetes; readable for everybody it is a fault all the same, and so it is where we are root."""
    (home / NAME).write_text(GOOD, "utf-8")
    (home / "database.password").chmod(0o440)
    with pytest.raises(WiringFault, match="its mode is 0440"):
        Home(home).running()

    monkeypatch.setattr(os, "geteuid", lambda: 10001)
    assert Home(home).running() is not None
    (home / "database.password").chmod(0o444)
    with pytest.raises(WiringFault, match="its mode is 0444"):
        Home(home).running()


def test_nothing_of_another_line_is_started_from_it(home: Path) -> None:
    (home / NAME).write_text(GOOD, "utf-8")
    running = Home(home).running()
    assert running is not None

    with pytest.raises(WiringFault, match=r"is of copyright, and line\.yaml of this home speaks of police"):
        running.dsn["copyright"]
    with pytest.raises(WiringFault, match=r"database\.owner"):
        running.admin_dsn["police"]
