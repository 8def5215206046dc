"""Which cases does a file hold, and which of its lines can't be taken?"""

from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook

from tests.existing_cases import OPEN, PENALISED, Row, csv_of
from tests.unit.ledger.story import law
from yisong.errors import NotImportable
from yisong.importing.columns import COLUMNS
from yisong.importing.reading import File, read_cases
from yisong.schemas import body_faults, pii_level

CASE = "CRB-980100-2016-000021-5"


def read(*rows: Row, **changed: str) -> File:
    """Read a file of *rows*, in the last of which cells are *changed*."""
    *others, last = rows
    return read_cases(csv_of(*others, {**last, **changed}), "V9801", law())


def faults(found: File) -> list[tuple[int, str]]:
    return [(note.line, note.column) for note in found.faults]


class TestAGoodRow:
    def test_tells_the_smallest_legal_sequence_of_events(self) -> None:
        found = read(PENALISED, OPEN)

        assert found.faults == ()
        whole, opened = found.cases
        assert [one.header["event_type"] for one in whole.events] == [
            "ClueFound", "CaseOpened", "PenaltyDecided", "CaseClosed",
        ]  # fmt: skip
        assert [one.header["event_type"] for one in opened.events] == ["CaseOpened"]
        assert [(case.line, case.number, case.year) for case in found.cases] == [
            (2, "甲一文案2016-21", 2016), (3, "甲一文案2016-22", 2016),
        ]  # fmt: skip

    def test_says_in_each_event_what_its_cells_say(self) -> None:
        (case,) = read(PENALISED).cases
        clue, opened, penalty, closed = (one.of(CASE) for one in case.events)

        assert clue["variant"] == "feedback_not_wanted"
        assert clue["aggregate"] == {"kind": "clue", "id": f"C-{CASE}-1"}
        assert clue["occurred_at"] == "2016-07-18T00:00:00+08:00"
        assert opened["aggregate"] == {"kind": "case", "id": CASE}
        assert (opened["doc_no"], opened["decided_at"]) == ("甲一文立字〔2016〕21号", "2016-07-19T00:00:00+08:00")
        assert (penalty["variant"], penalty["served_at"]) == ("monetary", "2016-09-03T00:00:00+08:00")
        assert (closed["variant"], closed["approver"]) == ("penalty_executed", "U-V9801-90")
        assert {one["campaign_id"] for one in (clue, opened, penalty, closed)} == {"JW2016"}
        bodies = [one.body for one in case.events]
        assert bodies[0]["works"] == [
            {"title": "星河", "work_type": "literature"}, {"title": "长夜", "work_type": "literature"},
        ]  # fmt: skip
        assert bodies[1]["violation"] == "XW18_1"
        assert bodies[1]["parties"] == [
            {
                "party_id": "p1",
                "role": "operator",
                "kind": "organisation",
                "name": "甲一市墨池网络科技有限公司(合成)",
                "uscc": "91980100FAKE000139",
                "uscc_check": "ok",
            }
        ]
        assert bodies[2]["penalties"] == [{"kind": "warning"}, {"kind": "fine", "amount_fen": 3_000_000}]
        assert bodies[2]["public"] is True

    def test_gives_bodies_that_fit_their_schemas(self) -> None:
        (case,) = read(PENALISED).cases

        for one in case.events:
            name, variant = str(one.header["event_type"]), one.header.get("variant")
            assert body_faults(name, dict(one.body), variant=None if variant is None else str(variant)) == ()
        assert [pii_level(str(one.header["event_type"]), one.body) for one in case.events] == ["P1", "P1", "P0", "P1"]

    def test_keeps_the_original_of_what_it_read_otherwise(self) -> None:
        found = read(PENALISED)

        assert {(one.column, one.written, one.read) for one in found.readings} == {
            ("线索日期", "２０１６年７月１８日", "2016-07-18"),
            ("立案日期", "二0一六年七月十九日", "2016-07-19"),
            ("处罚日期", "2016.9.1", "2016-09-01"),
            ("送达日期", "2016/9/3", "2016-09-03"),
            ("立案文号", "甲一文立字[2016]021号", "甲一文立字〔2016〕21号"),
            ("处罚文号", "甲一文罚字【2016】7号", "甲一文罚字〔2016〕7号"),
            ("罚款", "３万元", "30000"),
        }

    def test_leaves_texts_and_names_as_they_are_written(self) -> None:
        (case,) = read(PENALISED, 摘要="（甲）小说站", 结案理由="罚款３万元已缴").cases

        assert case.events[0].body["summary"] == "（甲）小说站"
        assert case.events[3].body["reason"] == "罚款３万元已缴"

    def test_may_end_where_no_case_was_opened(self) -> None:
        kept = ("案件编号", "线索日期", "线索来源", "摘要", "涉案网站", "作品类型", "平台类型", "批准人")
        row = {name: cell if name in kept else "" for name, cell in PENALISED.items()}

        (case,) = read(row, 结案日期="2016-07-25", 结案方式="不予立案", 结案理由="没有违法事实").cases

        assert [(one.name, one.header["variant"]) for one in case.events] == [
            ("clue", "feedback_not_wanted"), ("closed", "not_opened"),
        ]  # fmt: skip

    def test_has_no_penalty_where_a_spreadsheet_has_filled_in_that_there_is_none(self) -> None:
        row = {**OPEN, "罚款": "0", "是否公开": "否", "是否听证": "否", "要求答复": "否", "来路": "自行发现"}

        (case,) = read(row).cases

        assert [one.name for one in case.events] == ["opened"]
        assert faults(read(row, 罚款="500")) == [(2, "罚款")]

    def test_may_be_served_after_its_end(self) -> None:
        assert read(PENALISED, 送达日期="2016-10-20").faults == ()

    def test_names_persons_by_token(self) -> None:
        row = {**OPEN, "当事人": "", "统一社会信用代码": "", "当事人令牌": "K-V9801-0001"}

        (case,) = read(row).cases

        assert case.events[0].body["parties"] == [
            {
                "party_id": "p1",
                "role": "operator",
                "kind": "person",
                "person_token": "K-V9801-0001",
                "uscc_check": "unchecked",
            }
        ]


