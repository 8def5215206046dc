"""How is a value of a register shown to a person? In the words of the page, with the way to where it comes from."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from services.gateway.console.names import Names
from yisong.envelope.case_id import is_case_id
from yisong.registers.rows import NOT_READABLE, Counted, Owed, Source

_FEN: Final = 100
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_EVENT: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_INSTANT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?\+08:00")
_ORGANS: Final = frozenset({"organ", "to"})
_LOOKS: Final = {"due": "roll", "overdue": "late", "coming": "run"}
_ENUMS: Final[Mapping[tuple[str, str], str]] = {
    ("Takedown", "how"): "variant",
    ("Measure", "kind"): "variant",
    ("InCase", "role"): "party_role",
    ("FocusArea", "stance"): "focus_stance",
    ("FocusArea", "work_type"): "work_type",
    ("FocusArea", "platform_type"): "platform_type",
    ("Listed", "list"): "list_name",
    ("Sanction", "kind"): "penalty_kind",
    ("PublicRow", "list_"): "list_name",
    ("PublicRow", "sector"): "list_sector",
    ("PublicRow", "work_type"): "work_type",
    ("CreditRow", "list_"): "list_name",
}
"""Values of records that are words of the rulebook, where the field itself does not say so."""
_SENTENCES: Final = (
    (re.compile(r"names (?P<n>\d+) focus areas; 3 or 4 are asked for"), "focus"),
    (re.compile(r"a correction of it is not readable here"), "correction_closed"),
    (re.compile(r"the correction of (?P<field>\S+) fits no such field"), "correction_unfit"),
    (re.compile(r"the parties of (?P<case>\S+) are not readable here"), "parties_closed"),
    (re.compile(r"(?P<case>\S+) has no parties here"), "no_parties"),
    (re.compile(r"(?P<case>\S+) has several parties, and the event does not say which"), "several_parties"),
)
"""What registers say in whole sentences, and under which key a page says it."""
_PLACE: Final = ("case_id", "event", "event_type")
"""Where a record comes from: it is the way there, and not said beside it."""


class Part(NamedTuple):
    """A piece of a cell: its *text*, where it leads (*href*), and its *look* where it is a mark of a deadline."""

    text: str
    href: str = ""
    look: str = ""


Parts = tuple[Part, ...]


class Words:
    """How the values of registers are called in the language of a page; *linked*: with the way to events and cases."""

    def __init__(self, names: Names, *, linked: bool = True) -> None:
        """Speak as *names* do."""
        self._names, self._t, self._linked = names, names.t, linked

    def heading(self, field: str) -> str:
        """Return what a column, or a field of a record, is called."""
        return self._t.get(f"register.col.{field.strip('_')}", field.strip("_").replace("_", " "))

    def parts(self, owner: str, field: str, value: object, enum: str = "") -> Parts:
        """Return what *field* of *owner* (a row's or a record's type) says; nothing where it says nothing."""
        if isinstance(value, tuple) and not hasattr(value, "_fields"):
            return tuple(part for one in value for part in self.parts(owner, field, one, enum))
        found = self._part(owner, field, value, enum)
        return () if found is None or not found.text else (found,)

    def _part(self, owner: str, field: str, value: object, enum: str) -> Part | None:
        match value:
            case None:
                return None
            case Counted():
                return Part(self._counted(value))
            case Source():
                return Part(self._names.event_type(value.event_type), self._way(value.event))
            case Owed():
                return Part(self._owed(value), look=_LOOKS[value.standing])
            case bool():
                return Part(self._t("body.yes" if value else "body.no"))
            case int():
                return Part(self._number(field, value))
            case str():
                return self._text(owner, field, value, enum)
        return self._record(value)

    def _counted(self, value: Counted) -> str:
        if not value.unread:
            return f"{value.known:,}"
        if not value.known:
            return self._t("register.unknown")
        return self._t("register.known", known=f"{value.known:,}", unread=f"{value.unread:,}")

    def _owed(self, value: Owed) -> str:
        english, _, chinese = value.what.rpartition(" ")
        what = chinese if self._t.language == "zh" else english
        return self._t("register.owed", what=what, on=value.on, standing=self.word(value.standing))

    def _number(self, field: str, value: int) -> str:
        if field.endswith("_fen"):
            return self._t("body.yuan", yuan=f"{value // _FEN:,}.{value % _FEN:02}")
        return self._lasting(value) if field.endswith("_s") else f"{value:,}"

    def _lasting(self, seconds: int) -> str:
        if abs(seconds) >= _DAY:
            return self._t("time.days_hours", days=seconds // _DAY, hours=seconds % _DAY // _HOUR)
        return self._t("time.hours_minutes", hours=seconds // _HOUR, minutes=f"{seconds % _HOUR // _MINUTE:02}")

    def _text(self, owner: str, field: str, value: str, enum: str) -> Part:
        enum = enum or _ENUMS.get((owner, field), "")
        if value == NOT_READABLE:
            return Part(self._t("register.unknown"))
        if enum == "variant":
            return Part(self._names.variant(value))
        if enum:
            return Part(self._names.enum(enum, value))
        if field in _ORGANS:
            return Part(self._names.organ(value))
        if field == "region":
            return Part(self._names.law.rulebook.directory.regions.get(value, value))
        if field == "lists":
            return Part(self._stands_on(value))
        if is_case_id(value):
            return Part(value, f"/cases/{value}" if self._linked else "")
        if _EVENT.fullmatch(value):
            return Part(f"{value[:8]}…", self._way(value))
        return Part(self._words(field, value))

    def _words(self, field: str, value: str) -> str:
        if _INSTANT.fullmatch(value):
            return value[:16].replace("T", " ")
        if field in _SAID:
            return self._sentence(value)
        return self.word(value) if field in _WORDED else value

    def _sentence(self, value: str) -> str:
        for pattern, key in _SENTENCES:
            found = pattern.fullmatch(value)
            if found is not None:
                return self._t(f"register.said.{key}", **found.groupdict())
        return value

    def _stands_on(self, value: str) -> str:
        name, _, state = value.partition(" ")
        return f"{self._names.enum('list_name', name)} · {self.word(state)}"

    def word(self, value: str) -> str:
        """Return a word that the registers themselves say, in the language of the page."""
        return self._t.get(f"register.word.{value.replace(', ', '_').replace(' ', '_')}", value)

    def _record(self, value: Any) -> Part:  # noqa: ANN401 (any of the records of rows)
        said = [" ".join((self.heading(name), text)) for name, text in self._said(value)]
        event = getattr(value, "event", None)
        return Part(" · ".join(said), self._way(event) if isinstance(event, str) else "")

    def _said(self, value: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 (as above)
        for name in type(value)._fields:
            parts = () if name in _PLACE else self.parts(type(value).__name__, name, getattr(value, name))
            if parts:
                yield name, self._t("case.and").join(one.text for one in parts)

    def _way(self, event: str) -> str:
        return f"/search?q={event}" if self._linked else ""


_SAID: Final = frozenset({"warning", "doubts", "why_not"})
_WORDED: Final = frozenset({"state", "check", "hit", "last_inspected", "by", "standing", "kind", "why"})
