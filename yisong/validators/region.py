"""
Is this the code of a region 行政区划 (GB/T 2260)?

Six digits, PPCCDD: province, city, county; 00 stands for the whole. Codes retire and new ones appear every year, and no
table is kept here: the province and the form are checked, not whether the county exists.
"""

from collections.abc import Collection, Iterator

from yisong.validators.remark import Remark, warn

PROVINCES = frozenset(
    str(code)
    for first, last in ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 82))
    for code in range(first, last + 1)
)
_LENGTH = 6


def region(code: str, *, known: Collection[str]) -> Iterator[Remark]:
    """Yield what is wrong with the region *code*; those *known*, of the directory, need no further look."""
    if code in known:
        return
    if len(code) != _LENGTH or not (code.isascii() and code.isdigit()):
        yield warn("is no region code (GB/T 2260: six digits)")
    elif code[:2] not in PROVINCES | {one[:2] for one in known} or code[:2] == "00":
        yield warn("begins with the code of no province (GB/T 2260)")
    elif code[2:4] == "00" and code[4:] != "00":
        yield warn("names a county without its city (GB/T 2260)")
