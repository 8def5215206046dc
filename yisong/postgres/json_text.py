"""
How does JSON that may hold a NUL survive in ``jsonb``, which cannot hold one?

Who signs an admitted event chooses the tokens in it, and a NUL in one of them must not stop a trail. U+E000, which
nobody uses, escapes: NUL becomes U+E000 U+E001, and U+E000 itself is doubled.
"""

from collections.abc import Callable
from typing import Any

import orjson

_ESCAPE, _NUL = "\ue000", "\ue000\ue001"


def to_jsonb(text: bytes) -> bytes:
    """Return JSON *text* as ``jsonb`` can hold it; almost always the same bytes."""
    if b"\\u0000" not in text and _ESCAPE.encode() not in text:
        return text
    return orjson.dumps(_each(orjson.loads(text), lambda part: part.replace(_ESCAPE, _ESCAPE * 2).replace("\0", _NUL)))


def from_jsonb(text: str) -> bytes:
    """Return the JSON that `to_jsonb` was given, as a value: the order of keys and the spaces may differ."""
    if _ESCAPE not in text:
        return text.encode()
    return orjson.dumps(_each(orjson.loads(text), _unescaped))


def _unescaped(text: str) -> str:
    # Between doubled escapes a lone one can only stand before the mark of NUL.
    return _ESCAPE.join(part.replace(_NUL, "\0") for part in text.split(_ESCAPE * 2))


def _each(value: Any, change: Callable[[str], str]) -> Any:  # noqa: ANN401 (any JSON value)
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_each(one, change) for one in value]
    if isinstance(value, dict):
        return {change(name): _each(one, change) for name, one in value.items()}
    return value
