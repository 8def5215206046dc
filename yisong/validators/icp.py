"""
Is this a filing number of a website 备案号, or a licence number of a telecoms service 许可证号?

Neither has a check character: whether one was ever issued, only a look-up in the filing register says. Suffixes and
forms of licences are not published as a standard, so an unknown form is a warning.
"""

import re
from collections.abc import Iterator

from yisong.validators.remark import Remark, warn

#: Short names of provinces as they are used in filing numbers; 蜀 for 川, 黔 for 贵, 滇 for 云, 陇 for 甘.
PROVINCES = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川蜀贵黔云滇藏陕甘陇青宁新"
#: The short name of no province, which test data carry.
SYNTHETIC_PROVINCE = "例"

#: Old: two digits of the year and a number; new: four. Suffix: the site's number, A = app, X = mini program.
_FILING = re.compile(r"(.)ICP备(?:[0-9]{8}|[0-9]{10})号(?:-[0-9]{1,4}[AX]?)?")
_LICENCES = (
    re.compile(r"(.)ICP证[0-9]{6}号"),
    re.compile(r"(合字|.)[AB][12](?:\.[AB][12])?-[0-9]{8}"),
)


def filing_no(number: str, *, synthetic: bool) -> Iterator[Remark]:
    """Yield what is wrong with the filing *number*, with or without the number of a site; *synthetic*: test data."""
    if not _fits(_FILING, number, synthetic=synthetic):
        yield warn("is no ICP filing number (such as 京ICP备2025000001号-1)")


def licence_no(number: str, *, synthetic: bool) -> Iterator[Remark]:
    """Yield what is wrong with the licence *number*; *synthetic*: test data."""
    if not any(_fits(shape, number, synthetic=synthetic) for shape in _LICENCES):
        yield warn("is no licence number (such as 京ICP证000001号 or 京B2-20250001)")


def _fits(shape: re.Pattern[str], number: str, *, synthetic: bool) -> bool:
    match = shape.fullmatch(number)
    if match is None:
        return False
    issuer = match[1]
    return issuer == "合字" or issuer in PROVINCES or (synthetic and issuer == SYNTHETIC_PROVINCE)
