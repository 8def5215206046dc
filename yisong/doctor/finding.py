"""What does a doctor say?"""

from collections.abc import Iterable
from typing import Final, Literal, NamedTuple

State = Literal["good", "warning", "fault"]

_RANK: Final[dict[State, int]] = {"good": 0, "warning": 1, "fault": 2}


class Finding(NamedTuple):
    """
    What one *check* found at one place (*where*: an agency, a process, a folder).

    *found*: what is there; *means*: what that means; *do*: what to do, commands included. None of them holds anything
    of a case. Of what is good only *found* is said.
    """

    check: str
    where: str
    state: State
    found: str
    means: str = ""
    do: str = ""


def good(check: str, where: str, found: str) -> Finding:
    """Return that all is well."""
    return Finding(check, where, "good", found)


def warning(check: str, where: str, found: str, means: str, do: str) -> Finding:
    """Return what should be looked at in daylight."""
    return Finding(check, where, "warning", found, means, do)


def fault(check: str, where: str, found: str, means: str, do: str) -> Finding:
    """Return what must be put right now."""
    return Finding(check, where, "fault", found, means, do)


def worst(findings: Iterable[Finding]) -> int:
    """Return 0 where all is good, 1 where something should be looked at, 2 where something is at fault."""
    return max((_RANK[one.state] for one in findings), default=0)
