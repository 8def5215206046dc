"""What does a sender make of lost confirmations, crashes, refusals and strangers in its chain?"""

from collections import Counter
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from threading import Event
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.clues import clue_found, evidence_preserved
from tests.unit.publishing.bus import Keys, MemoryLog, MemoryTrail, law, law_without
from yisong.errors import BusUnreachable
from yisong.ledger import Law
from yisong.publishing.compose import content
from yisong.publishing.instants import to_ms
from yisong.publishing.outbox import Draft, Row
from yisong.publishing.rounds import MOST_ATTEMPTS, Sender
from yisong.publishing.signer import Signer
from yisong.publishing.stores import SqliteOutbox

CASE = "CRB-980100-2016-000021-5"
NOON = to_ms("2016-07-18T12:00:00+08:00")


class Node:
    """A sender with its outbox, before a log and a trail in memory; `restart` is what a kill -9 and a new start do."""

    def __init__(self, folder: Path, *, law_of_trail: Law | None = None, first_id: int = 1) -> None:
        self.log, self.keys = MemoryLog(), Keys()
        self.trail = MemoryTrail(self.log, law_of_trail or law())
        self.alarms: list[str] = []
        self.awaited = Event()
        self.outbox = SqliteOutbox(folder / "outbox.db")
        self._ids = count(first_id)
        self.restart()

    def restart(self) -> None:
        self.outbox.close()
        self.outbox = SqliteOutbox(self.outbox.file)
        self.sender = Sender(
            outbox=self.outbox,
            trail=self.trail,
            log=self.log,
            signer=Signer(law(), self.keys),
            law=law(),
            alarm=self.alarms.append,
            now=lambda: NOON,
            awaited=self.awaited,
        )
        self.sender.begin(Event())

    def decide(self, *, publisher: str = "V9801", clue: bool | None = None, summary: str = "12318 举报") -> bytes:
        """Put an event into the outbox, a clue if it is the first one, else evidence; and return its id."""
        number = next(self._ids)
        is_clue = clue if clue is not None else number % 100 == 1
        found = clue_found(CASE, number, publisher=publisher, summary=summary)
        stated = found if is_clue else evidence_preserved(CASE, number, publisher=publisher)
        said = content(*stated, event_id=number.to_bytes(16), salt=b"s" * 16)
        self.outbox.submit(Draft(said=said, digest=b"", at=NOON))
        return said.event_id

    def work(self) -> None:
        """Do rounds until there is nothing to do; a broker that does not confirm is tried again."""
        for _ in range(50):
            try:
                if not self.sender.round():
                    return
            except BusUnreachable:
                continue
        raise AssertionError("the sender does not come to rest")

    def row(self, event_id: bytes) -> Row:
        found = self.outbox.row_of(event_id)
        assert found is not None
        return found

    def on_record(self) -> Counter[str]:
        return Counter(entry.verdict for entry in self.trail.entries.values())


@pytest.fixture
def node(tmp_path: Path) -> Node:
    return Node(tmp_path)


class TestSending:
    def test_numbers_and_chains_in_the_order_of_the_outbox(self, node: Node) -> None:
        ids = [node.decide() for _ in range(3)]

        node.work()

        rows = [node.row(event_id) for event_id in ids]
        assert [row.seq for row in rows] == [1, 2, 3]
        assert [row.verdict for row in rows] == ["admitted"] * 3
        assert [row.position.offset for row in rows if row.position] == [0, 1, 2]

    def test_each_publisher_has_a_chain_of_its_own(self, node: Node) -> None:
        ids = [node.decide(publisher=organ) for organ in ("V9801", "P9801", "V9801")]

        node.work()

        assert [node.row(event_id).seq for event_id in ids] == [1, 1, 2]

    def test_does_not_wait_for_verdicts(self, node: Node) -> None:
        """A trail that sleeps delays verdicts, not the sending."""
        node.trail.asleep = True
        ids = [node.decide() for _ in range(3)]

        node.work()

        assert [node.row(event_id).state for event_id in ids] == ["logged"] * 3

    def test_says_while_it_waits_for_a_verdict(self, node: Node) -> None:
        """A trail that knows of nobody who waits for it takes its time."""
        node.trail.asleep = True
        node.decide()
        node.work()
        assert node.awaited.is_set()

        node.trail.asleep = False
        node.work()

        assert not node.awaited.is_set()

    def test_an_event_that_the_case_does_not_allow_is_settled_and_counts_in_the_chain(self, node: Node) -> None:
        """T98 may not find a clue in a case that V9801 has handed to nobody … refused, and yet remembered."""
        first = node.decide()
        node.work()
        again = node.decide(publisher="T98")
        node.work()

        assert node.row(first).verdict == "admitted"
        assert node.row(again).state == "settled"


