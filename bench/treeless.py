"""A trail that grows no trees, beside which `bench.proof` runs the real one. Takes the arguments of services.trail."""

import argparse
import sys
from collections.abc import Sequence
from unittest.mock import patch

from services.trail import workers
from services.trail.__main__ import main
from services.trail.trees import Trees

_command = workers._command  # noqa: SLF001 (its workers must grow no trees either)


def _ours(settings: argparse.Namespace, share: Sequence[int], place: int) -> list[str]:
    return ["bench.treeless" if part == "services.trail" else part for part in _command(settings, share, place)]


if __name__ == "__main__":
    with (
        patch.object(Trees, "build", lambda *_: False),
        patch.object(Trees, "grown", lambda *_: {}),
        patch.object(workers, "_command", _ours),
    ):
        sys.exit(main())
