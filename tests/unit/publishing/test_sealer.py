"""What becomes of a body that is to travel sealed, on its way from the outbox to the log and to its readers?"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from threading import Event

import pytest
from nacl.public import PrivateKey

from tests.clues import Stated, clue_found, evidence_preserved
from tests.unit.publishing.bus import Keys, MemoryLog, MemoryTrail, law
from yisong.desk.inbox import open_body
from yisong.envelope.header import Header
from yisong.envelope.open import open_record
from yisong.errors import BusUnreachable
from yisong.kafka.body_keys import KeyRecord
from yisong.ledger import Law
from yisong.publishing.compose import content
from yisong.publishing.instants import to_ms
from yisong.publishing.opening import seal_key
from yisong.publishing.outbox import Draft, Row
from yisong.publishing.rounds import Sender
from yisong.publishing.sealer import with_sealing
from yisong.publishing.signer import Signer
from yisong.publishing.stores import SqliteOutbox
from yisong.rulebook.model import Key
from yisong.sealing import unwrap

CASE = "CRB-980100-2016-000021-5"
NOON = to_ms("2016-07-18T12:00:00+08:00")
SECRET = "举报人的话".encode()


@cache
def _pair(key_id: str) -> PrivateKey:
    return PrivateKey(key_id.encode().ljust(32, b"."))


def _seal_key(organ: str, number: int = 7) -> Key:
    key_id = f"{organ}#{number}"
    public = bytes(_pair(key_id).public_key)
    return Key(
        key_id=key_id, org=organ, use="seal", algorithm="x25519", public=public,
        valid_from=0, valid_to=None, revoked_from=None,
    )  # fmt: skip


@cache
def sealing_law() -> Law:
    """Return the law of a bus on which every organ has a key to seal to."""
    rulebook = law().rulebook
    keys = {key.key_id: key for key in map(_seal_key, rulebook.directory.organs)}
    return Law(replace(rulebook, keys={**rulebook.keys, **keys}))


class MemoryKeys:
    """The topic ``body-keys`` in memory; *away*: the broker does not answer."""

    def __init__(self) -> None:
        self.records: list[KeyRecord] = []
        self.away = False

    def give(self, records: Sequence[KeyRecord]) -> None:
        if self.away:
            raise BusUnreachable("body-keys does not answer")
        self.records += records

    def close(self) -> None:
        """Hold nothing."""


class Node:
    """A sender with its outbox, before a log, a trail and a topic of keys in memory."""

    def __init__(self, folder: Path) -> None:
        self.log, self.body_keys = MemoryLog(), MemoryKeys()
        self.trail = MemoryTrail(self.log, sealing_law())
        self.file = folder / "outbox.db"
        self.outbox = SqliteOutbox(self.file)
        self.restart()

    def restart(self) -> None:
        self.outbox.close()
        self.outbox = SqliteOutbox(self.file)
        known = sealing_law()
        self.sender = Sender(
            outbox=self.outbox, trail=self.trail, log=self.log, signer=Signer(known, Keys()), law=known,
            body_keys=self.body_keys, now=lambda: NOON,
        )  # fmt: skip
        self.sender.begin(Event())

    def says(self, number: int, stated: Stated, **fields: object) -> bytes:
        said = content({**stated.header, **fields}, stated.body, event_id=number.to_bytes(16), salt=b"s" * 16)
        self.outbox.submit(Draft(said=said, digest=b"", at=NOON))
        return said.event_id

    def work(self) -> None:
        while self.sender.round():
            pass

    def row(self, event_id: bytes) -> Row:
        found = self.outbox.row_of(event_id)
        assert found is not None
        return found

    def readers(self, event_id: bytes) -> set[str]:
        return {one.key_id.partition("#")[0] for one in self.body_keys.records if one.event_id == event_id}

    def opened(self, event_id: bytes, reader: str) -> object:
        """Return the body as *reader* opens it from the record, with the key that it was given."""
        value = self.row(event_id).value
        opened = open_record(0, 0, 0, None, value)
        header = opened.header
        assert header is not None
        assert opened.carried is not None
        return open_body(header, opened.carried, self._content_key(header, reader))[0]

    def _content_key(self, header: Header, reader: str) -> bytes:
        (given,) = [
            one.wrapped
            for one in self.body_keys.records
            if (one.event_id, one.key_id) == (header.event_id, f"{reader}#7")
        ]
        assert given is not None
        private = bytes(_pair(f"{reader}#7"))
        return unwrap(given, private, event_id=header.event_id, body_hash=header.body_hash)


@pytest.fixture
def node(tmp_path: Path) -> Node:
    return Node(tmp_path)


def _clue(number: int = 1) -> Stated:
    return clue_found(CASE, number, summary=SECRET.decode())


def test_a_sealed_body_is_admitted_and_opened_by_its_readers(node: Node) -> None:
    """ClueFound: the owner (whoever found it), the addressed organ, and those above the publisher."""
    event_id = node.says(1, _clue(), sealing="sealed", cc=["P9801"])
    node.work()

    assert node.row(event_id).verdict == "admitted"
    assert node.readers(event_id) == {"V9801", "V98", "V00", "P9801"}
    for reader in ("V9801", "P9801"):
        body = node.opened(event_id, reader)
        assert isinstance(body, dict)
        assert body["summary"] == SECRET.decode()


def test_nothing_of_it_is_left_in_clear(node: Node) -> None:
    """Until it is sealed it is its author's draft; then neither the store nor the log holds it, nor the content key."""
    event_id = node.says(1, _clue(), sealing="sealed")
    assert SECRET in node.file.read_bytes() + node.file.with_name("outbox.db-wal").read_bytes()
    node.work()
    node.outbox.close()

    assert not node.file.with_name("outbox.db-wal").exists()
    assert SECRET not in node.file.read_bytes()
    assert not [one for records in node.log.records.values() for one in records if SECRET in (one.value or b"")]
    node.restart()
    assert node.row(event_id).draft.said.payload == b""


