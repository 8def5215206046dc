"""What do tests of a production bus need? The servers of one whose law may change at once, and events of today."""

import json
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bench.events import Event
from tests.trails import HISTORIES, Servers
from yisong.embedded import Bus
from yisong.envelope.case_id import case_id
from yisong.envelope.codec import encode_envelope
from yisong.envelope.header import Signature
from yisong.envelope.partition import partition_of
from yisong.home import Home
from yisong.publishing.compose import Place, compose, content
from yisong.publishing.instants import to_text
from yisong.signing.sign import sign

_CLUE = json.loads((HISTORIES / "H1.jsonl").read_text("utf-8").splitlines()[0])


def now() -> int:
    return time.time_ns() // 1_000_000


@contextmanager
def production_servers(folder: Path) -> Iterator[Servers]:
    """Start the servers of a production bus on which a version may govern as soon as it is appended."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("yisong.rulebook.succession.LEAD", 0)
        patch.setattr("yisong.rulebook.propose.LEAD", 0)
        with Bus.start(Home(folder), nodes=False, profile="production") as bus, closing(Servers(bus)) as started:
            yield started


def clue(servers: Servers, key_id: str, number: int) -> Event:
    """Sign a clue with one key of its publisher: the first event of a case of its own."""
    publisher, at = key_id.partition("#")[0], to_text(now())
    case = case_id("980100", 2026, number)
    stated: dict[str, object] = {
        "case_id": case,
        "publisher": publisher,
        "occurred_at": at,
        "officers": [f"U-{publisher}-01"],
    }
    stated["aggregate"] = {"kind": "clue", "id": f"C-{case}-1"}
    said = content({**_CLUE["header"], **stated}, _CLUE["body"], event_id=number.to_bytes(16), salt=bytes(16))
    composed = compose(said, Place(1, None), test_data=False)
    signature = sign(servers.law.bus.name, composed.header_bytes, servers.keys.private(key_id))
    value = encode_envelope(composed.header_bytes, composed.carried, (Signature(key_id, "ed25519", signature),))
    return Event(partition_of(case.encode(), servers.law.bus.partitions), case.encode(), value, now())
