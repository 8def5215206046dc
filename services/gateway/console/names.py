"""What are organs, events, states and deadlines called? The rulebook's own Chinese names; in English from their ids."""

import re
from typing import Final

from services.gateway.console.texts import Texts
from yisong.envelope.header import Header
from yisong.home import AGENCIES, Agency
from yisong.ledger import Law
from yisong.pii.tokens import owner_of

_WORDS: Final = re.compile(r"[A-Z][a-z0-9]*|[A-Z]+(?![a-z])")
LANES: Final[tuple[Agency, ...]] = AGENCIES
"""The four lanes of a timeline, in their order."""


class Names:
    """How one language calls what the rulebook of a bus knows by an id."""

    def __init__(self, law: Law, t: Texts) -> None:
        """Name what *law* knows in the language of *t*."""
        self.law, self.t = law, t
        self._zh = t.language == "zh"

    def organ(self, organ: str) -> str:
        """Return the name of an organ, or its id where the directory does not know it."""
        found = self.law.organs.get(organ)
        if found is not None and found.role == "system":
            return self.t("name.system_of", node=self.line(found.node or ""))
        return organ if found is None else found.name

    def line(self, role: str) -> str:
        """Return the short name of one of the four lines of agencies."""
        return self.t.get(f"line.{role}", role)

    def plate(self, role: str) -> str:
        """Return the one character that stands for a line of agencies, in either language."""
        return self.t.get(f"plate.{role}", "?")

    def role_of(self, organ: str) -> str:
        """Return the line of an organ; of a system organ that of its node; empty where nobody knows it."""
        found = self.law.organs.get(organ)
        return "" if found is None else (found.node or "") if found.role == "system" else found.role

    def event(self, event_type: str, variant: str | None = None) -> str:
        """Return the name of an event type, with its variant."""
        return f"{self.event_type(event_type)} · {self.variant(variant)}" if variant else self.event_type(event_type)

    def event_type(self, event_type: str) -> str:
        """Return the name of an event type; of one that the catalogue does not know, what it calls itself."""
        row = self.law.events.get(event_type)
        if row is None:
            return event_type[:60]
        return row.zh if self._zh else " ".join(_WORDS.findall(event_type)).capitalize()

    def variant(self, variant: str) -> str:
        """Return the name of a variant."""
        return self.law.rulebook.catalogue.variant_labels.get(variant, variant) if self._zh else _spaced(variant)

    def kind(self, kind: str) -> str:
        """Return the name of a kind of aggregate."""
        machine = self.law.machines.get(kind)
        return machine.zh if self._zh and machine is not None else self.t.get(f"kind.{kind}", _spaced(kind))

    def state(self, kind: str, state: str) -> str:
        """Return the name of a state of an aggregate."""
        return self.t.get(f"state.{kind}.{state}", _spaced(state))

    def timer(self, timer: str) -> str:
        """Return the name of a deadline."""
        row = self.law.timers.get(timer)
        return row.zh if self._zh and row is not None else self.t.get(f"timer.{timer}", timer)

    def reason(self, code: str) -> str:
        """Return what a refusal code means."""
        found = self.law.reasons.codes.get(code)
        return code if found is None else (found.zh if self._zh else found.en).rstrip("。.")

    def field(self, record: str, name: str) -> str:
        """Return the name of a field of a body or nested record (*record*: event type or record name)."""
        event = self.law.events.get(record)
        fields = event.body if event is not None else self.law.rulebook.catalogue.records.get(record, ())
        found = next((one for one in fields if one.name == name), None)
        return found.zh if self._zh and found is not None else _spaced(name)

    def enum(self, enum: str, value: str) -> str:
        """Return the name of a value of an enumeration."""
        label = self.law.rulebook.catalogue.enums.get(enum, {}).get(value, value)
        return str(label) if self._zh else _spaced(value)

    def header_field(self, name: str) -> str:
        """Return the name of a header field."""
        return self.t.get(f"header.{name}", _spaced(name))

    def asks_for(self, text: str) -> bool:
        """Hold where *text* is a P2 token, so that its owner can be asked whom it means."""
        return owner_of(text, self.law) is not None

    def speaker(self, header: Header) -> str:
        """Return in whose name an act was done, and by whom where that is another."""
        if header.acting_for is None:
            return self.organ(header.publisher)
        return self.t("name.acting_for", organ=self.organ(header.publisher), principal=self.organ(header.acting_for))


def _spaced(name: str) -> str:
    return name.replace("_", " ")
