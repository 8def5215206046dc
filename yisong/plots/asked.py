"""May a picture be drawn as somebody asks for it? Every fault of it at once."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final, Literal, NamedTuple

from yisong.statistics.rules import FILED_ONLY
from yisong.statistics.scope import Scope

Kind = Literal["months", "provinces", "clocks", "ageing"]
ENDINGS: Final = (".png", ".svg")
OF_THE_TRAIL: Final = ("clocks", "ageing")
"""The kinds that are of the trail as it stands; the others have the figures of the statistics, at any vector."""

MOST_MONTHS: Final = 60
_SHAPE_OF_A_MONTH: Final = len("2016-08")


class Asked(NamedTuple):
    """
    What is asked for: which *kind* of picture (None: the `usual`), written to which *file*, of what.

    *columns*: empty for the usual ones. *version*: of a frozen one. *at_vector*: at another vector than the newest.
    *besides*: options given that mean nothing to a picture. *wrong*: what is known to be wrong already, with the scope
    among it, which is empty then.
    """

    kind: Kind | None
    file: Path
    scope: Scope
    columns: tuple[str, ...] = ()
    version: int | None = None
    at_vector: bool = False
    besides: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()


def usual(scope: Scope, *, frozen: bool = False) -> Kind:
    """Return what is drawn of *scope* where nobody says: its months; of one month, or what is frozen, its provinces."""
    return "provinces" if frozen or _is_month(scope) else "months"


def faults(asked: Asked, columns: Collection[str]) -> Iterator[str]:
    """Yield everything that is wrong with what is *asked*, one sentence each; *columns*: those that there are."""
    if asked.file.suffix.lower() not in ENDINGS:
        yield f"{asked.file.name} ends neither in .png nor in .svg, and the ending says what is written"
    if not asked.file.parent.is_dir():
        yield f"there is no folder {asked.file.parent} to write it to"
    yield from asked.wrong
    yield from _of_scope(asked)
    yield from _of_columns(asked, columns)
    if asked.kind == "months" and asked.version is not None:
        yield "a frozen version has no months; --plot-of provinces draws it, or --vector its months"
    if asked.kind == "provinces" and asked.version is not None and asked.at_vector:
        yield "a frozen version is drawn as it is: --version or --vector, not both"
    if asked.kind in OF_THE_TRAIL and (asked.version is not None or asked.at_vector):
        yield f"{asked.kind} are those of the trail as it stands: there are none of a --version or --vector"
    for option in asked.besides:
        yield f"{option} says nothing of a picture; leave it out, or leave out --plot"


def _of_scope(asked: Asked) -> Iterator[str]:
    if asked.kind == "months" and _is_month(asked.scope):
        yield "a month has no months to compare; name a --quarter, --half, --year or --campaign"
    if asked.kind not in OF_THE_TRAIL and not asked.scope.name and not asked.wrong:
        yield f"nothing says of what the {asked.kind} are: --month, --quarter, --half, --year or --campaign"
    if asked.version is not None and asked.scope.period is not None and len(asked.scope.period) == len("2016"):
        yield "of a year nothing is frozen, so that it has no --version"


def _of_columns(asked: Asked, columns: Collection[str]) -> Iterator[str]:
    if asked.kind in OF_THE_TRAIL and asked.columns:
        yield f"--column says nothing of {asked.kind}"
        return
    for column in dict.fromkeys(asked.columns):
        if column not in columns:
            yield f"{column} is no column of the form; `yisong stats` lists them"
        elif column in FILED_ONLY:
            yield f"no event carries {column}: it is only filed, and there is nothing derived to draw"


def _is_month(scope: Scope) -> bool:
    period = scope.period or ""
    return len(period) == _SHAPE_OF_A_MONTH and period[5:].isdigit()
