"""Is an ISBN checked, and every other identifier of a work left alone?"""

import pytest

from yisong.validators.work import identifier


@pytest.mark.parametrize(
    "text", ["978-7-101-00000-1", "ISBN 9787101003048", "国作登字-2016-A-00000001", "2016SR000001", "CN-A01-16-00001"]
)
def test_others_are_left_alone(text: str) -> None:
    remarks = list(identifier(text))

    assert [remark.weight for remark in remarks] == (["warn"] if text == "978-7-101-00000-1" else [])


@pytest.mark.parametrize("text", ["9787101003049", "ISBN 978-7-101-00304-9", "ISBN 7101003044"])
def test_a_wrong_isbn_is_warned_of(text: str) -> None:
    assert [remark.weight for remark in identifier(text)] == ["warn"]
