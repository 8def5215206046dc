"""Is a credit code known by its two check characters, as GB 32100 and GB 11714 have them?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yisong.contract import folder
from yisong.rulebook.directory import read_directory
from yisong.validators.uscc import check_character, organisation_check_character, uscc, uscc_check

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def said(code: str) -> list[str]:
    return [remark.what for remark in uscc(code)]


@pytest.mark.parametrize(("first", "last"), [("91350100M000100Y4", "3"), ("91512081MA62K0260", "E")])
def test_the_published_examples_have_their_check_character(first: str, last: str) -> None:
    assert check_character(first) == last
    assert said(first + last) == []


def test_the_organisation_code_inside_has_one_of_its_own() -> None:
    """M000100Y-4 and MA62K026-0 are parts of the same examples."""
    assert (organisation_check_character("M000100Y"), organisation_check_character("MA62K026")) == ("4", "0")


def test_every_code_of_the_directory_is_sound() -> None:
    file = read_directory(folder() / "rulebook")
    codes = [*(organ.uscc for organ in file.orgs), *(party.uscc for party in file.parties)]

    assert len(codes) == 26
    assert [code for code in codes if said(code)] == []


@given(position=st.integers(0, 16), letter=st.sampled_from(ALPHABET))
def test_one_character_mistaken_never_goes_unnoticed(position: int, letter: str) -> None:
    """31 is prime and no weight is a multiple of it."""
    sound = "91980100FAKE000139"
    mistaken = sound[:position] + letter + sound[position + 1 :]

    assert bool(said(mistaken)) == (mistaken != sound)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("91350100M000100Y4Z", "is no credit code"),
        ("91350100M000100Y44", "check character of the credit code is wrong"),
        ("91350100M000100Y4", "is no credit code"),
        ("91350100m000100y43", "is no credit code"),
        ("９１３５０１００M000100Y43", "is no credit code"),
        ("", "is no credit code"),
    ],
)
def test_a_code_is_warned_of(code: str, words: str) -> None:
    """Never refused: real issued codes break the check."""
    (remark,) = uscc(code)

    assert remark.weight == "warn"
    assert words in remark.what


def test_a_wrong_inner_check_is_found_though_the_outer_one_is_right() -> None:
    inner = "91350100M000100Y5"

    assert said(inner + check_character(inner)) == [
        "the check character of the organisation code inside the credit code is wrong (GB 11714)"
    ]


def test_a_party_states_what_the_check_gave() -> None:
    codes = ("91350100M000100Y43", "91350100M000100Y44", None)

    assert [uscc_check(code) for code in codes] == ["ok", "fail", "unchecked"]
