"""Tell a case in memory: a docket, and what agencies say in it, without Kafka or PostgreSQL."""

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Self
from uuid import UUID, uuid5

from yisong.contract import folder
from yisong.envelope.codec import encode_envelope
from yisong.envelope.header import Signature
from yisong.envelope.open import Opened, open_record
from yisong.envelope.partition import partition_of
from yisong.ledger import Docket, Entry, Known, Law, docket_of, fold, known_by
from yisong.publishing.compose import Place, compose, content
from yisong.publishing.instants import to_ms
from yisong.rulebook.model import BusProfile, Key
from yisong.schemas.genesis import genesis

HISTORIES = folder() / "examples" / "histories"
NEGATIVES = Path(__file__).parents[2] / "data" / "negatives"
NAMESPACE = UUID("6f1c3f1e-2f1a-4a51-9a64-0d1f5b1c9e11")


@cache
def law() -> Law:
    """Return the genesis law of a demo bus on which every organ has the keys #0 (revoked) and #1."""
    rulebook = genesis(BusProfile(name="unit", profile="demo", partitions=12, keys=()))
    keys = {key.key_id: key for organ in rulebook.directory.organs for key in _keys(organ)}
    return Law(replace(rulebook, keys=keys))


def _keys(organ: str) -> list[Key]:
    born, revoked = to_ms("2010-01-01T00:00:00+08:00"), to_ms("2011-01-01T00:00:00+08:00")
    plain = Key(
        key_id=f"{organ}#1", org=organ, use="sign", algorithm="ed25519", public=b"",
        valid_from=born, valid_to=None, revoked_from=None,
    )  # fmt: skip
    return [plain, replace(plain, key_id=f"{organ}#0", revoked_from=revoked)]


class Story:
    """One docket as it unfolds; every signature counts as verified under the key that it names."""

    def __init__(self, case_id: str = "CRB-980100-2016-000021-5") -> None:
        self.case_id = case_id
        self.docket: Docket | None = None
        self.memory: dict[bytes, tuple[Known, ...]] = {}
        self.entries: list[Entry] = []
        self.ids: list[UUID] = []

    @property
    def now(self) -> Docket:
        """The docket as it stands."""
        assert self.docket is not None
        return self.docket

    def state(self, kind: str) -> str:
        """Return the state of the (newest) aggregate of *kind*."""
        return [state for ref, state in self.now.states.items() if ref.kind == kind][-1]

    def record(self, opened: Opened) -> Entry:
        """Fold one record."""
        if docket_of(opened, law()) != self.case_id:
            _, entry = fold(None, opened, law(), {})
        else:
            self.docket, entry = fold(self.docket, opened, law(), self.memory)
        self.entries.append(entry)
        if (known := known_by(entry)) and entry.header:
            self.memory[entry.header.event_id] = (*self.memory.get(entry.header.event_id, ()), known)
        return entry

    def line(self, line: Mapping[str, Any], **instead: Any) -> Entry:
        """Fold one line of a history, with other header fields *instead*."""
        return self.record(self.opened(line["at"], {**line["header"], **instead}, line["body"]))

    def says(self, event_type: str, *, by: str, at: str, **fields: Any) -> Entry:
        """Fold an event that *by* says at log time *at*; the body is of no account to a rule."""
        header = {
            "event_type": event_type, "case_id": self.case_id, "publisher": by, "occurred_at": at, "pii_level": "P0",
            "region_code": self.case_id[4:10], "cites": [], **fields,
        }  # fmt: skip
        return self.record(self.opened(at, header, _BODIES[event_type]))

    def opened(
        self,
        at: str,
        header: Mapping[str, Any],
        body: Mapping[str, Any],
        *,
        event_id: UUID | None = None,
        place: Place | None = None,
        key_ids: tuple[str, ...] | None = None,
    ) -> Opened:
        """Return the record that a publisher with its chain in order would append."""
        event_id = event_id or uuid5(NAMESPACE, f"{self.case_id}/{len(self.ids)}")
        self.ids.append(event_id)
        cites = [{"kind": "event", "id": str(self.ids[c["line"] - 1])} if "line" in c else c for c in header["cites"]]
        said = content({**header, "cites": cites}, body, event_id=event_id.bytes, salt=bytes(16))
        composed = compose(said, place or self.place(header["publisher"]), test_data=True)
        second = header.get("countersignature")
        key_ids = key_ids or tuple(f"{organ}#1" for organ in (header["publisher"], second) if organ)
        signatures = tuple(Signature(key_id, "ed25519", bytes(64)) for key_id in key_ids)
        value = encode_envelope(composed.header_bytes, composed.carried, signatures)
        key = self.case_id.encode()
        opened = open_record(partition_of(key, 12), len(self.entries), to_ms(at), key, value)
        return opened._replace(valid=tuple(True if key_id in law().rulebook.keys else None for key_id in key_ids))

    def place(self, publisher: str) -> Place:
        """Return the next place in the chain of *publisher*."""
        if publisher.startswith("S-"):
            return Place(0, None)
        chain = self.docket.chains.get(publisher) if self.docket else None
        return Place(chain.length + 1, chain.last) if chain else Place(1, None)

    def until(self, name: str, event_type: str, *, inclusive: bool = True) -> Self:
        """Tell history *name* up to its first event of *event_type*."""
        for line in history(name):
            found = line["header"]["event_type"] == event_type
            if found and not inclusive:
                return self
            self.line(line)
            if found:
                return self
        raise ValueError(f"{name} has no {event_type}")


@cache
def history(name: str) -> tuple[dict[str, Any], ...]:
    """Return the lines of a history that has one docket."""
    return tuple(json.loads(line) for line in (HISTORIES / f"{name}.jsonl").read_text("utf-8").splitlines())


def told(name: str) -> Story:
    """Return a story for the docket of history *name*."""
    return Story(history(name)[0]["header"]["case_id"])


def _bodies() -> dict[str, dict[str, Any]]:
    """Return one body of every event type that occurs in the golden files."""
    found: dict[str, dict[str, Any]] = {}
    for path in (*sorted(HISTORIES.glob("H*.jsonl")), *sorted(NEGATIVES.glob("N*.jsonl"))):
        for line in path.read_text("utf-8").splitlines():
            told_line = json.loads(line)
            found.setdefault(told_line["header"]["event_type"], told_line["body"])
    return found


_BODIES = _bodies()