def test_keys_are_there_before_the_body(node: Node) -> None:
    """Where the keys cannot be sent, the event is not either; later both go, with the same bytes."""
    event_id = node.says(1, _clue(), sealing="sealed")
    node.body_keys.away = True
    with pytest.raises(BusUnreachable):
        node.work()
    before = node.row(event_id).value
    assert before is not None
    assert not node.log.records

    node.body_keys.away = False
    node.restart()
    node.work()

    assert node.row(event_id).value == before
    assert node.row(event_id).verdict == "admitted"
    assert node.readers(event_id) == {"V9801", "V98", "V00"}


def test_after_a_restart_keys_without_a_verdict_are_sent_again(node: Node) -> None:
    """Whether they got there before the crash is not known, and the same key twice does no harm."""
    node.trail.asleep = True
    event_id = node.says(1, _clue(), sealing="sealed")
    node.sender.round()
    first = list(node.body_keys.records)
    node.trail.asleep = False
    node.log.records.clear()  # the record was lost with the broker; the keys, too

    node.body_keys.records.clear()
    node.restart()
    node.work()

    assert node.body_keys.records == first
    assert node.row(event_id).verdict == "admitted"


def test_a_new_number_changes_neither_body_nor_keys(node: Node) -> None:
    """Its place in the chain is taken back before its trail has seen it; it is not sealed a second time."""
    node.says(1, _clue())
    node.work()
    node.trail.asleep = True
    event_id = node.says(3, evidence_preserved(CASE, 3), sealing="sealed")
    node.sender.round()
    before, given = node.row(event_id), list(node.body_keys.records)
    node.outbox.renumber(before)
    node.trail.asleep = False
    node.work()

    after = node.row(event_id)
    assert before.sealed == after.sealed
    assert node.body_keys.records[: len(given)] == given
    assert {(one.key_id, one.wrapped) for one in node.body_keys.records} == {(one.key_id, one.wrapped) for one in given}


def test_where_the_fold_would_not_admit_it_only_its_publisher_gets_a_key(node: Node) -> None:
    """It names an addressee that does not exist: what is refused is nobody else's to read."""
    event_id = node.says(1, _clue(), sealing="sealed", cc=["P9801", "X1"])
    node.work()

    assert node.row(event_id).verdict == "refused"
    assert node.readers(event_id) == {"V9801"}


def test_a_body_is_sealed_to_the_newest_valid_key() -> None:
    rulebook = sealing_law().rulebook
    newer, ended = _seal_key("V9801", 10), replace(_seal_key("V9801", 11), valid_to=NOON)
    known = Law(replace(rulebook, keys={**rulebook.keys, newer.key_id: newer, ended.key_id: ended}))

    assert seal_key(known, "V9801", at=NOON - 1) == ended
    assert seal_key(known, "V9801", at=NOON) == newer
    assert seal_key(law(), "V9801", at=NOON) is None


def test_what_its_author_does_not_say_is_sealed_where_the_law_asks_for_it() -> None:
    at = to_ms("2030-01-01T00:00:00+08:00")
    stated: dict[str, object] = {"pii_level": "P2"}

    assert with_sealing(stated, law(), at=at - 1) == stated
    assert with_sealing(stated, law(), at=at) == {"pii_level": "P2", "sealing": "sealed"}
    assert with_sealing({"pii_level": "P1"}, law(), at=at) == {"pii_level": "P1"}
    assert with_sealing({**stated, "sealing": "clear"}, law(), at=at) == {**stated, "sealing": "clear"}
