"""Does a bus of the whole country have a place for every organ that the notice of 2016 is addressed to?"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.versions import DIRECTORY, THREE, after, edited, signed_by
from yisong.contract import folder
from yisong.rulebook.model import BusProfile
from yisong.rulebook.succession import LEAD, judge
from yisong.rulebook.version import Version, genesis_version
from yisong.schemas import genesis, rulebook_of
from yisong.signing import Keystore, make_genesis_keys, verifies

NOON = 1_800_000_000_000
#: The provinces, autonomous regions and municipalities by the first two digits of GB/T 2260. Organs are invented.
PROVINCES = {
    "11": "北京", "12": "天津", "13": "河北", "14": "山西", "15": "内蒙古", "21": "辽宁", "22": "吉林", "23": "黑龙江",
    "31": "上海", "32": "江苏", "33": "浙江", "34": "安徽", "35": "福建", "36": "江西", "37": "山东", "41": "河南",
    "42": "湖北", "43": "湖南", "44": "广东", "45": "广西", "46": "海南", "50": "重庆", "51": "四川", "52": "贵州",
    "53": "云南", "54": "西藏", "61": "陕西", "62": "甘肃", "63": "青海", "64": "宁夏", "65": "新疆",
}  # fmt: skip
MUNICIPALITIES = ("11", "12", "31", "50")
LINES = {
    "V": ("copyright", "版权局(示例)", ()),
    "W": ("cac", "网信办(示例)", ("网宣办", "网管办")),
    "T": ("miit", "通信管理局(示例)", ()),
    "P": ("police", "公安厅局(示例)", ()),
}


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keystore:
    return Keystore(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def first(keys: Keystore) -> Version:
    bus = BusProfile(name="nation.example", profile="production", partitions=12, keys=())
    return genesis_version(folder(), replace(bus, keys=make_genesis_keys(keys, genesis(bus).directory)))


def organs() -> Iterator[str]:
    """Yield a row for each of the four lines of each province, and for the team 总队 of each municipality."""
    for code, province in PROVINCES.items():
        for letter, (role, name, aliases) in LINES.items():
            also = ", ".join(f"{province}{alias}(示例)" for alias in aliases)
            yield _row(f"{letter}{code}", f"{province}{name}", role, code, f"{letter}00", also)
    for code in MUNICIPALITIES:
        name = f"{PROVINCES[code]}市文化市场行政执法总队(示例)"
        yield _row(f"V{code}90", name, "copyright", code, "V00", "")


def _row(organ: str, name: str, role: str, code: str, parent: str, aliases: str) -> str:  # noqa: PLR0917 (a row)
    uscc = f"11{code}0000{organ[0]}{organ[1:]:0>9}"
    also = f", aliases: [{aliases}]" if aliases else ""
    return (
        f"- {{id: {organ}, name: {name}, role: {role}, region_code: '{code}0000', level: province, "
        f"uscc: {uscc}, parent: {parent}, valid_from: 2010-01-01{also}}}"
    )


def test_the_31_provinces_with_their_four_lines_and_the_four_municipal_teams_have_a_place(
    first: Version, keys: Keystore
) -> None:
    """各省版权局、网信办(网宣办、网管办)、通信管理局、公安厅(局), 四直辖市文化市场行政执法总队: 31 × 4 + 4 rows."""
    regions = "".join(f'  "{code}0000": {name}\n' for code, name in PROVINCES.items())
    last = '  "960300": 示例丙省三市\n'
    files = edited(first, DIRECTORY, last, f"{last}{regions}")
    rows = "\n".join(organs())
    marker = "\n# Synthetic parties of the histories."
    files[DIRECTORY] = files[DIRECTORY].replace(marker, f"{rows}\n{marker}")

    version = after(first, at=NOON + LEAD, files=files)
    judged = judge(first, signed_by(version, THREE, keys), append_time=NOON, verifies=verifies)

    assert judged.faults == ()
    assert Counter(one.kind for one in judged.changes) == {"added": 31 + 31 * 4 + 4}
    known = rulebook_of(version).directory.organs
    provinces = [one for one in known.values() if (one.region_code or "")[:2] in PROVINCES]
    assert Counter(one.role for one in provinces) == {"copyright": 35, "cac": 31, "miit": 31, "police": 31}
    assert {known[one.parent or ""].level for one in provinces} == {"national"}
    assert {known[f"V{code}90"].role for code in MUNICIPALITIES} == {"copyright"}
