"""Which events does a benchmark send? Whole cases of the example histories, renumbered, thousands at a time."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import orjson

from yisong.envelope.case_id import case_id
from yisong.envelope.codec import encode_envelope, encode_header
from yisong.envelope.header import Cite, Header, Signature
from yisong.envelope.partition import partition_of
from yisong.publishing.compose import Place, compose, content
from yisong.publishing.instants import to_ms
from yisong.rulebook.model import BusProfile
from yisong.signing.keystore import Keystore
from yisong.signing.sign import sign

# Each is one case from its beginning to its end; 16, 11, 16 and 10 events.
HISTORIES = ("H1", "H3", "H4", "H5")
# So many cases are open at any time, spread over the partitions: what a node must hold or read again.
OPEN_CASES = 5_000


class Event(NamedTuple):
    """One record to send; *at* in ms."""

    partition: int
    key: bytes | None
    value: bytes | None
    at: int


@dataclass(frozen=True, slots=True)
class Act:
    """One line of a history: its header as a pattern, its body, when it was logged, which lines it cites (from 0)."""

    header: Header
    body: bytes
    at: int
    cited: Mapping[int, int]


def acts_of(folder: Path, name: str) -> tuple[Act, ...]:
    """Read a history of one case as patterns."""
    lines = [orjson.loads(line) for line in (folder / f"{name}.jsonl").read_bytes().splitlines()]
    return tuple(_act(line) for line in lines)


def _act(line: dict[str, dict[str, object]]) -> Act:
    fields = dict(line["header"])
    cites = fields["cites"]
    assert isinstance(cites, list)  # noqa: S101 (a history that is none ends a benchmark at once)
    cited = {place: cite["line"] - 1 for place, cite in enumerate(cites) if "line" in cite}
    fields["cites"] = [{"kind": cite["kind"], "id": cite.get("id", "-")} for cite in cites]
    said = content(fields, line["body"], event_id=bytes(16), salt=bytes(16))
    composed = compose(said, Place(1, None), test_data=True)
    return Act(composed.header, said.payload[16:], to_ms(str(line["at"])), cited)


class Case:
    """One case on its way: which act comes next, and what its chains stand at."""

    def __init__(self, acts: tuple[Act, ...], number: int, *, bus: BusProfile, keys: Keystore) -> None:
        """Open case *number* of the year of its acts."""
        stands_for = acts[0].header.case_id
        self._id = case_id(stands_for[4:10], int(stands_for[11:15]), number)
        self._stands_for, self._acts, self._bus, self._keys = stands_for, acts, bus, keys
        self._chains: dict[str, Place] = {}
        self._event_ids: list[bytes] = []

    @property
    def closed(self) -> bool:
        """Hold when every act has been done."""
        return len(self._event_ids) == len(self._acts)

    def next(self, noise: random.Random) -> Event:
        """Sign the next act."""
        act = self._acts[len(self._event_ids)]
        payload = noise.randbytes(16) + act.body
        body_hash = sha256(payload).digest()
        place = self._chains.get(act.header.publisher, Place(1, None))
        event_id = act.at.to_bytes(6, "big") + noise.randbytes(10)
        aggregate = act.header.aggregate
        header = act.header._replace(
            event_id=event_id,
            body_hash=body_hash,
            carried_hash=body_hash,
            case_id=self._id,
            aggregate=aggregate and aggregate._replace(id=self._ours(aggregate.id)),
            publisher_seq=place.seq,
            publisher_prev=place.prev,
            cites=tuple(self._cite(act, at, cite) for at, cite in enumerate(act.header.cites)),
        )
        header_bytes = encode_header(header)
        self._chains[header.publisher] = Place(place.seq + 1, sha256(header_bytes).digest())
        self._event_ids.append(event_id)
        key = self._id.encode()
        value = encode_envelope(header_bytes, payload, self._signatures(header, header_bytes))
        return Event(partition_of(key, self._bus.partitions), key, value, act.at)

    def _signatures(self, header: Header, header_bytes: bytes) -> tuple[Signature, ...]:
        organs = [header.publisher] + ([header.countersignature] if header.countersignature else [])
        signed = []
        for organ in organs:
            private = self._keys.private(f"{organ}#1")
            signed.append(Signature(f"{organ}#1", "ed25519", sign(self._bus.name, header_bytes, private)))
        return tuple(signed)

    def _cite(self, act: Act, place: int, cite: Cite) -> Cite:
        if place in act.cited:
            return Cite(cite.kind, str(UUID(bytes=self._event_ids[act.cited[place]])))
        return Cite(cite.kind, self._ours(cite.id))

    def _ours(self, text: str) -> str:
        return text.replace(self._stands_for, self._id)


def events(folder: Path, *, count: int, bus: BusProfile, keys: Keystore, seed: int = 1) -> Iterator[Event]:
    """Give *count* signed events, always the same for the same keys, the open cases in random turns."""
    noise = random.Random(seed)  # noqa: S311 (repeatable on purpose)
    patterns = [acts_of(folder, name) for name in HISTORIES]
    number = 0
    cases: list[Case] = []
    for _ in range(count):
        while len(cases) < min(OPEN_CASES, count // 20 + 1):
            number += 1
            cases.append(Case(patterns[number % len(patterns)], number, bus=bus, keys=keys))
        place = noise.randrange(len(cases))
        yield cases[place].next(noise)
        if cases[place].closed:
            cases[place] = cases[-1]
            cases.pop()
