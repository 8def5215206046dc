"""
Is this the number of an official document 发文字号?

Organ, year in 〔 〕, number without leading zeros, 号 (GB/T 9704-2012, 7.2.5): 国版移字〔2016〕12号.
"""

import re
import unicodedata
from collections.abc import Iterator

from yisong.validators.remark import Remark, warn

_SHAPE = re.compile(r"[\u4e00-\u9fff（）]{2,24}〔(?:19|20)[0-9]{2}〕[1-9][0-9]{0,5}号")
#: What is typed where 〔2016〕 is meant, after full-width forms have become plain ones.
_YEAR = re.compile(r"[\[(【〔［]([0-9]{4})[\])】〕］]")
_NUMBER = re.compile(r"第?0*([0-9]+)号$")


def normalised(number: str) -> str:
    """
    Return *number* as it should be written; an importer keeps the original beside it.

    Digits become plain, brackets of the year 〔 〕, other brackets full-width; 第, leading zeros and spaces go.
    """
    plain = "".join(unicodedata.normalize("NFKC", number).split())
    plain = _YEAR.sub(r"〔\1〕", plain).replace("(", "（").replace(")", "）")
    return _NUMBER.sub(r"\1号", plain)


def doc_no(number: str) -> Iterator[Remark]:
    """Yield what is wrong with the document *number*."""
    if _SHAPE.fullmatch(number):
        return
    if _SHAPE.fullmatch(normalised(number)):
        yield warn("the document number should have its year in 〔 〕, and neither 第, leading zeros nor spaces")
    else:
        yield warn("is no document number (such as 国版移字〔2016〕12号)")
