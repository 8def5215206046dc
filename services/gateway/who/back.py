"""Where does somebody go on who has logged in? To where he wanted to go, and never to strangers."""

import re
from typing import Final

from services.gateway.who.refusals import LOGIN

_NEXT: Final = re.compile(r"/(?![/\\])[!-\[\]-~]*", re.ASCII)
_LONGEST: Final = 1_000


def inside(path: str) -> str:
    """Return *path* where it is one of this gateway's pages, else its first page."""
    ours = len(path) <= _LONGEST and _NEXT.fullmatch(path) is not None
    return path if ours and path.partition("?")[0] not in {LOGIN, "/logout"} else "/"
