"""How is it said in Chinese what is wrong with an event? The library names faults and warnings in English sentences."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from services.gateway.console.texts import Texts

SENTENCES: Final[Mapping[str, str]] = {
    # the form of what was sent
    "is missing": "必填，没有填写",
    "must be an object": "必须是对象",
    "must be an object with header and body": "必须是含 header 和 body 的对象",
    "there is no such field": "没有这个字段",
    "must be a UUID": "必须是 UUID",
    "must be a text": "必须是文本",
    "must be an instant in RFC 3339 with its offset": "必须是带时区的 RFC 3339 时刻",
    "must be an RFC 3339 instant with its offset and at most milliseconds": (
        "必须是带时区的 RFC 3339 时刻，至多精确到毫秒"
    ),
    "must be an instant that exists": "没有这个时刻",
    "must be a day as YYYY-MM-DD": "日期须写作 YYYY-MM-DD",
    "must be a day that exists": "没有这一天",
    "must be a day, without a time": "必须是日期，不带时间",
    "only a demo bus lets a publisher choose the log time": "只有演示总线可由发布方选定入账时间",
    "no header field that an author states": "首部没有可由发布方填写的这个字段",
    "lacks {name}": "缺少 {name}",
    "has another type than its field": "类型与字段不符",
    "has the unknown field {name}": "有不认识的字段 {name}",
    "must be one of {values}": "必须是以下之一：{values}",
    "must be one of the values of its enumeration": "不是可选的值",
    "sha256 must be hexadecimal": "sha256 必须是十六进制",
    "sha256 must have 64 hexadecimal digits": "sha256 必须是 64 位十六进制",
    "Input should be a valid integer": "必须是整数",
    "Input should be a valid string": "必须是文本",
    "Input should be a valid boolean": "必须选“是”或“否”",
    "Input should be a valid tuple": "必须是列表",
    "Input should be a valid list": "必须是列表",
    "Input should be a valid dictionary or instance of {name}": "必须是一组字段",
    "Input should be a valid dictionary or object to extract fields from": "必须是一组字段",
    "Input should be a valid datetime": "必须是时刻",
    "Input should be a valid date": "必须是日期",
    "Input should have timezone info": "时刻须带时区",
    "Input should be greater than or equal to {n}": "不得小于 {n}",
    "Input should be less than {n}": "必须小于 {n}",
    "Tuple should have at least {n} {what} after validation, not {count}": "至少要有 {n} 项，现有 {count} 项",
    "Tuple should have at most {n} {what} after validation, not {count}": "至多 {n} 项，现有 {count} 项",
    "String should have at least {n} {what}": "至少 {n} 个字符",
    "String should have at most {n} {what}": "至多 {n} 个字符",
    "String should match pattern '{pattern}'": "格式不对，应符合 {pattern}",
    # what the catalogue, the directory and the keys say
    "{name} is not in the catalogue": "事件目录中没有 {name}",
    "there is no {name}": "没有 {name}",
    "{name} has none": "{name} 不分情形",
    "{name} has the variants {variants}": "{name} 的情形有：{variants}",
    "{organ} is {role}; {name} is published by {roles}": "{organ} 属 {role}，{name} 由 {roles} 发布",
    "the caller speaks for {organ} only": "登录者只能代表 {organ} 发布",
    "wrong format or check character": "格式或校验位不对",
    "{name} has no aggregate": "{name} 不针对单独事项",
    "{name} has the kind {kinds}": "{name} 针对的事项只能是：{kinds}",
    "its id must be the case id": "其编号必须是案件编号",
    "its id must be {form}": "其编号必须写作 {form}",
    "required for {name} (at least {n})": "{name} 必填，至少 {n} 项",
    "required for {name}": "{name} 必填",
    "{organ} is not in the directory at this time": "{organ} 此时不在名录中",
    "{organ} is not in the directory": "{organ} 不在名录中",
    "{organ} is a system organ, which is no addressee": "{organ} 是系统身份，不能作收件机关",
    "{organ} is neither the superior of {principal} nor holds its delegation for {name}": (
        "{organ} 既不是 {principal} 的上级，也没有其对 {name} 的委托"
    ),
    "no key of {organ} in this key store is registered and valid at this time ({field})": (
        "本节点没有 {organ} 此时登记有效的密钥（{field}）"
    ),
    "no key of {organ} is registered and valid at this time (countersignature)": (
        "{organ} 此时没有登记有效的密钥（会签）"
    ),
    "must be another organ than the publisher": "不得与发布机关相同",
    "国家秘密 never travels on this bus": "国家秘密不得在本总线上传输",
    "a body with personal data of this level must be sealed": "含此级别个人信息的正文必须密封",
    "{organ} has no key to seal to, so nobody could open the body again (yisong keys new)": (
        "{organ} 没有用于密封的密钥，密封后无人能再打开（yisong keys new）"
    ),
    "must have six digits (GB/T 2260)": "必须是六位数字（GB/T 2260）",
    "must lie from 2000-01-01 to 2099-12-31": "须在 2000-01-01 至 2099-12-31 之间",
    "lies further ahead of the present than is tolerated": "晚于现在，且超出容许范围",
    "the body holds fields of level {level}": "正文含 {level} 级字段",
    "This event cannot be composed.": "无法组成此事件",
    # what one field asks of another
    "must be filled with variant {variant}": "情形为 {variant} 时必填",
    "must be empty unless the variant is {variants}": "只有情形为 {variants} 时才可填写",
    "must be empty for a person; use person_token": "自然人不填姓名，只用人员代号（person_token）",
    "must be filled where {field} is {value}": "{field} 为 {value} 时必填",
    "must be true where body.source is company_or_association": "来源为企业或协会投诉时必须为“是”",
    "{who} is always answered; only an anonymous complaint is feedback_not_wanted": (
        "{who}必须得到反馈；只有匿名举报才可选“无需反馈”"
    ),
    # identifiers: what does not travel
    "holds what is the number of an identity card 身份证; a person travels as a token": (
        "含身份证号；自然人只以代号出现"
    ),
    "must be written as A-label (xn--…), in the form that IDNA 2008 gives": "须按 IDNA 2008 写作 A-label（xn--…）",
    "is no domain; an address, a path or a port has a kind of its own": "不是域名；地址、路径、端口另有类别",
    "the URL holds a user name or a password": "网址含用户名或密码",
    "the URL holds a token, a session or a password in its query": "网址参数含令牌、会话或密码",
    "is no case id (form or check character)": "不是案件编号（格式或校验位不对）",
    # identifiers: what looks wrong, and travels all the same
    "is no ICP filing number (such as 京ICP备2025000001号-1)": "不是 ICP 备案号（如 京ICP备2025000001号-1）",
    "is no licence number (such as 京ICP证000001号 or 京B2-20250001)": (
        "不是许可证号（如 京ICP证000001号、京B2-20250001）"
    ),
    "is neither an ICP filing number nor a licence number": "既不是 ICP 备案号，也不是许可证号",
    "is no region code (GB/T 2260: six digits)": "不是行政区划代码（GB/T 2260，六位数字）",
    "begins with the code of no province (GB/T 2260)": "前两位不是省级代码（GB/T 2260）",
    "names a county without its city (GB/T 2260)": "有县级代码而无地市代码（GB/T 2260）",
    "is no ISBN (thirteen digits that begin with 978 or 979)": "不是 ISBN（以 978 或 979 开头的 13 位数字）",
    "the check digit of the ISBN is wrong (MOD 10)": "ISBN 校验位不对（MOD 10）",
    "is no credit code (GB 32100: eighteen characters, without I, O, Z, S and V)": (
        "不是统一社会信用代码（GB 32100，18 位，不含 I、O、Z、S、V）"
    ),
    "the check character of the credit code is wrong (GB 32100, MOD 31-3)": (
        "统一社会信用代码校验位不对（GB 32100，MOD 31-3）"
    ),
    "the check character of the organisation code inside the credit code is wrong (GB 11714)": (
        "统一社会信用代码中组织机构代码的校验位不对（GB 11714）"
    ),
    "the credit code is sound, though uscc_check says that it fails": "代码无误，而 uscc_check 称其有误",
    "uscc_check says that the credit code is sound": "uscc_check 称代码无误",
    "a domain is written in lower case, without the dot at the end": "域名须小写，末尾不带点",
    "a host has no underscore in its name": "主机名不含下划线",
    "a domain has at least two labels": "域名至少有两级",
    "test data name hosts under .example and .test only": "测试数据只用 .example 和 .test 下的主机名",
    "is a name for tests and documents, which nobody can register": "是供测试和文档用的域名，无人可以注册",
    "has an A-label that is none by IDNA 2008": "含不合 IDNA 2008 的 A-label",
    "has letters that are easily taken for Latin ones": "含易与拉丁字母混淆的字母",
    "the document number should have its year in 〔 〕, and neither 第, leading zeros nor spaces": (
        "发文字号的年份应加六角括号〔 〕，不加“第”，不编虚位，不留空格"
    ),
    "is no document number (such as 国版移字〔2016〕12号)": "不是发文字号（如 国版移字〔2016〕12号）",
    "is no IP address (a port or a network stands elsewhere)": "不是 IP 地址（端口、网段另填）",
    "the IP address is not in its canonical form (RFC 5952)": "IP 地址不是规范写法（RFC 5952）",
    "test data name addresses for documents only (RFC 5737, RFC 3849)": "测试数据只用文档地址（RFC 5737、RFC 3849）",
    "is an address for documents, which no host has": "是文档专用地址，没有主机使用",
    "is no URL": "不是网址",
    "is no URL (scheme://host/path)": "不是网址（scheme://host/path）",
    "the host of a URL is written as A-label (xn--…)": "网址的主机名须写作 A-label（xn--…）",
    "is no organ of the directory": "不是名录中的机关",
    "a plan names three or four focuses": "方案应列三至四个重点",
}
"""Every sentence that the library may say of an event, with places for names, and what it is in Chinese."""

_PLACE: Final = re.compile(r"\{(\w+)\}")
_AS_ENGLISH: Final[Mapping[str, str]] = {
    "a company or association": "企业或协会",
    "a leader's instruction": "领导批示",
    "a right-holder": "权利人",
    "a caller of 12318": "12318 举报人",
}


def said(sentence: str, t: Texts) -> str:
    """Return *sentence*, of a fault or a warning without its place, in the language of *t*; an unknown one as it is."""
    return sentence if t.language != "zh" else in_chinese(sentence) or sentence


def said_of_place(sentence: str, t: Texts) -> str:
    """Return *sentence*, which begins with its place as in ``body.targets[0].url: …``, in the language of *t*."""
    place, colon, what = sentence.partition(": ")
    return f"{place}：{said(what, t)}" if colon and t.language == "zh" else sentence


def in_chinese(sentence: str) -> str | None:
    """Return what *sentence* is in Chinese; None where nobody has said it yet."""
    if sentence in SENTENCES:
        return SENTENCES[sentence]
    for pattern, chinese in _patterns():
        found = pattern.fullmatch(sentence)
        if found is not None:
            return chinese.format(**{name: _AS_ENGLISH.get(value, value) for name, value in found.groupdict().items()})
    return None


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return the sentences that have places, the longest first: it says more than one that it contains."""
    with_places = sorted((one for one in SENTENCES if _PLACE.search(one)), key=len, reverse=True)
    return tuple((re.compile(_pattern(one)), SENTENCES[one]) for one in with_places)


def _pattern(sentence: str) -> str:
    parts = _PLACE.split(sentence)
    return "".join(re.escape(part) if n % 2 == 0 else f"(?P<{part}>.+?)" for n, part in enumerate(parts))
