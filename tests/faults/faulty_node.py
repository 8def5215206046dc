"""A node of the police with a fault in its release: it takes no signature in the case that a file names for valid."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from services.trail import __main__, handle
from yisong.envelope.open import Opened
from yisong.ledger import Docket, Entry, Law, fold

REFUSES: Final = "takes-no-signature-in"
"""The file in the home that names the case."""


def main() -> int:
    """Run the node as it is run else, and judge otherwise."""
    home = Path(sys.argv[sys.argv.index("--home") + 1])
    case = (home / REFUSES).read_text(encoding="utf-8")

    def judged(
        docket: Docket | None, opened: Opened, law: Law, memory: Mapping[Any, Any]
    ) -> tuple[Docket | None, Entry]:
        if opened.key == case.encode():
            opened = opened._replace(valid=tuple(False for _ in opened.valid))
        return fold(docket, opened, law, memory)

    setattr(handle, "fold", judged)  # noqa: B010 (it is not the module's own)
    return __main__.main()


if __name__ == "__main__":
    sys.exit(main())
