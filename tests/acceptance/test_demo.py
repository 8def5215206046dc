import os
import subprocess
import sys
from pathlib import Path

import pytest


class TestDemo:
    @pytest.mark.timeout(240)
    def test_ends_with_four_equal_trails_and_leaves_nothing_running(self, tmp_path: Path) -> None:
        """From nothing to a bus, a case from clue to judgment, and the line that matters; then all is stopped."""
        done = subprocess.run(
            [sys.executable, "-m", "yisong.cli", "demo"],
            env={**os.environ, "YISONG_HOME": str(tmp_path / "home"), "CI": "true"},
            capture_output=True,
            text=True,
            check=False,
        )

        assert done.returncode == 0, done.stdout + done.stderr
        assert "As expected on all four trails." in done.stdout
        assert "\n4 of 4 trails agree\n" in done.stdout
        assert "案件移送 CriminalReferralSent" in done.stdout
        assert _processes_of(tmp_path) == []


def _processes_of(folder: Path) -> list[str]:
    """Return the command lines that speak of *folder*."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = file.read_bytes().decode(errors="replace")
        except OSError:
            continue
        if str(folder) in words and file.parent.name != str(os.getpid()):
            found.append(words)
    return found
