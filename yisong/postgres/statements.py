"""Which statements of ``schema.sql`` make a table, with all that belongs to it, and which a view?"""

import re
from functools import cache
from pathlib import Path
from typing import Final, LiteralString, cast

SCHEMA: Final = Path(__file__).with_name("schema.sql")

_COMMENT: Final = re.compile(r"--[^\n]*")
# The body of a function holds semicolons of its own, and a text may.
_STATEMENT: Final = re.compile(r"((?:\$\$.*?\$\$|'[^']*'|[^;'$]|\$(?!\$))+);", re.DOTALL)
_OF_TABLE: Final = re.compile(
    r"(?:CREATE TABLE|ALTER TABLE|CREATE (?:UNIQUE )?INDEX \w+ ON|CREATE TRIGGER \w+ .*? ON) (\w+)", re.DOTALL
)
_VIEW: Final = re.compile(r"CREATE VIEW (\w+)")


@cache
def _statements() -> tuple[LiteralString, ...]:
    text = _COMMENT.sub("", SCHEMA.read_text(encoding="utf-8"))
    # Part of the program, never of its input.
    return tuple(cast("LiteralString", one.strip()) for one in _STATEMENT.findall(text))


@cache
def tables() -> tuple[str, ...]:
    """Name every table of a node's database, in the order in which they are made."""
    return tuple(found[1] for one in _statements() if (found := re.match(r"CREATE TABLE (\w+)", one)))


def making(table: str, *, triggers: bool = True) -> tuple[LiteralString, ...]:
    """Return what makes *table*: its columns, indexes, storage and, unless left out, triggers."""
    found = [one for one in _statements() if (of := _OF_TABLE.match(one)) and of[1] == table]
    return tuple(one for one in found if triggers or not one.startswith("CREATE TRIGGER"))


def views() -> tuple[LiteralString, ...]:
    """Return what makes every view anew in the place of the one that stands, whose rights stay."""
    found = (one for one in _statements() if _VIEW.match(one))
    return tuple(one.replace("CREATE VIEW", "CREATE OR REPLACE VIEW", 1) for one in found)
