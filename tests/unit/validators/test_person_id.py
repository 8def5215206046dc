"""Is the number of an identity card found wherever somebody puts it?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yisong.validators.person_id import check_character, no_identity_card


def card(*, region: str = "110101", birthday: str = "19491001", sequence: str = "000") -> str:
    first = region + birthday + sequence
    return first + check_character(first)


def found(text: str) -> bool:
    return [remark.weight for remark in no_identity_card(text)] == ["refuse"]


def test_the_check_character_is_that_of_mod_11_2() -> None:
    """The example of the standard's annex."""
    assert check_character("11010519491231002") == "X"


@pytest.mark.parametrize("around", ["{}", "举报人身份证{}。", "id={},", "（{}）", "{} "])
def test_it_is_found_among_other_words(around: str) -> None:
    assert found(around.format(card()))
    assert found(around.format("11010519491231002x"))


def test_it_is_found_in_full_width_digits() -> None:
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in card())

    assert found(wide)


@pytest.mark.parametrize(
    "text",
    [
        "110105194912310021",
        "1101051949123100",
        card(region="990101"),
        card(birthday="19490231"),
        card(birthday="19491301"),
        card(birthday="17491001"),
        "9" + card(),
        card() + "0",
        "a" + card(),
        "",
        "0" * 64,
    ],
)
def test_other_numbers_are_left_alone(text: str) -> None:
    assert not found(text)


@given(st.sampled_from("0123456789"), st.integers(0, 16))
def test_a_number_with_one_digit_mistaken_is_none(digit: str, position: int) -> None:
    number = card()
    mistaken = number[:position] + digit + number[position + 1 :]

    assert found(mistaken) == (mistaken == number)
