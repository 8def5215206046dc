"""How does a case of today come about? A history moved in time so that its last act happens now, and published."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from yisong.audit.history_file import History, Line
from yisong.publishing.instants import to_ms, to_text

_INSTANT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?\+08:00")
_YEAR_OF_DOCUMENT: Final = re.compile(r"〔\d{4}〕")


def moved(history: History, *, ends_at: int) -> History:
    """
    Return *history* with all its instants moved by one length of time, so that its last act happens at *ends_at* (ms).

    Document numbers bear the year in which their event is then logged.
    """
    by = ends_at - to_ms(str(history.lines[-1].fields["occurred_at"]))
    return replace(history, lines=tuple(_moved(line, by) for line in history.lines))


def stated(line: Line, ids: Sequence[UUID]) -> Mapping[str, object]:
    """Return the header of *line* for the SDK; *ids*: those of the events of the lines before it."""
    cites = line.fields.get("cites")
    rows = cites if isinstance(cites, list) else []
    named = [{"kind": "event", "id": str(ids[one["line"] - 1])} if "line" in one else one for one in rows]
    return {**line.fields, "cites": named}


def _moved(line: Line, by: int) -> Line:
    at = line.at + by
    fields = {name: _value(value, by, year=to_text(at)[:4]) for name, value in line.fields.items()}
    body = {name: _value(value, by, year=to_text(at)[:4]) for name, value in line.body.items()}
    return replace(line, at=at, fields=fields, body=body)


def _value(value: object, by: int, *, year: str) -> object:
    match value:
        case str():
            return _text(value, by, year=year)
        case list():
            return [_value(one, by, year=year) for one in value]
        case dict():
            return {name: _value(one, by, year=year) for name, one in value.items()}
        case _:
            return value


def _text(text: str, by: int, *, year: str) -> str:
    if _INSTANT.fullmatch(text):
        return to_text(to_ms(text) + by)
    return _YEAR_OF_DOCUMENT.sub(f"〔{year}〕", text)