class TestSystemNotice:
    """The clue of 18 July must be triaged within 15 days (P-TRIAGE): that it was not is said by whichever node."""

    def test_stands_in_no_chain(self, node: Node) -> None:
        node.decide()
        first, second = _breach(node, at="2016-08-10T12:00:00+08:00"), node.decide()
        node.work()

        assert (node.row(first).seq, node.row(first).verdict) == (0, "admitted")
        assert node.row(second).seq == 2

    def test_that_was_said_before_is_settled_and_alarms_nobody(self, node: Node) -> None:
        """Each try has an id of its own; the second one is refused, and nothing is owed for it."""
        node.decide()
        ids = [_breach(node, at="2016-08-10T12:00:00+08:00") for _ in range(2)]
        node.work()

        rows = [node.row(event_id) for event_id in ids]
        assert [(row.state, row.verdict, row.reason) for row in rows] == [
            ("settled", "admitted", None),
            ("settled", "refused", "already-recorded"),
        ]
        assert node.alarms == []

    def test_that_is_not_true_is_settled_too(self, node: Node) -> None:
        """An act, or a broker whose clock is behind, has overtaken it: whoever said it looks again."""
        node.decide()
        early = _breach(node, at="2016-08-02T23:59:00+08:00")
        node.work()

        assert (node.row(early).state, node.row(early).reason) == ("settled", "not-due")
        assert node.alarms == []

    def test_that_was_sent_twice_is_settled_as_what_it_was_first(self, node: Node) -> None:
        node.decide()
        said = _breach(node, at="2016-08-10T12:00:00+08:00")
        node.log.swallow = 2
        node.trail.asleep = True
        with pytest.raises(BusUnreachable):
            node.sender.round()
        node.work()
        node.trail.asleep = False
        node.work()

        assert (node.row(said).state, node.row(said).verdict) == ("settled", "admitted")
        assert node.on_record() == {"admitted": 2, "duplicate": 2}

    def test_that_is_broken_is_parked(self, node: Node) -> None:
        """A notice that names no organ is our own fault, and no other node has said it."""
        node.decide()
        broken = _breach(node, at="2016-08-10T12:00:00+08:00", to=[])
        node.work()

        assert (node.row(broken).state, node.row(broken).reason) == ("parked", "header-incomplete")
        assert len(node.alarms) == 1


def _breach(node: Node, *, at: str, to: Sequence[str] = ("V9801",)) -> bytes:
    """Put the breach of P-TRIAGE into the outbox, as logged *at*."""
    clock = f"P-TRIAGE/{CASE}/1"
    fields = {
        "event_type": "DeadlineBreached",
        "case_id": CASE,
        "aggregate": {"kind": "case", "id": CASE},
        "publisher": "S-copyright",
        "occurred_at": "2016-08-03T00:00:00+08:00",
        "due_at": "2016-08-02T23:59:59.999+08:00",
        "to": list(to),
        "cites": [{"kind": "clock", "id": clock}],
        "region_code": "980100",
        "pii_level": "P0",
    }
    body = {"timer_id": "P-TRIAGE", "due_strict": "2016-08-02T23:59:59.999+08:00", "responsible": list(to)}
    event_id = uuid4().bytes
    said = content(fields, body, event_id=event_id, salt=b"s" * 16)
    node.outbox.submit(Draft(said=said, digest=b"", at=to_ms(at)))
    return event_id


