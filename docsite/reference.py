"""
Which pages of the site does nobody write? Those that the contract writes, each time the site is built.

They are not committed: what they say lies in the repository already, as data and types, and a copy of it could only
grow old. `pages` is pure, so a test reads them without building the site.
"""

from collections.abc import Callable, Mapping
from typing import Final

from docsite import api, bus, commands, law
from services.gateway.app import document
from yisong.contract import folder
from yisong.kafka.declared import topics_file
from yisong.rulebook.catalogue import read_catalogue
from yisong.rulebook.lifecycles import lifecycles, read_lifecycles
from yisong.rulebook.model import Lifecycles
from yisong.rulebook.reasons import read_reasons
from yisong.rulebook.timers import read_timers, timers

FOLDER: Final = "docs/reference"


def known_lifecycles() -> Lifecycles:
    """Return the lifecycles of the contract."""
    return lifecycles(read_lifecycles(folder() / "rulebook"))


_BOOK: Final = folder() / "rulebook"
_MADE: Final[Mapping[str, Callable[[], str]]] = {
    "events": lambda: law.events(read_catalogue(_BOOK), known_lifecycles()),
    "records": lambda: law.records(read_catalogue(_BOOK)),
    "timers": lambda: law.timers(timers(read_timers(_BOOK)), known_lifecycles()),
    "reasons": lambda: law.reasons(read_reasons(_BOOK)),
    "topics": lambda: bus.topics(topics_file()),
    "metrics": bus.metrics,
    "commands": commands.page,
    "api": lambda: api.page(document()),
}

NAMES: Final = tuple(f"{FOLDER}/{name}.md" for name in _MADE)
"""Where each page stands among those of the repository: a page may link to it as if it lay there."""


def pages() -> dict[str, str]:
    """Return every page by its path, as Markdown."""
    return {f"{FOLDER}/{name}.md": make() for name, make in _MADE.items()}
