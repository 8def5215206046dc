"""Is a filing number told from a licence number, and a real province from the one of test data?"""

import pytest

from yisong.validators.icp import filing_no, licence_no


@pytest.mark.parametrize(
    "number",
    [
        "蜀ICP备08088888号",
        "沪ICP备2025152989号-1A",
        "京ICP备2025000001号-1",
        "粤ICP备12345678号-12X",
        "川ICP备08088888号-3",
    ],
)
def test_a_filing_number_of_either_length_with_or_without_its_site_is_one(number: str) -> None:
    assert list(filing_no(number, synthetic=False)) == []


@pytest.mark.parametrize(
    "number",
    [
        "京ICP备2025152号",
        "京ICP证030173号",
        "京ICP备2025152989",
        "示ICP备2025152989号",
        "京icp备2025152989号",
        "京ICP备2025152989号-12345",
        "京ICP备２０２５１５２９８９号",
        "",
    ],
)
def test_another_form_is_warned_of_and_not_refused(number: str) -> None:
    (remark,) = filing_no(number, synthetic=False)

    assert remark.weight == "warn"


def test_the_province_of_test_data_is_none_on_a_production_bus() -> None:
    assert list(filing_no("例ICP备16000001号-1", synthetic=True)) == []
    assert len(list(filing_no("例ICP备16000001号-1", synthetic=False))) == 1


@pytest.mark.parametrize("number", ["京ICP证030173号", "京B2-20090059", "合字B2-20190001", "沪A2.B1-20200001"])
def test_a_licence_number_is_one(number: str) -> None:
    assert list(licence_no(number, synthetic=False)) == []


@pytest.mark.parametrize(
    "number", ["京ICP备2025152989号", "合B2-20190001", "京B3-20090059", "京B2-2009005", "合字ICP证"]
)
def test_another_licence_number_is_warned_of(number: str) -> None:
    assert [remark.weight for remark in licence_no(number, synthetic=False)] == ["warn"]
