"""How does a reader hand over the directory's keys? The JSON that ``yisong keys list --json`` writes."""

import json
from typing import Final

from yisong.errors import Unreadable
from yisong.rulebook.model import Key
from yisong.schemas.instants import milliseconds, parse_instant

_INSTANTS: Final = ("valid_from", "valid_to", "revoked_from")
_TEXTS: Final = ("key_id", "org", "use", "algorithm", "public")


def parse_keys(data: bytes) -> dict[str, Key]:
    """Return the registered rows of the file *data* by key id. Raises Unreadable where it is no list of keys."""
    try:
        keys = [_key(row) for row in _rows(data) if row.get("registered", True) is True]
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise Unreadable("The file of keys is not what `yisong keys list --json` writes.") from fault
    if len({key.key_id for key in keys}) < len(keys):
        raise Unreadable("The file of keys names a key id twice, and a key id is never used again.")
    return {key.key_id: key for key in keys}


def _rows(data: bytes) -> list[dict[str, object]]:
    rows = json.loads(data)
    if not isinstance(rows, list):
        raise TypeError("no list")
    return rows


def _key(row: dict[str, object]) -> Key:
    texts = {name: row[name] for name in _TEXTS}
    if not all(isinstance(text, str) for text in texts.values()) or row["use"] not in ("sign", "seal", "cosign"):
        raise TypeError("a column of a key")
    instants = {name: None if row[name] is None else _milliseconds(row[name]) for name in _INSTANTS}
    if instants["valid_from"] is None:
        raise TypeError("valid_from")
    return Key(**{**texts, **instants, "public": bytes.fromhex(str(row["public"]))})  # type: ignore[arg-type]


def _milliseconds(instant: object) -> int:
    return milliseconds(parse_instant(str(instant)))
