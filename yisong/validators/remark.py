"""What can be said against an identifier, and does it weigh enough to hold an event back?"""

from typing import Literal, NamedTuple


class Remark(NamedTuple):
    """
    One thing that is wrong with a value, which is never repeated in it.

    *weight*: ``warn`` is told and sent all the same; ``refuse`` does not travel on this bus.
    """

    weight: Literal["warn", "refuse"]
    what: str


def warn(what: str) -> Remark:
    """Say *what* is wrong; the event may be sent."""
    return Remark("warn", what)


def refuse(what: str) -> Remark:
    """Say *what* does not travel on this bus."""
    return Remark("refuse", what)
