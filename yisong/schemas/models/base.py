"""What do all body models have in common? Nothing unknown, nothing converted but instants and days, nothing changed."""

from datetime import date, datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from yisong.schemas.instants import parse_day, parse_instant


class Model(BaseModel):
    """Base of bodies and nested records."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


def _instant(value: object) -> object:
    return parse_instant(value) if isinstance(value, str) else value


def _day(value: object) -> object:
    if isinstance(value, datetime):
        raise ValueError("must be a day, without a time")  # noqa: TRY004 - pydantic collects ValueErrors only
    return parse_day(value) if isinstance(value, str) else value


# One bound a type: where a field had a second one of its own, pydantic would keep only one of them.
Int = Annotated[int, Field(ge=-(2**31), lt=2**31)]
Long = Annotated[int, Field(ge=-(2**63), lt=2**63)]
Fen = Annotated[int, Field(ge=0, lt=2**63)]
Count = Annotated[int, Field(ge=0, lt=2**31)]
Ordinal = Annotated[int, Field(ge=1, lt=2**63)]
Instant = Annotated[AwareDatetime, BeforeValidator(_instant)]
Day = Annotated[date, BeforeValidator(_day)]
