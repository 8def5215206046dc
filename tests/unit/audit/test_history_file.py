import json
from pathlib import Path

import pytest

from tests.unit.audit.on_paper import HISTORIES, NEGATIVES, history
from yisong.audit.history_file import merged, read_history
from yisong.errors import NotPublishable

LINE = json.loads((HISTORIES / "H1.jsonl").read_text("utf-8").splitlines()[0])
CLUE, BODY = LINE["header"], LINE["body"]


def _file(folder: Path, *lines: object, name: str = "X1") -> Path:
    file = folder / f"{name}.jsonl"
    file.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines))
    return file


class TestReading:
    @pytest.mark.parametrize(
        "file", sorted([*HISTORIES.glob("*.jsonl"), *NEGATIVES.glob("*.jsonl")]), ids=lambda f: f.stem
    )
    def test_takes_every_file_there_is(self, file: Path) -> None:
        """Histories and negatives are read whole, one line an event."""
        assert len(read_history(file).lines) == len(file.read_text().splitlines())

    @pytest.mark.parametrize(
        ("line", "fault"),
        [
            ("{", "is no JSON"),
            ([], "must be an object of at, header, body"),
            ({**LINE, "why": 1}, "why: no key of a history line"),
            ({"at": LINE["at"], "header": CLUE}, "lacks body"),
            ({**LINE, "body": []}, "body: must be an object"),
            ({**LINE, "header": "ClueFound"}, "header: must be an object"),
            ({**LINE, "note": 5}, "note: must be a text"),
            ({**LINE, "header": {**CLUE, "event_id": "x"}}, "event_id: no header field that an author states"),
            ({**LINE, "header": {**CLUE, "test_data": "no"}}, "test_data: must be true or false"),
            ({**LINE, "header": {**CLUE, "pii_level": None}}, "pii_level: must be one of P0, P1, P2, P3"),
            ({**LINE, "header": {**CLUE, "occurred_at": "2016"}}, "occurred_at: must be an RFC 3339 instant"),
            ({**LINE, "header": {**CLUE, "cites": [{"kind": "case", "line": 1}]}}, "cites: has the unknown field line"),
            ({**LINE, "header": {**CLUE, "cites": [{"kind": "event", "line": "1"}]}}, "cites: has the unknown field"),
            ({**LINE, "body": {**BODY, "summary": 5}}, r"body\.summary"),
            ({**LINE, "body": {**BODY, "why": 5}}, r"body\.why"),
            ({**LINE, "header": {"case_id": "x"}}, "lacks publisher, event_type, occurred_at"),
            ({**LINE, "at": "2016-07-18"}, "at: must be an RFC 3339 instant"),
            ({**LINE, "at": 5}, "at: must be an instant"),
            ({**LINE, "expect": {"verdict": "refused", "reason": None}}, "a refusal has a reason"),
            ({**LINE, "expect": {"verdict": "admitted", "reason": "malformed"}}, "nothing else has one"),
            ({**LINE, "expect": {"verdict": "lost", "reason": None}}, "a verdict of the contract"),
            ({**LINE, "tamper": {"kind": "burn"}}, "is no kind of tampering"),
            ({**LINE, "tamper": "burn"}, "tamper: must be an object"),
            ({**LINE, "tamper": {"kind": "skip_seq"}}, "skip_seq takes by beside its kind"),
            ({**LINE, "tamper": {"kind": "truncate", "by": 1}}, "truncate takes nothing beside its kind"),
            ({**LINE, "tamper": {"kind": "skip_seq", "by": "1"}}, "tamper.by: has the wrong type"),
            ({**LINE, "tamper": {"kind": "record_key", "value": 1}}, "tamper.value: has the wrong type"),
            ({**LINE, "tamper": {"kind": "record_key", "value": None}}, "tamper.value: has the wrong type"),
            ({**LINE, "tamper": {"kind": "skip_seq", "by": True}}, "tamper.by: has the wrong type"),
            ({**LINE, "tamper": {"kind": "schema_of_type", "type": "X"}}, "tamper.type: is no event type"),
            ({**LINE, "tamper": {"kind": "forged_copy", "of": 1}}, "tamper.of must name another line"),
            ({**LINE, "tamper": {"kind": "forged_copy", "of": 9}}, "tamper.of must name another line"),
            ({**LINE, "header": {**CLUE, "cites": [{"kind": "event", "line": 2}]}}, "cites line 2, which is not"),
        ],
    )
    def test_refuses_a_line_that_says_something_else(self, tmp_path: Path, line: object, fault: str) -> None:
        """A line that cannot mean anything is named with what is wrong with it."""
        with pytest.raises(NotPublishable, match=fault):
            read_history(_file(tmp_path, line))

    @pytest.mark.parametrize(
        ("tampers", "fault"),
        [
            ([None, {"kind": "bytes_of_later", "of": 1}], "bytes_of_later needs a later line"),
            ([{"kind": "replay_same_bytes", "of": 2}, None], "replay_same_bytes needs an earlier line"),
            (
                [{"kind": "forged_copy", "of": 2}, {"kind": "forged_copy", "of": 1}],
                "line 1: tamper.of leads back to the line itself",
            ),
        ],
    )
    def test_refuses_a_copy_of_what_it_cannot_copy(
        self, tmp_path: Path, tampers: list[dict[str, object] | None], fault: str
    ) -> None:
        """Copies name a line that has bytes of its own, and one on the right side."""
        lines = [LINE if tamper is None else {**LINE, "tamper": tamper} for tamper in tampers]
        with pytest.raises(NotPublishable, match=fault):
            read_history(_file(tmp_path, *lines))

    def test_names_every_fault_of_a_file_at_once(self, tmp_path: Path) -> None:
        """Who wrote two bad lines, one of them bad in three ways, hears of everything."""
        bad = {**LINE, "at": 5, "header": {**CLUE, "to": "V98"}, "body": {**BODY, "company_complaint": "no"}}
        with pytest.raises(NotPublishable) as caught:
            read_history(_file(tmp_path, "{", LINE, bad))

        said = [fault.split(":")[:2] for fault in caught.value.faults]
        assert said == [
            ["line 1", " is no JSON"],
            ["line 3", " at"],
            ["line 3", " header"],
            ["line 3", " body.company_complaint"],
        ]

    def test_never_says_what_a_body_holds(self, tmp_path: Path) -> None:
        with pytest.raises(NotPublishable) as caught:
            read_history(_file(tmp_path, {**LINE, "body": {**BODY, "company_complaint": "张三"}}))

        assert "张三" not in str(caught.value)

    def test_asks_nothing_of_a_copy_but_where_it_goes(self, tmp_path: Path) -> None:
        """Its bytes are those of another line, so what stands beside it need not be a whole event."""
        stated = {name: CLUE[name] for name in ("case_id", "publisher", "event_type", "occurred_at")}
        copy = {**LINE, "header": stated, "body": {}, "tamper": {"kind": "replay_same_bytes", "of": 1}}

        assert len(read_history(_file(tmp_path, LINE, copy)).lines) == 2

    def test_takes_a_file_with_empty_lines_at_its_end(self, tmp_path: Path) -> None:
        assert len(read_history(_file(tmp_path, LINE, "", "")).lines) == 1

    def test_refuses_an_empty_file(self, tmp_path: Path) -> None:
        """A file without a line would prove whatever one likes."""
        with pytest.raises(NotPublishable, match="it has no line"):
            read_history(_file(tmp_path))


class TestMerging:
    def test_orders_several_files_by_time(self) -> None:
        """H1 and H3 lie in the same months; each keeps its own order."""
        lines = merged([history("H1"), history("H3")])

        assert len(lines) == 27
        assert [line.at for line in lines] == sorted(line.at for line in lines)
        assert [line.number for line in lines if line.file == "H3"] == list(range(1, 12))

    def test_keeps_a_line_behind_the_one_before_it_whatever_it_claims(self, tmp_path: Path) -> None:
        """A record whose timestamp runs backwards is a case in point, not a mistake of the order."""
        later = {**LINE, "at": "2016-07-19T00:00:00+08:00"}
        one = read_history(_file(tmp_path, later, LINE, name="X1"))
        other = read_history(_file(tmp_path, LINE, name="X2"))

        assert [(line.file, line.number) for line in merged([one, other])] == [("X2", 1), ("X1", 1), ("X1", 2)]
