from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.unit.audit.on_paper import HISTORIES, NEGATIVES, Desk, first, history, spoiled
from yisong.audit.differences import wanted
from yisong.audit.expected_file import read_expected
from yisong.audit.history_file import History, Line
from yisong.audit.tamper import Tamper
from yisong.errors import NotPublishable
from yisong.ledger import Entry
from yisong.publishing.instants import to_ms

ALL = sorted(file.stem for folder in (HISTORIES, NEGATIVES) for file in folder.glob("*.jsonl"))


class TestEveryFile:
    @pytest.mark.parametrize("name", ALL)
    def test_is_judged_as_it_expects(self, desk: Desk, name: str) -> None:
        """The bytes made of each line give the verdict that its file, or its expected file, names."""
        on_paper = desk.play(history(name))
        file = HISTORIES / f"{name}.expected.yaml"
        expected = read_expected(file) if file.exists() else None

        for line, entry in zip(on_paper.history.lines, on_paper.entries, strict=True):
            want = wanted(line, on_paper.played, expected, desk.law)
            assert want is not None
            assert (line.name, entry.verdict, entry.reason) == (line.name, want.verdict, want.reason)


# Line 8 of H1 is V9801's own, after seven others; what is said of it is what the tampering is for.
TAMPERED = [
    (Tamper(kind="flip_signature_bit"), "bad-signature"),
    (Tamper(kind="other_key"), "bad-signature"),
    (Tamper(kind="revoked_key"), "key-not-valid"),
    (Tamper(kind="foreign_key_id", name="P9801"), "unknown-key"),
    (Tamper(kind="change_carried"), "carried-hash-mismatch"),
    (Tamper(kind="truncate"), "malformed"),
    (Tamper(kind="unregistered_schema"), "unknown-schema"),
    (Tamper(kind="schema_of_type", name="ClueFound"), "schema-not-of-type"),
    (Tamper(kind="replay_same_id_new_body", number=2), "duplicate-id-different-bytes"),
    (Tamper(kind="forged_copy", number=2), "bad-signature"),
    (Tamper(kind="skip_seq", number=1), "sequence-gap"),
    (Tamper(kind="break_prev"), "chain-mismatch"),
    (Tamper(kind="record_key", name="CRB-980100-2016-000048-K"), "wrong-key"),
    (Tamper(kind="record_key", name="not a case"), "wrong-key"),
    (Tamper(kind="wrong_partition"), "wrong-partition"),
]


class TestTampering:
    @pytest.mark.parametrize(("tamper", "reason"), TAMPERED, ids=[str(tamper.kind) for tamper, _ in TAMPERED])
    def test_is_found_for_what_it_is(self, desk: Desk, tamper: Tamper, reason: str) -> None:
        """One spoilt act of 甲省一市 is refused for the reason that its kind of tampering has."""
        entry = desk.play(spoiled(history("H1"), 8, tamper)).entries[-1]

        assert (entry.verdict, entry.reason) == ("refused", reason)

    def test_of_a_second_signature_is_found(self, desk: Desk) -> None:
        """Items handed over under one signature where two are named are refused."""
        entry = desk.play(spoiled(history("H1"), 12, Tamper(kind="drop_countersignature"))).entries[-1]

        assert (entry.verdict, entry.reason) == ("refused", "countersignature-missing")

    def test_by_repeating_the_same_bytes_is_a_duplicate(self, desk: Desk) -> None:
        """Who sends line 2 again has sent it once."""
        on_paper = desk.play(spoiled(history("H1"), 3, Tamper(kind="replay_same_bytes", number=2)))

        assert on_paper.records[2].value == on_paper.records[1].value
        assert on_paper.entries[2].verdict == "duplicate"

    @pytest.mark.parametrize("kind", ["bytes_of_later", "forged_copy"])
    def test_that_comes_too_early_does_not_spoil_what_comes_later(self, desk: Desk, kind: str) -> None:
        """Bytes of line 4, sent already as line 2, are refused there; line 4 itself is admitted all the same."""
        whole = history("N64")
        tamper = Tamper(kind="forged_copy" if kind == "forged_copy" else "bytes_of_later", number=4)
        entries = desk.play(_with(whole, replace(whole[2], expect=None, tamper=tamper))).entries

        assert [entry.verdict for entry in entries] == ["admitted", "refused", "admitted", "admitted"]

    def test_of_a_copy_of_a_copy_is_that_of_its_original(self, desk: Desk) -> None:
        """Line 2 again, and that again; forged twice, it is still forged."""
        lines = history("H1").lines[:2]
        tampers = [("replay_same_bytes", 2), ("replay_same_bytes", 3), ("forged_copy", 4), ("forged_copy", 5)]
        copies = [
            replace(lines[1], number=number, tamper=Tamper(kind=kind, number=of))  # type: ignore[arg-type]  # a kind
            for number, (kind, of) in enumerate(tampers, start=3)
        ]
        entries = desk.play(History(name="H1", lines=(*lines, *copies))).entries

        assert [(one.verdict, one.reason) for one in entries[2:]] == [
            *[("duplicate", None)] * 2,
            *[("refused", "bad-signature")] * 2,
        ]

    def test_of_a_line_that_was_cut_short_is_cut_short(self, desk: Desk) -> None:
        whole = history("H1")
        cut = replace(whole[2], tamper=Tamper(kind="truncate"))
        forged = replace(whole[3], tamper=Tamper(kind="forged_copy", number=2))
        entries = desk.play(History(name="H1", lines=(whole[1], cut, forged))).entries

        assert [one.reason for one in entries] == [None, "malformed", "malformed"]

    def test_under_the_id_of_another_line_is_cited_by_that_id(self, desk: Desk) -> None:
        """通信 may use an id that 版权 used before: what cites its line cites that id, and finds the answer."""
        whole = history("H4")
        answer = replace(whole[7], tamper=Tamper(kind="replay_same_id_new_body", number=1))
        entries = desk.play(replace(whole, lines=(*whole.lines[:6], answer, whole[8]))).entries
        found, answered, decided = (entries[index].header for index in (0, 6, 7))

        assert found is not None
        assert answered is not None
        assert decided is not None
        assert answered.event_id == found.event_id
        assert decided.cites[1].id.replace("-", "") == answered.event_id.hex()
        assert entries[7].verdict == "admitted"


