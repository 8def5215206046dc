"""What do the API and the console show of registers and exports? The same, made for the eyes of one organ."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from fastapi import Request

from services.gateway.api.cases import now_ms
from services.gateway.api.deriving import Asked, Deriving, Made, note
from services.gateway.world import state_of, world_of
from yisong.audit.readings import Reader
from yisong.registers.catalogue import KINDS, register
from yisong.registers.credit import credit
from yisong.registers.exports import EVENT_TYPES, Export
from yisong.registers.rows import Register, Row
from yisong.registers.said import day


def register_for(request: Request, name: str, *, organ: str, at: int | None) -> Made[Register]:
    """
    Return the register *name* as *organ* may read it, as known at and as of *at* (ms; None: now).

    Raises KeyError where there is no such register, and what `Deriving.made` raises.
    """
    kind, agency, moment = KINDS[name], world_of(request).agency, now_ms() if at is None else at
    asked = Asked(what=name, event_types=kind.event_types, organ=organ, at=at, day=day(moment))
    made = _deriving(request).made(asked, lambda known: register(name, known, agency=agency, as_of=moment))
    return replace(made, value=replace(made.value, as_of=moment))


def credit_for(request: Request, *, organ: str, at: int | None) -> Made[Export]:
    """Return the credit export as *organ* may make it, as known at *at* (ms; None: now). Raises as above."""
    rulebook = world_of(request).law.rulebook
    asked = Asked(what="credit export", event_types=EVENT_TYPES, organ=organ, at=at, day="")
    return _deriving(request).made(asked, lambda known: credit(known, rulebook))


def write_down(request: Request, reader: Reader, purpose: str, rows: Iterable[Row], made: Made[Any]) -> None:
    """Write down that *reader* was shown *rows*: the events that they came from and whose bodies were opened."""
    shown = {source.event for row in rows for source in row.sources} & made.read
    with world_of(request).connection() as connection:
        note(connection, reader, purpose, shown)


def _deriving(request: Request) -> Deriving:
    return state_of(request, "deriving", Deriving)
