"""What does a cell say, with the defects that published texts have (domain catalogue, §0)?"""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yisong.importing.cells import choice, code, fen, flag, moment, several
from yisong.importing.doubts import perhaps_a_person, personal, replaced, twice
from yisong.schemas.instants import ZONE

AN_ADVERT = "中国体彩网手机版"


class TestDates:
    @pytest.mark.parametrize(
        "text",
        [
            "2006-07-18",
            "2006.7.18",
            "2006/7/18",
            "20060718",
            "2006年7月18日",
            "二〇〇六年七月十八日",
            "二00六年七月十八日",
            "二○○六年七月十八日",
            "二OO六年七月十八日",
            "二ＯＯ六年7月18日",
            "２００６年７月１８日",
            "２００６－０７－１８",
            "2006—7—18",
            "2006 年 7 月 18 日",
            "\ufeff2006-07-18\u200b",
        ],
    )
    def test_a_day_is_read_in_every_form_in_which_notices_have_it(self, text: str) -> None:
        assert moment(text) == datetime(2006, 7, 18, tzinfo=ZONE)

    @pytest.mark.parametrize(("text", "day"), [("十", 10), ("二十", 20), ("三十一", 31), ("〇五", 5), ("十二", 12)])
    def test_days_in_chinese_digits_are_counted_with_their_tens(self, text: str, day: int) -> None:
        assert moment(f"二〇一六年十月{text}日") == datetime(2016, 10, day, tzinfo=ZONE)

    def test_a_time_is_kept(self) -> None:
        assert moment("2016-07-18 09:30") == datetime(2016, 7, 18, 9, 30, tzinfo=ZONE)

    @pytest.mark.parametrize(
        ("text", "what"),
        [
            ("2016-02-30", "is a date that does not exist"),
            ("2016-13-01", "is a date that does not exist"),
            ("二〇一六年十十月一日", "is a date that does not exist"),
            ("16-7-18", "with the whole year"),
            ("2016-7.18", "is no date"),
            ("8月18日", "is no date"),
            ("42569", "is no date"),
            ("2016-07-18 25:00", "is a date that does not exist"),
        ],
    )
    def test_what_is_no_day_is_told_without_its_value(self, text: str, what: str) -> None:
        with pytest.raises(ValueError, match=what) as fault:
            moment(text)

        assert text not in str(fault.value)
        assert fault.value.__cause__ is None

    @given(st.dates())
    def test_a_day_means_the_same_in_plain_and_in_full_width_digits(self, day: datetime) -> None:
        text = f"{day.year:04}-{day.month:02}-{day.day:02}"

        assert moment(text.translate({ord(one): ord(one) + 0xFEE0 for one in "0123456789-"})) == moment(text)

    @given(st.text())
    def test_whatever_stands_in_a_cell_is_a_date_or_a_fault(self, text: str) -> None:
        try:
            assert moment(text).tzinfo is ZONE
        except ValueError as fault:
            assert str(fault).startswith("is ")  # noqa: PT017 (both outcomes are good)


class TestSums:
    @pytest.mark.parametrize(
        ("text", "amount"),
        [
            ("30000", 3_000_000),
            ("３００００", 3_000_000),
            ("30,000.50", 3_000_050),
            ("３０，０００元", 3_000_000),
            ("￥30000", 3_000_000),
            ("3万元", 3_000_000),
            ("1.5万", 1_500_000),
            ("0", 0),
            ("0.01元", 1),
        ],
    )
    def test_a_sum_in_yuan_becomes_whole_fen(self, text: str, amount: int) -> None:
        assert fen(text) == amount

    @pytest.mark.parametrize("text", ["-3", "3,00", "0.001", "三万", "3万2千", "约3000", "", "1" * 40])
    def test_what_can_be_read_in_two_ways_or_none_is_a_fault(self, text: str) -> None:
        with pytest.raises(ValueError, match=r"is (no|more)"):
            fen(text)


class TestCodes:
    @pytest.mark.parametrize("text", ["信网条例18(一)", "信网条例18（一）", "信网条例１８㈠", "XW18_1", " xw18_1 "])
    def test_a_value_is_known_by_its_name_and_by_its_id(self, text: str) -> None:
        assert choice(text, {"XW19": "信网条例19", "XW18_1": "信网条例18(一)"}) == "XW18_1"

    def test_another_value_is_a_fault_that_names_those_there_are(self) -> None:
        with pytest.raises(ValueError, match=r"must be one of 一般 \(ordinary\), 情节严重 \(serious\)"):
            choice("重大", {"ordinary": "一般", "serious": "情节严重"})

    def test_a_credit_code_is_read_plain(self) -> None:
        assert code(" ９１９８０１００fake－０００１３９ ") == "91980100FAKE000139"

    def test_flags_and_lists(self) -> None:
        assert [flag(one) for one in ("是", "否", "有", "无", "Ｙ", "0")] == [True, False, True, False, True, False]
        assert several("警告、罚款，没收违法所得；") == ("警告", "罚款", "没收违法所得")
        with pytest.raises(ValueError, match="must be 是 or 否"):
            flag("也许")


class TestTexts:
    def test_an_advertisement_where_a_word_stood_is_named_with_its_place(self) -> None:
        (found,) = replaced(f"国务院{AN_ADVERT}加强治理的意见")

        assert found.weight == "refuse"
        assert found.what.startswith(
            "at character 4 an advertisement stands where a word stood (in the notice of 2016: 关于)"
        )

    def test_in_a_name_it_is_only_worth_a_look_and_in_marks_of_its_own_it_is_meant(self) -> None:
        assert [one.weight for one in replaced(AN_ADVERT, name=True)] == ["warn"]
        assert list(replaced(f"涉案应用「{AN_ADVERT}」未经许可传播作品")) == []
        assert [one.weight for one in replaced(f"《{AN_ADVERT}加强治理的意见》")] == ["refuse"]

    @pytest.mark.parametrize("text", ["博彩网站手机号码", "彩票店出租盗版光盘", "手机版小说站"])
    def test_what_only_speaks_of_lotteries_is_let_through(self, text: str) -> None:
        assert list(replaced(text)) == []

    def test_what_is_printed_twice_is_worth_a_look(self) -> None:
        text = "某小说站未经许可提供作品"

        assert [one.what for one in twice(f"{text}\n{text}")] == ["says everything twice"]
        assert list(twice(text)) == []
        assert list(twice("好好")) == []

    @pytest.mark.parametrize("text", ["举报人 13800000000", "电话１３８－００００－００００", "写给 a.b@mail.example"])
    def test_what_belongs_to_a_person_does_not_come_in(self, text: str) -> None:
        (found,) = personal(text, ())

        assert found.weight == "refuse"
        assert text not in found.what

    def test_a_number_of_another_kind_is_no_telephone(self) -> None:
        assert list(personal("下载量 138000000001 次, 编号A13800000000B", ())) == []

    @pytest.mark.parametrize(
        ("name", "short"),
        [("张三", True), ("欧阳小明", True), ("买买提·艾力", True), ("墨池网络公司", False), ("ACME", False)],
    )
    def test_a_name_as_short_as_a_persons_is_doubted(self, name: str, short: bool) -> None:
        assert perhaps_a_person(name) is short
