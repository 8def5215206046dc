"""Does a gateway keep what its OpenAPI document promises, whatever is sent? Schemathesis asks; on a bus of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gateways import token
from yisong.embedded import Bus
from yisong.home import Home

SECONDS = 300 if os.environ.get("YISONG_SOAK") else 60
ENDLESS = "/v1/inbox/stream"
"""It sends events for five minutes; everything else about it is like `/v1/inbox`."""

pytestmark = pytest.mark.timeout(7200 if os.environ.get("YISONG_SOAK") else 900)


@pytest.fixture(scope="module")
def bus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bus]:
    """Give a bus whose log nobody else reads: what is sent here is admitted, too."""
    with Bus.start(Home(tmp_path_factory.mktemp("bus"))) as bus:
        yield bus


def test_no_5xx_and_no_answer_that_the_document_does_not_name(
    bus: Bus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Every status, media type, header and schema of an answer is documented, and what breaks the document is refused.

    What is not asked is whether all that fits the document is accepted: which events are legal, it cannot say.
    """
    monkeypatch.setenv("YISONG_HOME", str(bus.home.path))
    address = bus.start_gateway("copyright")
    secret = token("copyright", "V9801")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run", f"{address}/openapi.json"),
            *("--header", f"Authorization: Bearer {secret}", "--exclude-path", ENDLESS),
            *("--checks", "all", "--exclude-checks", "not_a_server_error,positive_data_acceptance"),
            *("--max-time", str(SECONDS), "--request-timeout", "120", "--rate-limit", "50/s"),
            *("--continue-on-failure", "--no-color", "--generation-database", "none"),
        ],
        cwd=tmp_path,
        env={**os.environ, "SCHEMATHESIS_HOOKS": "tests.faults.never_at_fault", "PYTHONPATH": str(Path.cwd())},
        capture_output=True,
        text=True,
        timeout=SECONDS + 600,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]
    assert "Test cases:" in done.stdout, done.stdout
    assert '"level":"ERROR"' not in (bus.home.logs / "gateway-copyright.log").read_text(encoding="utf-8")
