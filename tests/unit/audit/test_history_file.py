import json
from pathlib import Path

import pytest

from tests.unit.audit.on_paper import HISTORIES, NEGATIVES, history
from yisong.audit.history_file import merged, read_history
from yisong.errors import NotPublishable

CLUE = {"event_type": "ClueFound", "case_id": "CRB-980100-2016-000021-5", "publisher": "V9801", "occurred_at": "…"}
LINE = {"at": "2016-07-18T09:14:00+08:00", "header": CLUE, "body": {}}


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
            ({**LINE, "why": 1}, "must be an object of at, header, body"),
            ({"at": LINE["at"], "header": CLUE}, "must be an object of at, header, body"),
            ({**LINE, "body": []}, "header and body: must be objects"),
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
                [None, {"kind": "forged_copy", "of": 1}, {"kind": "forged_copy", "of": 2}],
                "line 2, which is a copy itself",
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
        """Who wrote two bad lines hears of both."""
        with pytest.raises(NotPublishable) as caught:
            read_history(_file(tmp_path, "{", LINE, {**LINE, "at": 5}))

        assert [fault.partition(":")[0] for fault in caught.value.faults] == ["line 1", "line 3"]

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
