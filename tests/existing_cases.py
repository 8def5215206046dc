"""What does a spreadsheet of existing cases look like? One synthetic row as an officer keeps it, and files of rows."""

from collections.abc import Mapping
from typing import Final

Row = Mapping[str, str]

PENALISED: Final[Row] = {
    "案件编号": "甲一文案2016-21",
    "线索日期": "２０１６年７月１８日",
    "线索来源": "12318举报电话",
    "摘要": "小说站未经许可提供网络文学作品",
    "涉案网站": "novel-a.example",
    "作品": "《星河》、《长夜》",
    "作品类型": "文学",
    "平台类型": "网站",
    "立案日期": "二0一六年七月十九日",
    "立案文号": "甲一文立字[2016]021号",
    "案由": "信网条例18（一）",
    "当事人": "甲一市墨池网络科技有限公司(合成)",
    "统一社会信用代码": "91980100FAKE000139",
    "办案人员": "U-V9801-01、U-V9801-02",
    "批准人": "U-V9801-90",
    "专项行动": "JW2016",
    "处罚日期": "2016.9.1",
    "处罚文号": "甲一文罚字【2016】7号",
    "送达日期": "2016/9/3",
    "处罚种类": "警告、罚款",
    "罚款": "３万元",
    "是否公开": "是",
    "结案日期": "2016-10-10",
    "结案方式": "处罚执行完毕",
    "结案理由": "罚款已缴",
}
"""A case from its clue to its end, typed as people type."""

_CLUE: Final = ("线索日期", "线索来源", "摘要", "涉案网站", "作品")
_AFTER: Final = ("处罚日期", "处罚文号", "送达日期", "处罚种类", "罚款", "是否公开", "结案日期", "结案方式", "结案理由")
OPEN: Final[Row] = {
    **{name: "" if name in (*_CLUE, *_AFTER) else cell for name, cell in PENALISED.items()},
    "案件编号": "甲一文案2016-22",
    "立案文号": "甲一文立字〔2016〕22号",
}
"""A case that is open still, whose clue nobody has written down."""


def csv_of(*rows: Row, codec: str = "utf-8") -> bytes:
    """Return a file of *rows*, as a spreadsheet writes it; the headings are those of the first."""
    lines = [",".join(rows[0]), *(",".join(row[name] for name in rows[0]) for row in rows)]
    return "\r\n".join(lines).encode(codec)
