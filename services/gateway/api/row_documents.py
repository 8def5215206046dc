"""Which form have the rows of registers and exports in the OpenAPI document? That of their own types, read off them."""

from collections.abc import Mapping
from types import NoneType, UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, Field, create_model

from yisong.registers.catalogue import KINDS
from yisong.registers.rendering import columns
from yisong.registers.rows import Counted, Row

_MADE: Final[dict[type[Any], type[BaseModel]]] = {}


class CountedDocument(BaseModel):
    """A count to which events that are not readable here may add: how much is known, and how many such events."""

    known: int | None = Field(description="Null, never 0, where nothing is known because nothing can be read.")
    not_readable_here: int


def rows_of(*row_types: type[Row]) -> Any:  # noqa: ANN401 (a type that is made, and not written)
    """Return the type of a list of such rows as `yisong.registers.rendering.row_json` writes them."""
    models = tuple(dict.fromkeys(_model_of(one) for one in row_types))
    return list[Union[models]]  # type: ignore[valid-type]  # noqa: UP007


def _model_of(row_type: type[Row]) -> type[BaseModel]:
    hints = get_type_hints(row_type)
    return _model(row_type, {one.name: hints[one.name] for one in columns(row_type, details=True)})


def _model(kind: type[Any], hints: Mapping[str, Any]) -> type[BaseModel]:
    if kind not in _MADE:
        fields: dict[str, Any] = {name.strip("_"): (_written(hint), ...) for name, hint in hints.items()}
        _MADE[kind] = create_model(kind.__name__, __doc__=kind.__doc__, **fields)
    return _MADE[kind]


def _written(hint: Any) -> Any:  # noqa: ANN401 (a type, of whatever form)
    """Return the type that a value of the type *hint* has once it is written as JSON."""
    origin, parts = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return Union[tuple(_written(one) for one in parts)]  # noqa: UP007 (made, not written)
    if origin is tuple:
        return list[_written(parts[0])]  # type: ignore[misc]
    if hint is Counted:
        return CountedDocument
    if isinstance(hint, type) and hasattr(hint, "_fields"):
        return _model(hint, get_type_hints(hint))
    if origin is Literal or hint in (str, int, bool, NoneType):
        return hint
    raise TypeError(f"no form is known of {hint}")


REGISTER_ROWS: Final[Any] = rows_of(*(one.row_type for one in KINDS.values()))
"""The rows of any register."""
