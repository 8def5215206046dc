"""A bus has its ports from its start on, also those on which it listens much later."""

import subprocess
import sys
from pathlib import Path

from yisong.embedded import ports

TRIES = "from yisong.embedded import ports; print(ports.free({0}) == {0})"


def test_a_port_is_kept_from_every_other_process_until_it_is_let_go() -> None:
    port = ports.free()
    try:
        assert not ports.listening(port)
        assert not _another_process_gets(port)
    finally:
        ports.release([port])

    assert _another_process_gets(port)


def _another_process_gets(port: int) -> bool:
    code = TRIES.format(port)
    done = subprocess.run([sys.executable, "-c", code], cwd=Path.cwd(), capture_output=True, text=True, check=True)
    return done.stdout.strip() == "True"
