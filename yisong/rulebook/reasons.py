"""What does ``reasons.yaml`` say: why may an event be refused, and how far ahead may its instants lie?"""

from datetime import date
from typing import Literal

from pydantic import Field

from yisong.rulebook.days import DAY, day_start
from yisong.rulebook.model import Reason, Reasons
from yisong.rulebook.yaml_file import Folder, Shape, read_in


class StepShape(Shape):
    """One step of the checks."""

    step: int
    checks: str


class Tolerance(Shape):
    """A span of time; exactly one unit."""

    minutes: int = Field(default=0, ge=0)
    days: int = Field(default=0, ge=0)


class SealingShape(Shape):
    """Which bodies must be sealed, and from when."""

    pii_levels: list[Literal["P0", "P1", "P2", "P3"]]
    from_: date = Field(alias="from")


class ReasonShape(Shape):
    """One refusal code."""

    step: int
    zh: str
    en: str


class ReasonsFile(Shape):
    """The whole file."""

    version: Literal[1]
    steps: list[StepShape]
    header_field_reasons: dict[str, str]
    future_tolerance: dict[Literal["occurred_at", "decided_at", "served_at"], Tolerance]
    sealing_required: SealingShape
    reasons: dict[str, ReasonShape]


def read_reasons(folder: Folder) -> ReasonsFile:
    """Return reasons.yaml of *folder*; raise ContractFault where its shape is wrong."""
    return read_in(folder, "reasons.yaml", ReasonsFile)


def reasons(file: ReasonsFile) -> Reasons:
    """Return the refusal codes as a value; *file* is taken to be free of faults."""
    fields = dict(file.header_field_reasons)
    return Reasons(
        codes={
            code: Reason(code=code, step=shape.step, zh=shape.zh, en=shape.en) for code, shape in file.reasons.items()
        },
        default_field_reason=fields.pop("default"),
        field_reasons=fields,
        future_tolerance={
            field: span.days * DAY + span.minutes * 60_000 for field, span in file.future_tolerance.items()
        },
        sealed_levels=frozenset(file.sealing_required.pii_levels),
        sealed_from=day_start(file.sealing_required.from_),
    )