class TestABadRow:
    @pytest.mark.parametrize(
        ("column", "cell", "what"),
        [
            ("立案日期", "2016-02-30", "is a date that does not exist"),
            ("立案日期", "", "must be filled: it belongs to the opening of the case"),
            ("案由", "盗版", "must be one of"),
            ("作品类型", "文学、诗", "must be one of"),
            ("统一社会信用代码", "91980100FAKE00013", "is no credit code"),
            ("办案人员", "张三、李四", "must be tokens"),
            ("办案人员", "U-V9801-01", "a case is opened by two officers at least"),
            ("批准人", "王五", "must be tokens"),
            ("当事人", "甲公司;乙公司", "has 1 codes, and 当事人 2 names"),
            ("处罚日期", "2016-07-01", "lies before 立案日期"),
            ("结案日期", "2016-08-31", "lies before 处罚日期"),
            ("送达日期", "2016-08-31", "lies before 处罚日期"),
            ("罚款", "三万", "is no sum in yuan"),
            ("罚款", "0", "must be filled: 罚款 has a sum"),
            ("没收违法所得", "500", "is filled, and 处罚种类 has no 没收违法所得"),
            ("罚款", "", "must be filled: 罚款 has a sum"),
            ("处罚种类", "警告、鞭刑", "must be one of"),
            ("结案方式", "不予处罚", "says that there was no penalty"),
            ("结案方式", "不予立案", "says that no case was opened"),
            ("结案理由", "依据《中国体彩网手机版规范的意见》办结", "at character 4 an advertisement stands"),
            ("摘要", "举报人电话13800000000", "telephone"),
            ("涉案网站", "小说 站", "is neither a domain"),
            ("专项行动", "剑网二〇一六", "is no id of a campaign"),
            ("摘要", "字" * 501, "is longer than 500 characters"),
        ],
    )
    def test_is_named_with_line_and_column_and_what_to_do(self, column: str, cell: str, what: str) -> None:
        found = read({**OPEN, column: OPEN.get(column, "")}, PENALISED, **{column: cell})

        assert [case.line for case in found.cases] == [2]
        assert [note.line for note in found.faults if what in note.what] == [3]
        assert not any(cell in note.what for note in found.faults if len(cell) > 2)

    def test_has_all_its_faults_told_at_once(self) -> None:
        found = read(PENALISED, 立案日期="x", 案由="y", 罚款="z", 办案人员="张三")

        assert sorted(column for _, column in faults(found)) == ["办案人员", "案由", "立案日期", "罚款"]
        assert found.cases == ()

    def test_does_not_keep_the_good_rows_from_being_read(self) -> None:
        found = read(PENALISED, OPEN, 立案日期="x")

        assert ([case.line for case in found.cases], faults(found)) == ([2], [(3, "立案日期")])

    def test_is_a_duplicate_though_its_number_is_typed_otherwise_and_it_has_other_faults(self) -> None:
        found = read(PENALISED, OPEN, 案件编号="甲一文案２０１６－21", 立案文号="甲一文立字（2016）21号", 案由="y")

        assert [note.what for note in found.faults if note.column in ("案件编号", "立案文号")] == [
            "stands in line 2 already; a case is one row, and its numbers are its own",
        ] * 2  # fmt: skip
        assert (3, "案由") in faults(found)

    def test_has_no_number(self) -> None:
        found = read(OPEN, 案件编号="", 立案文号="")

        assert (2, "案件编号") in faults(found)

    def test_takes_the_number_of_its_opening_where_it_has_none_of_its_own(self) -> None:
        (case,) = read(OPEN, 案件编号="", 立案文号="甲一文立字[2016]22号").cases

        assert case.number == "甲一文立字〔2016〕22号"

    def test_says_of_nothing_that_happened(self) -> None:
        row = {name: cell if name == "案件编号" else "" for name, cell in OPEN.items()}

        assert [note.what for note in read(row).faults] == [
            "the row says of nothing when it happened: fill 线索日期 or 立案日期"
        ]

    def test_was_referred(self) -> None:
        row = {**OPEN, "移送公安文号": "甲一文移字〔2016〕1号"}

        assert [note.what.partition(",")[0] for note in read(row).faults] == ["the case was referred"]
        assert read(row, 移送公安文号="无").faults == ()

    def test_may_be_a_person_under_the_name_of_an_organisation(self) -> None:
        found = read(OPEN, 当事人="张三", 统一社会信用代码="")

        assert faults(found) == [(2, "当事人")]
        assert "张三" not in found.faults[0].what

    def test_warns_of_a_credit_code_that_breaks_its_check_and_says_so_in_the_event(self) -> None:
        found = read(OPEN, 统一社会信用代码="91980100FAKE000138")

        assert [note.column for note in found.warnings] == ["统一社会信用代码"]
        (party,) = found.cases[0].events[0].body["parties"]  # type: ignore[misc]  # a list of one party
        assert party["uscc_check"] == "fail"  # type: ignore[has-type]

    def test_warns_of_an_advertisement_that_may_be_the_name_of_a_work(self) -> None:
        found = read(PENALISED, 作品="《中国体彩网手机版》")

        assert ([note.column for note in found.warnings], len(found.cases)) == (["作品"], 1)