class TestCrash:
    def test_after_the_bytes_are_stored_sends_these_bytes(self, node: Node) -> None:
        event_id = node.decide()
        node.log.reject = 1
        with pytest.raises(BusUnreachable, match="not confirmed 1 records"):
            node.sender.round()
        before = node.row(event_id).value

        node.restart()
        node.work()

        assert node.row(event_id).value == before
        assert node.row(event_id).verdict == "admitted"

    def test_before_the_confirmation_sends_nothing_twice_where_the_trail_knows_it(self, node: Node) -> None:
        """The record had arrived; the new sender learns it from its own trail."""
        event_id = node.decide()
        node.log.swallow = 1
        with pytest.raises(BusUnreachable):
            node.sender.round()

        node.restart()
        node.work()

        assert node.row(event_id).verdict == "admitted"
        assert node.on_record() == {"admitted": 1}

    def test_a_record_sent_twice_counts_once(self, node: Node) -> None:
        """Without a restart the confirmation is simply missing: the same bytes go out again, as a duplicate."""
        event_id = node.decide()
        node.log.swallow = 1
        node.trail.asleep = True
        with pytest.raises(BusUnreachable):
            node.sender.round()
        node.work()
        node.trail.asleep = False
        node.work()

        assert node.on_record() == {"admitted": 1, "duplicate": 1}
        assert (node.row(event_id).verdict, node.row(event_id).position) == ("admitted", (4, 0))

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(faults=st.lists(st.sampled_from(["swallow", "reject", "restart", "sleep", "wake", "decide"]), max_size=25))
    def test_at_any_time_loses_nothing_doubles_nothing_and_keeps_the_chain(
        self, tmp_path_factory: pytest.TempPathFactory, faults: list[str]
    ) -> None:
        node = Node(tmp_path_factory.mktemp("node"))
        ids = [node.decide()]
        for fault in faults:
            match fault:
                case "restart" if not node.trail.asleep:  # begin() would wait for it
                    node.restart()
                case "swallow":
                    node.log.swallow = 1
                case "reject":
                    node.log.reject = 1
                case "sleep" | "wake":
                    node.trail.asleep = fault == "sleep"
                case "decide":
                    ids.append(node.decide())
            try:
                node.sender.round()
            except BusUnreachable:
                continue
        node.trail.asleep = False
        node.work()

        assert [node.row(event_id).verdict for event_id in ids] == ["admitted"] * len(ids)
        assert node.on_record()["admitted"] == len(ids)
        assert set(node.on_record()) <= {"admitted", "duplicate", "refused"}
        assert not node.alarms


class TestRefusedBeforeItCounts:
    def test_is_parked_with_an_alarm(self, tmp_path: Path) -> None:
        """The key was revoked while the event stood in the outbox."""
        node = Node(tmp_path, law_of_trail=law_without("V9801#1"))
        event_id = node.decide()

        node.work()

        assert (node.row(event_id).state, node.row(event_id).reason) == ("parked", "key-not-valid")
        assert len(node.alarms) == 1
        assert "key-not-valid" in node.alarms[0]

    def test_what_stood_behind_it_is_numbered_and_signed_anew(self, node: Node) -> None:
        """The first event does not count, so the second one is the first of the chain."""
        first, second = node.decide(), node.decide(clue=True)
        node.trail.law = law_without("V9801#1")
        node.trail.asleep = True
        node.work()
        old = node.row(second).value
        node.trail.asleep = False
        node.trail.chains([])
        # From here on the key is good again, as after a new version of the rulebook.
        node.trail.law = law()
        node.work()

        assert node.row(first).state == "parked"
        assert (node.row(second).seq, node.row(second).verdict) == (1, "admitted")
        assert node.row(second).value != old

    def test_an_event_that_cannot_be_signed_holds_up_nobody(self, node: Node) -> None:
        lost = node.decide(publisher="P9801")
        node.keys.lost = {"P9801#1"}
        sound = node.decide()

        node.work()

        assert node.row(lost).state == "parked"
        assert "none of P9801" in (node.row(lost).reason or "")
        assert node.row(sound).verdict == "admitted"

    def test_an_event_that_is_too_large_is_never_sent(self, node: Node) -> None:
        event_id = node.decide(clue=True, summary="长" * 400_000)

        node.work()

        assert node.row(event_id).state == "parked"
        assert not node.log.records


class TestStrangerInTheChain:
    def test_what_it_has_pushed_out_of_its_place_gets_the_next_one(self, node: Node, tmp_path: Path) -> None:
        """A second system with the same key published in the case; its event took the number that ours had."""
        ours = node.decide(clue=False)
        node.log.reject = 1
        with pytest.raises(BusUnreachable):
            node.sender.round()
        second_system(node, tmp_path / "other").work()

        node.work()

        assert (node.row(ours).seq, node.row(ours).attempts, node.row(ours).verdict) == (3, 2, "admitted")
        assert not node.alarms

    def test_an_event_that_never_finds_a_place_is_parked(self, node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
        """A trail that never shows the stranger's events would send it round for ever; a person must look."""
        ours = node.decide(clue=False)
        node.log.reject = 1
        with pytest.raises(BusUnreachable):
            node.sender.round()
        second_system(node, node.outbox.file.parent / "other").work()
        monkeypatch.setattr(node.trail, "chains", lambda _: {})

        node.work()

        assert (node.row(ours).state, node.row(ours).reason) == ("parked", "sequence-gap")
        assert node.row(ours).attempts == MOST_ATTEMPTS
        assert len(node.alarms) == 1


def second_system(node: Node, folder: Path) -> Node:
    """Return another sender for the same organ on the same log, with two events to publish."""
    folder.mkdir()
    other = Node(folder, first_id=101)
    other.log = node.log
    other.trail = MemoryTrail(node.log, law())
    other.restart()
    other.decide()
    other.decide()
    return other
