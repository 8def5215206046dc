"""What may be said of an event in a log or a trace? Ids and places, words of the rulebook, and nothing else."""

import re
from typing import Final, NamedTuple
from uuid import UUID

_CASE_ID: Final = re.compile(r"CRB-\d{6}-\d{4}-\d{6}-[0-9A-Z*]", re.ASCII)
_LONGEST: Final = 64


class About(NamedTuple):
    """
    What a line or a span is about, as far as it is known.

    *topic*: which one is meant by a span; *partition*, *offset*: of the event on ``case-events``. *event_type*,
    *verdict*, *reason*, *outcome*: words of the rulebook; who takes them from a header has seen that it was admitted.
    *request_id*: of a request to a gateway. *records*: how many, where there are many.
    """

    topic: str | None = None
    event_id: bytes | None = None
    case_id: str | None = None
    event_type: str | None = None
    partition: int | None = None
    offset: int | None = None
    verdict: str | None = None
    reason: str | None = None
    outcome: str | None = None
    agency: str | None = None
    request_id: str | None = None
    records: int | None = None

    def known(self) -> dict[str, str | int]:
        """
        Return what is known, by name.

        A case id that is none is left out: whoever appends to the log chooses its keys. The same holds for a word that
        is too long to be one.
        """
        found: dict[str, str | int] = {}
        for name, value in zip(self._fields, self, strict=True):
            match value:
                case bytes():
                    found[name] = str(UUID(bytes=value))
                case int():
                    found[name] = value
                case str() if _CASE_ID.fullmatch(value) if name == "case_id" else len(value) <= _LONGEST:
                    found[name] = value
        return found