class TestAFile:
    @pytest.mark.parametrize(("codec", "form"), [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("gb18030", "GB18030")])
    def test_is_read_in_the_encodings_of_spreadsheets(self, codec: str, form: str) -> None:
        found = read_cases(csv_of(PENALISED, codec=codec), "V9801", law())

        assert (found.form, found.faults, len(found.cases)) == (form, (), 1)

    def test_says_the_same_as_a_spreadsheet(self) -> None:
        book = Workbook()
        sheet = book.active
        sheet.append(list(PENALISED))
        sheet.append(list(PENALISED.values()))
        packed = BytesIO()
        book.save(packed)

        found = read_cases(packed.getvalue(), "V9801", law())

        assert (found.form, found.faults) == ("xlsx", ())
        assert found.cases == read(PENALISED).cases

    def test_keeps_the_days_and_numbers_of_a_spreadsheet_and_refuses_what_has_lost_digits(self) -> None:
        from datetime import datetime  # noqa: PLC0415 (naive, as a spreadsheet has it)

        row: dict[str, Any] = {**PENALISED, "立案日期": datetime(2016, 7, 19), "罚款": 30000}
        book = Workbook()
        sheet = book.active
        sheet.append(list(row))
        sheet.append(list(row.values()))
        sheet.append([110105194912310020 if name == "统一社会信用代码" else cell for name, cell in row.items()])
        packed = BytesIO()
        book.save(packed)

        found = read_cases(packed.getvalue(), "V9801", law())

        assert [case.events[1].header["decided_at"] for case in found.cases] == ["2016-07-19T00:00:00+08:00"]
        assert [(note.line, note.what.partition(":")[0]) for note in found.faults] == [
            (3, "holds a number of more digits than Excel keeps")
        ]

    @pytest.mark.parametrize(
        ("content", "what"),
        [
            (b"", "it is empty"),
            (b"\xd0\xcf\x11\xe0rest", "Excel 97"),
            (b"PK\x03\x04rest", "it is no spreadsheet"),
            (b"\xff\xff\xff\n", "neither UTF-8 nor GB18030"),
            ("甲,乙\n1,2".encode(), "names none of the columns"),
            ("案件编号,立案日期,立案时间".encode(), r"立案日期 \(opened_date\) stands in more than one column"),
            ("案件编号,身份证号码".encode(), "column 2 is for personal data"),
            ("案件编号,姓名,联系电话".encode(), "column 3 is for personal data"),
        ],
    )
    def test_that_is_none_is_not_taken_at_all(self, content: bytes, what: str) -> None:
        with pytest.raises(NotImportable, match=what):
            read_cases(content, "V9801", law())

    def test_with_an_open_quotation_mark_loses_one_line(self) -> None:
        content = csv_of(OPEN) + b'\r\n"open,\r\n' + csv_of(PENALISED).split(b"\r\n")[1]

        found = read_cases(content, "V9801", law())

        assert ([case.line for case in found.cases], [note.line for note in found.faults]) == ([2, 4], [3])

    def test_says_which_columns_nothing_is_read_from_and_quotes_none(self) -> None:
        found = read({**OPEN, "备注": "催办"})

        assert [(note.line, note.column) for note in found.warnings] == [(1, f"column {len(OPEN) + 1}")]

    @pytest.mark.parametrize("organ", ["P9801", "X1"])
    def test_belongs_to_a_copyright_organ(self, organ: str) -> None:
        with pytest.raises(NotImportable, match="must be a copyright organ"):
            read_cases(csv_of(OPEN), organ, law())

    def test_may_have_the_ids_of_its_columns_as_headings(self) -> None:
        by_heading = {heading: column.name for column in COLUMNS for heading in column.headings}

        found = read({by_heading[name]: cell for name, cell in PENALISED.items()})

        assert found.cases == read(PENALISED).cases
