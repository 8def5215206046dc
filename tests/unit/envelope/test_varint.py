import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.envelope.oracle import avro_long
from yisong.envelope.varint import read_int, read_long, write_long


class TestVarint:
    @given(st.integers(-(2**63), 2**63 - 1) | st.integers(-200, 200))
    def test_is_written_as_avro_writes_it_and_read_back(self, number: int) -> None:
        """Every 64-bit integer has one shortest encoding, which is avro's."""
        encoded = write_long(number)

        assert encoded == avro_long(number)
        assert read_long(b"\0" + encoded, 1) == (number, 1 + len(encoded))

    @pytest.mark.parametrize("data", [b"\x80\x00", b"\x8e\x80\x00", b"\xff" * 9 + b"\x02", b"\x80" * 10 + b"\x01"])
    def test_is_refused_where_it_is_longer_than_it_must_be(self, data: bytes) -> None:
        """A byte too many, or a 65th bit, is no canonical integer."""
        with pytest.raises(ValueError, match="shortest way"):
            read_long(data, 0)

    @pytest.mark.parametrize("data", [b"", b"\x80", b"\xff\xff"])
    def test_is_refused_where_the_data_end_inside_it(self, data: bytes) -> None:
        """Bytes that promise more and stop hold no integer."""
        with pytest.raises(IndexError, match="out of range"):
            read_long(data, 0)

    def test_of_32_bits_has_its_own_bounds(self) -> None:
        """What fits a long and not an int is refused where an int stands."""
        assert read_int(write_long(2**31 - 1), 0)[0] == 2**31 - 1
        with pytest.raises(ValueError, match="32-bit"):
            read_int(write_long(2**31), 0)
