"""How does one see the statistics, the clocks and what is open as a picture? ``yisong stats --plot FILE``."""

import time
from typing import Any

import typer
from psycopg import Connection

from yisong.errors import NotDrawable
from yisong.ledger import Law
from yisong.plots.asked import Asked, faults
from yisong.plots.picture import Picture
from yisong.plots.reading import Pictures
from yisong.statistics.adding import Vector


def check(asked: Asked, law: Law) -> None:
    """Raise NotDrawable with everything that is wrong with what is *asked*."""
    found = tuple(faults(asked, law.rulebook.catalogue.enums["stat_column"]))
    if found:
        raise NotDrawable("No picture was drawn.", found)


def draw(  # noqa: PLR0913 (of whom, by which law, at which vector or version)
    connection: Connection[Any], asked: Asked, law: Law, *, agency: str, at: Vector | None, frozen: bytes | None
) -> None:
    """
    Write the picture that is *asked* for, and say what it is of.

    Raises NotDrawable where there is nothing in it, or it cannot be written; NotProven, BusUnreachable.
    """
    picture = _made(Pictures(connection, law, agency=agency), asked, at=at, frozen=frozen)
    # Half a second that nobody should wait for who only reads a table.
    from yisong.plots.drawn import written  # noqa: PLC0415

    content = written(picture, "svg" if asked.file.suffix.lower() == ".svg" else "png")
    try:
        asked.file.write_bytes(content)
    except OSError as fault:
        raise NotDrawable("The picture was not written.", [f"{asked.file}: {fault.strerror}"]) from fault
    typer.echo("\n".join((f"{asked.file}: {picture.title}", *picture.caption)))


def _made(pictures: Pictures, asked: Asked, *, at: Vector | None, frozen: bytes | None) -> Picture:
    now = int(time.time() * 1000)
    match asked.kind:
        case "clocks":
            return pictures.clocks(asked.scope, now=now)
        case "ageing":
            return pictures.ageing(asked.scope, now=now)
        case "provinces" if frozen is not None:
            return pictures.frozen(asked.scope, frozen, asked.columns)
        case "provinces":
            return pictures.provinces(asked.scope, asked.columns, at=at)
        case _:
            return pictures.months(asked.scope, asked.columns, at=at)
