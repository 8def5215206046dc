"""What is wrong with a body before it is sent? Every fault at once, and never a value."""

import re
from collections.abc import Mapping

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from yisong.schemas.conditions import condition_faults

_PLAIN_NAME = re.compile(r"[A-Za-z0-9_]{1,60}", re.ASCII)


def body_faults(event_type: str, body: Mapping[str, object], *, variant: str | None) -> tuple[str, ...]:
    """
    Return one sentence per fault of *body*: where it lies and what is wrong there.

    *body* is as JSON has it. Shape and limits come from the model of *event_type*, conditions from *variant*.
    """
    from yisong.schemas.models.bodies import BODY_MODELS  # noqa: PLC0415 - 55 models, needed only by who publishes

    model = BODY_MODELS.get(event_type)
    if model is None:
        return (f"event_type: there is no {event_type!r}",)
    faults: list[str] = []
    try:
        model.model_validate(dict(body))
    except ValidationError as error:
        faults += [_sentence(detail) for detail in error.errors(include_input=False, include_url=False)]
    faults += [f"body.{field}: {what}" for field, what in condition_faults(event_type, body, variant=variant)]
    return tuple(dict.fromkeys(faults))


def _sentence(detail: ErrorDetails) -> str:
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{_shown(step)}" for step in detail["loc"])
    match detail["type"]:
        case "missing":
            what = "is missing"
        case "extra_forbidden":
            what = "there is no such field"
        case "literal_error":
            what = "must be one of the values of its enumeration"
        case "value_error":
            what = detail["msg"].removeprefix("Value error, ")
        case _:
            what = detail["msg"]
    return f"body{path}: {what}"


def _shown(name: str) -> str:
    """Return *name*, unless it is none: a value in the place of a name is not repeated."""
    return name if _PLAIN_NAME.fullmatch(name) else "(a name that is none)"
