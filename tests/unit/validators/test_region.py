"""Does a region code begin with a province, and name a county only in a city?"""

import pytest

from yisong.validators.region import region

TEST_REGIONS = frozenset({"000000", "980000", "980100"})


@pytest.mark.parametrize("code", ["110000", "429004", "510104", "820000"])
def test_codes_of_real_provinces_are_sound(code: str) -> None:
    assert list(region(code, known=())) == []


@pytest.mark.parametrize("code", ["990000", "000100", "160000", "110001", "11000", "1100000", "１１００００", "甲省"])
def test_other_codes_are_warned_of(code: str) -> None:
    assert [remark.weight for remark in region(code, known=TEST_REGIONS)] == ["warn"]


def test_the_provinces_of_test_data_are_those_of_its_directory() -> None:
    assert list(region("980199", known=TEST_REGIONS)) == []
    assert len(list(region("980100", known=()))) == 1