def _numbered(entries: Sequence[Entry]) -> list[tuple[str | None, int]]:
    return [(entry.reason, entry.header.publisher_seq) for entry in entries if entry.header is not None]


def _with(whole: History, changed: Line) -> History:
    lines = tuple(changed if line.number == changed.number else line for line in whole.lines)
    return replace(whole, lines=lines)


def _alone(line: Line) -> History:
    return History(name=line.file, lines=(replace(line, number=1),))


class TestChain:
    def test_goes_on_over_a_refusal_that_counts_and_not_over_one_that_does_not(self, desk: Desk) -> None:
        """What is refused at step 6 or later has a number in the chain; what is refused before has none."""
        refused_late = desk.play(history("N80")).entries  # the same person approves; then another one does
        refused_early = desk.play(history("N82")).entries  # a receipt in the wrong partition; then in the right one

        assert _numbered(refused_late[-2:]) == [("same-person-approval", 7), (None, 8)]
        assert _numbered(refused_early[-2:]) == [("wrong-partition", 1), (None, 1)]

    def test_does_not_hold_what_the_bus_itself_says(self, desk: Desk) -> None:
        """Notices of a system organ have number 0 and no predecessor."""
        notices = [one.header for one in desk.play(history("N72")).entries[-2:]]

        assert [(one.publisher_seq, one.publisher_prev) for one in notices if one is not None] == [(0, None), (0, None)]


class TestFilledIn:
    def test_cited_lines_become_the_events_of_the_same_file(self, desk: Desk) -> None:
        """The referral cites the decision that approved it by the id which that decision bears."""
        entries = desk.play(first(history("H1"), 9)).entries
        decided, sent = entries[7].header, entries[8].header

        assert decided is not None
        assert sent is not None
        assert sent.cites[0].id.replace("-", "") == decided.event_id.hex()

    def test_personal_data_is_sealed_from_the_date_on_which_it_must_be(self, desk: Desk) -> None:
        """From 2030 a body with P2 data travels sealed where the file does not say otherwise, and is admitted."""
        clue = history("N70")[1]
        stated = {name: value for name, value in clue.fields.items() if name != "sealing"}
        (entry,) = desk.play(_alone(replace(clue, fields=stated, expect=None))).entries

        assert entry.header is not None
        assert (entry.verdict, entry.header.sealing) == ("admitted", "sealed")
        assert entry.header.carried_hash != entry.header.body_hash

    def test_what_must_be_sealed_is_known_by_log_time(self, desk: Desk) -> None:
        """A line whose timestamp runs back over New Year 2030 lies in 2030 all the same, and travels sealed."""
        clue = history("N70")[1]
        stated = {name: value for name, value in clue.fields.items() if name != "sealing"}
        back = {**history("H1")[13].fields, "occurred_at": "2029-12-31T00:00:00+08:00", "pii_level": "P2", "cites": []}
        back |= {name: stated[name] for name in ("case_id", "aggregate", "publisher", "region_code")}
        lines = [
            replace(clue, fields=stated, expect=None),
            replace(history("H1")[13], file=clue.file, number=2, at=to_ms("2029-12-31T10:00:00+08:00"), fields=back),
        ]
        entries = desk.play(History(name=clue.file, lines=tuple(lines))).entries

        assert [one.header.sealing for one in entries if one.header] == ["sealed", "sealed"]
        assert entries[1].verdict == "admitted"

    def test_a_line_may_say_that_it_is_no_test_data(self, desk: Desk) -> None:
        """A demo bus refuses it, and that must be playable too."""
        line = history("H1")[1]
        (entry,) = desk.play(_alone(replace(line, fields={**line.fields, "test_data": False}))).entries

        assert entry.reason == "test-data-mismatch"

    def test_a_key_that_the_bus_does_not_have_is_named_before_anything_is_sent(self, desk: Desk) -> None:
        line = replace(history("N54")[9], tamper=Tamper(kind="revoked_key"))
        with pytest.raises(NotPublishable, match="N54 line 1: The private key P9999#0 is not in"):
            desk.play(_alone(replace(line, fields={**line.fields, "cites": []})))

    def test_a_type_of_no_catalogue_is_refused_as_such(self, desk: Desk) -> None:
        """Such an event reaches step 6, because the schema that it states is registered."""
        line = history("H1")[1]
        strange = replace(line, fields={**line.fields, "event_type": "CaseForgotten"}, body={})
        (entry,) = desk.play(_alone(strange)).entries

        assert entry.reason == "unknown-event-type"

    def test_a_line_that_no_bytes_can_hold_is_named_before_anything_is_sent(self, desk: Desk) -> None:
        """A body that breaks its schema cannot be played."""
        line = history("H1")[2]
        broken = replace(line, body={**line.body, "item_count": "three"})

        with pytest.raises(NotPublishable, match="H1 line 1"):
            desk.play(_alone(broken))
