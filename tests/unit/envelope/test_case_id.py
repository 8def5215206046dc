import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yisong.envelope.case_id import case_id, case_id_of_key, check_character, is_case_id, is_register, register_case_id

VECTORS = json.loads((Path(__file__).parents[3] / "conformance/bytes/case_ids.json").read_text(encoding="utf-8"))


class TestCaseId:
    @pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: repr(vector["text"]))
    def test_is_well_formed_or_not_as_its_row_says(self, vector: dict[str, object]) -> None:
        """Every committed text is a case id, or is none for the reason beside it."""
        assert is_case_id(str(vector["text"])) is vector["case_id"], vector["why"]

    def test_ends_in_the_check_character_of_its_sixteen_digits(self) -> None:
        """甲省一市's case 21 of 2016 ends in 5, 乙省二市's case 72 in B."""
        assert case_id("980100", 2016, 21) == "CRB-980100-2016-000021-5"
        assert case_id("970200", 2016, 72) == "CRB-970200-2016-000072-B"

    def test_of_a_register_docket_has_number_zero(self) -> None:
        """What belongs to no case is kept under number 000000 of a region and year."""
        assert register_case_id("000000", 2016) == "CRB-000000-2016-000000-8"
        assert is_register("CRB-000000-2016-000000-8")
        assert not is_register("CRB-980100-2016-000021-5")

    @pytest.mark.parametrize(
        ("region", "year", "seq"), [("98010", 2016, 1), ("98010x", 2016, 1), ("980100", 2016, 10**6)]
    )
    def test_cannot_be_made_of_parts_that_do_not_fit(self, region: str, year: int, seq: int) -> None:
        """A region of five digits or a seventh digit of the number is said so, not printed."""
        with pytest.raises(ValueError, match="no case id can be made"):
            case_id(region, year, seq)

    @given(st.text("0123456789", min_size=16, max_size=16), st.integers(0, 15), st.integers(1, 9))
    def test_shows_every_single_wrong_digit(self, digits: str, at: int, by: int) -> None:
        """Whichever digit is mistyped, the check character no longer fits."""
        wrong = digits[:at] + str((int(digits[at]) + by) % 10) + digits[at + 1 :]

        assert check_character(wrong) != check_character(digits)


class TestKey:
    @given(st.none() | st.binary(max_size=40))
    def test_of_random_bytes_spells_no_case(self, key: bytes | None) -> None:
        """A stranger's key is no case id, and reading it raises nothing."""
        assert case_id_of_key(key) is None

    def test_spells_the_case_id_in_ascii_only(self) -> None:
        """The same sixteen digits in another script are no case id."""
        assert case_id_of_key(b"CRB-980100-2016-000021-5") == "CRB-980100-2016-000021-5"
        assert case_id_of_key("CRB-98０100-2016-000021-5".encode()) is None
