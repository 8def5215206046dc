"""Which named SQL statements are there?"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import LiteralString, cast

_NAMED = re.compile(r"^-- ([a-z_]+) --$", re.MULTILINE)


@cache
def queries(file: Path) -> Mapping[str, LiteralString]:
    """
    Read a file of statements, each under a line ``-- its_name --``.

    The texts are part of the program, never of its input, hence `LiteralString`.
    """
    _, *parts = _NAMED.split(file.read_text(encoding="utf-8"))
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return {name: cast("LiteralString", text.strip().removesuffix(";")) for name, text in pairs}
