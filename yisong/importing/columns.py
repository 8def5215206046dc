"""Which columns has a file of existing cases, and which does it have no place for?"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final, NamedTuple

from yisong.errors import NotImportable


class Column(NamedTuple):
    """A column: its *name* for programs, the headings of officers (the first is the one to use), what it holds."""

    name: str
    headings: tuple[str, ...]
    holds: str


COLUMNS: Final = (
    Column(
        "number", ("案件编号", "案号", "编号"), "the agency's own number, which the case keeps; empty: that of 立案文号"
    ),
    Column("clue_date", ("线索日期", "发现日期", "举报日期"), "when the clue was found"),
    Column("clue_source", ("线索来源", "案件来源"), "enumeration clue_source"),
    Column("clue_origin", ("来路",), "enumeration clue_origin; empty: 自行发现"),
    Column("summary", ("摘要", "案情摘要", "案情简介"), "of the clue, at most 500 characters, no personal data"),
    Column("feedback", ("要求答复", "是否反馈"), "是 or 否: whether who complained waits for an answer"),
    Column("targets", ("涉案网站", "网站", "域名", "网址"), "domains or addresses, with 、 between them"),
    Column("works", ("作品", "涉案作品", "作品名称"), "titles, with 、 between them, all of one 作品类型"),
    Column("work_types", ("作品类型",), "enumeration work_type, with 、 between them"),
    Column("platform_type", ("平台类型",), "enumeration platform_type"),
    Column("opened_date", ("立案日期", "立案时间"), "when the case was opened"),
    Column("opened_doc_no", ("立案文号", "立案审批文号"), "number of the document that opened it 发文字号"),
    Column("violation", ("案由", "违法行为"), "enumeration violation"),
    Column("party", ("当事人", "当事人名称"), "organisations, with ; between them"),
    Column("party_uscc", ("统一社会信用代码", "当事人统一社会信用代码"), "their credit codes, in the same order"),
    Column("party_token", ("当事人令牌",), "tokens of the parties that are persons, never their names"),
    Column("party_role", ("当事人角色",), "enumeration party_role, of all; empty: 经营者"),
    Column(
        "officers", ("办案人员", "承办人", "办案人员令牌"), "tokens of the officers, two or more, with 、 between them"
    ),
    Column("approver", ("批准人", "审批人", "批准人令牌"), "token of who approved"),
    Column("archive_series", ("案卷系列",), "enumeration archive_series; empty: 一般"),
    Column("severity", ("情节",), "一般 or 情节严重"),
    Column("campaign", ("专项行动",), "id of the campaign, such as JW2016"),
    Column("penalty_date", ("处罚日期", "处罚决定日期"), "when the penalty was decided"),
    Column("penalty_doc_no", ("处罚文号", "处罚决定书文号", "处罚决定书号"), "number of the decision"),
    Column("penalty_served", ("送达日期", "处罚送达日期"), "when it was served"),
    Column("penalties", ("处罚种类",), "enumeration penalty_kind, with 、 between them"),
    Column("fine", ("罚款", "罚款金额", "罚款元"), "in yuan"),
    Column("gains_confiscated", ("没收违法所得", "没收金额", "没收违法所得元"), "in yuan"),
    Column("illegal_gains", ("违法所得", "违法所得元"), "found, in yuan; empty: not known"),
    Column("business_amount", ("非法经营额", "非法经营额元"), "found, in yuan; empty: not known"),
    Column("hearing", ("是否听证",), "是 or 否; empty: 否"),
    Column("public", ("是否公开",), "是 or 否: whether the decision is public; empty: 否"),
    Column("closed_date", ("结案日期", "结案时间"), "when the case was closed"),
    Column("closing", ("结案方式",), "处罚执行完毕, 不予处罚 or 不予立案"),
    Column("closing_reason", ("结案理由",), "why, no personal data"),
    Column("archive_no", ("案卷号", "档案号"), "archive number"),
)
"""A row may leave any of them empty; what happened asks for its own."""

HEADINGS: Final = {column.name: column.headings[0] for column in COLUMNS}
_BY_HEADING: Final = {heading: column.name for column in COLUMNS for heading in (column.name, *column.headings)}
_PERSONAL: Final = re.compile(
    "姓名|身份证|证件号|电话|手机|联系方式|住址|家庭地址|联系地址|通信地址|邮箱|举报人|法定代表人|法人代表|负责人|嫌疑人|银行|账号|出生|性别|民族"
    "|id_?card|phone|mobile|e-?mail"
)
_REFERRAL: Final = re.compile("移送|公安立案|刑事")


class Headings(NamedTuple):
    """
    What the first line says: the *names* of its columns, None where nothing is read.

    *unread*: the numbers (from 1) of columns that no event has a place for. *referrals*: of those, which are about the
    criminal part of a case; that is not imported, since it is other agencies' to say.
    """

    names: tuple[str | None, ...]
    unread: tuple[int, ...]
    referrals: tuple[int, ...]


def headings(cells: Sequence[str], line: int) -> Headings:
    """
    Read the headings in *cells*, which stand in *line*.

    Raises NotImportable where a column holds personal data, stands there twice, or none is known. A heading is never
    quoted: where the first line is missing, what stands there is somebody's case.
    """
    bare = [_bare(cell) for cell in cells]
    names = tuple(_BY_HEADING.get(one) for one in bare)
    if not any(names):
        raise NotImportable(
            "This is no file of cases; nothing was imported.",
            [f"line {line}: names none of the columns: {', '.join(HEADINGS.values())}"],
        )
    faults = [
        f"line {line}: {zh} ({name}) stands in more than one column"
        for name, zh in HEADINGS.items()
        if names.count(name) > 1
    ]
    faults += [
        f"line {line}: column {n} is for personal data, which stays out: take the column away; a person is a token, in "
        "当事人令牌, 办案人员 or 批准人 (`yisong pii new` gives one)"
        for n, (one, name) in enumerate(zip(bare, names, strict=True), start=1)
        if name is None and _PERSONAL.search(one)
    ]
    if faults:
        raise NotImportable("This file cannot be taken; nothing was imported.", faults)
    left = [n for n, (one, name) in enumerate(zip(bare, names, strict=True), start=1) if name is None and one]
    referrals = tuple(n for n in left if _REFERRAL.search(bare[n - 1]))
    return Headings(names, tuple(n for n in left if n not in referrals), referrals)


def _bare(heading: str) -> str:
    """Return a heading without spaces, marks and brackets; what it says in brackets stays."""
    return re.sub(r"[\s*()\[\]:“”\"]", "", unicodedata.normalize("NFKC", heading)).lower()
