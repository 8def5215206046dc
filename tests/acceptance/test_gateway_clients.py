"""Do the example clients do what they say? Run as they stand, against a real gateway, with a real token."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.commands import run
from tests.gateways import Gateway, token

CLIENTS = Path(__file__).parents[2] / "examples" / "clients"
COMMANDS: Mapping[str, Callable[[str, str], list[str]]] = {
    "publish.py": lambda address, receipt: [
        *(sys.executable, "publish.py", "--gateway", address, "--organ", "V9801", "--region", "980100"),
        *("--receipt", receipt),
    ],
    "publish.sh": lambda address, receipt: ["bash", "publish.sh", address, "V9801", "980100", receipt],
}


@pytest.mark.parametrize("client", COMMANDS)
@pytest.mark.timeout(900)
def test_a_client_publishes_reads_its_inbox_and_takes_a_receipt_away(
    gateway: Gateway, client: str, tmp_path: Path
) -> None:
    """The receipt verifies with no network, and is that of the event that the client published."""
    secret = token("copyright", "V9801", "publish", "read", system=f"example-{client.replace('.', '-')}")
    receipt = tmp_path / "receipt.txt"
    done = subprocess.run(
        COMMANDS[client](gateway.address, str(receipt)),
        cwd=CLIENTS,
        env={**os.environ, "YISONG_TOKEN": secret},
        capture_output=True,
        text=True,
        timeout=800,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    published = next(line for line in done.stdout.splitlines() if line.startswith("published: "))
    event_id = published.split()[1]
    assert published.endswith(": admitted")
    assert secret not in done.stdout + done.stderr
    assert event_id in run("verify", str(receipt))


def test_a_client_that_is_refused_shows_every_fault_and_ends(gateway: Gateway, tmp_path: Path) -> None:
    """The problem document comes through as it is."""
    secret = token("copyright", "V9801", "read", system="example-reader")
    for client, command in COMMANDS.items():
        done = subprocess.run(
            command(gateway.address, str(tmp_path / "none")),
            cwd=CLIENTS,
            env={**os.environ, "YISONG_TOKEN": secret},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode != 0, client
        assert "urn:yisong:problem:not-allowed" in done.stdout + done.stderr, client
    assert not (tmp_path / "none").exists()
