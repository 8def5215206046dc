"""Is a domain compared and shown as one and the same name, however it was typed?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yisong.validators.domain import domain, to_ascii, to_unicode

NOVEL = "xn--fsqy81a8xw7tq.example"


def weights(name: str, *, synthetic: bool = True) -> list[str]:
    return [remark.weight for remark in domain(name, synthetic=synthetic)]


def test_a_chinese_name_goes_to_its_a_label_and_back() -> None:
    assert to_ascii("示例小说.example") == NOVEL
    assert to_unicode(NOVEL) == "示例小说.example"


@pytest.mark.parametrize(
    "typed", ["示例小说。example", "示例小说.EXAMPLE", " 示例小说.example. ", "示例小说．ｅｘａｍｐｌｅ"]
)
def test_however_it_is_typed_it_is_one_name(typed: str) -> None:
    """UTS 46: case, width and the ideographic full stop."""
    assert to_ascii(typed) == NOVEL


@given(st.text(alphabet="示例小说影视网abc09", min_size=1, max_size=12))
def test_every_chinese_label_survives_the_round_trip(label: str) -> None:
    name = f"{label}.example"

    assert to_unicode(to_ascii(name)) == name


@pytest.mark.parametrize("name", ["示例小说.example", "示例小说", "аррle.example"])
def test_a_name_that_is_no_a_label_does_not_travel(name: str) -> None:
    assert weights(name) == ["refuse"]


@pytest.mark.parametrize(
    "name",
    [
        "http://a.example",
        "a.example/path",
        "a.example:8080",
        "a b.example",
        "-a.example",
        "a..example",
        "",
        ".",
        "a" * 64 + ".test",
    ],
)
def test_what_is_no_domain_does_not_travel(name: str) -> None:
    assert weights(name) == ["refuse"]


def test_254_characters_are_one_too_many() -> None:
    longest = "a" + f"{'a' * 61}." * 4 + "test"
    assert len(longest) == 253

    assert weights(longest) == []
    assert weights("a" + longest) == ["refuse"]


@pytest.mark.parametrize("name", ["Novel-A.example", "novel-a.example.", "novel_a.example", "example"])
def test_another_way_of_writing_is_warned_of(name: str) -> None:
    assert weights(name) == ["warn"]


@pytest.mark.parametrize("label", ["xn--80ak6aa92e", "xn--mxaaq"])
def test_letters_that_look_like_latin_ones_are_warned_of(label: str) -> None:
    """Аррӏе in Cyrillic, and a Greek name."""
    assert [remark.what for remark in domain(f"{label}.example", synthetic=True)] == [
        "has letters that are easily taken for Latin ones"
    ]


def test_an_a_label_that_decodes_to_nothing_is_warned_of() -> None:
    assert weights("xn--a.example") == ["warn"]


def test_test_data_name_no_real_host_and_real_data_no_test_host() -> None:
    assert weights("ncac.gov.cn", synthetic=True) == ["warn"]
    assert weights("ncac.gov.cn", synthetic=False) == []
    assert weights("novel-a.example", synthetic=False) == ["warn"]


@pytest.mark.parametrize("name", ["a" * 64, "-", "example..", "\u200d"])
def test_what_idna_does_not_know_has_no_a_label(name: str) -> None:
    with pytest.raises(ValueError, match="no domain by IDNA"):
        to_ascii(name)
