"""Would the log admit the events that a row tells of, one behind the other? By the real fold, on an empty docket."""

from typing import TYPE_CHECKING, Any, cast

import pytest

from tests.existing_cases import OPEN, PENALISED, Row, csv_of
from tests.unit.publishing.bus import Keys, law
from yisong.audit.rehearsal import rehearse
from yisong.envelope.case_id import case_id
from yisong.envelope.codec import SALT_BYTES
from yisong.importing.kept import event_id
from yisong.importing.planned import header_of
from yisong.importing.reading import read_cases
from yisong.publishing.compose import content
from yisong.publishing.instants import to_ms
from yisong.publishing.signer import Signer
from yisong.publishing.validate import event_faults

if TYPE_CHECKING:
    from yisong.audit.trails import Trail

NOW = to_ms("2016-12-01T10:00:00+08:00")
NUMBER = case_id("980100", 2016, 7)
CLUE = ("案件编号", "线索日期", "线索来源", "摘要", "涉案网站", "作品", "作品类型", "平台类型", "批准人")


class Empty:
    """A trail that has nothing on record yet."""

    def rows(self, name: str, **arguments: object) -> list[tuple[Any, ...]]:
        del name, arguments
        return []

    def docket(self, number: str) -> None:
        del number


def rows() -> dict[str, Row]:
    penalty = ("处罚日期", "处罚文号", "送达日期", "处罚种类", "罚款", "结案日期", "结案方式", "结案理由")
    clue = {name: cell if name in CLUE else "" for name, cell in PENALISED.items()}
    ended = {"结案日期": "2016-10-10", "结案理由": "证据不足"}
    return {
        "from its clue to its end": PENALISED,
        "whose penalty is not executed yet": {**PENALISED, "结案日期": "", "结案方式": "", "结案理由": ""},
        "that is open": OPEN,
        "that ended without a penalty": {**OPEN, **ended, "结案方式": "不予处罚"},
        "of which nobody knows the clue": {**OPEN, **{name: PENALISED[name] for name in penalty}},
        "with a penalty without money": {**PENALISED, "处罚种类": "警告、责令停产停业", "罚款": ""},
        "that is a clue": clue,
        "that was not opened": {**clue, **ended, "结案方式": "不予立案"},
        "of a person": {**OPEN, "当事人": "", "统一社会信用代码": "", "当事人令牌": "K-V9801-0001"},
    }


@pytest.mark.parametrize("row", rows().values(), ids=rows())
def test_the_log_admits_a_case(row: Row) -> None:
    read = read_cases(csv_of(row), "V9801", law())
    assert read.faults == ()
    events = read.cases[0].events
    signer = Signer(law(), Keys())
    drafts = []
    for one in events:
        header = header_of(one, NUMBER)
        assert event_faults(header, one.body, law=law(), signer=signer, at=NOW) == ()
        chosen = event_id("V9801", read.cases[0].number, one.name, 1)
        drafts.append((content(header, one.body, event_id=chosen.bytes, salt=bytes(SALT_BYTES)), NOW))

    found = rehearse(cast("Trail", Empty()), drafts, law(), signer)

    assert [(one.verdict, one.reason) for one in found if one.verdict not in ("admitted", "admitted-late")] == []
    assert len(found) == len(events) > 0


@pytest.mark.parametrize("name", ["that is a clue", "that was not opened"])
def test_who_complained_by_name_is_owed_an_answer_and_the_row_must_say_so(name: str) -> None:
    row = {**rows()[name], "线索来源": "企业协会投诉", "要求答复": ""}

    told = [
        fault
        for answer in ("", "是")
        for one in read_cases(csv_of({**row, "要求答复": answer}), "V9801", law()).cases[0].events
        for fault in event_faults(header_of(one, NUMBER), one.body, law=law(), signer=Signer(law(), Keys()), at=NOW)
    ]

    assert told == [
        "variant: a company or association is always answered; only an anonymous complaint is feedback_not_wanted"
    ]
